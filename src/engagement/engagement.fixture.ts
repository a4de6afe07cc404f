// Fixture: domains with real keys over a real store with two tenants, and what leaves of a message there, signed.

import assert from 'node:assert/strict'
import type { ContentRef } from '../content/content.ts'
import { type DomainProperties, issueDomain, type UserEngagementTracking } from '../domains/domain-properties.ts'
import { fullNameOf } from '../domains/verification-records.ts'
import { deriveKeys } from '../keys/installation-key.ts'
import { createSealer } from '../keys/sealing.ts'
import type { Resource } from '../resources/resource.ts'
import { inChunks } from '../signing/signing.fixture.ts'
import { createSigning } from '../signing/signing.ts'
import type { Claim, SpooledEnvelope } from '../spool/spool.ts'
import { openTemporaryStore } from '../storage/sqlite/temporary-store.fixture.ts'
import {
  A,
  AT,
  change,
  communicationService,
  domain,
  seedTwoTenants,
  type TenantFixture,
} from '../storage/two-tenants.fixture.ts'
import { createEngagementLinks } from './engagement-links.ts'
import { createEngagementTracking } from './engagement-tracking.ts'

const keys = deriveKeys(new Uint8Array(32))
const sealer = createSealer(keys)
export const QUEUE_ID = '01900000-0000-7000-8000-000000000001'
export const links = createEngagementLinks(keys.engagementKey, 'https://mail.test/')
export const VIEW = `<img src="${links.linkOf({ kind: 'view', queueId: QUEUE_ID })}" width="1" height="1" alt="">`
export const clickOf = (target: string) => links.linkOf({ kind: 'click', queueId: QUEUE_ID, target })

export type TrackingScene = Awaited<ReturnType<typeof openTrackingScene>>

export async function openTrackingScene() {
  const storage = await seedTwoTenants(await openTemporaryStore())
  const { directory, resources, sealed } = storage.read
  let content: Uint8Array = Buffer.alloc(0)
  const reads: string[] = []
  const signing = createSigning({
    directory,
    resources,
    sealed,
    sealer,
    clock: { now: () => AT },
    content: { open: () => inChunks(content, 1000) },
    engagement: createEngagementTracking({
      directory,
      resources: {
        findConnectedDomain(serviceId, name) {
          reads.push(name)
          return resources.findConnectedDomain(serviceId, name)
        },
      },
      links,
    }),
    onUnusable: (_, detail) => assert.fail(detail),
  })
  return {
    storage,
    /** Names of domains that were looked up to learn whether they are tracked. */
    reads,
    async connect(
      tracking: UserEngagementTracking,
      tenant: TenantFixture = A,
      name = 'contoso.test',
    ): Promise<Resource> {
      const { id } = domain(tenant, 'email', name)
      const settings = { spfInclude: 'spf.test', dkimRecords: 'txt', managedSuffix: 'test' } as const
      const about = { management: 'AzureManaged', dataLocation: 'Europe', ownershipToken: 'token', at: AT } as const
      const issued = await issueDomain({ ...about, id, name, tracking, settings, sealer })
      const resource = { ...domain(tenant, 'email', name), properties: issued.properties }
      await storage.write.resources.putResource(change(), resource)
      for (const record of issued.sealed) await storage.write.sealed.putSealed(record)
      await storage.write.resources.putResource(
        change(),
        communicationService(tenant, tenant === A ? 'mail' : 'mail-of-b', [id]),
      )
      return resource
    },
    /** As it leaves, with the signatures in front, unless its way out has none. */
    async leaving(
      message: string | Uint8Array,
      {
        envelope = {},
        sevenBit = false,
        signs = true,
      }: { envelope?: Partial<SpooledEnvelope>; sevenBit?: boolean; signs?: boolean } = {},
    ): Promise<Buffer> {
      content = typeof message === 'string' ? Buffer.from(message, 'latin1') : message
      const resourceId = communicationService(A, 'mail').id
      const about = { queueId: QUEUE_ID, tenantId: A.tenantId, resourceId, reversePath: 'a@contoso.test', ...envelope }
      const ref: ContentRef = { kind: 'stored', size: content.length, contentId: 'c' }
      const claim = { content: ref, envelope: about } as Claim
      const outcome = await signing.openShipment(claim, [], { signs })
      assert(outcome.type === 'shipment')
      const opened = await outcome.shipment.open({ sevenBit })
      const octets = Buffer.from(await new Response(ReadableStream.from(opened.octets)).arrayBuffer())
      assert.equal(opened.size, octets.length)
      return octets
    },
    close: () => storage.close(),
  }
}

/** Without the signatures. */
export const unsigned = (message: Buffer): string =>
  message.toString('latin1').replace(/^(?:DKIM-Signature:(?:[^\r]|\r\n[ \t])*s=pst(?:[^\r]|\r\n[ \t])*\r\n)+/, '')

export function recordsOf({ properties }: Resource): Readonly<Record<string, string>> {
  const { verificationRecords, fromSenderDomain } = properties as DomainProperties
  const { DKIM, DKIM2 } = verificationRecords
  return Object.fromEntries([DKIM, DKIM2].map((record) => [fullNameOf(record, fromSenderDomain), record.value]))
}
