// The way out through Azure Communication Services, against a stand-in over real TLS with a real store: what each answer comes to, and
// that no trouble whatever makes a second message of one.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { type AcsFault, type AcsServer } from '../../test/fixtures/acs-server.ts'
import { startEntraServer } from '../../test/fixtures/entra-server.ts'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { systemClock } from '../config/clock.ts'
import { queueIdAt } from '../storage/mail-store.fixture.ts'
import { AT } from '../storage/two-tenants.fixture.ts'
import { brief, deliver, MESSAGE, MovedClock, shipmentOf, startAcsRig } from './acs.fixture.ts'
import { readConnectionString } from './acs.ts'
import { MissingPackages, openAcs } from './acs-upstream.ts'

const countOf = ({ requests }: AcsServer, method: string) => requests.filter((one) => one.method === method).length

test('a message is delivered when the upstream has it and is done', async (context) => {
  const { server, transport } = await startAcsRig(context)
  const recipients = ['one@example.com', 'two@example.com']
  const outcomes = await deliver(transport, { recipients })
  assert.deepEqual(brief(outcomes), ['delivered 2.0.0', 'delivered 2.0.0'])
  const [taken] = server.taken
  assert.equal(server.taken.length, 1)
  assert.deepEqual(taken?.body.recipients, { to: [], bcc: recipients.map((address) => ({ address })) })
  assert.equal(taken.body.userEngagementTrackingDisabled, true)
  assert.deepEqual(outcomes[0]?.remote, {
    host: new URL(server.endpoint).host,
    reply: `operation ${taken.operationId}`,
  })
  assert.deepEqual([countOf(server, 'POST'), countOf(server, 'GET')], [1, 1])
})

const NEXT = 'next'
const answers: readonly [AcsFault, outcome: string, diagnostic: RegExp][] = [
  [
    { status: 404, code: 'DomainNotLinked' },
    `failed 5.1.7 ${NEXT}`,
    /404 DomainNotLinked: The specified sender domain/,
  ],
  [{ status: 400, code: 'DomainNotLinked' }, `failed 5.1.7 ${NEXT}`, /has not been linked/],
  [{ status: 400, code: 'InvalidSenderUserName' }, `failed 5.7.1 ${NEXT}`, /InvalidSenderUserName/],
  [{ status: 400, code: 'BadRequest' }, `failed 5.6.0 ${NEXT}`, /BadRequest/],
  [{ status: 413, code: 'RequestTooLarge' }, `failed 5.3.4 ${NEXT}`, /413/],
  [{ status: 401, code: 'Denied' }, `deferred 4.7.0 ${NEXT}`, /does not let us in: 401 Denied: Denied by the resource/],
  [{ status: 403, code: 'Forbidden' }, `deferred 4.7.0 ${NEXT}`, /403 Forbidden/],
  [{ status: 404, code: 'ResourceNotFound' }, `deferred 4.7.0 ${NEXT}`, /404/],
  [{ status: 429, code: 'TooManyRequests', retryAfter: '7' }, 'deferred 4.7.1', /rate is too high\.\?\[31m/],
  [{ status: 503, code: 'ServiceUnavailable', retryAfter: '7' }, 'deferred 4.7.1', /503/],
  [{ status: 503, code: 'ServiceUnavailable' }, 'deferred 4.4.2', /503/],
  [{ status: 500, code: 'InternalServerError' }, 'deferred 4.4.2', /500/],
  [{ status: 408, code: 'Timeout' }, 'deferred 4.4.2', /408/],
  ['lost', 'deferred 4.4.2', /no answer/],
  ['reset', 'deferred 4.4.2', /no answer/],
  ['huge', 'deferred 4.4.2', /no answer/],
  ['packed', 'deferred 4.4.2', /no answer/],
  ['redirect', `deferred 4.7.0 ${NEXT}`, /307/],
  ['location elsewhere', 'deferred 4.0.0', /not done/],
  ['no location', 'deferred 4.0.0', /not done/],
]

for (const [fault, expected, diagnostic] of answers) {
  const shown = typeof fault === 'string' ? fault : Object.values(fault).join(' ')
  test(`${shown}: ${expected}, and no second message`, async (context) => {
    const { server, transport, open } = await startAcsRig(context)
    const queueId = queueIdAt(AT)
    server.misbehave(fault)
    const [outcome] = await deliver(transport, { queueId })
    assert.deepEqual(brief(outcome === undefined ? [] : [outcome]), [expected])
    assert.match(outcome?.diagnostic ?? '', diagnostic)
    assert.match(outcome?.diagnostic ?? '', /^[ -~]{1,500}$/)
    assert.equal(server.elsewhere(), 0)
    // Whoever comes next has nothing in memory.
    assert.equal(server.taken.length <= 1, true)
    const before = Date.now()
    if (expected === 'deferred 4.7.1') {
      const wait = (outcome?.nextAttemptAt ?? 0) - before
      assert.equal(wait > 6_000 && wait <= 7_000, true)
      return
    }
    const again = await deliver(await open(), { queueId })
    assert.deepEqual(brief(again), ['delivered 2.0.0'])
    assert.equal(server.taken.length, 1)
    const ids = new Set(server.requests.filter(({ method }) => method === 'POST').map((one) => one.operationId))
    assert.equal(ids.size, 1)
  })
}

test('an answer that is no JSON says only that the message may be there', async (context) => {
  const { server, transport } = await startAcsRig(context)
  server.misbehave('garbage')
  assert.deepEqual(brief(await deliver(transport)), ['deferred 4.0.0'])
})

test('while the upstream may have the message, no other way gets it', async (context) => {
  const { server, transport } = await startAcsRig(context)
  const queueId = queueIdAt(AT)
  server.misbehave('lost', { status: 401, code: 'Denied' }, { status: 400, code: 'BadRequest' })
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.4.2'])
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.7.0'])
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['failed 5.6.0'])
  await server.stop()
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.4.1'])
  assert.equal(server.taken.length, 1)
})

