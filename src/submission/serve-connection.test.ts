import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectPlain, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { createDevelopmentCa, issueServerCertificates } from '../keys/development-ca.ts'
import { createServerSecureContext } from '../keys/secure-context.ts'
import { ticketKeysAt } from '../keys/ticket-keys.ts'
import type { ContentStore } from '../content/content.ts'
import type { NewMessage } from '../spool/spool.ts'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import { openSubmissionFixture, type SubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import type { Door } from './door.ts'
import { serveConnection } from './serve-connection.ts'
import type { SubmissionService } from './submission.ts'

const LIMITS = {
  recipients: 100,
  size: 1_000_000,
  idle: 300_000,
  idleBeforeAuthentication: 60_000,
  handshake: 15_000,
  contentStall: 180_000,
  sessionAge: 3_600_000,
  messagesPerSession: 3,
  received: 100,
}
const SENDER = 'DoNotReply@mail.example.test'
const BEGIN = `MAIL FROM:<${SENDER}>\r\nRCPT TO:<you@example.test>\r\nDATA\r\n`
const MESSAGE = `From: <${SENDER}>\r\nSubject: x\r\n\r\nbody\r\n.\r\n`

let fixture: SubmissionFixture
let doors: Record<'starttls' | 'implicit', Door>
let ca: string

before(async () => {
  fixture = await openSubmissionFixture()
  const authority = await createDevelopmentCa(Date.now())
  const certificates = await issueServerCertificates(authority, Date.now())
  const context = createServerSecureContext(certificates, ticketKeysAt(new Uint8Array(32), Date.now()))
  ca = authority.certificate
  const secureContext = () => context
  doors = {
    starttls: { name: 'submission', implicitTls: false, secureContext },
    implicit: { name: 'submissions', implicitTls: true, secureContext },
  }
})
after(() => fixture.close())

/** Keeps small contents in memory; `fail` is thrown by the next append when set. */
function memoryContent(failure: { error?: Error }): ContentStore {
  return {
    begin() {
      const pieces: Uint8Array[] = []
      return {
        async append(chunk) {
          if (failure.error !== undefined) throw failure.error
          pieces.push(chunk)
        },
        async seal() {
          const octets = Buffer.concat(pieces)
          return { kind: 'inline', size: octets.length, octets }
        },
        drop() {},
      }
    },
    open: () => assert.fail('nothing is read here'),
    close: async () => {},
  }
}

async function open(doorName: 'starttls' | 'implicit') {
  const clock = new ManualClock(fixture.now)
  const accepted: NewMessage[] = []
  const failure: { error?: Error } = {}
  const bugs: unknown[] = []
  let hold: Promise<void> | undefined
  let keeping: Promise<void> | undefined
  const service: SubmissionService = {
    options: {
      hostname: 'mail.example.test',
      mechanisms: ['PLAIN', 'LOGIN'],
      rejectAfter: 1000,
      requiredActions: DEFAULT_REQUIRED_ACTIONS,
      limits: LIMITS,
    },
    ...fixture.storage.read,
    provider: fixture.provider(fixture.storage.read.directory),
    loginLimits: fixture.loginLimits(() => clock.now()),
    spool: {
      enqueue: async (message: NewMessage) => {
        await hold
        accepted.push(message)
        return { type: 'queued' }
      },
    } as never,
    content: memoryContent(failure),
    uses: { mark: () => {} },
    decisions: {
      record: async () => 'REFERENCE0',
      begin: () => ({ reference: 'REFERENCE0', kept: keeping ?? Promise.resolve() }),
    },
    clock,
    nextQueueId: () => '01900000-0000-7000-8000-000000000000',
    counters: { session() {}, authentication() {}, accepted() {}, refused() {}, loginDelayed() {} },
    onBug: (error) => bugs.push(error),
  }
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const accept = once(server, 'connection') as Promise<[Socket]>
  const raw = connectPlain({ port, host: '127.0.0.1', noDelay: true })
  const [accepting] = await accept
  server.close()
  const connection = serveConnection(accepting, doors[doorName], service)
  const client = new Client(raw)
  return {
    clock,
    accepted,
    failure,
    bugs,
    connection,
    client,
    holdDecisions() {
      let release = () => {}
      keeping = new Promise((resolve) => {
        release = resolve
      })
      return () => release()
    },
    holdEnqueue() {
      let release = () => {}
      hold = new Promise((resolve) => {
        release = resolve
      })
      return () => release()
    },
    async end() {
      client.socket.destroy()
      connection.drain()
      await connection.closed
      assert.deepEqual(bugs, [])
      assert.equal(clock.pending, 0, 'no timer is left behind')
    },
  }
}

class Client {
  socket: Socket
  received = ''
  ended = false

  constructor(socket: Socket) {
    this.socket = socket
    this.#listen()
  }

  #listen(): void {
    this.socket.on('data', (octets: Buffer) => {
      this.received += octets.toString('latin1')
      this.socket.emit('progress')
    })
    this.socket.on('error', () => {})
    for (const end of ['end', 'close'])
      this.socket.once(end, () => {
        this.ended = true
        this.socket.emit('progress')
      })
  }

  async secure(): Promise<void> {
    this.socket.removeAllListeners()
    const secured = connectTls({ socket: this.socket, ca, servername: 'localhost' })
    await once(secured, 'secureConnect')
    this.socket = secured
    this.#listen()
  }

  /** Waits until so many whole lines have come, or the end, and takes everything received. */
  async lines(count: number): Promise<string[]> {
    while (this.received.split('\r\n').length - 1 < count && !this.ended) await once(this.socket, 'progress')
    const lines = this.received.split('\r\n').slice(0, -1)
    this.received = ''
    return lines
  }

  async ehlo(): Promise<void> {
    this.socket.write('EHLO app.example.test\r\n')
    while (!/^250 [^\r]*\r\n$/m.test(this.received)) await once(this.socket, 'progress')
    this.received = ''
  }

  async say(octets: string, count = 1): Promise<string[]> {
    this.socket.write(octets, 'latin1')
    return this.lines(count)
  }
}

