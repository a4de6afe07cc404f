// Which domains a communication service may send for: each must exist, be verified and rest in the same data location, and whoever
// links it must be allowed to see it. What is wrong is told for every domain by itself. A linked domain cannot be deleted.
// Azure: control-plane reference §5.4, §6.9; §9, 9 for why a single code for the whole list helps nobody.

import { findLinkingServices } from '../../domains/linked-services.ts'
import { isDomainVerified } from '../../resources/domain-verification.ts'
import { parseResourceId, scopeKey } from '../../resources/resource-id.ts'
import { COMMUNICATION_SERVICES, DOMAINS, isSameType } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Storage } from '../../storage/storage.ts'
import { type Caller, controlAction, mayDo } from '../authorization.ts'
import { badRequest, forbidden, type Refusal, type RefusalDetail, refused } from '../refusal.ts'
import { readOwnResource } from './scope-existence.ts'

const TARGET = 'properties.linkedDomains'
const READ = controlAction('Microsoft.Communication/EmailServices/Domains/read')

type Links = { readonly type: 'links'; readonly linkedDomains: readonly string[] }

/** The ids as they will be stored, each domain once. */
export async function checkLinks(
  storage: Storage,
  caller: Caller,
  service: { readonly id: string; readonly dataLocation: unknown },
  given: readonly string[],
): Promise<Links | Refusal> {
  const ids = withoutTwins(given)
  const unreadable = ids.filter((id) => isDomainId(id) && !mayDo(caller, READ, id))
  if (unreadable.length > 0) return linkedAuthorizationFailed(caller, service.id, unreadable)
  const problems: RefusalDetail[] = []
  const linkedDomains: string[] = []
  for (const id of ids) {
    const domain = isDomainId(id) ? await readOwnResource(storage, caller.tenantId, id) : undefined
    const problem = problemWith(domain, id, service.dataLocation)
    if (problem !== undefined) problems.push(problem)
    else linkedDomains.push(domain?.id ?? id)
  }
  return problems.length === 0 ? { type: 'links', linkedDomains } : invalidLinks(problems)
}

function withoutTwins(ids: readonly string[]): readonly string[] {
  const byKey = new Map(ids.toReversed().map((id) => [scopeKey(id) ?? id, id]))
  return [...byKey.values()].toReversed()
}

const isDomainId = (id: string) => isSameType(parseResourceId(id)?.type ?? '', DOMAINS)

function problemWith(domain: Resource | undefined, id: string, dataLocation: unknown): RefusalDetail | undefined {
  const shown = id.slice(0, 300)
  const problem = (code: string, reason: string) => ({ code, message: `'${shown}' ${reason}.`, target: shown })
  if (!isDomainId(id)) return problem('InvalidLinkedDomains', `is not the id of a resource of type '${DOMAINS}'`)
  if (domain === undefined) return problem('InvalidLinkedDomains', 'does not exist')
  const location = domain.properties['dataLocation']
  if (location !== dataLocation) {
    const [its, ours] = [JSON.stringify(location), JSON.stringify(dataLocation)]
    return problem('InvalidLinkedDomains', `is in data location ${its}, the communication service in ${ours}`)
  }
  if (isDomainVerified(domain.properties)) return undefined
  return problem('DomainValidationError', `is not verified: ${unverifiedRecords(domain).join(', ')}`)
}

function unverifiedRecords({ properties }: Resource): readonly string[] {
  const states = (properties['verificationStates'] ?? {}) as Record<string, { readonly status?: string } | undefined>
  return ['Domain', 'SPF', 'DKIM', 'DKIM2']
    .filter((record) => states[record]?.status !== 'Verified')
    .map((record) => `${record} is ${states[record]?.status ?? 'NotStarted'}`)
}

/** Of one kind, that kind's code; of several, the wider one. */
function invalidLinks(details: readonly RefusalDetail[]): Refusal {
  const [code = ''] = details.map((detail) => detail.code).toSorted((one, other) => (one < other ? 1 : -1))
  const message = `These domains cannot be linked: ${details.map((detail) => detail.message).join(' ')}`
  return { ...badRequest(code, message), target: TARGET, details }
}

function linkedAuthorizationFailed(caller: Caller, serviceId: string, domains: readonly string[]): Refusal {
  const { applicationId, principalId } = caller
  const message =
    `The client '${applicationId}' with object id '${principalId}' has permission to perform action ` +
    `'${COMMUNICATION_SERVICES}/write' on scope '${serviceId}'; however, it does not have permission to perform action ` +
    `'${READ.action}' on the linked scope(s) '${domains.join(',')}' or the linked scope(s) are invalid.`
  return { ...forbidden(message), code: 'LinkedAuthorizationFailed' }
}

/** For the deletion of a domain, or of something above domains. Names only services that the caller may see. */
export async function refuseWhileLinked(
  storage: Pick<Storage, 'read'>,
  caller: Caller,
  id: string,
): Promise<Refusal | undefined> {
  const services = await findLinkingServices(storage, caller.tenantId, id)
  if (services.length === 0) return undefined
  const readService = controlAction('Microsoft.Communication/CommunicationServices/read')
  const named = services.filter((service) => mayDo(caller, readService, service.id)).map((service) => service.id)
  const others = services.length - named.length
  const list = [...named, ...(others === 0 ? [] : [`${others} that you may not see`])].join(', ')
  const details = named.map((target) => ({ code: 'DomainLinked', message: `Linked to '${target}'.`, target }))
  return {
    ...refused(409, 'Conflict', `A domain is linked to communication services: ${list}. Unlink it first.`),
    details,
  }
}
