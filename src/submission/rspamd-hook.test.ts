import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import type { CheckedMessage } from './content-hook.ts'
import { createRspamdHook, type RspamdSettings } from './rspamd-hook.ts'

const CONTENT = Buffer.from('From: a@contoso.com\r\n\r\nbody\r\n')

const MESSAGE: CheckedMessage = {
  queueId: '0190f3a1-1111-7222-8333-944455556666',
  reversePath: 'a@contoso.com',
  recipients: ['b@example.org', 'zoë@example.org'],
  client: { address: '192.0.2.1', name: 'app.contoso.com' },
  username: 'contoso.app.tenant',
  size: CONTENT.length,
  async *open() {
    yield CONTENT.subarray(0, 5)
    yield CONTENT.subarray(5)
  },
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const answer =
  (body: unknown, status = 200): Handler =>
  (request, response) => {
    request.resume()
    request.on('end', () =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(typeof body === 'string' ? body : JSON.stringify(body)),
    )
  }

async function open(t: TestContext, handler: Handler, rest: Partial<RspamdSettings> = {}) {
  let handle = handler
  const requests: { headers: string[]; body: Promise<string> }[] = []
  const server = createServer((request, response) => {
    const body = collect(request)
    requests.push({ headers: request.rawHeaders, body })
    handle(request, response)
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => void sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const parts = connect(t, port, rest)
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    ...parts,
    requests,
    sockets,
    handleWith(next: Handler) {
      handle = next
    },
  }
}

function connect(t: TestContext, port: number, rest: Partial<RspamdSettings> = {}) {
  const clock = new ManualClock()
  const findings: string[] = []
  const hook = createRspamdHook(
    {
      url: `http://127.0.0.1:${port}/checkv2`,
      timeout: 10_000,
      onFailure: 'refuse',
      hostname: 'mail.example.net',
      ...rest,
    },
    { clock, onFinding: ({ type }) => void findings.push(type) },
  )
  t.after(() => hook.close())
  return { hook, clock, findings }
}

async function collect(request: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const piece of request) text += String(piece)
  } catch {
    return `${text} [cut]`
  }
  return text
}

const ANSWERS: readonly { name: string; handler: Handler; expected: [string, RegExp] }[] = [
  {
    name: 'no action',
    handler: answer({ action: 'no action', score: 0.1 }),
    expected: ['accepted', /"no action" \(0\.1\)/],
  },
  { name: 'add header', handler: answer({ action: 'add header' }), expected: ['accepted', /"add header"/] },
  { name: 'rewrite subject', handler: answer({ action: 'rewrite subject' }), expected: ['accepted', /rewrite/] },
  { name: 'greylist', handler: answer({ action: 'greylist' }), expected: ['deferred', /greylist/] },
  { name: 'soft reject', handler: answer({ action: 'soft reject' }), expected: ['deferred', /soft reject/] },
  {
    name: 'reject',
    handler: answer({
      action: 'reject',
      score: 15.2,
      required_score: 15,
      messages: { smtp_message: 'Gtube\r\n250 ok\u202e' },
    }),
    expected: ['refused', /^it says "reject" \(15\.2 of 15\): Gtube\?\?250 ok\?$/],
  },
  {
    name: 'members of other types than they should have',
    handler: answer({ action: 'reject', score: 'high', messages: [] }),
    expected: ['refused', /^it says "reject"$/],
  },
  {
    name: 'an action of nobody',
    handler: answer({ action: 'ask\u0007' }),
    expected: ['unavailable', /"ask\?", which is not known/],
  },
  { name: 'no JSON', handler: answer('<html>'), expected: ['unavailable', /cannot be understood/] },
  { name: 'JSON of something else', handler: answer([1]), expected: ['unavailable', /cannot be understood/] },
  {
    name: 'an endless answer',
    handler: answer(`{"a":"${'x'.repeat(65 * 1024)}"}`),
    expected: ['unavailable', /too large/],
  },
  { name: 'a wrong password', handler: answer('{}', 403), expected: ['unavailable', /it answers 403/] },
  { name: 'an error', handler: answer('{}', 500), expected: ['unavailable', /it answers 500/] },
  {
    name: 'a redirect',
    handler: (request, response) => {
      request.resume()
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
    },
    expected: ['unavailable', /it answers 307/],
  },
  {
    name: 'an end in the middle',
    handler: (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy())
    },
    expected: ['unavailable', /the connection failed \(UND_ERR_SOCKET\)/],
  },
]

for (const { name, handler, expected } of ANSWERS)
  test(`an answer: ${name}`, async (t) => {
    const { hook, findings } = await open(t, handler)
    const { type, detail } = await hook.check(MESSAGE)
    assert.equal(type, expected[0])
    assert.match(detail, expected[1])
    assert.deepEqual(findings, [type])
  })

