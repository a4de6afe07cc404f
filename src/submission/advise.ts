// Better suggestions than a trace holds, looked up when an operator asks, so that a refused login costs no look-up: which name was
// probably meant, which domain resource it is, where a deny assignment stands. It decides nothing and reads one tenant, that of the
// trace. What it finds comes before what the trace says.

import { checkSend } from '../access/check-send.ts'
import { formatSmtpUsername, parseSmtpUsername, type SmtpUsernameParts } from '../identity/smtp-username.ts'
import { COMMUNICATION_SERVICES, SMTP_USERNAMES } from '../resources/resource-types.ts'
import { canonicalSmtpUsername } from '../resources/smtp-username-rules.ts'
import { lookupKeyOf } from '../resources/lookup-key.ts'
import { adviseOnSender } from './advise-on-sender.ts'
import { inTurn, posternCommand } from './copyable-command.ts'
import type { DecisionTrace, Suggestion } from './decision-trace.ts'
import type { LoginWalk } from './verdict.ts'

/** What of a trace is looked at. */
export type AdvisedTrace = Pick<DecisionTrace, 'reason' | 'suggestions'> &
  Partial<Pick<DecisionTrace, 'steps' | 'username' | 'tenantId' | 'resourceId' | 'applicationId' | 'sender' | 'access'>>

/** Names of services that are compared with the one that was given. */
const CANDIDATES = 50

/** The suggestions of the trace behind those that were found; never fewer. */
export async function advise(walk: LoginWalk, trace: AdvisedTrace): Promise<readonly Suggestion[]> {
  const isAsked = trace.steps?.some(({ step }) => step === 'fault') === true
  const found = isAsked || trace.tenantId === undefined ? [] : await find(walk, { ...trace, tenantId: trace.tenantId })
  return [...found, ...trace.suggestions]
}

export type TenantTrace = AdvisedTrace & { readonly tenantId: string }

function find(walk: LoginWalk, trace: TenantTrace): Promise<readonly Suggestion[]> {
  switch (trace.reason) {
    case 'unknown-resource':
      return adviseOnResource(walk, trace)
    case 'tenant-mismatch':
      return adviseOnTenant(walk, trace)
    case 'unknown-application':
      return adviseOnApplication(walk, trace)
    case 'missing-role':
      return adviseOnDenial(walk, trace)
    default:
      return trace.reason.startsWith('sender-') ? adviseOnSender(walk.resources, trace) : Promise.resolve([])
  }
}

const enterUsername = (text: string, value: string, serviceId: string, applicationId: string): Suggestion => ({
  text,
  command: posternCommand(['communication', 'settings'], { '--name': serviceId, '--app-id': applicationId }),
  setting: { name: 'username', value },
})

const separatorOf = (username: string): '.' | '|' => (username.includes('|') ? '|' : '.')

/** A service of the tenant that the application may send through, the one whose name is nearest. */
async function adviseOnResource(walk: LoginWalk, trace: TenantTrace): Promise<readonly Suggestion[]> {
  const { username = '', tenantId } = trace
  const parts = parseSmtpUsername(username)
  if (parts === undefined) return []
  const services = await walk.resources.listResources({ tenantId, type: COMMUNICATION_SERVICES, limit: CANDIDATES })
  const open: (typeof services)[number][] = []
  for (const service of services) if (await maySend(walk, parts, service.id)) open.push(service)
  const wanted = parts.resourceName.toLowerCase()
  const [nearest] = (open.length > 0 ? open : services).toSorted(
    (a, b) => distance(a.name.toLowerCase(), wanted) - distance(b.name.toLowerCase(), wanted),
  )
  if (nearest === undefined) return []
  const value = formatSmtpUsername({ ...parts, resourceName: nearest.name }, separatorOf(username))
  const text = `There is no communication service ${parts.resourceName}; ${nearest.name} was probably meant. Enter the user name ${value}`
  return [enterUsername(text, value, nearest.id, parts.applicationId)]
}

