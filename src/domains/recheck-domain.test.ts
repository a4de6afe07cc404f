// Records that come and go under a verified domain, with a real store, a real resolver and time moved by hand: what is remembered, what is
// told, and when the domain stops counting.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { DomainNotice } from '../events/domain-events.ts'
import { isDomainVerified } from '../resources/domain-verification.ts'
import { change, communicationService, A } from '../storage/two-tenants.fixture.ts'
import { openDomainStore, stateOf } from './domain-store.fixture.ts'
import { domainPropertiesOf } from './domain-properties.ts'
import { linksOf } from './linked-services.ts'
import { recheckDomain } from './recheck-domain.ts'
import { cancelVerification } from './verify-domain.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const GRACE = 3 * DAY

async function open(t: TestContext) {
  const scene = await openDomainStore(t)
  const domain = await scene.putVerified('contoso.test')
  const recheck = async (found = domain) => {
    const { context, clock } = scene
    const eventsOf = (_: unknown, changes: readonly DomainNotice[]) =>
      changes.map(({ type, check }, index) => ({
        eventId: `${clock.now()}-${check}-${index}`,
        tenantId: A.tenantId,
        source: domain.id,
        subject: check,
        type,
        at: clock.now(),
        data: {},
      }))
    const current = found === domain ? await scene.stored(domain) : found
    const outcome = await recheckDomain({ ...context, lossGrace: GRACE, eventsOf }, change(clock.now()), current)
    return outcome?.changes.map(({ type, check }) => `${type} ${check}`)
  }
  const events = async () => {
    const stored = await scene.storage.read.events.listEvents({ tenantId: A.tenantId, limit: 100 })
    return stored.map(({ type, subject }) => `${type} ${subject}`).toSorted()
  }
  return {
    ...scene,
    domain,
    recheck,
    events,
    state: async (check: 'SPF' | 'Domain' | 'DMARC') => stateOf(await scene.stored(domain), check),
  }
}

test('nothing lost: nothing is written', async (t) => {
  const { recheck, domain, stored, events } = await open(t)
  const before = await stored(domain)
  assert.deepEqual(await recheck(), [])
  assert.deepEqual(await stored(domain), before)
  assert.deepEqual(await events(), [])
})

test('a record that is lost warns, counts for the grace, and then fails with all that rests on it', async (t) => {
  const { zone, clock, recheck, state, events, domain, stored, storage } = await open(t)
  const service = communicationService(A, 'contoso', [domain.id])
  await storage.write.resources.putResource(change(), service)
  const links = async () => linksOf(await stored(service))
  zone.publish('contoso.test', { type: 'TXT', value: 'v=spf1 -all' })
  const lostSince = new Date(clock.now()).toISOString()
  const countsUntil = new Date(clock.now() + GRACE).toISOString()

  assert.deepEqual(await recheck(), ['lost Domain', 'lost SPF'])
  assert.deepEqual(await state('SPF'), {
    status: 'Verified',
    errorCode: 'RecordMismatch',
    seen: ['v=spf1 -all'],
    lostSince,
    countsUntil,
  })
  assert.deepEqual(await events(), ['lost Domain', 'lost SPF'])
  assert.deepEqual(await links(), [domain.id])

  clock.advance(GRACE - 1)
  const { etag } = await stored(domain)
  assert.deepEqual(await recheck(), [])
  assert.equal((await stored(domain)).etag, etag)
  assert(isDomainVerified((await stored(domain)).properties))

  clock.advance(1)
  assert.deepEqual(await recheck(), ['failed Domain', 'failed SPF'])
  assert.deepEqual(await state('SPF'), {
    status: 'VerificationFailed',
    errorCode: 'RecordMismatch',
    seen: ['v=spf1 -all'],
  })
  assert.deepEqual(await events(), ['failed Domain', 'failed SPF', 'lost Domain', 'lost SPF'])
  assert.deepEqual(await links(), [])
  assert.deepEqual(await recheck(), [], 'what failed is not looked at any more')
})

