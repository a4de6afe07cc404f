// A key is replaced: over a real store and a real resolver, step by step, with what is signed at every step verified by another
// implementation against what is in the DNS at that moment.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { type DnsZone, openDnsZone } from '../../test/fixtures/dns-zone.ts'
import { createPacketResolver } from '../dns/packet-resolver.ts'
import { deriveKeys } from '../keys/installation-key.ts'
import { createSealer } from '../keys/sealing.ts'
import { DOMAINS } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import { createDomainKeys } from '../signing/domain-keys.ts'
import { signed, verdictsOfMailauth } from '../signing/signing.fixture.ts'
import type { MailStore } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { A, AT, B, change, communicationService, resource, seedTwoTenants } from '../storage/two-tenants.fixture.ts'
import { type DkimSlot, domainPropertiesOf, issueDomain } from './domain-properties.ts'
import { rotateDkim, rotateDkimWhenDue, type RotationContext } from './rotate-dkim.ts'
import { fullNameOf, type RecordSettings, type VerificationRecord } from './verification-records.ts'
import { initiateVerification } from './verify-domain.ts'

const NAME = 'contoso.test'
const DAY = 24 * 60 * 60 * 1000
const sealer = createSealer(deriveKeys(Buffer.alloc(32, 7)))
const TXT: RecordSettings = { spfInclude: 'spf.postern.test', dkimRecords: 'txt' }
const POINTERS: RecordSettings = { ...TXT, dkimRecords: 'cname', zone: 'dkim.postern.test' }

let zone: DnsZone
let storage: MailStore
let context: RotationContext
before(async () => {
  zone = await openDnsZone()
})
after(() => zone.close())
beforeEach(async () => {
  storage = await seedTwoTenants(await openTemporaryMailStore())
  const resolver = createPacketResolver({ servers: [zone.server], timeout: 300 })
  const clock = { now: () => AT, after: () => () => {} }
  const stamp = (changed: Resource) => ({ ...changed, etag: randomUUID() })
  context = { storage, resolver, clock, stamp, sealer, settings: TXT }
})
afterEach(async () => {
  zone.clear()
  await storage.close()
})

const SERVICE = communicationService(A, 'mail')

/** Verified and connected. */
async function putDomain(settings = TXT): Promise<Resource> {
  context = { ...context, settings }
  const described = resource(A, DOMAINS, ['email', NAME])
  const { properties, sealed } = await issueDomain({
    id: described.id,
    name: NAME,
    management: 'CustomerManaged',
    tracking: 'Disabled',
    dataLocation: 'Europe',
    ownershipToken: randomUUID(),
    settings: { ...settings, managedSuffix: 'postern.test' },
    sealer,
    at: AT,
  })
  const domain = { ...described, properties }
  await storage.write.resources.putResource(change(), domain)
  for (const record of sealed) await storage.write.sealed.putSealed(record)
  for (const record of Object.values(properties.verificationRecords)) publish(record)
  for (const type of ['Domain', 'SPF', 'DKIM', 'DKIM2'] as const)
    assert.equal((await initiateVerification(context, change(), await stored(), type)).type, 'stored')
  await storage.write.resources.putResource(change(), communicationService(A, 'mail', [domain.id]))
  return stored()
}

async function stored(): Promise<Resource> {
  const found = await storage.read.resources.readResource(resource(A, DOMAINS, ['email', NAME]).id)
  assert(found !== undefined)
  return found
}

function publish(record: VerificationRecord | undefined): void {
  assert(record !== undefined)
  zone.add(fullNameOf(record, NAME), { type: record.type, value: record.value })
}

const withdraw = (record: VerificationRecord | undefined) => zone.remove(record ? fullNameOf(record, NAME) : '')

const rotationOf = async (slot: DkimSlot) => domainPropertiesOf(await stored()).dkimRotation?.[slot] ?? {}
const rotate = async (slot?: DkimSlot, at = AT) => rotateDkim(context, change(at), await stored(), slot)
const step = async (slot?: DkimSlot, at = AT) => {
  const outcome = await rotate(slot, at)
  assert.equal(outcome.type, 'stored', JSON.stringify(outcome))
}
const signingSelectors = async () => {
  const { verificationRecords } = domainPropertiesOf(await stored())
  return [verificationRecords.DKIM, verificationRecords.DKIM2].map(({ name }) => name.slice(0, 4))
}