async function maySend(
  { directory, roles, options }: LoginWalk,
  { tenantId, applicationId }: SmtpUsernameParts,
  serviceId: string,
): Promise<boolean> {
  const principal = await directory.findServicePrincipal(tenantId, applicationId)
  if (principal === undefined) return false
  const facts = await roles.readAccessFacts(tenantId, principal.objectId)
  return checkSend(facts, serviceId, options.requiredActions).allowed
}

/** Levenshtein. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let at = 0; at < one.length; at++) {
    const next = [at + 1]
    for (let column = 1; column <= other.length; column++) {
      const changed = (row[column - 1] ?? 0) + (other[column - 1] === one[at] ? 0 : 1)
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The trace is of the resource's tenant: the username names another one, or the two ids stand in each other's place. */
async function adviseOnTenant({ directory }: LoginWalk, trace: TenantTrace): Promise<readonly Suggestion[]> {
  const { username = '', tenantId, resourceId = '' } = trace
  const parts = parseSmtpUsername(username)
  if (parts === undefined) return []
  const swapped = parts.applicationId === tenantId
  const applicationId = swapped ? parts.tenantId : parts.applicationId
  if ((await directory.findApplication(tenantId, applicationId)) === undefined) return []
  const value = formatSmtpUsername({ ...parts, applicationId, tenantId }, separatorOf(username))
  const wrong = swapped
    ? 'The application id and the tenant id are swapped.'
    : 'The tenant id is not that of the resource.'
  return [enterUsername(`${wrong} Enter the user name ${value}`, value, resourceId, applicationId)]
}

/** People take the object id of the application or of its service principal for the application id; or the application is gone. */
async function adviseOnApplication(walk: LoginWalk, trace: TenantTrace): Promise<readonly Suggestion[]> {
  const { directory, resources } = walk
  const { username = '', tenantId, resourceId, applicationId: given } = trace
  if (given === undefined || resourceId === undefined) return []
  const parts = parseSmtpUsername(username)
  if (parts === undefined) return replaceAlias(resources, { tenantId, resourceId, username })
  const application = await directory.readApplication(tenantId, given)
  const principal = application === undefined ? await directory.readServicePrincipal(tenantId, given) : undefined
  const applicationId = application?.applicationId ?? principal?.applicationId
  if (applicationId === undefined) return []
  const value = formatSmtpUsername({ ...parts, applicationId }, separatorOf(username))
  const what = application === undefined ? 'its service principal' : 'the application'
  const text = `${given} is the object id of ${what}, not the application (client) id. Enter the user name ${value}`
  return [enterUsername(text, value, resourceId, applicationId)]
}

/** An alias of an application that is gone: the name is kept, and what stands behind it is made anew. */
async function replaceAlias(
  resources: LoginWalk['resources'],
  { tenantId, resourceId, username }: { tenantId: string; resourceId: string; username: string },
): Promise<readonly Suggestion[]> {
  const aliases = await resources.listResources({ tenantId, under: resourceId, type: SMTP_USERNAMES })
  const alias = aliases.find((one) => lookupKeyOf(one) === canonicalSmtpUsername(username))
  if (alias === undefined) return []
  const remove = posternCommand(['communication', 'smtp-username', 'delete'], {
    '--smtp-username': alias.name,
    '--comm-service-name': resourceId,
  })
  const create = posternCommand(['communication', 'smtp-credential', 'create'], {
    '--name': username,
    '--comm-service-name': resourceId,
  })
  const text = `The application behind ${username} is gone: give the name to a new one, and its password to the device.`
  return [{ text, command: inTurn(remove, create) }]
}

async function adviseOnDenial({ roles }: LoginWalk, { tenantId, access }: TenantTrace): Promise<readonly Suggestion[]> {
  const deny = access?.deniedBy && (await roles.readDenyAssignment(tenantId, access.deniedBy))
  if (!deny) return []
  const prefix = deny.scope === '/' ? '' : deny.scope
  const id = `${prefix}/providers/Microsoft.Authorization/denyAssignments/${deny.name}`
  const text = `The deny assignment "${deny.denyAssignmentName}" blocks this principal, whatever roles it has; remove it if it may send.`
  return [{ text, command: posternCommand(['role', 'deny-assignment', 'delete'], { '--ids': id }) }]
}
