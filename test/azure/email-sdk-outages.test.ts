// What Azure's e-mail client meets when the service cannot do its work, and when it comes back long after it has signed: over real
// connections, with a service whose store can be out and whose clock is set by hand. Azure: data-plane reference §2.5, §2.7-2.9.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, mock, test } from 'node:test'
import { openEmailFixture } from '../../src/http/email/email.fixture.ts'
import { startHttpsServer } from '../../src/http/serve.ts'
import { createDevelopmentCa, issueServerCertificates } from '../../src/keys/development-ca.ts'
import { secureContextOptions } from '../../src/keys/secure-context.ts'
import { ticketKeysAt } from '../../src/keys/ticket-keys.ts'
import { StoreError } from '../../src/storage/store-error.ts'
import { A } from '../../src/storage/two-tenants.fixture.ts'
import { startLosingProxy } from '../fixtures/losing-proxy.ts'
import { errorOf } from './azure-clients.ts'
import { connectByKey, emailOf, type EmailOptions } from './email-clients.ts'

const HOUR = 3_600_000
const SENDER = 'DoNotReply@contoso.example'
const fixture = await openEmailFixture({ defaultResource: () => 'contoso' })
const { storage, state } = fixture
state.now = Date.now()
const { certificate: ca, ...authority } = await createDevelopmentCa(Date.now())
const secureContext = secureContextOptions(
  await issueServerCertificates({ certificate: ca, ...authority }, Date.now()),
  ticketKeysAt(Buffer.alloc(32), Date.now()),
)
const server = await startHttpsServer({ app: fixture.app, address: '127.0.0.1', port: 0, secureContext })
after(async () => {
  await server.close(0)
  await fixture.close()
})
const endpoint = `https://localhost:${server.port}/`
const proxy = await startLosingProxy({ after }, { endpoint, ca })
const connectionString = `endpoint=${endpoint};accesskey=${Buffer.from(fixture.contoso.keys.primary).toString('base64')}`
const connect = (options: EmailOptions = {}) => connectByKey({ ca }, connectionString, options)
const throughProxy = () => connect({ endpoint: proxy.endpoint, ca: [proxy.ca] })

const queued = async (subject: string): Promise<number> =>
  (await storage.read.messages.search({ tenantId: A.tenantId, limit: 1000 })).messages.filter(
    (one) => one.subject === subject,
  ).length

/** Sends without waiting for an end: nobody delivers here. */
const send = (client: ReturnType<typeof connect>['client'], subject: string) =>
  client.beginSend(emailOf(SENDER, subject))

const later = (time: number) => () => void (state.now += time)

test('an answer that was lost is got an hour later by the old signature', async (t) => {
  t.after(later(-HOUR))
  const [subject, { client, tries }] = [`lost ${randomUUID()}`, throughProxy()]
  proxy.lose({ what: 'answer', meanwhile: later(HOUR) })
  // The look at the operation is signed anew, by the clock of the client, an hour behind.
  const look = await errorOf(send(client, subject))
  assert.deepEqual([look.statusCode, look.code], [401, 'Denied'])
  assert.deepEqual(
    tries.map(({ method, status }) => [method, status]),
    [
      ['POST', undefined],
      ['POST', 202],
      ['GET', 401],
    ],
  )
  assert.equal(new Set(tries.slice(0, 2).map(({ sent }) => sent['authorization'])).size, 1)
  assert.equal(await queued(subject), 1)
})

test('a request that never came is refused an hour later: its signature is too old to begin anything', async (t) => {
  t.after(later(-HOUR))
  const [subject, { client, tries }] = [`never came ${randomUUID()}`, throughProxy()]
  proxy.lose({ what: 'request', meanwhile: later(HOUR) })
  const { statusCode, code, message } = await errorOf(send(client, subject))
  assert.deepEqual([statusCode, code], [401, 'Denied'])
  assert.match(message, /^Denied by the resource provider\. .* differ by 5 minutes at most/)
  assert.equal(tries.length, 2)
  assert.equal(await queued(subject), 0)
})

const out = () => Promise.reject(new StoreError('unavailable', 'the inside'))
const { spool } = fixture.submission
/** What cannot be done: asked for by name, each time anew. */
const outages = [
  ['names', () => mock.method(storage.read.resources, 'findCommunicationService', out)],
  ['keys', () => mock.method(storage.read.sealed, 'readSealed', out)],
  ['rights', () => mock.method(storage.read.directory, 'readEpoch', out)],
  ['requests that came before', () => mock.method(storage.read.emailOperations, 'findRepeated', out)],
  ['room for content', () => mock.method(storage.content, 'begin', () => ({ append: out, seal: out, drop: () => {} }))],
  [
    'a queue',
    () => mock.method(spool, 'enqueue', async () => ({ type: 'unavailable', detail: 'the inside' }) as const),
  ],
  ['room in the queue', () => mock.method(spool, 'enqueue', async () => ({ type: 'full' }) as const)],
] as const

for (const [what, fail] of outages)
  test(`without ${what}: 503 with a time to come back, and the message is sent once when it is over`, async () => {
    const subject = `outage ${randomUUID()}`
    const failing = fail()
    const { client, tries } = connect({ maxRetries: 0 })
    const { statusCode, code, message } = await errorOf(send(client, subject))
    failing.mock.restore()
    assert.ok(failing.mock.callCount() > 0)
    assert.deepEqual([statusCode, code], [503, 'ServiceUnavailable'])
    assert.doesNotMatch(message, /the inside/)
    assert.match(tries[0]?.retryAfter ?? '', /^[1-5]$/)
    await send(client, subject)
    assert.equal(await queued(subject), 1)
  })

test('a client that is told to come back does, by itself', async () => {
  const subject = `comes back ${randomUUID()}`
  const failing = mock.method(storage.read.emailOperations, 'findRepeated', out)
  const { client, tries } = connect({ onAnswer: async () => failing.mock.restore() })
  await send(client, subject)
  assert.deepEqual(
    tries.filter(({ method }) => method === 'POST').map(({ status }) => status),
    [503, 202],
  )
  assert.equal(await queued(subject), 1)
})