type Opened = Awaited<ReturnType<typeof open>>

async function openAuthenticated(): Promise<Opened> {
  const opened = await open('implicit')
  await opened.client.secure()
  assert.match((await opened.client.lines(1))[0] ?? '', /^220 /)
  await opened.client.ehlo()
  assert.deepEqual(await opened.client.say(`AUTH PLAIN ${plain(fixture.secret)}\r\n`), [
    '235 2.7.0 Authentication successful',
  ])
  return opened
}

const plain = (secret: string) => Buffer.from(`\0${fixture.username({})}\0${secret}`).toString('base64')

/** Lets sockets and promises of both ends come to rest. */
async function rest(): Promise<void> {
  for (let i = 0; i < 20; i++) await settleMicrotasks()
}

test('a whole transaction in one segment is answered in order and queued once', async () => {
  const { client, accepted, end } = await openAuthenticated()
  assert.deepEqual(await client.say(BEGIN, 3), [
    '250 2.1.0 Sender ok',
    '250 2.1.5 Recipient ok',
    '354 End data with <CR><LF>.<CR><LF>',
  ])
  assert.deepEqual(await client.say(`${MESSAGE}NOOP\r\n`, 2), [
    '250 2.0.0 Ok: queued as 01900000-0000-7000-8000-000000000000',
    '250 2.0.0 Ok',
  ])
  assert.equal(accepted[0]?.envelope.reversePath, SENDER)
  await end()
  const { listener, tls, login, grant } = accepted[0]?.envelope.acceptance ?? {}
  assert.deepEqual([listener, login], ['submissions', { at: fixture.now, method: 'PLAIN' }])
  assert.match(tls ?? '', /^TLSv1\.3 TLS_\w+$/)
  assert.equal(grant?.roles[0]?.role, 'Contributor')
})

test('a command behind an undecided end of data waits for the decision', async () => {
  const { client, holdEnqueue, end } = await openAuthenticated()
  await client.say(BEGIN, 3)
  const release = holdEnqueue()
  client.socket.write(`${MESSAGE}NOOP\r\n`)
  await rest()
  assert.equal(client.received, '')
  release()
  assert.equal((await client.lines(2)).length, 2)
  await end()
})

