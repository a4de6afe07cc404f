// Every operation that a role may name, and what it is for: what is served here, with whether it is a data action, and the operations of
// other providers that the built-in roles take away, so that their clones can be stored. Custom roles are checked against it; the portal
// and tools show it. Names are compared without regard to case. Azure: control-plane reference §5.11, §6.2; its catalogue lacks the
// SMTP usernames, and has no data action at all.

import type { ActionKind } from './access.ts'
import { DIRECTORY_ACTIONS, MAIL_ACTIONS, MAIL_DATA_ACTIONS } from './operations.ts'

export type CatalogueOperation = {
  /** As it is written in roles. */
  readonly name: string
  readonly isDataAction: boolean
  readonly description: string
}
export type CatalogueResource = {
  /** Without the namespace; empty for the provider itself. */
  readonly type: string
  readonly displayName: string
  readonly operations: readonly CatalogueOperation[]
}
export type CatalogueProvider = {
  readonly namespace: string
  readonly displayName: string
  readonly resources: readonly CatalogueResource[]
}

/** `operations` are names behind `type`, with a text where the name does not say enough. */
function resource(
  namespace: string,
  type: string,
  displayName: string,
  operations: Readonly<Record<string, string>> | readonly string[],
): CatalogueResource {
  const base = type === '' ? namespace : `${namespace}/${type}`
  const texts = Array.isArray(operations)
    ? operations.map(
        (operation: string) => [operation, describeOperation(`${base}/${operation}`, displayName)] as const,
      )
    : Object.entries(operations as Readonly<Record<string, string>>)
  const named = texts.map(([operation, description]) => ({ name: `${base}/${operation}`, description }))
  return { type, displayName, operations: named.map((operation) => ({ ...operation, isDataAction: false })) }
}

/** `Postern.Mail/queue/hold/action` holds the queue. */
function describeOperation(name: string, subject?: string): string {
  const [, ...parts] = name.split('/')
  const verb = parts.at(-1) === 'action' ? parts.splice(-2)[0] : parts.pop()
  return `${verb?.charAt(0).toUpperCase()}${verb?.slice(1).toLowerCase()} ${subject ?? parts.join(' ')}.`
}

const REGISTRATION = {
  'register/action': 'Register a subscription.',
  'unregister/action': 'Unregister a subscription.',
}

const CRUD = ['read', 'write', 'delete']

function communicationProvider(): CatalogueProvider {
  const namespace = 'Microsoft.Communication'
  const of = resource.bind(undefined, namespace)
  return {
    namespace,
    displayName: 'Azure Communication Services',
    resources: [
      of('', 'Communication provider', {
        'Register/Action': 'Register a subscription.',
        'Unregister/Action': 'Unregister a subscription.',
        'CheckNameAvailability/action': 'Ask whether a name is free.',
      }),
      of('CommunicationServices', 'Communication services', {
        Read: 'Read communication services.',
        Write: 'Create or change communication services.',
        Delete: 'Delete communication services.',
        'ListKeys/action': 'Read the access keys.',
        'RegenerateKey/action': 'Make a new access key.',
        'LinkNotificationHub/action': 'Link a notification hub.',
      }),
      of('CommunicationServices/EventGridFilters', 'Event filters', ['Read', 'Write', 'Delete']),
      of('CommunicationServices/SmtpUsernames', 'SMTP usernames', CRUD),
      of('EmailServices', 'Email services', {
        read: 'Read email services.',
        write: 'Create or change email services.',
        delete: 'Delete email services.',
        'verifiedExchangeOnlineDomains/action': 'List the domains that Exchange Online has verified.',
      }),
      of('EmailServices/Domains', 'Email domains', {
        read: 'Read domains.',
        write: 'Create or change domains.',
        delete: 'Delete domains.',
        'InitiateVerification/action': 'Start the verification of a DNS record.',
        'CancelVerification/action': 'Stop the verification of a DNS record.',
        'RevokeVerification/action': 'Take back a verification.',
      }),
      of('EmailServices/Domains/SenderUsernames', 'Sender usernames', CRUD),
      of('EmailServices/Domains/SuppressionLists', 'Suppression lists', CRUD),
      of('EmailServices/Domains/SuppressionLists/SuppressionListAddresses', 'Suppressed addresses', CRUD),
      of('Locations/OperationStatuses', 'Operation statuses', ['read', 'write']),
      of('Operations', 'Operations', ['read']),
      of('RegisteredSubscriptions', 'Registered subscriptions', ['read']),
    ],
  }
}

function authorizationProvider(): CatalogueProvider {
  const namespace = 'Microsoft.Authorization'
  const of = resource.bind(undefined, namespace)
  return {
    namespace,
    displayName: 'Microsoft Authorization',
    resources: [
      of('', 'Authorization provider', {
        ...REGISTRATION,
        'elevateAccess/action': 'Become administrator of the tenant root; never granted here.',
      }),
      of('roleDefinitions', 'Role definitions', CRUD),
      of('roleAssignments', 'Role assignments', CRUD),
      of('denyAssignments', 'Deny assignments', CRUD),
      of('permissions', 'Permissions', ['read']),
      of('providerOperations', 'Operations of providers', ['read']),
      of('classicAdministrators', 'Classic administrators', CRUD),
      of('locks', 'Locks', CRUD),
    ],
  }
}

