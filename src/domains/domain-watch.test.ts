// Rounds over real domains in a real store, with real lookups and time moved by hand: who does a round, where it goes on, and what is told.

import assert from 'node:assert/strict'
import { randomUUID, randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { type DomainNotice, domainLine } from '../events/domain-events.ts'
import type { Resource } from '../resources/resource.ts'
import { settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import { createQueueIds } from '../spool/queue-id.ts'
import { A, B, change } from '../storage/two-tenants.fixture.ts'
import { type DomainStore, openDomainStore, sealer, stateOf } from './domain-store.fixture.ts'
import { domainPropertiesOf } from './domain-properties.ts'
import { startDomainWatch } from './domain-watch.ts'
import { fullNameOf } from './verification-records.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const LOOK = 60_000

/** One node. `round` moves the time on to its next look and waits for the round that it does then. */
function watch(
  t: TestContext,
  { storage, context, clock }: DomainStore,
  settings: { recheck?: number; rotateDkim?: number } = {},
) {
  const notices: [Resource, DomainNotice][] = []
  const failures: string[] = []
  let finish: (domains: number) => void = () => {}
  const running = startDomainWatch({
    storage,
    resolver: context.resolver,
    sealer,
    settings: { dkimRecords: 'txt', recheck: LOOK / 2, lossGrace: 3 * DAY, ...settings },
    clock,
    random: () => 0.5,
    nextId: randomUUID,
    nextEventId: createQueueIds(() => clock.now(), randomBytes),
    onNotice: (domain, notice) => notices.push([domain, notice]),
    onRound: (domains) => finish(domains),
    onFailure: (what) => failures.push(what),
  })
  t.after(() => running.stop())
  return {
    failures,
    stop: () => running.stop(),
    told: () => notices.splice(0).map(([domain, { type, check }]) => `${domain.name}: ${type} ${check}`),
    lines: () => notices.map(([domain, notice]) => domainLine(domain, notice)),
    round: async () => {
      const done = new Promise<number>((resolve) => {
        finish = resolve
      })
      clock.advance(LOOK)
      const count = await done
      // The next look is set up after that.
      await settleMicrotasks()
      return count
    },
  }
}

const eventsOf = async ({ storage }: DomainStore, tenantId = A.tenantId) =>
  (await storage.read.events.listEvents({ tenantId, limit: 100 })).toReversed()

test('a round looks at the domains of every tenant, and tells what is lost once', async (t) => {
  const scene = await openDomainStore(t)
  const { zone, publish, stored } = scene
  const one = await scene.putVerified('contoso.test')
  await scene.putVerified('fabrikam.test', B)
  const node = watch(t, scene)
  zone.remove('contoso.test')
  assert.equal(await node.round(), 2)
  const [line] = node.lines()
  assert.deepEqual(node.told(), ['contoso.test: lost Domain', 'contoso.test: lost SPF'])
  const { lostSince, countsUntil } = stateOf(await stored(one), 'Domain')
  const command = 'postern communication email domain show --domain-name contoso.test --email-service-name email'
  const [event] = await eventsOf(scene)
  assert.deepEqual(line, {
    text: 'a DNS record of a verified domain is not there any more',
    fields: {
      tenantId: A.tenantId,
      domainId: one.id,
      domain: 'contoso.test',
      recordName: 'contoso.test',
      check: 'Domain',
      errorCode: 'RecordNotFound',
      lostSince,
      countsUntil,
      command,
    },
  })
  const { value } = domainPropertiesOf(one).verificationRecords.Domain
  assert.deepEqual(event?.data['record'], { type: 'TXT', name: 'contoso.test', value })
  assert.equal(await node.round(), 2)
  assert.deepEqual(node.told(), [])

  publish(one, 'Domain', 'SPF')
  await node.round()
  assert.deepEqual(node.told(), ['contoso.test: found Domain', 'contoso.test: found SPF'])
  assert.deepEqual(
    (await eventsOf(scene)).map(({ type, subject, source }) => [type, subject, source === one.id]),
    [
      ['Postern.Mail.DomainRecordLost', 'verificationRecords/Domain', true],
      ['Postern.Mail.DomainRecordLost', 'verificationRecords/SPF', true],
      ['Postern.Mail.DomainRecordFound', 'verificationRecords/Domain', true],
      ['Postern.Mail.DomainRecordFound', 'verificationRecords/SPF', true],
    ],
  )
  assert.deepEqual(await eventsOf(scene, B.tenantId), [])
})

test('a line says nothing that others have put into the DNS', async (t) => {
  const scene = await openDomainStore(t)
  await scene.putVerified('contoso.test')
  const node = watch(t, scene)
  scene.zone.publish('contoso.test', { type: 'TXT', value: 'v=spf1 CANARY -all' })
  await node.round()
  assert.equal(node.lines().length, 2)
  assert.doesNotMatch(JSON.stringify(node.lines()), /CANARY/)
  assert.match(JSON.stringify(await eventsOf(scene)), /CANARY/)
})

test('of two nodes one does the round, and the next round waits for its time', async (t) => {
  const scene = await openDomainStore(t)
  await scene.putVerified('contoso.test')
  const asked = () => scene.zone.queries.filter((query) => query === 'TXT _dmarc.contoso.test').length
  scene.publish(await scene.putDomain('other.test'), 'Domain')
  const nodes = [1, 2].map(() => watch(t, scene, { recheck: HOUR }))
  scene.zone.queries.length = 0
  await Promise.race(nodes.map((node) => node.round()))
  await Promise.all(nodes.map((node) => node.stop()))
  assert.deepEqual(
    scene.zone.queries.filter((query) => query === 'TXT contoso.test'),
    ['TXT contoso.test', 'TXT contoso.test'],
    'ownership and SPF, once each',
  )
  assert.equal(asked(), 0, 'it was never verified')
  assert.deepEqual(
    nodes.flatMap(({ failures }) => failures),
    [],
  )

  scene.zone.queries.length = 0
  const later = watch(t, scene)
  scene.clock.advance(LOOK)
  await later.stop()
  assert.deepEqual(scene.zone.queries, [])
  scene.clock.advance(HOUR)
  await watch(t, scene).round()
  assert.notEqual(scene.zone.queries.length, 0)
})

test('a round that was broken off goes on with the next node, domain for domain', async (t) => {
  const scene = await openDomainStore(t)
  const names = Array.from({ length: 45 }, (_, index) => `d${String(index).padStart(2, '0')}.test`)
  for (const name of names) await scene.putVerified(name)
  scene.zone.queries.length = 0
  // A resolver that hears nothing for a while asks again.
  const asked = () => new Set(scene.zone.queries.filter((query) => query.includes('pst1-'))).size

  const first = watch(t, scene)
  const done = first.round()
  void done.then(() => assert.fail('the whole round'))
  await first.stop()
  const begun = asked()
  assert(begun > 0 && begun < 45, `${begun} domains`)
  assert.equal(begun + (await watch(t, scene).round()), 45)
  assert.equal(asked(), 45)
})

test('the turn of a node that died is taken over', async (t) => {
  const scene = await openDomainStore(t)
  await scene.putVerified('contoso.test')
  const { clock, storage, zone } = scene
  zone.queries.length = 0
  const asked = () => zone.queries.length
  await storage.write.watches.takeTurn({ name: 'domains', holder: 'dead', at: clock.now(), until: clock.now() + HOUR })
  const early = watch(t, scene)
  clock.advance(LOOK)
  await early.stop()
  assert.equal(asked(), 0)
  clock.advance(HOUR)
  assert.equal(await watch(t, scene).round(), 1)
  assert.notEqual(asked(), 0)
})

test('a domain that nobody can make sense of keeps no other from being looked at', async (t) => {
  const scene = await openDomainStore(t)
  const broken = await scene.putDomain('a.test')
  await scene.putVerified('contoso.test')
  await scene.storage.write.resources.putResource(change(), { ...broken, properties: { fromSenderDomain: 'a.test' } })
  scene.zone.remove('contoso.test')
  const node = watch(t, scene)
  assert.equal(await node.round(), 2)
  assert.deepEqual(node.told(), ['contoso.test: lost Domain', 'contoso.test: lost SPF'])
  assert.deepEqual(node.failures, [`the watch over the domain ${broken.id}`])
})

test('a key that is old enough gets a next one, which signs once it is seen', async (t) => {
  const scene = await openDomainStore(t)
  const domain = await scene.putVerified('contoso.test')
  const old = domainPropertiesOf(domain).verificationRecords.DKIM
  const rotation = async () => domainPropertiesOf(await scene.stored(domain)).dkimRotation?.DKIM
  const node = watch(t, scene, { rotateDkim: 30 * DAY })
  // The fixtures were made before.
  const age = scene.clock.now() - Date.parse(domain.systemData.createdAt)
  assert.equal(await node.round(), 1)
  assert.deepEqual(node.told(), [])
  scene.clock.advance(30 * DAY - age)
  await node.round()
  assert.deepEqual(node.told(), ['contoso.test: key made DKIM'])
  const next = (await rotation())?.next?.record
  assert(next !== undefined)
  await node.round()
  assert.deepEqual(node.told(), [])
  assert.deepEqual(domainPropertiesOf(await scene.stored(domain)).verificationRecords.DKIM, old)

  scene.zone.add(fullNameOf(next, 'contoso.test'), { type: 'TXT', value: next.value })
  await node.round()
  assert.deepEqual(node.told(), ['contoso.test: key in use DKIM'])
  assert.deepEqual(domainPropertiesOf(await scene.stored(domain)).verificationRecords.DKIM, next)
  const events = (await eventsOf(scene)).filter(({ type }) => type.includes('Key'))
  assert.deepEqual(
    events.map(({ type, data }) => [type, (data['record'] as { name: string }).name, data['removableRecord']]),
    [
      ['Postern.Mail.DomainKeyMade', fullNameOf(next, 'contoso.test'), undefined],
      ['Postern.Mail.DomainKeyInUse', fullNameOf(next, 'contoso.test'), old.name],
    ],
  )
})
