// `postern doctor` as a command: what it says where there is no operator's credential, where the API refuses, and where what answers on
// the port is not what a device needs. A whole set-up is looked at in test/end-to-end/doctor.test.ts.

import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { APP, ELSEWHERE, NOW, OBJECT, run, SERVICE } from '../api-stand-in.fixture.ts'

const USERNAME = `contoso.${APP}.${OBJECT}`
const NOBODY = { POSTERN_DATA_DIR: '/nonexistent' }
const DIAGNOSE = 'POST /providers/Postern.Mail/diagnoseLogin'
const SETTINGS = `GET ${SERVICE}/providers/Postern.Mail/smtpSettings`

const servers: Server[] = []
after(() => {
  for (const server of servers) server.close()
})

/** A server that says something, and answers each line with the next of its replies. */
async function listen(greeting: string, ...replies: readonly string[]): Promise<number> {
  const server = createServer((socket: Socket) => {
    const left = [...replies]
    socket.on('error', () => {})
    socket.write(greeting)
    socket.on('data', () => socket.write(left.shift() ?? '500 5.5.1 Unknown command\r\n'))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

type Finding = {
  readonly step: string
  readonly state: string
  readonly detail: string
  readonly fixes: readonly unknown[]
}
type Report = {
  readonly verdict: string
  readonly findings: readonly Finding[]
  readonly fixes: readonly { readonly text: string }[]
}

async function examine(port: number, env: Record<string, string> = NOBODY, routes: Parameters<typeof run>[1] = {}) {
  const line = ['doctor', '--username', USERNAME, '--server', 'localhost', '--port', String(port), '--output', 'json']
  const { exitCode, out, err, asked } = await run(line, routes, env)
  const report = JSON.parse(out) as Report
  const find = (step: string) => report.findings.find((finding) => finding.step === step)
  return { exitCode, report, find, err, asked }
}

const answering: readonly {
  name: string
  greeting: string
  replies?: readonly string[]
  step: string
  detail: RegExp
}[] = [
  { name: 'a web server', greeting: 'HTTP/1.1 400 Bad Request\r\n\r\n', step: 'greeting', detail: /no SMTP server/ },
  {
    name: 'a server that is full',
    greeting: '421 4.3.2 Too many connections\r\n',
    step: 'greeting',
    detail: /^421 4\.3\.2/,
  },
  {
    name: 'a server without STARTTLS',
    greeting: '220 relay ESMTP\r\n',
    replies: ['250-relay\r\n250 SIZE 1000\r\n'],
    step: 'STARTTLS',
    detail: /not offered/,
  },
  {
    name: 'a server that takes STARTTLS back',
    greeting: '220 relay ESMTP\r\n',
    replies: ['250-relay\r\n250 STARTTLS\r\n', '454 4.7.0 TLS not available\r\n'],
    step: 'STARTTLS',
    detail: /^454/,
  },
  {
    name: 'a server that speaks no TLS after all',
    greeting: '220 relay ESMTP\r\n',
    replies: ['250-relay\r\n250 STARTTLS\r\n', '220 2.0.0 Ready\r\n', 'nonsense nonsense'],
    step: 'TLS',
    detail: /handshake failed/,
  },
]

for (const { name, greeting, replies = [], step, detail } of answering)
  test(`doctor meets ${name}`, async () => {
    const { exitCode, report, find } = await examine(await listen(greeting, ...replies))
    assert.deepEqual([exitCode, report.verdict, find(step)?.state], [1, 'fix', 'fail'])
    assert.match(find(step)?.detail ?? '', detail)
    assert.equal(find('login'), undefined, 'no password is given')
  })

test('without an operator’s credential the network is looked at, and the rest is said to be left out', async () => {
  const { find, asked } = await examine(await listen('220 relay ESMTP\r\n', '250 relay\r\n'))
  assert.deepEqual([find('port')?.state, find('user name')?.state], ['pass', 'pass'])
  const left = find('login, from inside')
  assert.equal(left?.state, 'skip')
  assert.match(left?.detail ?? '', /^not looked at: There is no quickstart/)
  assert.deepEqual(asked, [])
})

test('an operator who may not ask is told so, and the network is looked at', async () => {
  const refusal = { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'Not you.' } } }
  const { find } = await examine(await listen('220 relay ESMTP\r\n', '250 relay\r\n'), {}, { [DIAGNOSE]: refusal })
  assert.equal(find('port')?.state, 'pass')
  assert.match(find('login, from inside')?.detail ?? '', /Not you/)
})

const diagnosis = {
  at: new Date(NOW).toISOString(),
  outcome: 'refused',
  reason: 'missing-role',
  steps: [
    { step: 'username', passed: true, detail: 'resource contoso' },
    { step: 'resource', passed: true, detail: SERVICE },
    { step: 'access', passed: false, detail: 'A/write is missing' },
  ],
  login: { resourceId: SERVICE, applicationId: APP },
  senderAddresses: [],
  suggestions: [{ text: 'Assign it.', command: 'postern role assignment create' }],
}
const settings = {
  properties: {
    ...{ host: 'localhost', port: 1, implicitTlsPort: 2, port25: 0, minimumTlsVersion: '1.2' },
    ...{ usernames: null, aliases: [], senderAddresses: [] },
  },
}

test('what the service says is told step by step, its suggestions with the step that failed', async () => {
  const routes = { [DIAGNOSE]: { body: diagnosis }, [SETTINGS]: { body: settings } }
  const { report, find, asked } = await examine(await listen('220 relay ESMTP\r\n', '250 relay\r\n'), {}, routes)
  assert.deepEqual(asked[0]?.body, { username: USERNAME })
  assert.deepEqual(
    [find('resource')?.state, find('right to send')?.state, find('sender')?.state],
    ['pass', 'fail', 'skip'],
  )
  assert.deepEqual(find('right to send')?.fixes, diagnosis.suggestions)
  assert.equal(report.fixes.at(-1)?.text, 'Assign it.')
  assert.equal(find('clock')?.state, 'pass')
})

test('a fault on request that refuses nothing is worth a note', async () => {
  const detail = 'a fault on request: slow-reply, 1, until 2030'
  const steps = [...diagnosis.steps.slice(0, 2), { step: 'fault', passed: true, detail }]
  const body = { ...diagnosis, outcome: 'may send', reason: 'may send', steps, suggestions: [] }
  const routes = { [DIAGNOSE]: { body }, [SETTINGS]: { body: settings } }
  const { find } = await examine(await listen('220 relay ESMTP\r\n'), {}, routes)
  assert.deepEqual([find('fault')?.state, find('fault')?.detail], ['note', detail])
})

test('clocks that are apart are told', async () => {
  const later = { ...diagnosis, at: new Date(NOW + 600_000).toISOString() }
  const routes = { [DIAGNOSE]: { body: later }, [SETTINGS]: { body: settings } }
  const { find } = await examine(await listen('220 relay ESMTP\r\n'), {}, routes)
  assert.deepEqual(
    [find('clock')?.state, find('clock')?.detail],
    ['fail', 'this machine and the server are 600 s apart'],
  )
})

test('the server and port are what the service says, where nobody says otherwise', async () => {
  const elsewhere = { ...diagnosis, steps: [] }
  const routes = { [DIAGNOSE]: { body: elsewhere }, [SETTINGS]: { body: settings } }
  for (const [tls, place] of [
    ['starttls', 'localhost:1'],
    ['implicit', 'localhost:2'],
  ] as const) {
    const { out } = await run(['doctor', '--username', USERNAME, '--tls', tls], routes, ELSEWHERE)
    assert.ok(out.includes(`${place} does not answer`), out)
  }
})

test('as a table: a line each, then what to do', async () => {
  const routes = { [DIAGNOSE]: { body: diagnosis }, [SETTINGS]: { body: settings } }
  const port = String(await listen('220 relay ESMTP\r\n', '250 relay\r\n'))
  const line = ['doctor', '--username', USERNAME, '--server', 'localhost', '--port', port]
  const { exitCode, out, err } = await run(line, routes)
  assert.equal(exitCode, 1)
  assert.match(out, /^Check +Result +What was seen\nserver name +ok +localhost\n/)
  assert.match(out, /^STARTTLS +FAIL +it is not offered$/m)
  assert.match(
    out,
    /\nWhat to do, first thing first\n {2}What answers on this port[^]*\n {2}Assign it\.\n {4}postern role assignment create\n$/,
  )
  assert.match(err, /^error: It cannot send: STARTTLS, right to send\.\nFirst: What answers/)
})

const misuse: readonly { name: string; line: readonly string[]; err: RegExp }[] = [
  { name: 'no user name', line: ['doctor', '--server', 'localhost'], err: /Nothing says which user name/ },
  { name: 'no server', line: ['doctor', '--username', 'printer'], err: /Nothing says which server/ },
  {
    name: 'a sender that is no address',
    line: ['doctor', '--username', 'a', '--from', 'me'],
    err: /me is not a mail address/,
  },
  { name: 'a password as an argument', line: ['doctor', '--username', 'a', '--password=hunter2'], err: /--password/ },
  {
    name: 'a password behind the flag',
    line: ['doctor', '--username', 'a', '--password', 'hunter2'],
    err: /too many arguments/,
  },
]

for (const { name, line, err } of misuse)
  test(`doctor with ${name} is misused`, async () => {
    const result = await run(line, {}, NOBODY)
    assert.equal(result.exitCode, 2)
    assert.match(result.err, err)
    assert.doesNotMatch(result.out + result.err, /hunter2/)
  })