function resourcesProvider(): CatalogueProvider {
  const namespace = 'Microsoft.Resources'
  const of = resource.bind(undefined, namespace)
  return {
    namespace,
    displayName: 'Microsoft Resource Manager',
    resources: [
      of('', 'Resource Manager', { ...REGISTRATION, 'checkResourceName/action': 'Ask whether a name is allowed.' }),
      of('subscriptions', 'Subscriptions', ['read', 'write']),
      of('subscriptions/locations', 'Locations', ['read']),
      of('subscriptions/operationresults', 'Results of operations', ['read']),
      of('subscriptions/providers', 'Providers', ['read']),
      of('subscriptions/resources', 'Resources', ['read']),
      of('subscriptions/resourceGroups', 'Resource groups', {
        read: 'Read resource groups.',
        write: 'Create or change resource groups.',
        delete: 'Delete resource groups with all that is in them.',
        'moveResources/action': 'Move resources elsewhere.',
      }),
      of('subscriptions/resourcegroups/resources', 'Resources of a group', ['read']),
      of('subscriptions/tagNames', 'Tag names', CRUD),
      of('subscriptions/tagNames/tagValues', 'Tag values', CRUD),
      of('providers', 'Providers', ['read']),
      of('resources', 'Resources', ['read']),
      of('tags', 'Tags', CRUD),
      of('tenants', 'Tenants', ['read']),
      of('deployments', 'Deployments', {
        read: 'Read deployments.',
        write: 'Create or change deployments.',
        delete: 'Delete deployments.',
        'validate/action': 'Validate a deployment.',
        'whatIf/action': 'Foresee a deployment.',
        'cancel/action': 'Stop a deployment.',
        'exportTemplate/action': 'Export the template of a deployment.',
      }),
      of('deployments/operations', 'Operations of a deployment', ['read']),
      of('deployments/operationStatuses', 'Status of a deployment', ['read']),
      of('deploymentStacks', 'Deployment stacks', {
        read: 'Read deployment stacks.',
        write: 'Create or change deployment stacks.',
        delete: 'Delete deployment stacks.',
        'manageDenySetting/action': 'Manage what a deployment stack denies.',
      }),
    ],
  }
}

function supportProvider(): CatalogueProvider {
  const of = resource.bind(undefined, 'Microsoft.Support')
  return {
    namespace: 'Microsoft.Support',
    displayName: 'Microsoft Support',
    resources: [
      of('', 'Support provider', { 'register/action': 'Register a subscription.' }),
      of('services', 'Supported services', ['read']),
      of('supportTickets', 'Support tickets', ['read', 'write']),
      of('operations', 'Operations', ['read']),
    ],
  }
}

/** From the names that are asked for: what stands behind the namespace is the type. */
function ownProvider(
  namespace: string,
  displayName: string,
  control: Readonly<Record<string, string>>,
  data: Readonly<Record<string, string>> = {},
): CatalogueProvider {
  const byType = Map.groupBy(
    [
      ...Object.values(control).map((name) => ({ name, isDataAction: false })),
      ...Object.values(data).map((name) => ({ name, isDataAction: true })),
    ],
    ({ name }) => name.split('/')[1] ?? '',
  )
  return {
    namespace,
    displayName,
    resources: [...byType].map(([type, operations]) => ({
      type,
      displayName: type,
      operations: operations.map((operation) => ({ ...operation, description: describeOperation(operation.name) })),
    })),
  }
}

export const operationCatalogue: readonly CatalogueProvider[] = [
  authorizationProvider(),
  communicationProvider(),
  ownProvider('Microsoft.Directory', 'Directory', DIRECTORY_ACTIONS),
  resourcesProvider(),
  supportProvider(),
  ownProvider('Postern.Mail', 'Postern', MAIL_ACTIONS, MAIL_DATA_ACTIONS),
]

/** Of providers that are not served: the built-in Contributor takes them away, and so does every clone of it. */
const FOREIGN_OPERATIONS = [
  'Microsoft.Blueprint/blueprintAssignments/write',
  'Microsoft.Blueprint/blueprintAssignments/delete',
  'Microsoft.Compute/galleries/share/action',
  'Microsoft.Purview/consents/write',
  'Microsoft.Purview/consents/delete',
  'Microsoft.Subscription/cancel/action',
  'Microsoft.Subscription/enable/action',
]

const served = operationCatalogue.flatMap(({ resources }) => resources.flatMap(({ operations }) => operations))

const known: Readonly<Record<ActionKind, ReadonlySet<string>>> = {
  control: new Set(
    [...served.filter(({ isDataAction }) => !isDataAction).map(({ name }) => name), ...FOREIGN_OPERATIONS].map((name) =>
      name.toLowerCase(),
    ),
  ),
  data: new Set(served.filter(({ isDataAction }) => isDataAction).map(({ name }) => name.toLowerCase())),
}

/** Longer than any name; bounds what a pattern may cost. */
const MAX_LENGTH = 512

/**
 * Whether a role may hold the pattern: an operation that there is, or one `*` anywhere, which need not match anything. A data action
 * is none of the control actions, nor the reverse.
 */
export function isGrantable(pattern: string, kind: ActionKind): boolean {
  if (pattern.length > MAX_LENGTH) return false
  if (!pattern.includes('*')) return known[kind].has(pattern.toLowerCase())
  return /^[a-z0-9./_-]*\*[a-z0-9./_-]*$/i.test(pattern)
}
