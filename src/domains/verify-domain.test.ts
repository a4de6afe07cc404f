// Checking, failing and taking back, with a real store and a real resolver: who may be verified, what is kept, what loses its links.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { type DnsZone, openDnsZone } from '../../test/fixtures/dns-zone.ts'
import { createPacketResolver } from '../dns/packet-resolver.ts'
import { deriveKeys } from '../keys/installation-key.ts'
import { createSealer } from '../keys/sealing.ts'
import { DOMAINS } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { MailStore } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { A, AT, B, change, communicationService, resource, seedTwoTenants } from '../storage/two-tenants.fixture.ts'
import type { TenantFixture } from '../storage/two-tenants.fixture.ts'
import { type DomainManagement, domainPropertiesOf, issueDomain } from './domain-properties.ts'
import { fullNameOf, type VerificationType } from './verification-records.ts'
import { cancelVerification, initiateVerification, type VerificationContext } from './verify-domain.ts'

const NAME = 'contoso.test'
const sealer = createSealer(deriveKeys(Buffer.alloc(32, 7)))

let zone: DnsZone
let storage: MailStore
let context: VerificationContext
before(async () => {
  zone = await openDnsZone()
})
after(() => zone.close())
beforeEach(async () => {
  storage = await seedTwoTenants(await openTemporaryMailStore())
  const resolver = createPacketResolver({ servers: [zone.server], timeout: 300 })
  const clock = { now: () => AT, after: () => () => {} }
  context = { storage, resolver, clock, stamp: (changed) => ({ ...changed, etag: randomUUID() }) }
})
afterEach(async () => {
  zone.clear()
  await storage.close()
})

async function putDomain(tenant: TenantFixture, management: DomainManagement = 'CustomerManaged'): Promise<Resource> {
  const described = resource(tenant, DOMAINS, ['email', management === 'AzureManaged' ? 'AzureManagedDomain' : NAME])
  const { properties, sealed } = await issueDomain({
    id: described.id,
    name: NAME,
    management,
    tracking: 'Disabled',
    dataLocation: 'Europe',
    ownershipToken: randomUUID(),
    settings: { managedSuffix: 'postern.test', spfInclude: 'spf.postern.test', dkimRecords: 'txt' },
    sealer,
    at: AT,
  })
  const domain = { ...described, properties }
  await storage.write.resources.putResource(change(), domain)
  for (const record of sealed) await storage.write.sealed.putSealed(record)
  return domain
}

/** What the owner of this resource was told to publish, beside what others have published. */
function publish(domain: Resource, ...types: readonly VerificationType[]): void {
  const { verificationRecords, fromSenderDomain } = domainPropertiesOf(domain)
  for (const type of types) {
    const record = verificationRecords[type]
    zone.add(fullNameOf(record, fromSenderDomain), { type: 'TXT', value: record.value })
  }
}

async function stored({ id }: Resource): Promise<Resource> {
  const found = await storage.read.resources.readResource(id)
  assert(found !== undefined)
  return found
}

const initiateAsFound = (domain: Resource, type: VerificationType) =>
  initiateVerification(context, change(), domain, type)
const initiate = async (domain: Resource, type: VerificationType) => initiateAsFound(await stored(domain), type)
const cancel = (domain: Resource, type: VerificationType) => cancelVerification(context, change(), domain, type)

const stateOf = async (domain: Resource, type: VerificationType) =>
  domainPropertiesOf(await stored(domain)).verificationStates[type]

async function verifyAll(domain: Resource): Promise<void> {
  publish(domain, 'Domain', 'SPF', 'DKIM', 'DKIM2')
  for (const type of ['Domain', 'SPF', 'DKIM', 'DKIM2'] as const)
    assert.equal((await initiate(domain, type)).type, 'stored')
}

async function linkTo(domain: Resource): Promise<Resource> {
  const service = communicationService(A, 'contoso', [domain.id.toUpperCase(), '/elsewhere'])
  await storage.write.resources.putResource(change(), service)
  return service
}

const linksOf = async (service: Resource) => (await stored(service)).properties['linkedDomains']

test('record by record a domain becomes verified, and only with the last of the four', async () => {
  const domain = await putDomain(A)
  publish(domain, 'Domain', 'SPF', 'DKIM', 'DKIM2')
  const types = ['Domain', 'SPF', 'DKIM', 'DKIM2'] as const
  for (const [index, type] of types.entries()) {
    const outcome = await initiate(domain, type)
    assert(outcome.type === 'stored')
    assert.deepEqual(domainPropertiesOf(outcome.domain).verificationStates[type], { status: 'Verified', errorCode: '' })
    const { id } = await linkTo(domain)
    const standing = await storage.read.resources.readSenderStanding(id, 'x', NAME)
    assert.equal(standing.domain, index === 3 ? 'connected' : 'not verified')
  }
})

test('checks that run side by side all count', async () => {
  const domain = await putDomain(A)
  publish(domain, 'Domain', 'SPF', 'DKIM', 'DKIM2', 'DMARC')
  await initiate(domain, 'Domain')
  const others = ['SPF', 'DKIM', 'DKIM2', 'DMARC'] as const
  await Promise.all(others.map((type) => initiate(domain, type)))
  for (const type of others) assert.equal((await stateOf(domain, type)).status, 'Verified')
})

test('ownership comes first', async () => {
  const domain = await putDomain(A)
  publish(domain, 'SPF')
  assert.deepEqual(await initiate(domain, 'SPF'), { type: 'ownership first' })
  assert.deepEqual(zone.queries, [])
  assert.equal((await stateOf(domain, 'SPF')).status, 'NotStarted')
})