test('a refusal of the engine is told when its trace is kept, and with it what was said before', async () => {
  const { client, holdDecisions, end } = await openAuthenticated()
  const release = holdDecisions()
  client.socket.write('NOOP\r\nRCPT TO:<you@example.test>\r\nNOOP\r\n')
  await rest()
  assert.equal(client.received, '')
  release()
  assert.deepEqual(await client.lines(3), [
    '250 2.0.0 Ok',
    '503 5.5.1 Bad sequence of commands [REFERENCE0]',
    '250 2.0.0 Ok',
  ])
  await end()
})

test('a refused login is answered at the fixed moment, neither sooner nor for other reasons', async () => {
  const { client, clock, end } = await open('implicit')
  await client.secure()
  await client.lines(1)
  await client.ehlo()
  client.socket.write(`AUTH PLAIN ${plain('wrong')}\r\n`)
  await rest()
  clock.advance(999)
  await rest()
  assert.equal(client.received, '')
  clock.advance(1)
  assert.deepEqual(await client.lines(1), ['535 5.7.8 Authentication unsuccessful [REFERENCE0]'])
  await end()
})

const idle: readonly { name: string; authenticated: boolean; limit: number }[] = [
  { name: 'one minute before authentication', authenticated: false, limit: 60_000 },
  { name: 'five minutes after it', authenticated: true, limit: 300_000 },
]
for (const { name, authenticated, limit } of idle) {
  test(`an idle session is told 421 after ${name}, and octets that are no command do not prolong it`, async () => {
    const { client, clock, connection, end } = authenticated ? await openAuthenticated() : await open('starttls')
    if (!authenticated) await client.lines(1)
    clock.advance(limit - 1000)
    client.socket.write('NOO')
    await rest()
    assert.equal(client.received, '')
    clock.advance(1000)
    assert.deepEqual(await client.lines(1), ['421 4.4.2 Idle for too long, closing'])
    client.socket.end()
    await connection.closed
    await end()
  })
}

test('commands prolong a session before authentication only so often', async () => {
  const { client, clock, connection, end } = await open('starttls')
  await client.lines(1)
  for (let i = 0; i < 5; i++) {
    clock.advance(59_000)
    assert.deepEqual(await client.say('NOOP\r\n'), ['250 2.0.0 Ok'])
  }
  clock.advance(5_000)
  assert.match((await client.lines(1))[0] ?? '', /^421 4\.4\.2/)
  client.socket.end()
  await connection.closed
  await end()
})

test('a peer that never shakes hands is dropped', async () => {
  const { clock, connection, end } = await open('implicit')
  clock.advance(15_000)
  await connection.closed
  await end()
})

test('garbage instead of a handshake ends the connection and nothing else', async () => {
  const { client, connection, end } = await open('implicit')
  client.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await connection.closed
  await end()
})

test('octets sent before the handshake are thrown away', async () => {
  const { client, end } = await open('starttls')
  await client.lines(1)
  await client.ehlo()
  await client.say('STARTTLS\r\nEHLO injected.example.test\r\nNOOP\r\n')
  await client.secure()
  await rest()
  assert.equal(client.received, '')
  assert.match((await client.say('MAIL FROM:<a@b.test>\r\n'))[0] ?? '', /^503 5\.5\.1/)
  await end()
})

test('content that comes too slowly is given up', async () => {
  const { client, clock, accepted, connection, end } = await openAuthenticated()
  await client.say(BEGIN, 3)
  for (let i = 0; i < 4; i++) {
    client.socket.write('x')
    await rest()
    clock.advance(8_000)
  }
  assert.match((await client.lines(1))[0] ?? '', /^421 4\.4\.2/)
  client.socket.end()
  await connection.closed
  assert.equal(accepted.length, 0)
  await end()
})