/** What a verifier says of a message that leaves now. */
async function verdicts(): Promise<readonly string[]> {
  const { directory, resources, sealed } = storage.read
  const onUnusable = (_: string, detail: string) => assert.fail(detail)
  const keys = createDomainKeys({ directory, resources, sealed, sealer, clock: { now: () => AT }, onUnusable })
  const found = await keys.find({ tenantId: A.tenantId, serviceId: SERVICE.id, domain: NAME })
  assert(found.type === 'keys')
  const records: Record<string, string> = {}
  for (const { selector } of found.keys) {
    const name = `${selector}._domainkey.${NAME}`
    const pointed = await context.resolver.resolveCname(name)
    const answer = await context.resolver.resolveTxt(pointed.type === 'found' ? pointed.records[0] : name)
    if (answer.type === 'found') records[name] = answer.records[0]
  }
  return verdictsOfMailauth(await signed(Buffer.from(`From: a@${NAME}\r\n\r\nHi.\r\n`), found.keys), records)
}
const both = ['pass', 'pass']

test('the old key signs until the next one is seen, and its record may go after seven days', async () => {
  await putDomain()
  const old = domainPropertiesOf(await stored()).verificationRecords.DKIM
  await step()
  const { next } = await rotationOf('DKIM')
  assert.deepEqual([next?.state.status, await signingSelectors()], ['NotStarted', ['pst1', 'pst2']])
  assert.match(next?.record.name ?? '', /^pst3-[0-9a-f]{8}\._domainkey$/)
  assert.equal(next?.record.name.slice(4), old.name.slice(4))
  assert.match(next?.record.value ?? '', /^v=DKIM1; k=rsa; p=[A-Za-z0-9+/=]{392}$/)
  assert.deepEqual(await verdicts(), both)

  // Not published yet: it stays, and says so.
  await step()
  assert.deepEqual((await rotationOf('DKIM')).next, {
    ...next,
    state: { status: 'VerificationFailed', errorCode: 'RecordNotFound', seen: [] },
  })
  assert.deepEqual([await signingSelectors(), await verdicts()], [['pst1', 'pst2'], both])

  publish(next?.record)
  await step()
  assert.deepEqual([await signingSelectors(), await verdicts()], [['pst3', 'pst2'], both])
  const at = (moment: number) => new Date(moment).toISOString()
  assert.deepEqual(await rotationOf('DKIM'), {
    previous: { record: old, removableAt: at(AT + 7 * DAY) },
    rotatedAt: at(AT),
  })
  assert.deepEqual(domainPropertiesOf(await stored()).verificationStates.DKIM, { status: 'Verified', errorCode: '' })
  // What signs no more is not kept.
  const kept = (await storage.read.sealed.listSealed('dkim-key')).map(({ recordId }) => recordId.split(' ').at(-1))
  assert.deepEqual(new Set(kept.map((selector) => selector?.slice(0, 4))), new Set(['pst2', 'pst3']))
})

test('the two keys take turns, and so do the two names of each', async () => {
  await putDomain()
  const selectors: string[][] = []
  for (let turn = 0; turn < 4; turn += 1) {
    const at = AT + turn * 8 * DAY
    await step(undefined, at)
    const { next } = { ...(await rotationOf('DKIM')), ...(await rotationOf('DKIM2')) }
    withdraw(next?.record)
    publish(next?.record)
    await step(undefined, at)
    selectors.push(await signingSelectors())
    assert.deepEqual(await verdicts(), both)
  }
  assert.deepEqual(selectors, [
    ['pst3', 'pst2'],
    ['pst3', 'pst4'],
    ['pst1', 'pst4'],
    ['pst1', 'pst2'],
  ])
})

test('a name is not used again before its old record may go', async () => {
  await putDomain()
  await step('DKIM2')
  publish((await rotationOf('DKIM2')).next?.record)
  await step('DKIM2')
  const removableAt = new Date(AT + 7 * DAY).toISOString()
  assert.deepEqual(await rotate('DKIM2', AT + 7 * DAY - 1), { type: 'too early', removableAt })
  await step('DKIM2', AT + 7 * DAY)
  const { next, previous, rotatedAt } = await rotationOf('DKIM2')
  assert.match(next?.record.name ?? '', /^pst2-/)
  assert.deepEqual([previous, rotatedAt], [undefined, new Date(AT).toISOString()])
})

