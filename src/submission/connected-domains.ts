// Which domains a communication service may send from, and as whom. Linked, verified and of the same tenant: the conditions are those
// of the sender's walk, read from the resources instead of its index.

import { isDomainVerified } from '../resources/domain-verification.ts'
import { lookupKeyOf } from '../resources/lookup-key.ts'
import type { Resource } from '../resources/resource.ts'
import { DOMAINS, isSameType, SENDER_USERNAMES } from '../resources/resource-types.ts'
import type { ResourceReader } from '../storage/storage.ts'

export type LinkedDomain = {
  readonly id: string
  readonly name: string
  readonly verified: boolean
  readonly properties: Resource['properties']
}

/** Those that the service links to and that are there, in its own tenant. */
export async function readLinkedDomains(
  resources: ResourceReader,
  { tenantId, properties }: Pick<Resource, 'tenantId' | 'properties'>,
): Promise<readonly LinkedDomain[]> {
  const links = properties['linkedDomains']
  const found: LinkedDomain[] = []
  for (const link of Array.isArray(links) ? links : []) {
    const domain = typeof link === 'string' ? await resources.readResource(link) : undefined
    if (domain?.tenantId === tenantId) found.push(...linkedDomain(domain))
  }
  return found
}

export function linkedDomain(domain: Resource): readonly LinkedDomain[] {
  const name = isSameType(domain.type, DOMAINS) ? lookupKeyOf(domain) : undefined
  if (name === undefined) return []
  const { id, properties } = domain
  return [{ id, name, verified: isDomainVerified(properties), properties }]
}

/** Whole addresses. */
export async function readSenderAddresses(
  resources: ResourceReader,
  tenantId: string,
  { id, name }: LinkedDomain,
): Promise<readonly string[]> {
  const senders = await resources.listResources({ tenantId, under: id, type: SENDER_USERNAMES })
  return senders.map((sender) => `${localPartOf(sender)}@${name}`)
}

function localPartOf({ name, properties }: Resource): string {
  const username = properties['username']
  return typeof username === 'string' ? username : name
}
