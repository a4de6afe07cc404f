// What would let an address stand as the sender, looked up in the resources of the tenant: linking, verifying or completing the domain
// where the tenant has it, and one of the addresses that may be used already.

import { canonicalDomain } from '../resources/domain-name.ts'
import { parentOf } from '../resources/resource-id.ts'
import { DOMAINS } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { ResourceReader } from '../storage/storage.ts'
import type { TenantTrace } from './advise.ts'
import { type LinkedDomain, linkedDomain, readLinkedDomains, readSenderAddresses } from './connected-domains.ts'
import { inTurn, posternCommand } from './copyable-command.ts'
import type { Suggestion } from './decision-trace.ts'

/** Domains of a tenant that are looked through. */
const DOMAIN_LIMIT = 500

export async function adviseOnSender(resources: ResourceReader, trace: TenantTrace): Promise<readonly Suggestion[]> {
  const { tenantId, resourceId = '', sender = '', reason } = trace
  const service = await resources.readResource(resourceId)
  if (service?.tenantId !== tenantId) return []
  const linked = await readLinkedDomains(resources, service)
  const domain = await findDomain(resources, linked, tenantId, domainOf(sender))
  const repaired = domain === undefined ? [] : repair(reason, service, linked, domain, sender)
  return [...repaired, ...(await useAnother(resources, tenantId, service, linked))]
}

const domainOf = (address: string): string => canonicalDomain(address.slice(address.lastIndexOf('@') + 1)) ?? ''

/** A linked one first, then a verified one: two owners in a tenant may claim the same name. */
async function findDomain(
  resources: ResourceReader,
  linked: readonly LinkedDomain[],
  tenantId: string,
  name: string,
): Promise<LinkedDomain | undefined> {
  const all = await resources.listResources({ tenantId, type: DOMAINS, limit: DOMAIN_LIMIT })
  const named = [...linked, ...all.flatMap(linkedDomain)].filter((domain) => domain.name === name)
  return named.find(({ verified }) => verified) ?? named[0]
}

function repair(
  reason: string,
  service: Resource,
  linked: readonly LinkedDomain[],
  domain: LinkedDomain,
  sender: string,
): readonly Suggestion[] {
  if (reason === 'sender-not-allowed') return [addSenderUsername(domain, sender)]
  const isLinked = linked.some(({ id }) => id.toLowerCase() === domain.id.toLowerCase())
  const link = posternCommand(['communication', 'update'], {
    '--name': service.id,
    '--linked-domains': [...linked.map(({ id }) => id), domain.id],
  })
  if (domain.verified)
    return isLinked ? [] : [{ text: `Connect the domain ${domain.name} to the communication service.`, command: link }]
  const verify = posternCommand(['communication', 'email', 'domain', 'initiate-verification'], namesOf(domain))
  const missing = unverifiedChecks(domain)
  const text = `Publish the records of ${domain.name} that are not verified (${missing.join(', ')}), then have them looked up; \`postern communication email domain show\` prints them.`
  return [{ text, command: isLinked ? verify : inTurn(verify, link) }]
}

function addSenderUsername(domain: LinkedDomain, sender: string): Suggestion {
  const localPart = sender.slice(0, sender.lastIndexOf('@'))
  const command = posternCommand(['communication', 'email', 'domain', 'sender-username', 'create'], {
    ...namesOf(domain),
    '--username': localPart,
  })
  return { text: `Let ${sender} be used as a sender of ${domain.name}.`, command }
}

/** The last part of the id: a managed domain is not called by its name. */
const namesOf = ({ id }: LinkedDomain) => ({
  '--domain-name': id.slice(id.lastIndexOf('/') + 1),
  '--email-service-name': parentOf(id),
})

const CHECKS = ['Domain', 'SPF', 'DKIM', 'DKIM2'] as const

export function unverifiedChecks({ properties }: Pick<LinkedDomain, 'properties'>): readonly string[] {
  const states = properties['verificationStates'] as Readonly<Record<string, { status?: unknown }>> | undefined
  return CHECKS.filter((check) => states?.[check]?.status !== 'Verified')
}

async function useAnother(
  resources: ResourceReader,
  tenantId: string,
  service: Resource,
  linked: readonly LinkedDomain[],
): Promise<readonly Suggestion[]> {
  const connected = linked.filter(({ verified }) => verified)
  const [first] = (await Promise.all(connected.map((one) => readSenderAddresses(resources, tenantId, one)))).flat()
  const command = posternCommand(['communication', 'settings'], { '--name': service.id })
  if (first === undefined) return []
  return [{ text: `Or give the device the sender ${first}.`, command, setting: { name: 'sender', value: first } }]
}
