// Logins with tokens of our own token service: the same refusal at the same moment and for the same reads whatever is wrong with the
// token, its reason for the operator, and a session that ends with the token or with what it was obtained with, whichever is first.

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { SignJWT } from 'jose'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import { keepKeys, type StoredSigningKey } from '../keys/token-signing-keys.ts'
import { countCalls } from '../../test/fixtures/counting.ts'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { openSubmissionFixture, type SubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import { authenticate } from './authenticate.ts'
import type { DecisionTrace } from './decision-trace.ts'
import type { SubmissionService } from './submission.ts'
import { beginTransaction, type MailTransaction, endTransaction } from './transaction.ts'
import { renewVerdict, type Verdict } from './verdict.ts'

const SENDER = { localPart: 'DoNotReply', domain: 'mail.example.test' }
const PEER = { address: '192.0.2.7', listener: 'submission' }
const CONTEXT = { peer: PEER, clientName: 'x', mechanism: 'XOAUTH2', waitUntil: async () => 'over' as const }
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })

let fixture: SubmissionFixture
let claims: Readonly<Record<string, unknown>>
before(async () => {
  fixture = await openSubmissionFixture()
  const { tenantId, sender, now } = fixture
  const record = await fixture.storage.read.directory.readLogin(tenantId, sender.applicationId)
  const secret = record?.secrets.find(({ startAt, endAt }) => startAt <= now && endAt > now)
  claims = {
    iss: `https://node-1.example.test/${tenantId}/v2.0`,
    aud: 'https://communication.azure.com',
    iat: now / 1000,
    nbf: now / 1000,
    exp: now / 1000 + 3600,
    azp: sender.applicationId,
    oid: record?.servicePrincipal?.objectId,
    sub: record?.servicePrincipal?.objectId,
    tid: tenantId,
    idtyp: 'app',
    keyId: secret?.keyId,
  }
})
after(() => fixture.close())

type Making = {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: typeof privateKey
}

const make = (making: Making = {}): Promise<string> =>
  new SignJWT({ ...claims, ...making.claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'own', ...making.header })
    .sign(making.key ?? privateKey)

function open() {
  const clock = new ManualClock(fixture.now)
  const directory = countCalls(fixture.storage.read.directory)
  const resources = countCalls(fixture.storage.read.resources)
  const roles = countCalls(fixture.storage.read.roles)
  const traces: DecisionTrace[] = []
  const key: StoredSigningKey = { kid: 'own', privateKey, publicKey, createdAt: 0 }
  const record = async (trace: DecisionTrace) => {
    traces.push(trace)
    return 'REFERENCE0'
  }
  const service = {
    options: { rejectAfter: 1000, requiredActions: DEFAULT_REQUIRED_ACTIONS },
    directory: directory.port,
    resources: resources.port,
    roles: roles.port,
    provider: fixture.provider(
      directory.port,
      keepKeys(async () => [key], clock),
    ),
    loginLimits: { admit: async () => ({ type: 'admitted', wait: undefined, settle() {} }) },
    decisions: { record },
    clock,
    counters: { authentication() {}, refused() {}, loginDelayed() {} },
    uses: { mark() {} },
    nextQueueId: () => randomUUID(),
    spool: { enqueue: () => assert.fail('nothing is queued here') },
  } as unknown as SubmissionService
  return {
    clock,
    service,
    traces,
    work: () => ({ ...directory.calls, ...resources.calls, ...roles.calls }),
    attempt: (token: string | Buffer, username = fixture.username({})) =>
      authenticate(
        service,
        CONTEXT,
        {
          type: 'token',
          authenticationIdentity: username,
          authorizationIdentity: '',
          token: Buffer.from(token),
        },
        clock.now(),
      ),
  }
}

const second = (offset: number) => fixture.now / 1000 + offset

type Case = readonly [name: string, reason: string, making: () => Making]
const attacks: readonly Case[] = [
  ['signed by a stranger', 'wrong-token-signature', () => ({ key: stranger.privateKey })],
  ['with a name of a key that nobody has', 'wrong-token-signature', () => ({ header: { kid: 'other' } })],
  ['with no name of a key', 'wrong-token-signature', () => ({ header: { kid: undefined } })],
  ['by PS256', 'wrong-token-signature', () => ({ header: { alg: 'PS256' } })],
  ['with a critical member', 'malformed-token', () => ({ header: { crit: ['b64'], b64: true } })],
  ['for this service’s own API', 'wrong-token-audience', () => ({ claims: { aud: 'https://node-1.example.test' } })],
  ['for Graph', 'wrong-token-audience', () => ({ claims: { aud: 'https://graph.microsoft.com' } })],
  ['for management', 'wrong-token-audience', () => ({ claims: { aud: 'https://management.azure.com' } })],
  ['of another tenant', 'wrong-token-tenant', () => ({ claims: { tid: fixture.otherTenantId } })],
  ['of another application', 'wrong-token-application', () => ({ claims: { azp: fixture.rolelessApplicationId } })],
  ['expired', 'expired-token', () => ({ claims: { exp: second(0) } })],
  ['not valid yet', 'token-not-yet-valid', () => ({ claims: { nbf: second(61) } })],
  ['issued in the future', 'token-not-yet-valid', () => ({ claims: { iat: second(61) } })],
  ['of a user', 'user-token', () => ({ claims: { idtyp: 'user' } })],
  ['without a beginning', 'malformed-token', () => ({ claims: { nbf: undefined } })],
  ['without keyId', 'malformed-token', () => ({ claims: { keyId: undefined } })],
  ['of a secret that is gone', 'wrong-secret', () => ({ claims: { keyId: randomUUID() } })],
  ['of a principal that was made anew', 'no-service-principal', () => ({ claims: { oid: randomUUID() } })],
]