test('behind a pointer the key itself has to be seen', async () => {
  await putDomain(POINTERS)
  const { verificationRecords } = domainPropertiesOf(await stored())
  for (const { zoneRecord } of [verificationRecords.DKIM, verificationRecords.DKIM2])
    zone.add(zoneRecord?.name ?? '', { type: 'TXT', value: zoneRecord?.value ?? '' })
  await step()
  const { record } = (await rotationOf('DKIM')).next ?? {}
  assert.deepEqual([record?.type, record?.zoneRecord?.name], ['CNAME', record?.value])
  publish(record)
  await step()
  assert.equal((await rotationOf('DKIM')).next?.state.errorCode, 'RecordNotFound')
  zone.add(record?.zoneRecord?.name ?? '', { type: 'TXT', value: record?.zoneRecord?.value ?? '' })
  await step()
  assert.deepEqual([await signingSelectors(), await verdicts()], [['pst3', 'pst2'], both])
})

test('another key under the name, two keys, and a DNS that is away', async () => {
  await putDomain()
  await step()
  const { record } = (await rotationOf('DKIM')).next ?? {}
  assert(record !== undefined)
  publish({ ...record, value: domainPropertiesOf(await stored()).verificationRecords.DKIM.value })
  await step()
  assert.equal((await rotationOf('DKIM')).next?.state.errorCode, 'RecordMismatch')
  publish(record)
  await step()
  assert.equal((await rotationOf('DKIM')).next?.state.errorCode, 'MultipleRecords')
  zone.state.mood = 'SERVFAIL'
  const before = await stored()
  assert.equal((await rotate()).type, 'unavailable')
  assert.deepEqual(await stored(), before)
  assert.deepEqual(await signingSelectors(), ['pst1', 'pst2'])
})

test('of two at once, one makes the key, and one changes over', async () => {
  await putDomain()
  const told = await Promise.all([rotate(), rotate()])
  const { next } = await rotationOf('DKIM')
  for (const outcome of told)
    assert.deepEqual(
      outcome.type === 'stored' && domainPropertiesOf(outcome.domain).dkimRotation?.DKIM?.next?.record,
      next?.record,
    )
  publish(next?.record)
  assert.deepEqual(await signingSelectors(), ['pst1', 'pst2'])
  await Promise.all([rotate('DKIM'), rotate('DKIM')])
  assert.deepEqual([await signingSelectors(), await verdicts()], [['pst3', 'pst2'], both])
})

test('only whose domain it is, and only while it is there', async () => {
  const domain = await putDomain()
  const foreign = { ...domain, tenantId: B.tenantId }
  assert.equal((await rotateDkim(context, change(), foreign)).type, 'missing')
  const unproven = { ...domain, properties: { ...domain.properties } }
  const states = domainPropertiesOf(domain).verificationStates
  Object.assign(unproven.properties, {
    verificationStates: { ...states, Domain: { status: 'NotStarted', errorCode: '' } },
  })
  assert.equal((await rotateDkim(context, change(), unproven)).type, 'ownership first')
  await storage.write.resources.deleteResource(change(), domain.id)
  assert.equal((await rotateDkim(context, change(), domain)).type, 'missing')
})

test('a domain that was made anew meanwhile gets no key of the one before', async () => {
  const domain = await putDomain()
  await step('DKIM2')
  publish((await rotationOf('DKIM2')).next?.record)
  await step('DKIM2')
  const before = await stored()
  await storage.write.resources.deleteResource(change(), domain.id)
  zone.clear()
  const { properties } = await putDomain()
  const outcome = await rotateDkim(context, change(AT + 7 * DAY), before, 'DKIM2')
  assert.deepEqual(outcome.type === 'stored' && domainPropertiesOf(outcome.domain), properties)
  assert.deepEqual(await verdicts(), both)
})

test('by itself: when a key is old enough, one at a time, and on with what is under way', async () => {
  const domain = await putDomain()
  const madeAt = Date.parse(domain.systemData.createdAt)
  const due = async (at: number) => (await rotateDkimWhenDue(context, change(at), await stored(), 90 * DAY))?.type
  assert.equal(await due(madeAt + 90 * DAY - 1), undefined)
  assert.equal(await due(madeAt + 90 * DAY), 'stored')
  publish((await rotationOf('DKIM')).next?.record)
  assert.equal(await due(madeAt + 90 * DAY + 1), 'stored')
  assert.deepEqual(await signingSelectors(), ['pst3', 'pst2'])
  assert.equal(await due(madeAt + 90 * DAY + 2), 'stored')
  publish((await rotationOf('DKIM2')).next?.record)
  assert.equal(await due(madeAt + 90 * DAY + 3), 'stored')
  assert.equal(await due(madeAt + 90 * DAY + 4), undefined)
  assert.deepEqual([await signingSelectors(), await verdicts()], [['pst3', 'pst4'], both])
})