test('a clear no lets the message go another way, also after it came before', async (context) => {
  const { server, transport } = await startAcsRig(context)
  const queueId = queueIdAt(AT)
  server.misbehave({ status: 403, code: 'Forbidden' }, { status: 403, code: 'Forbidden' })
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.7.0 next'])
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.7.0 next'])
  await server.stop()
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.4.1 next'])
})

test('a certificate that is not trusted: nothing was sent', async (context) => {
  const { server, open } = await startAcsRig(context)
  const other = await startAcsRig(context)
  assert.deepEqual(brief(await deliver(await open({ ca: other.server.ca }))), ['deferred 4.4.1 next'])
  assert.equal(server.requests.length, 0)
})

test('an upstream that says nothing is not waited for', async (context) => {
  const { server, transport } = await startAcsRig(context, { patience: { connectTimeout: 2_000, timeout: 300 } })
  const queueId = queueIdAt(AT)
  server.misbehave('silent')
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.4.2'])
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['delivered 2.0.0'])
  assert.equal(server.taken.length, 1)
})

test('a process that dies in the call makes no copy', async (context) => {
  const { server, transport, open } = await startAcsRig(context)
  const queueId = queueIdAt(AT)
  const dying = new AbortController()
  server.misbehave('silent')
  const attempt = transport.deliver(shipmentOf({ queueId }), dying.signal)
  while (server.taken.length === 0) await new Promise(setImmediate)
  dying.abort()
  await attempt
  assert.deepEqual(brief(await deliver(await open(), { queueId })), ['delivered 2.0.0'])
  assert.equal(server.taken.length, 1)
})

test('what the upstream gives up after taking it over has failed', async (context) => {
  const { server, transport } = await startAcsRig(context)
  server.progress({ failed: 'EmailDroppedAllRecipientsSuppressed', text: 'Message dropped.' })
  const [outcome] = await deliver(transport)
  assert.deepEqual([outcome?.status, outcome?.enhancedStatusCode, outcome?.tryNext], ['failed', '5.7.1', undefined])
  assert.match(outcome?.diagnostic ?? '', /given up: failed EmailDroppedAllRecipientsSuppressed: Message dropped/)
})

test('an operation that is not done is asked about, without sending again, for an hour', async (context) => {
  const clock = new ManualClock(Date.now())
  const { server, transport, open } = await startAcsRig(context, {}, clock)
  const queueId = queueIdAt(AT)
  server.progress('Running')
  const waits: number[] = []
  let last = await deliver(transport, { queueId })
  for (; last[0]?.status === 'deferred'; last = await deliver(await open(), { queueId })) {
    const wait = (last[0].nextAttemptAt ?? 0) - clock.now()
    waits.push(wait / 1000)
    clock.advance(wait)
  }
  assert.deepEqual(brief(last), ['delivered 2.0.0'])
  assert.deepEqual(waits.slice(0, 6), [20, 20, 20, 30, 45, 67.5])
  assert.equal(Math.max(...waits), 300)
  assert.deepEqual([countOf(server, 'POST'), server.taken.length], [1, 1])
})

test('a look that fails changes nothing', async (context) => {
  const { server, transport } = await startAcsRig(context)
  const queueId = queueIdAt(AT)
  server.progress('Running')
  server.misbehaveAtLooks({ status: 429, code: 'TooManyRequests', retryAfter: '40' })
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.0.0'])
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['deferred 4.0.0'])
  server.misbehaveAtLooks(undefined)
  server.progress('Succeeded')
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['delivered 2.0.0'])
  assert.equal(server.taken.length, 1)
})

