// What an ARM request is about: an item or a collection of one type, below or on a scope, and the operation that it takes. This is the
// only place that turns a method and a path into the name of an operation. Azure: control-plane reference §1.3, §6.6, §10.

import { parseResourceId } from '../../resources/resource-id.ts'
import { COMMUNICATION_SERVICES, DOMAINS, EMAIL_SERVICES, RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import { SENDER_USERNAMES, SMTP_USERNAMES, SUBSCRIPTIONS } from '../../resources/resource-types.ts'
import { SUPPRESSION_LIST_ADDRESSES, SUPPRESSION_LISTS } from '../../resources/resource-types.ts'
import type { RouteMethod } from '../route.ts'

export const ROLE_ASSIGNMENTS = 'Microsoft.Authorization/roleAssignments'
export const ROLE_DEFINITIONS = 'Microsoft.Authorization/roleDefinitions'
export const DENY_ASSIGNMENTS = 'Microsoft.Authorization/denyAssignments'
export const PERMISSIONS = 'Microsoft.Authorization/permissions'
export const PROVIDER_OPERATIONS = 'Microsoft.Authorization/providerOperations'
export const COMMUNICATION_OPERATIONS = 'Microsoft.Communication/Operations'
export const ELEVATE_ACCESS = 'Microsoft.Authorization/elevateAccess'
export const CLASSIC_ADMINISTRATORS = 'Microsoft.Authorization/classicAdministrators'
export const AUDIT_EVENTS = 'Postern.Mail/auditEvents'
export const IDENTITY_PROVIDERS = 'Postern.Mail/identityProviders'
export const SMTP_SETTINGS = 'Postern.Mail/smtpSettings'
export const ROTATE_DKIM = 'Postern.Mail/rotateDkim'
export const DNS_RECORDS = 'Postern.Mail/dnsRecords'
export const CHECK_ACCESS = 'Postern.Mail/checkAccess'
export const EVENT_SUBSCRIPTIONS = 'Postern.Mail/eventSubscriptions'
export const EVENT_DELIVERIES = `${EVENT_SUBSCRIPTIONS}/deliveries`
export const REPLAY_EVENTS = `${EVENT_SUBSCRIPTIONS}/replay`
export const ROTATE_WEBHOOK_SECRET = `${EVENT_SUBSCRIPTIONS}/rotateSecret`
export const EVENTS = 'Postern.Mail/events'
export const QUOTAS = 'Postern.Mail/quotas'
export const APPLICATION_QUOTAS = 'Postern.Mail/applications/quotas'
export const TENANTS = 'Microsoft.Resources/tenants'
export const LOCATIONS = 'Microsoft.Resources/locations'
export const GENERIC_RESOURCES = 'Microsoft.Resources/resources'
export const PROVIDERS = 'Microsoft.Resources/resourceProviders'
export const TAGS = 'Microsoft.Resources/tags'
export const OPERATION_STATUSES = 'Microsoft.Communication/Locations/OperationStatuses'
export const CHECK_NAME_AVAILABILITY = 'Microsoft.Communication/CheckNameAvailability'
export const EXCHANGE_DOMAINS = 'Microsoft.Communication/listVerifiedExchangeOnlineDomains'

export type ArmTarget = {
  /** `collection` stands for actions as well: a type, or the name of an action, with no name of a resource behind it. */
  readonly shape: 'item' | 'collection'
  /** As written; compared without regard to case. */
  readonly type: string
  /** Of the item; empty for a collection. */
  readonly name: string
  /** One for each part of the type, the item's own last; those of the parents alone for a collection. */
  readonly names: readonly string[]
  /** The whole id of an item, the id a collection hangs under otherwise; casing as written. */
  readonly id: string
  /** What the item or collection is below or on; `/` for the root of the tenant. */
  readonly parent: string
  readonly subscriptionId: string | undefined
  readonly resourceGroup: string | undefined
}

/**
 * A subscription or a group, spelt as if it extended something: by their types they would be taken for containers that have been looked
 * at, and whoever may do something where they seem to be could do it to the subscription of the path.
 */
const CONTAINER_AS_EXTENSION = /\/providers\/Microsoft\.Resources\/(?:subscriptions|resourceGroups)\//i

/** Undefined for a path that names nothing of ARM. */
export function readArmTarget(pathname: string): ArmTarget | undefined {
  const written = decodeSegments(pathname)
  if (written === undefined) return undefined
  const path = spellOut(written)
  const item = parseResourceId(path)
  // With a name in its place, a collection reads like an item.
  const id = item ?? parseResourceId(`${path}/-`)
  if (id === undefined || CONTAINER_AS_EXTENSION.test(id.id)) return undefined
  const [parent = '/'] = id.ancestors
  return {
    shape: item === undefined ? 'collection' : 'item',
    type: id.type,
    name: item?.names.at(-1) ?? '',
    names: item?.names ?? id.names.slice(0, -1),
    id: item?.id ?? parent,
    parent,
    subscriptionId: id.type === SUBSCRIPTIONS && item === undefined ? undefined : id.subscriptionId,
    resourceGroup: id.type === RESOURCE_GROUPS && item === undefined ? undefined : id.resourceGroup,
  }
}

/** Percent-decoding, once. A slash that was encoded is none of ours. */
function decodeSegments(pathname: string): string | undefined {
  try {
    const segments = pathname.split('/').map(decodeURIComponent)
    return segments.some((segment) => segment.includes('/')) ? undefined : segments.join('/')
  } catch {
    return undefined
  }
}

// What Resource Manager answers itself has paths without a provider; they are read as if they had one.
const SHORT_PATHS = [
  /^()\/(tenants|providers|providers\/[^/]+)$/i,
  /^(\/subscriptions\/[^/]+)\/(locations|resources|providers|providers\/[^/]+)$/i,
  /^(\/subscriptions\/[^/]+\/resourcegroups\/[^/]+)\/(resources)$/i,
] as const

function spellOut(path: string): string {
  const collapsed = path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
  const [, scope, rest] = SHORT_PATHS.map((short) => short.exec(collapsed)).find((match) => match !== null) ?? []
  // Nothing in an id can be of a type called `providers`.
  return scope === undefined ? path : `${scope}/providers/Microsoft.Resources/${rest?.replace(/^p/i, 'resourceP')}`
}

const VERBS: Readonly<Record<RouteMethod, string>> = {
  GET: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
  POST: 'action',
}

const TYPES_AS_WRITTEN_IN_ROLES = new Map(
  [
    COMMUNICATION_SERVICES,
    SMTP_USERNAMES,
    EMAIL_SERVICES,
    DOMAINS,
    SENDER_USERNAMES,
    SUPPRESSION_LISTS,
    SUPPRESSION_LIST_ADDRESSES,
    OPERATION_STATUSES,
    CHECK_NAME_AVAILABILITY,
    ROLE_ASSIGNMENTS,
    ROLE_DEFINITIONS,
    DENY_ASSIGNMENTS,
    PERMISSIONS,
    CLASSIC_ADMINISTRATORS,
    IDENTITY_PROVIDERS,
    EVENT_SUBSCRIPTIONS,
    REPLAY_EVENTS,
    ROTATE_WEBHOOK_SECRET,
    EVENTS,
  ].map((type) => [type.toLowerCase(), type]),
)

/** The types whose operations are named otherwise than the type is. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  [RESOURCE_GROUPS.toLowerCase(), 'Microsoft.Resources/subscriptions/resourceGroups'],
  [LOCATIONS.toLowerCase(), 'Microsoft.Resources/subscriptions/locations'],
  [GENERIC_RESOURCES.toLowerCase(), 'Microsoft.Resources/subscriptions/resources'],
  [PROVIDERS.toLowerCase(), 'Microsoft.Resources/subscriptions/providers'],
  [EXCHANGE_DOMAINS.toLowerCase(), 'Microsoft.Communication/EmailServices/verifiedExchangeOnlineDomains'],
  // The sheet says nothing that the service, its links and its usernames do not.
  [SMTP_SETTINGS.toLowerCase(), COMMUNICATION_SERVICES],
  [ROTATE_DKIM.toLowerCase(), 'Postern.Mail/dkimKeys/rotate'],
  // Anybody can ask the DNS; where to look is told by the domain.
  [DNS_RECORDS.toLowerCase(), DOMAINS],
  [EVENT_DELIVERIES.toLowerCase(), EVENT_SUBSCRIPTIONS],
])

const EXTENSIONS = ['microsoft.authorization/', 'postern.mail/', TAGS.toLowerCase()]

/** The control action of a request and the scope that it is asked on. */
export function operationOf(
  method: RouteMethod,
  target: ArmTarget,
): { readonly action: string; readonly scope: string } {
  const type = target.type.toLowerCase()
  const named = EXCEPTIONS.get(type) ?? TYPES_AS_WRITTEN_IN_ROLES.get(type) ?? target.type
  // What extends a resource is governed by the resource that it is on.
  const isExtension = EXTENSIONS.some((prefix) => type.startsWith(prefix))
  return { action: `${named}/${VERBS[method]}`, scope: isExtension ? target.parent : target.id }
}
