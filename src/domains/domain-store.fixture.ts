// Fixture: domains in a real store with a zone that answers for them, and a clock that is moved by hand.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { openDnsZone } from '../../test/fixtures/dns-zone.ts'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { createPacketResolver } from '../dns/packet-resolver.ts'
import { deriveKeys } from '../keys/installation-key.ts'
import { createSealer } from '../keys/sealing.ts'
import { DOMAINS } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { A, AT, change, resource, seedTwoTenants, type TenantFixture } from '../storage/two-tenants.fixture.ts'
import { type DomainManagement, domainPropertiesOf, issueDomain, VERIFIED } from './domain-properties.ts'
import { fullNameOf, type VerificationType } from './verification-records.ts'
import { initiateVerification } from './verify-domain.ts'

export const sealer = createSealer(deriveKeys(Buffer.alloc(32, 7)))
const NEEDED = ['Domain', 'SPF', 'DKIM', 'DKIM2'] as const

export async function openDomainStore(t: TestContext) {
  const zone = await openDnsZone()
  const storage = await seedTwoTenants(await openTemporaryMailStore())
  t.after(async () => {
    zone.close()
    await storage.close()
  })
  const clock = new ManualClock(AT)
  const context = {
    storage,
    resolver: createPacketResolver({ servers: [zone.server], timeout: 300 }),
    clock,
    stamp: (changed: Resource) => ({ ...changed, etag: randomUUID() }),
  }

  async function putDomain(
    name: string,
    management: DomainManagement = 'CustomerManaged',
    tenant: TenantFixture = A,
  ): Promise<Resource> {
    const described = resource(tenant, DOMAINS, ['email', management === 'AzureManaged' ? 'AzureManagedDomain' : name])
    const { properties, sealed } = await issueDomain({
      id: described.id,
      name,
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

  const verify = async (domain: Resource, type: VerificationType) =>
    assert.equal((await initiateVerification(context, change(), await stored(domain), type)).type, 'stored')

  /** All that is needed is published, and was found. */
  async function putVerified(name: string, tenant: TenantFixture = A): Promise<Resource> {
    const domain = await putDomain(name, 'CustomerManaged', tenant)
    publish(domain, ...NEEDED)
    for (const type of NEEDED) await verify(domain, type)
    for (const type of NEEDED) assert.deepEqual(stateOf(await stored(domain), type), VERIFIED)
    return domain
  }
  return { zone, storage, clock, context, putDomain, putVerified, publish, stored, verify }
}
export type DomainStore = Awaited<ReturnType<typeof openDomainStore>>

export const stateOf = (domain: Resource, type: VerificationType) => domainPropertiesOf(domain).verificationStates[type]