test('a record that is back begins anew', async (t) => {
  const { zone, clock, publish, recheck, state, domain } = await open(t)
  zone.remove('contoso.test')
  assert.deepEqual(await recheck(), ['lost Domain', 'lost SPF'])
  clock.advance(2 * DAY)
  publish(domain, 'Domain', 'SPF')
  assert.deepEqual(await recheck(), ['found Domain', 'found SPF'])
  assert.deepEqual(await state('SPF'), { status: 'Verified', errorCode: '' })
  zone.remove('contoso.test')
  clock.advance(2 * DAY)
  assert.deepEqual(await recheck(), ['lost Domain', 'lost SPF'])
  clock.advance(GRACE - 1)
  assert.deepEqual(await recheck(), [])
})

for (const mood of ['SERVFAIL', 'REFUSED', 'silent', 'truncated'] as const)
  test(`a DNS that is ${mood} changes nothing, neither before nor after a loss`, async (t) => {
    const { zone, clock, recheck, state } = await open(t)
    zone.state.mood = mood
    assert.deepEqual(await recheck(), [])
    zone.state.mood = 'serve'
    zone.remove('contoso.test')
    await recheck()
    const lost = await state('SPF')
    zone.state.mood = mood
    clock.advance(2 * GRACE)
    assert.deepEqual(await recheck(), [])
    assert.deepEqual(await state('SPF'), lost)
  })

test('what is wrong may change without a new beginning', async (t) => {
  const { zone, clock, recheck, state } = await open(t)
  zone.remove('contoso.test')
  await recheck()
  const { lostSince } = await state('SPF')
  clock.advance(HOUR)
  zone.publish('contoso.test', { type: 'TXT', value: 'v=spf1 -all' }, { type: 'TXT', value: 'v=spf1 -all' })
  assert.deepEqual(await recheck(), [])
  const { errorCode, ...now } = await state('SPF')
  assert.deepEqual([errorCode, now.lostSince], ['MultipleRecords', lostSince])
})

test('advice that is lost takes nothing with it', async (t) => {
  const { zone, clock, publish, recheck, state, domain, stored, verify } = await open(t)
  publish(domain, 'DMARC')
  await verify(domain, 'DMARC')
  zone.remove('_dmarc.contoso.test')
  assert.deepEqual(await recheck(), ['lost DMARC'])
  clock.advance(GRACE)
  assert.deepEqual(await recheck(), ['failed DMARC'])
  assert.equal((await state('DMARC')).status, 'VerificationFailed')
  assert(isDomainVerified((await stored(domain)).properties))
})

test('what was never verified is not looked at, nor are managed domains', async (t) => {
  const { zone, recheck, putDomain } = await open(t)
  const fresh = await putDomain('fresh.test')
  const managed = await putDomain('managed.test', 'AzureManaged')
  zone.queries.length = 0
  assert.deepEqual([await recheck(fresh), await recheck(managed)], [[], []])
  assert.deepEqual(zone.queries, [])
})

test('what is taken back, or deleted, while the DNS is asked stays so', async (t) => {
  const { zone, context, recheck, state, domain, stored, storage } = await open(t)
  zone.remove('contoso.test')
  const found = await stored(domain)
  await cancelVerification(context, change(), domain, 'SPF')
  assert.deepEqual(await recheck(found), ['lost Domain'])
  assert.deepEqual(await state('SPF'), { status: 'NotStarted', errorCode: '' })
  await storage.write.resources.deleteResource(change(), domain.id)
  assert.equal(await recheck({ ...found }), undefined)
})

test('without a grace a record that is lost fails at once', async (t) => {
  const { zone, context, clock, domain, stored } = await open(t)
  zone.remove('contoso.test')
  const eventsOf = () => []
  const outcome = await recheckDomain({ ...context, lossGrace: 0, eventsOf }, change(clock.now()), await stored(domain))
  assert.deepEqual(
    outcome?.changes.map(({ type }) => type),
    ['failed', 'failed'],
  )
  assert(!isDomainVerified((await stored(domain)).properties))
  assert.equal(domainPropertiesOf(await stored(domain)).verificationStates.DKIM.status, 'Verified')
})
