// What faults on request do at the seams that both doors share: nothing to what is refused anyway, nothing to others, and nothing any
// longer than asked for.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import { openSubmissionFixture, type SubmissionFixture } from '../../test/fixtures/submission-fixture.ts'
import { DEFAULT_REQUIRED_ACTIONS } from '../access/check-send.ts'
import type { AuthenticationOutcome } from '../identity/identity.ts'
import type { Fault } from '../storage/faults.ts'
import { createFaultyAssertions, createFaultyProvider, createFindFaults, exceededOnRequest, slowly } from './faults.ts'
import { evaluateLogin, type Evaluation, renewVerdict, type Verdict } from './verdict.ts'

const HOUR = 3_600_000
const PATIENCE = 800

let fixture: SubmissionFixture
let clock: ManualClock
before(async () => {
  fixture = await openSubmissionFixture()
})
after(() => fixture.close())
beforeEach(async () => {
  clock = new ManualClock(fixture.now)
  const { read, write } = fixture.storage
  const { tenantId } = fixture
  for (const { faultId } of await read.faults.listFaults({ tenantId, at: 0, limit: 100 }))
    await write.faults.deleteFault(fixture.change, tenantId, faultId)
})

async function ask(kind: Fault['kind'], more: Partial<Fault> = {}): Promise<Fault> {
  const { tenantId, sender, now } = fixture
  const target = { applicationId: sender.applicationId }
  const made = { faultId: randomUUID(), createdAt: now, createdBy: 'developer', endsAt: now + HOUR }
  const fault: Fault = { tenantId, target, kind, ...made, ...more }
  await fixture.storage.write.faults.putFault(fixture.change, fault)
  return fault
}

const surroundings = () => ({
  findFaults: createFindFaults(fixture.storage.read.faults, clock),
  clock,
  patience: () => PATIENCE,
})

function service() {
  const { directory } = fixture.storage.read
  const { findFaults } = surroundings()
  return {
    ...fixture.storage.read,
    options: { requiredActions: DEFAULT_REQUIRED_ACTIONS },
    findFaults,
    provider: createFaultyProvider(fixture.provider(directory), surroundings()),
    clock,
  } as unknown as Parameters<typeof evaluateLogin>[0]
}

const logIn = (secret = fixture.secret, username = fixture.username({})): Promise<Evaluation> =>
  evaluateLogin(service(), { username, at: clock.now(), clientSecret: Buffer.from(secret) })

async function verdict(): Promise<Verdict> {
  const evaluation = await logIn()
  assert.equal(evaluation.type, 'granted')
  return (evaluation as Evaluation & { type: 'granted' }).verdict
}

const reasonOf = (evaluation: Evaluation) => (evaluation.type === 'granted' ? 'granted' : evaluation.reason)
const faultOf = (evaluation: Evaluation) => (evaluation.type === 'granted' ? undefined : evaluation.fault?.faultId)

test('what is refused anyway is refused for its own reason', async () => {
  const { rolelessApplicationId: applicationId, tenantId, rolelessSecret } = fixture
  await ask('expired-secret')
  await ask('missing-role')
  await ask('missing-role', { target: { applicationId } })
  const wrong = await logIn('not the secret')
  assert.deepEqual([reasonOf(wrong), faultOf(wrong)], ['wrong-secret', undefined])
  const roleless = await logIn(rolelessSecret, fixture.username({ application: applicationId, tenant: tenantId }))
  assert.deepEqual([reasonOf(roleless), faultOf(roleless)], ['missing-role', undefined])
})

test('a fault of a service meets whoever sends through it, one of another application or service nobody here', async () => {
  await ask('missing-role', { target: { applicationId: fixture.rolelessApplicationId } })
  await ask('missing-role', { target: { resourceId: `${fixture.serviceId}x`.toLowerCase() } })
  assert.equal(reasonOf(await logIn()), 'granted')
  const { faultId } = await ask('missing-role', { target: { resourceId: fixture.serviceId.toLowerCase() } })
  const refused = await logIn()
  assert.deepEqual([reasonOf(refused), faultOf(refused)], ['missing-role', faultId])
})

test('an open session meets a fault when it is asked for, and no longer once it is over', async () => {
  const before = await verdict()
  const { endsAt } = await ask('unverified-domain')
  const renewed = await renewVerdict(service(), before)
  assert.ok(renewed.type === 'granted')
  assert.deepEqual(
    renewed.verdict.faults?.map(({ kind }) => kind),
    ['unverified-domain'],
  )
  assert.equal(renewed.verdict.credential.notAfter, before.credential.notAfter)
  clock.advance(endsAt - clock.now() - 1)
  assert.deepEqual(await renewVerdict(service(), renewed.verdict), { type: 'granted', verdict: renewed.verdict })
  clock.advance(1)
  const later = await renewVerdict(service(), renewed.verdict)
  assert.ok(later.type === 'granted')
  assert.equal(later.verdict.faults, undefined)
})

const proven = async (): Promise<AuthenticationOutcome> =>
  fixture.provider(fixture.storage.read.directory).authenticate({
    tenantId: fixture.tenantId,
    applicationId: fixture.sender.applicationId,
    clientSecret: Buffer.from(fixture.secret),
    at: clock.now(),
  })

test('a token service that is slow answers later, or not in time', async () => {
  const assertions = createFaultyAssertions({ authenticateAssertion: proven }, surroundings())
  const login = { tenantId: fixture.tenantId, applicationId: fixture.sender.applicationId, at: 0 }
  const asked = () => assertions.authenticateAssertion({ ...login, assertion: '', audiences: [], source: '' })
  for (const [delay, waited, expected] of [
    [PATIENCE - 1, PATIENCE - 1, 'authenticated'],
    [PATIENCE, PATIENCE, 'unavailable'],
    [100_000, PATIENCE, 'unavailable'],
  ] as const) {
    await ask('token-service-slow', { delay })
    const outcome = asked()
    while (clock.pending === 0) await settleMicrotasks()
    assert.equal(clock.nextIn, waited)
    clock.advance(waited)
    assert.equal((await outcome).type, expected)
  }
})

test('one that is down is an outage; a session that is open asks it nothing', async () => {
  const before = await verdict()
  const { faultId } = await ask('token-service-down')
  const refused = await logIn()
  assert.deepEqual([reasonOf(refused), faultOf(refused)], ['unavailable', faultId])
  assert.equal(reasonOf(await renewVerdict(service(), before)), 'granted')
})

test('a slow reply comes after the work, by as much as was asked for', async () => {
  const fault = await ask('slow-reply', { delay: 1500 })
  const seen: string[] = []
  const work = Promise.resolve('done').then((done) => {
    seen.push('stored')
    return done
  })
  const reply = slowly(clock, [fault], work).then((done) => seen.push(done))
  await settleMicrotasks()
  assert.deepEqual(seen, ['stored'])
  clock.advance(1499)
  await settleMicrotasks()
  assert.deepEqual(seen, ['stored'])
  clock.advance(1)
  await reply
  assert.deepEqual(seen, ['stored', 'done'])
  assert.equal(await slowly(clock, undefined, Promise.resolve(1)), 1)
})

test('throttled tells the time to wait', async () => {
  const fault = await ask('throttled', { retryAfter: 90 })
  const over = exceededOnRequest(fault, '/Subscriptions/X', 1000)
  assert.deepEqual([over.retryAt, over.limit.subject.key, over.fault], [91_000, '/subscriptions/x', fault])
})
