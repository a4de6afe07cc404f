// Which quotas a resource has: a communication service that of what goes through it, a domain that of what is sent as it; others have none.

import { lookupKeyOf } from '../resources/lookup-key.ts'
import { COMMUNICATION_SERVICES, DOMAINS, isSameType } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { QuotaSubject } from './quota.ts'

export function subjectOfResource(resource: Resource): QuotaSubject | undefined {
  if (isSameType(resource.type, COMMUNICATION_SERVICES)) return { kind: 'resource', key: resource.id.toLowerCase() }
  const domain = isSameType(resource.type, DOMAINS) ? lookupKeyOf(resource) : undefined
  return domain === undefined ? undefined : { kind: 'domain', key: domain }
}