test('a store that fails in the middle of the data gives 451 at its end, and the session goes on', async () => {
  const { client, accepted, failure, end } = await openAuthenticated()
  await client.say(BEGIN, 3)
  failure.error = Object.assign(new Error('gone'), { code: 'unavailable' })
  assert.match((await client.say(MESSAGE))[0] ?? '', /^451 4\.3\.0/)
  failure.error = Object.assign(new Error('full'), { code: 'full' })
  await client.say(BEGIN, 3)
  assert.match((await client.say(MESSAGE))[0] ?? '', /^452 4\.3\.1/)
  delete failure.error
  await client.say(BEGIN, 3)
  assert.match((await client.say(MESSAGE))[0] ?? '', /^250 2\.0\.0/)
  assert.equal(accepted.length, 1)
  await end()
})

test('on drain an idle session is told 421 at once and one in the middle of a message after its reply', async () => {
  const idleOne = await openAuthenticated()
  idleOne.connection.drain()
  assert.deepEqual(await idleOne.client.lines(1), ['421 4.3.2 Service shutting down, closing'])
  const busy = await openAuthenticated()
  await busy.client.say(BEGIN, 3)
  busy.connection.drain()
  await rest()
  assert.equal(busy.client.received, '')
  const lines = await busy.client.say(MESSAGE, 2)
  assert.match(lines[0] ?? '', /^250 2\.0\.0/)
  assert.match(lines[1] ?? '', /^421 4\.3\.2/)
  await idleOne.end()
  await busy.end()
})

test('on drain a transaction that has begun goes on to its end', async () => {
  const { client, accepted, connection, end } = await openAuthenticated()
  await client.say(`MAIL FROM:<${SENDER}>\r\n`)
  connection.drain()
  await rest()
  assert.match((await client.say('RCPT TO:<to@example.test>\r\n'))[0] ?? '', /^250 /)
  assert.match((await client.say('DATA\r\n'))[0] ?? '', /^354 /)
  const lines = await client.say(MESSAGE, 2)
  assert.match(lines[0] ?? '', /^250 2\.0\.0/)
  assert.match(lines[1] ?? '', /^421 4\.3\.2/)
  assert.equal(accepted.length, 1)
  await end()
})

test('on drain a handshake that has begun goes on to its end, and is told 421', async () => {
  const { client, connection, end } = await open('starttls')
  await client.lines(1)
  await client.ehlo()
  await client.say('STARTTLS\r\n')
  connection.drain()
  await client.secure()
  assert.deepEqual(await client.lines(1), ['421 4.3.2 Service shutting down, closing'])
  await end()
})

test('dismissed in a handshake, a session ends', async () => {
  const { connection, end } = await open('implicit')
  connection.drain()
  connection.dismiss()
  await connection.closed
  await end()
})

test('dismissed in a transaction, a session is told 421', async () => {
  const { client, connection, end } = await openAuthenticated()
  await client.say(`MAIL FROM:<${SENDER}>\r\n`)
  connection.drain()
  await rest()
  assert.equal(client.received, '')
  connection.dismiss()
  assert.deepEqual(await client.lines(1), ['421 4.3.2 Service shutting down, closing'])
  await end()
})

test('a session ends politely after its number of messages', async () => {
  const { client, end } = await openAuthenticated()
  for (let i = 0; i < 2; i++) {
    await client.say(BEGIN, 3)
    await client.say(MESSAGE)
  }
  await client.say(BEGIN, 3)
  const lines = await client.say(MESSAGE, 2)
  assert.match(lines[1] ?? '', /^421 4\.7\.0/)
  await end()
})

test('a close in the middle of a message queues nothing', async () => {
  const { client, accepted, connection, end } = await openAuthenticated()
  await client.say(BEGIN, 3)
  client.socket.write('Subject: half\r\n')
  await rest()
  client.socket.end()
  await connection.closed
  assert.equal(accepted.length, 0)
  await end()
})

test('a client that sends everything and closes its side still gets its answers', async () => {
  const { client, end } = await openAuthenticated()
  client.socket.end('NOOP\r\nNOOP\r\n')
  assert.deepEqual(await client.lines(2), ['250 2.0.0 Ok', '250 2.0.0 Ok'])
  await end()
})
