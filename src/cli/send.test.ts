// `postern send` against a scripted server: what it hands over, what it prints, and where the password may go.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { createServer, type TLSSocket } from 'node:tls'
import { createDevelopmentCa, issueServerCertificates } from '../keys/development-ca.ts'
import { runCommandLine } from './program.ts'
import { resolveSubmission, type SubmissionFlags } from './submission-client.ts'

const SECRET = 'CANARY-application-secret'
const directory = mkdtempSync(join(tmpdir(), 'postern-send-'))

const ca = await createDevelopmentCa(Date.now())
const [{ certificate: cert, privateKey: key }] = await issueServerCertificates(ca, Date.now())
let script: Readonly<Record<string, string>> = {}
let heard: string[] = []
const server = createServer({ key, cert }, converse)
server.on('tlsClientError', () => {})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo

/** Answers each line by its first word, or as the script says for the whole line. */
function converse(socket: TLSSocket): void {
  let inContent = false
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('error', () => {})
  socket.write('220 localhost ESMTP\r\n')
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (inContent && line !== '.') continue
      const reply = replyTo(line, inContent)
      inContent = reply.startsWith('354')
      socket.write(`${reply}\r\n`)
    }
  })
}

function replyTo(line: string, inContent: boolean): string {
  if (!inContent) heard.push(line)
  const verb = inContent ? 'content' : (line.split(/[ :]/)[0]?.toUpperCase() ?? '')
  const usual: Readonly<Record<string, string>> = {
    EHLO: '250-localhost\r\n250 AUTH PLAIN',
    AUTH: '235 2.7.0 Authentication successful',
    DATA: '354 Go on',
    content: '250 2.0.0 Ok: queued as 0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e',
  }
  return script[line] ?? script[verb] ?? usual[verb] ?? '250 2.0.0 Ok'
}

const caFile = join(directory, 'ca.pem')
writeFileSync(caFile, ca.certificate)
const passwordFile = join(directory, 'password')
writeFileSync(passwordFile, 'file-password\n')
function writeQuickstart(name: string, more: object = {}): string {
  const target = mkdtempSync(join(directory, name))
  const quickstart = {
    smtp: { host: 'localhost', port: 2587, implicitTlsPort: port, port25: 2525 },
    caFile,
    tenantId: 'tenant',
    subscriptionId: 's',
    communicationServiceId: '/subscriptions/s',
    senderAddress: 'DoNotReply@example.test',
    application: { applicationId: 'app', clientSecret: SECRET },
    usernames: { dot: 'contoso.app.tenant', pipe: 'p', alias: 'a' },
    endpoint: 'https://localhost:8443/',
    administrator: { applicationId: 'admin', clientSecret: 'admin-secret' },
  }
  writeFileSync(join(target, 'quickstart.json'), JSON.stringify({ ...quickstart, ...more }))
  return target
}
const HERE = { POSTERN_DATA_DIR: writeQuickstart('here-') }
const OVER = { POSTERN_DATA_DIR: writeQuickstart('over-', { secretValid: false }) }
const NOWHERE = { POSTERN_DATA_DIR: join(directory, 'nowhere') }

after(() => {
  server.close()
  rmSync(directory, { recursive: true })
})

type Resolved = {
  readonly host?: string
  readonly port?: number
  readonly username?: string
  readonly password?: string
  readonly from?: string
}
const resolutions: readonly {
  readonly name: string
  readonly flags?: Partial<SubmissionFlags>
  readonly env: Readonly<Record<string, string>>
  readonly expected: Resolved | RegExp
}[] = [
  {
    name: 'the quickstart alone',
    env: HERE,
    expected: {
      host: 'localhost',
      port: 2587,
      username: 'contoso.app.tenant',
      password: SECRET,
      from: 'DoNotReply@example.test',
    },
  },
  {
    name: 'implicit TLS takes its own port',
    flags: { tls: 'implicit' },
    env: HERE,
    expected: { port, password: SECRET },
  },
  { name: 'another door of the quickstart', flags: { port: 2525 }, env: HERE, expected: { password: SECRET } },
  {
    name: 'another user name at the quickstart',
    flags: { username: 'alias' },
    env: HERE,
    expected: { username: 'alias', password: SECRET },
  },
  {
    name: 'POSTERN_PASSWORD comes before the quickstart',
    env: { ...HERE, POSTERN_PASSWORD: 'mine' },
    expected: { password: 'mine' },
  },
  {
    name: 'a password file comes first',
    flags: { passwordFile },
    env: { ...HERE, POSTERN_PASSWORD: 'mine' },
    expected: { password: 'file-password' },
  },
  {
    name: 'the secret of the quickstart goes to no other server',
    flags: { host: 'mail.example.test', username: 'u', from: 'f@example.test' },
    env: HERE,
    expected: /^No password of u was given\.$/,
  },
  {
    name: 'nor to another port of the same host',
    flags: { port: 25, username: 'u', from: 'f@example.test' },
    env: HERE,
    expected: /^No password of u was given\.$/,
  },
  {
    name: 'another server with everything given',
    flags: { host: 'mail.example.test', username: 'u', from: 'f@example.test', tls: 'implicit' },
    env: { ...HERE, POSTERN_PASSWORD: 'mine' },
    expected: { host: 'mail.example.test', port: 465, username: 'u', password: 'mine', from: 'f@example.test' },
  },
  {
    name: 'another server without a sender',
    flags: { host: 'mail.example.test', username: 'u' },
    env: HERE,
    expected: /^There is no sender for mail\.example\.test:587\.$/,
  },
  { name: 'nothing at all', env: NOWHERE, expected: /^There is no quickstart in .*nowhere and no server was named\.$/ },
  {
    name: 'a secret that is over is not tried',
    env: OVER,
    expected: /^The secret in quickstart\.json no longer works\.$/,
  },
]

