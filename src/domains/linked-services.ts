// Which communication services are linked to a domain, and what they look like without it. Links live with the services
// (`linkedDomains`); a link that leads into another tenant counts for nothing and is not looked for.

import { isSameResource, scopeKey } from '../resources/resource-id.ts'
import { isDomainVerified } from '../resources/domain-verification.ts'
import { COMMUNICATION_SERVICES } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { Change, Storage, Writers } from '../storage/storage.ts'

/** The communication services that a domain at or below `id` is linked to and that are not below it themselves. */
export async function findLinkingServices(
  { read }: Pick<Storage, 'read'>,
  tenantId: string,
  id: string,
): Promise<readonly Resource[]> {
  const services = await read.resources.listResources({ tenantId, type: COMMUNICATION_SERVICES })
  return services.filter(
    (service) => !isAtOrBelow(service.id, id) && linksOf(service).some((link) => isAtOrBelow(link, id)),
  )
}

/** How a domain is stored: one that is not verified any more loses its links in the same transaction. */
export async function planDomainWrite(
  { storage, stamp }: { readonly storage: Pick<Storage, 'read'>; readonly stamp: (resource: Resource) => Resource },
  change: Change,
  domain: Resource,
): Promise<(write: Pick<Writers, 'resources'>) => void> {
  const { id, tenantId, properties } = domain
  const linked = isDomainVerified(properties) ? [] : await findLinkingServices(storage, tenantId, id)
  return (write) => {
    void write.resources.putResource(change, domain)
    for (const service of linked) void write.resources.putResource(change, stamp(withoutLink(service, id)))
  }
}

/** The ids of the domains that a service is linked to. */
export function linksOf({ properties }: Pick<Resource, 'properties'>): readonly string[] {
  const links = properties['linkedDomains']
  return Array.isArray(links) ? links.filter((link) => typeof link === 'string') : []
}

export function withoutLink(service: Resource, domainId: string): Resource {
  const linkedDomains = linksOf(service).filter((link) => !isSameResource(link, domainId))
  return { ...service, properties: { ...service.properties, linkedDomains } }
}

function isAtOrBelow(id: string, scope: string): boolean {
  const [key, scopeId] = [scopeKey(id), scopeKey(scope)]
  return key !== undefined && scopeId !== undefined && (key === scopeId || key.startsWith(`${scopeId}/`))
}