test('the request says who, to whom and from where, and holds the message', async (t) => {
  const { hook, requests } = await open(t, answer({ action: 'no action' }), { password: 'q1' })
  await hook.check(MESSAGE)
  const [request] = requests
  const fields = request?.headers.flatMap((name, index, all) =>
    index % 2 === 0 ? [`${name}: ${Buffer.from(all[index + 1] ?? '', 'latin1').toString('utf8')}`] : [],
  )
  for (const field of [
    'Queue-Id: 0190f3a1-1111-7222-8333-944455556666',
    'From: a@contoso.com',
    'Rcpt: b@example.org',
    'Rcpt: zoë@example.org',
    'IP: 192.0.2.1',
    'Helo: app.contoso.com',
    'User: contoso.app.tenant',
    'MTA-Name: mail.example.net',
    'Password: q1',
    `content-length: ${CONTENT.length}`,
  ])
    assert.ok(fields?.includes(field), `${field} in ${fields?.join('\n')}`)
  assert.equal(await request?.body, CONTENT.toString())
})

test('what others chose cannot end a header field', async (t) => {
  const { hook, requests } = await open(t, answer({ action: 'no action' }))
  await hook.check({ ...MESSAGE, client: { address: '::1', name: 'x\r\nIP: 127.0.0.1' } })
  assert.ok(requests[0]?.headers.includes('x??IP: 127.0.0.1'))
})

test('connections are kept, and one that was closed meanwhile costs nothing', async (t) => {
  const { hook, sockets, requests } = await open(t, answer({ action: 'no action' }))
  for (let count = 0; count < 6; count++) await hook.check(MESSAGE)
  // The client has another one ready before the first is seen to be free.
  assert.ok(sockets.size <= 2, `${sockets.size} connections`)
  for (const socket of sockets) socket.destroy()
  assert.equal((await hook.check(MESSAGE)).type, 'accepted')
  assert.equal(requests.length, 7)
})

test('silence ends with the time that there is, and the next messages do not wait', async (t) => {
  const { hook, clock, requests, handleWith, findings } = await open(t, () => {})
  const finding = hook.check(MESSAGE)
  await requestCame(requests, 1)
  clock.advance(10_000)
  assert.deepEqual(await finding, { type: 'unavailable', detail: 'it did not answer in time' })
  assert.match((await hook.check(MESSAGE)).detail, /left alone/)
  assert.equal(requests.length, 1)

  handleWith(answer({ action: 'no action' }))
  clock.advance(1000)
  assert.equal((await hook.check(MESSAGE)).type, 'accepted')
  assert.equal((await hook.check(MESSAGE)).type, 'accepted')
  assert.deepEqual(findings, ['unavailable', 'unavailable', 'accepted', 'accepted'])
})

test('after a failure one message at a time finds out, and is left alone longer each time', async (t) => {
  const { hook, clock, requests, handleWith } = await open(t, answer('{}', 503))
  await hook.check(MESSAGE)
  handleWith(() => {})
  clock.advance(1000)
  const probe = hook.check(MESSAGE)
  assert.match((await hook.check(MESSAGE)).detail, /left alone/)
  await requestCame(requests, 2)
  clock.advance(10_000)
  assert.equal((await probe).type, 'unavailable')
  clock.advance(1999)
  assert.match((await hook.check(MESSAGE)).detail, /left alone/)
  handleWith(answer({ action: 'reject' }))
  clock.advance(1)
  assert.equal((await hook.check(MESSAGE)).type, 'refused')
})

test('nonsense costs no time, so each message is asked about', async (t) => {
  const { hook, requests } = await open(t, answer('nonsense'))
  await hook.check(MESSAGE)
  await hook.check(MESSAGE)
  assert.equal(requests.length, 2)
})

test('nobody there', async (t) => {
  const server = createTcpServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  const { hook } = connect(t, port)
  assert.deepEqual(await hook.check(MESSAGE), {
    type: 'unavailable',
    detail: 'the connection failed (ECONNREFUSED)',
  })
})

test('a message that cannot be read is not held against the check', async (t) => {
  const { hook } = await open(t, answer({ action: 'no action' }))
  const broken: CheckedMessage = {
    ...MESSAGE,
    async *open() {
      yield CONTENT.subarray(0, 5)
      throw new Error('no such content')
    },
  }
  assert.match((await hook.check(broken)).detail, /could not be read from the store/)
  assert.equal((await hook.check(MESSAGE)).type, 'accepted')
})

test('of a large message no more is read than a reader takes', async (t) => {
  const pieces = 1024
  const piece = Buffer.alloc(64 * 1024, 0x61)
  let taken = 0
  const large: CheckedMessage = {
    ...MESSAGE,
    size: pieces * piece.length,
    async *open() {
      for (; taken < pieces; taken++) yield piece
    },
  }
  // It reads nothing of the body before it answers: what lies between is buffers of sockets.
  const { hook } = await open(t, (request, response) => {
    request.pause()
    request.removeAllListeners('data')
    response.writeHead(200, { connection: 'close' }).end(JSON.stringify({ action: 'reject' }))
  })
  const { type } = await hook.check(large)
  assert.ok(type === 'refused' || type === 'unavailable')
  assert.ok(taken < pieces / 2, `${taken} of ${pieces} pieces were read`)
})

async function requestCame(requests: readonly unknown[], count: number): Promise<void> {
  while (requests.length < count) await new Promise((resolve) => setImmediate(resolve))
}