test('of two owners of one name only the one whose proof is published is verified', async () => {
  const [own, other] = [await putDomain(A), await putDomain(B)]
  publish(own, 'Domain')
  assert.equal((await initiate(own, 'Domain')).type, 'stored')
  assert.equal((await initiate(other, 'Domain')).type, 'stored')
  assert.equal((await stateOf(own, 'Domain')).status, 'Verified')
  assert.deepEqual(await stateOf(other, 'Domain'), {
    status: 'VerificationFailed',
    errorCode: 'RecordMismatch',
    seen: [domainPropertiesOf(own).verificationRecords.Domain.value],
  })
  const [ownRecords, otherRecords] = [own, other].map((domain) => domainPropertiesOf(domain).verificationRecords)
  for (const type of ['Domain', 'DKIM', 'DKIM2'] as const) assert.notDeepEqual(ownRecords?.[type], otherRecords?.[type])
})

for (const mood of ['SERVFAIL', 'silent'] as const) {
  test(`a DNS that is ${mood} changes nothing, not even the epoch`, async () => {
    const domain = await putDomain(A)
    await verifyAll(domain)
    const service = await linkTo(domain)
    const epoch = await storage.read.directory.readEpoch(A.tenantId)
    zone.state.mood = mood
    const outcome = await initiate(domain, 'Domain')
    assert.equal(outcome.type, 'unavailable')
    assert.equal((await stateOf(domain, 'Domain')).status, 'Verified')
    assert.equal(await storage.read.directory.readEpoch(A.tenantId), epoch)
    assert.equal(((await linksOf(service)) as string[]).length, 2)
  })
}

test('a resolver that never comes back is given up', async () => {
  const domain = await putDomain(A)
  const never = () => new Promise<never>(() => {})
  const clock = { now: () => AT, after: (_: number, run: () => void) => (queueMicrotask(run), () => {}) }
  const resolver = {
    resolveTxt: never,
    resolveCname: never,
    resolveMx: never,
    resolveAddresses: never,
    resolveTlsa: never,
  }
  const outcome = await initiateVerification({ ...context, clock, resolver }, change(), domain, 'Domain')
  assert.equal(outcome.type, 'unavailable')
})

const losses: readonly [string, (domain: Resource) => Promise<unknown>][] = [
  [
    'a proof that is gone',
    (domain) => {
      zone.clear()
      return initiate(domain, 'Domain')
    },
  ],
  ['a key that is taken back', (domain) => cancel(domain, 'DKIM2')],
]
for (const [name, lose] of losses) {
  test(`${name} unlinks the domain in the same change`, async () => {
    const domain = await putDomain(A)
    await verifyAll(domain)
    const service = await linkTo(domain)
    await lose(domain)
    assert.deepEqual(await linksOf(service), ['/elsewhere'])
    const { domain: standing } = await storage.read.resources.readSenderStanding(service.id, 'x', NAME)
    assert.equal(standing, 'not linked')
  })
}

test('DMARC is not asked for: without it the links stay', async () => {
  const domain = await putDomain(A)
  await verifyAll(domain)
  const service = await linkTo(domain)
  await initiate(domain, 'DMARC')
  assert.equal((await stateOf(domain, 'DMARC')).errorCode, 'RecordNotFound')
  assert.equal(((await linksOf(service)) as string[]).length, 2)
})

test('the same result again writes nothing', async () => {
  const domain = await putDomain(A)
  publish(domain, 'Domain')
  await initiate(domain, 'Domain')
  const epoch = await storage.read.directory.readEpoch(A.tenantId)
  const outcome = await initiate(domain, 'Domain')
  assert.equal(outcome.type, 'stored')
  assert.equal(await storage.read.directory.readEpoch(A.tenantId), epoch)
})

test('what was seen for a domain that was made anew meanwhile is not counted', async () => {
  const before = await putDomain(A)
  publish(before, 'Domain')
  const anew = await putDomain(A)
  assert.deepEqual(await initiateAsFound(before, 'Domain'), { type: 'missing' })
  assert.equal((await stateOf(anew, 'Domain')).status, 'NotStarted')
})

test('a domain that is gone, also where another tenant is concerned', async () => {
  const domain = await putDomain(A)
  publish(domain, 'Domain')
  assert.deepEqual(await initiateAsFound({ ...domain, tenantId: B.tenantId }, 'Domain'), { type: 'missing' })
  await storage.write.resources.deleteResource(change(), domain.id)
  assert.deepEqual(await initiateAsFound(domain, 'Domain'), { type: 'missing' })
  assert.deepEqual(await cancel(domain, 'Domain'), { type: 'missing' })
})

test('a managed domain is verified from the beginning and stays so', async () => {
  const domain = await putDomain(A, 'AzureManaged')
  for (const run of [initiate, cancel]) assert.equal((await run(domain, 'SPF')).type, 'managed')
  assert.deepEqual(await stateOf(domain, 'SPF'), { status: 'Verified', errorCode: '' })
  assert.deepEqual(zone.queries, [])
})

test('keys are sealed, one for each selector, and go with the domain', async () => {
  const domain = await putDomain(A)
  const sealed = await storage.read.sealed.listSealed('dkim-key')
  assert.equal(sealed.length, 2)
  for (const { recordId, sealed: octets } of sealed) {
    assert.notEqual(sealer.open(recordId, 'dkim-key', octets), undefined)
    assert.equal(sealer.open(`${recordId}x`, 'dkim-key', octets), undefined)
  }
  await storage.write.resources.deleteResource(change(), domain.id)
  assert.deepEqual(await storage.read.sealed.listSealed('dkim-key'), [])
})