for (const [name, reason, making] of attacks)
  test(`a token ${name}: 535 at the fixed moment, told as ${reason}, with advice`, async () => {
    const { attempt, traces, clock, work } = open()
    const outcome = await attempt(await make(making()))
    assert.equal(outcome.type, 'refused')
    assert.equal(outcome.reply.code, 535)
    assert.equal(outcome.type === 'refused' && outcome.notBefore, clock.now() + 1000)
    assert.equal(traces[0]?.reason, reason)
    assert.equal(traces[0]?.mechanism, 'XOAUTH2')
    assert.ok((traces[0]?.suggestions[0]?.text.length ?? 0) > 20)
    const { readAssertionKeys: _, ...reads } = work()
    assert.deepEqual(reads, { findCommunicationService: 1, readEpoch: 1, readLogin: 1, readAccessFacts: 1 })
  })

const USERNAMES: readonly [name: string, reason: string, username: () => string][] = [
  [
    'another application',
    'wrong-token-application',
    () => fixture.username({ application: fixture.rolelessApplicationId }),
  ],
  ['an unknown application', 'unknown-application', () => fixture.username({ application: fixture.unknownId })],
  ['another tenant', 'tenant-mismatch', () => fixture.username({ tenant: fixture.otherTenantId })],
  ['another resource', 'unknown-resource', () => fixture.username({ resource: 'fabrikam' })],
  ['nobody', 'unknown-username', () => 'nobody'],
]
for (const [name, reason, username] of USERNAMES)
  test(`a good token with the user name of ${name}: ${reason}`, async () => {
    const { attempt, traces } = open()
    const outcome = await attempt(await make(), username())
    assert.equal(outcome.reply.code, 535)
    assert.equal(traces[0]?.reason, reason)
  })

for (const form of ['user name', 'alias'] as const)
  test(`a good token with the ${form}: in, until the token is over, and not a word of it in any trace`, async () => {
    const { attempt, traces } = open()
    const outcome = await attempt(await make(), form === 'alias' ? fixture.alias : undefined)
    assert.ok(outcome.type === 'authenticated')
    const { notAfter, tokenEndsAt, principal } = outcome.verdict.credential
    assert.deepEqual([notAfter, tokenEndsAt], [fixture.now + 3_600_000, fixture.now + 3_600_000])
    assert.equal(principal.principalId, claims['oid'])
    assert.deepEqual(traces, [])
  })

test('a slash behind the audience changes nothing', async () => {
  const token = await make({ claims: { aud: 'https://communication.azure.com/' } })
  assert.equal((await open().attempt(token)).type, 'authenticated')
})

test('the token is zeroed, whatever the outcome, and is in no trace', async () => {
  const { service, traces } = open()
  for (const text of [await make(), await make({ key: stranger.privateKey }), 'a-secret-by-mistake']) {
    const token = Buffer.from(text)
    await authenticate(
      service,
      CONTEXT,
      { type: 'token', authenticationIdentity: fixture.username({}), authorizationIdentity: '', token },
      fixture.now,
    )
    assert.ok(token.every((octet) => octet === 0))
    assert.ok(!JSON.stringify(traces).includes(text))
  }
  assert.equal(traces.length, 2)
})

async function signIn({ attempt }: ReturnType<typeof open>): Promise<Verdict> {
  const outcome = await attempt(await make())
  assert.ok(outcome.type === 'authenticated')
  return outcome.verdict
}

test('a change in the tenant asks again; the end of the token is never put off', async () => {
  const opened = open()
  const verdict = await signIn(opened)
  const stale = { ...verdict, epoch: verdict.epoch - 1 }
  const renewed = await renewVerdict(opened.service, stale)
  assert.ok(renewed.type === 'granted')
  const { notAfter, tokenEndsAt } = renewed.verdict.credential
  assert.deepEqual([notAfter, tokenEndsAt], [fixture.now + 3_600_000, fixture.now + 3_600_000])
})

test('MAIL after the end of the token: 421 with a reference, told as expired', async () => {
  const opened = open()
  const sender = { peer: PEER, clientName: 'x', verdict: await signIn(opened) }
  opened.clock.advance(3_599_999)
  assert.equal((await beginTransaction(opened.service, sender, SENDER, {})).type, 'begun')
  opened.clock.advance(1)
  const lost = await beginTransaction(opened.service, sender, SENDER, {})
  assert.equal(lost.type, 'lost')
  const { code, enhancedStatusCode, lines } = lost.reply
  assert.deepEqual(
    [code, enhancedStatusCode, lines],
    [421, '4.7.0', ['The access token has expired, closing [REFERENCE0]']],
  )
  assert.equal(opened.traces[0]?.reason, 'expired-token')
})

test('the end of the token in the middle of a message: 421 as its answer, nothing queued, so that it is sent again', async () => {
  const opened = open()
  const sender = { peer: PEER, clientName: 'x', verdict: await signIn(opened) }
  const begun = await beginTransaction(opened.service, sender, SENDER, {})
  assert.ok(begun.type === 'begun')
  opened.clock.advance(3_600_000)
  const header = { authors: [SENDER], internetMessageId: 'x', subject: '', fromField: '' }
  const received = { type: 'received', header, content: { kind: 'inline', size: 0, octets: Buffer.alloc(0) } }
  const transaction = { ...begun.transaction, receiver: { finish: async () => received } } as unknown as MailTransaction
  const reply = await endTransaction(opened.service, transaction)
  assert.equal(reply.code, 421)
  assert.equal(opened.traces[0]?.stage, 'DATA')
})