test('many recipients are several operations, and each keeps its own', async (context) => {
  const { server, transport } = await startAcsRig(context)
  const recipients = Array.from({ length: 120 }, (_, index) => `r${index}@example.com`)
  const queueId = queueIdAt(AT)
  server.misbehave('well', 'lost', { status: 400, code: 'BadRequest' })
  const first = await deliver(transport, { queueId, recipients })
  assert.deepEqual(
    [...Map.groupBy(brief(first), (one) => one)].map(([outcome, all]) => [outcome, all.length]),
    [
      ['delivered 2.0.0', 50],
      ['deferred 4.4.2', 50],
      ['failed 5.6.0 next', 20],
    ],
  )
  // One of the fifty was suppressed meanwhile: what may be there already is sent again as it was.
  const pending = first.filter(({ status }) => status === 'deferred').map(({ index }) => index)
  const again = await deliver(transport, { queueId, recipients, pending: pending.slice(1) })
  assert.deepEqual(new Set(brief(again)), new Set(['delivered 2.0.0']))
  assert.equal(again.length, 49)
  const reached = server.taken.flatMap(({ body }) => body.recipients.bcc?.map(({ address }) => address) ?? [])
  assert.deepEqual([server.taken.length, reached.length, new Set(reached).size], [2, 100, 100])
})

test('what cannot be a request goes to the next way, and the upstream never hears of it', async (context) => {
  const { server, transport } = await startAcsRig(context)
  const text = `${MESSAGE.replace('\n\n', '\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n')}\n--b\n\nx\n--b--\n`
  const [outcome] = await deliver(transport, { text })
  assert.deepEqual(brief(outcome === undefined ? [] : [outcome]), ['failed 5.6.5 next'])
  assert.match(outcome?.diagnostic ?? '', /unchanged: there is no place for multipart\/signed/)
  assert.equal(server.requests.length, 0)
})

test('throttled once, nobody asks before the moment that the upstream named, on no node', async (context) => {
  const clock = new MovedClock()
  const { server, transport, open } = await startAcsRig(context, {}, clock)
  server.quota(1, '90')
  assert.deepEqual(brief(await deliver(transport)), ['delivered 2.0.0'])
  const queueId = queueIdAt(AT)
  const [throttled] = await deliver(transport, { queueId })
  const until = throttled?.nextAttemptAt ?? 0
  assert.equal(until > clock.now() + 80_000, true)
  const posts = countOf(server, 'POST')
  for (const one of [transport, await open()]) {
    const [waiting] = await deliver(one)
    assert.equal((waiting?.nextAttemptAt ?? 0) > until - 1_000, true)
  }
  assert.equal(countOf(server, 'POST'), posts)
  server.quota(10, '90')
  clock.advance(90_000)
  assert.deepEqual(brief(await deliver(transport, { queueId })), ['delivered 2.0.0'])
})

test('with a client secret it signs in at the authority', async (context) => {
  const tenantId = randomUUID()
  const application = { applicationId: randomUUID(), objectId: randomUUID(), secret: 'S3cret~of-the-stand-in' }
  const entra = await startEntraServer(context, tenantId, [application])
  const credential = {
    type: 'client secret',
    authority: entra.authority,
    tenantId,
    clientId: application.applicationId,
    clientSecret: application.secret,
  } as const
  const { server, open } = await startAcsRig(context)
  const ca = server.ca + entra.ca
  const known = await open({ credential, ca })
  assert.deepEqual(brief(await deliver(known)), ['deferred 4.7.0 next'])
  server.allow(entra.tokens[0] ?? '')
  assert.deepEqual(brief(await deliver(known)), ['delivered 2.0.0'])
  assert.equal(entra.requests[0]?.get('scope'), 'https://communication.azure.com//.default')
  const transport = await open({ credential: { ...credential, clientSecret: 'wrong' }, ca })
  const [outcome] = await deliver(transport)
  assert.deepEqual(brief(outcome === undefined ? [] : [outcome]), ['deferred 4.7.0 next'])
  assert.doesNotMatch(JSON.stringify(outcome), /wrong/)
})

test('packages that are not there are named with what installs them', async () => {
  const missing = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' }))
  const settings = { endpoint: 'https://localhost', connectTimeout: 1, timeout: 1 }
  await assert.rejects(
    openAcs(settings, systemClock, { email: missing, identity: missing }),
    (error) =>
      error instanceof MissingPackages &&
      error.message.includes('npm install @azure/communication-email @azure/identity'),
  )
})

const strings: readonly [string, boolean][] = [
  ['endpoint=https://a.communication.azure.com/;accesskey=AAAA', true],
  ['Endpoint=https://a.communication.azure.com;AccessKey=AAAA\n', true],
  ['endpoint=http://a.communication.azure.com/;accesskey=AAAA', false],
  ['endpoint=https://a.communication.azure.com/x;accesskey=AAAA', false],
  ['endpoint=https://a.communication.azure.com/;accesskey=', false],
  ['accesskey=AAAA;endpoint=https://a.communication.azure.com/', false],
  ['', false],
]
for (const [text, isGood] of strings)
  test(`connection string "${text.trim()}" is ${isGood ? 'one' : 'none'}`, () => {
    const expected = { endpoint: 'https://a.communication.azure.com', key: 'AAAA' }
    assert.deepEqual(readConnectionString(text), isGood ? expected : undefined)
  })