for (const { name, flags = {}, env, expected } of resolutions)
  test(`send resolves: ${name}`, async () => {
    const terminal = { out: process.stdout, err: process.stderr, env, askSecret: async () => undefined }
    const submission = await resolveSubmission({ tls: 'starttls', ...flags }, terminal)
    if (expected instanceof RegExp) {
      assert.match(submission.type === 'failed' ? submission.what : 'resolved', expected)
      return
    }
    assert.equal(submission.type, 'submission')
    assert.deepEqual({ ...submission, ...expected }, submission)
  })

const QUEUE_ID = '0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e'
const runs: readonly {
  readonly name: string
  readonly line: string
  readonly script?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly exitCode: number
  readonly out?: RegExp | string
  readonly err?: RegExp
}[] = [
  {
    name: 'accepted: the reply and the queue id',
    line: 'send --tls implicit --to one@example.test two@example.test',
    exitCode: 0,
    out: `Reply         250 2.0.0 Ok: queued as ${QUEUE_ID}\nQueue id      ${QUEUE_ID}\nAccepted for  one@example.test\n              two@example.test\n`,
  },
  {
    name: 'accepted, as JSON; the sender is the recipient unless one is named',
    line: 'send --tls implicit --output json',
    exitCode: 0,
    out: /^\{\n {2}"reply": "250 [^"]*",\n {2}"queueId": "0197c1e2[^"]*",\n {2}"accepted": \[\n {4}"DoNotReply@example\.test"\n {2}\],\n {2}"refused": \[\]\n\}\n$/,
  },
  {
    name: 'a refused login names the command that explains it',
    line: 'send --tls implicit',
    script: { AUTH: '535 5.7.8 Authentication unsuccessful [7K3M9QXW2B]' },
    exitCode: 1,
    out: '',
    err: /^error: The server refused AUTH PLAIN: 535 5\.7\.8 Authentication unsuccessful \[7K3M9QXW2B\]\nRun: postern explain 7K3M9QXW2B\n$/,
  },
  {
    name: 'a refused sender',
    line: 'send --tls implicit',
    script: { MAIL: '550 5.1.7 The specified sender domain has not been linked.' },
    exitCode: 1,
    err: /^error: The server refused MAIL FROM: 550 5\.1\.7 .*\nSee what the service allows: postern communication settings\n$/,
  },
  {
    name: 'a refusal after the content, for now',
    line: 'send --tls implicit',
    script: { content: '451 4.3.0 Temporary failure' },
    exitCode: 1,
    err: /^error: The server refused .*: 451 4\.3\.0 Temporary failure\nTry again in a moment\.\n$/,
  },
  {
    name: 'one of two recipients refused: both are told, and it is a failure',
    line: 'send --tls implicit --to one@example.test two@example.test',
    script: { 'RCPT TO:<two@example.test>': '452 4.5.3 Too many recipients' },
    exitCode: 1,
    out: /Accepted for {2}one@example\.test\n$/,
    err: /^error: The server refused two@example\.test: 452 4\.5\.3 Too many recipients\n/,
  },
  {
    name: 'a reply cannot drive the terminal',
    line: 'send --tls implicit',
    script: { AUTH: '535 5.7.8 \u001b[2J\u0007' },
    exitCode: 1,
    err: /535 5\.7\.8 \\u001b\[2J\\u0007\n/,
  },
  {
    name: 'a certificate that is not trusted gets no password',
    line: 'send --tls implicit --ca-file /dev/null',
    exitCode: 1,
    err: /^error: Could not send through localhost:\d+: .*\nCheck --tls, --port and --ca-file\.\n$/,
  },
  {
    name: 'nobody there',
    line: 'send --host localhost --port 1 --username u --from f@example.test',
    env: { POSTERN_PASSWORD: 'p' },
    exitCode: 1,
    err: /^error: Could not send through localhost:1: .*\nIs it running\? Start the quickstart with `npm start`, or name another server/,
  },
  {
    name: 'a foreign port says why the quickstart is not used there',
    line: 'send --port 1',
    exitCode: 1,
    err: /^error: There is no user name for localhost:1\.\nGive --username and --from: those of the quickstart are for its own ports \(2587, \d+, 2525\)\.\n$/,
  },
  {
    name: 'what is no address is a mistake, and nobody is asked',
    line: 'send --tls implicit --to someone',
    exitCode: 2,
    err: /^error: someone is not a mail address\.\n/,
  },
]

for (const { name, line, script: lines = {}, env = {}, exitCode, out, err } of runs)
  test(`send: ${name}`, async () => {
    script = lines
    heard = []
    const text = { out: '', err: '' }
    const terminal = {
      out: { write: (piece: string) => (text.out += piece) },
      err: { write: (piece: string) => (text.err += piece) },
      env: { ...HERE, ...env },
      askSecret: async () => undefined,
    }
    assert.equal(await runCommandLine(line.split(' '), terminal, () => 0), exitCode, text.err)
    if (typeof out === 'string') assert.equal(text.out, out)
    else if (out !== undefined) assert.match(text.out, out)
    if (err === undefined) assert.equal(text.err, '')
    else assert.match(text.err, err)
    assert.doesNotMatch(text.out + text.err, /CANARY/)
    if (line.includes('/dev/null') || exitCode === 2) assert.deepEqual(heard, [])
  })
