// Which communication services are linked to a domain, and what they look like without it. Links live with the services
// (`linkedDomains`); a link that leads into another tenant counts for nothing and is not looked for.

import { isSameResource, scopeKey } from '../resources/resource-id.ts'
import { COMMUNICATION_SERVICES } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { Storage } from '../storage/storage.ts'

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
