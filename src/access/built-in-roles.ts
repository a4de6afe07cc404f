// The roles that exist in every tenant without being stored: those of Azure that matter here, under their own GUIDs, and two of ours.
// Azure has no role that may send and nothing else, and none of its roles covers our data actions.
// Azure: control-plane reference §6.8.

import type { Permission, RoleDefinition } from './access.ts'
import { MAIL_DATA_ACTIONS } from './operations.ts'

function builtIn(
  name: string,
  roleName: string,
  description: string,
  { actions = [], notActions = [], dataActions = [], notDataActions = [] }: Partial<Permission>,
): RoleDefinition {
  const permissions = [{ actions, notActions, dataActions, notDataActions }]
  return { name, roleName, description, type: 'BuiltInRole', permissions, assignableScopes: ['/'] }
}

export const OWNER = builtIn(
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  'Owner',
  'Manages everything, including who else may do what.',
  { actions: ['*'] },
)

export const CONTRIBUTOR = builtIn(
  'b24988ac-6180-42a0-ab88-20f7382dd24c',
  'Contributor',
  'Manages everything except roles, role assignments and what may be shared with others.',
  {
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
      'Microsoft.Blueprint/blueprintAssignments/write',
      'Microsoft.Blueprint/blueprintAssignments/delete',
      'Microsoft.Compute/galleries/share/action',
      'Microsoft.Purview/consents/write',
      'Microsoft.Purview/consents/delete',
      'Microsoft.Resources/deploymentStacks/manageDenySetting/action',
      'Microsoft.Subscription/cancel/action',
      'Microsoft.Subscription/enable/action',
    ],
  },
)

export const READER = builtIn(
  'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  'Reader',
  'Sees everything and changes nothing.',
  { actions: ['*/read'] },
)

const USER_ACCESS_ADMINISTRATOR = builtIn(
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
  'User Access Administrator',
  'Sees everything and manages who may do what.',
  { actions: ['*/read', 'Microsoft.Authorization/*', 'Microsoft.Support/*'] },
)

const ROLE_BASED_ACCESS_CONTROL_ADMINISTRATOR = builtIn(
  'f58310d9-a9f6-439a-9e8d-f62e7b41a168',
  'Role Based Access Control Administrator',
  'Sees everything and manages role assignments, but no other kind of access.',
  {
    actions: [
      'Microsoft.Authorization/roleAssignments/write',
      'Microsoft.Authorization/roleAssignments/delete',
      '*/read',
      'Microsoft.Support/*',
    ],
  },
)

// Open: the entries for suppression lists and for verification are inferred; the published list was not seen whole.
export const COMMUNICATION_AND_EMAIL_SERVICE_OWNER = builtIn(
  '09976791-48a7-449e-bb21-39d1a415f350',
  'Communication and Email Service Owner',
  'Manages communication services, email services and their domains, and may send through them.',
  {
    actions: [
      'Microsoft.Communication/CheckNameAvailability/action',
      'Microsoft.Communication/Locations/OperationStatuses/read',
      'Microsoft.Communication/Locations/OperationStatuses/write',
      'Microsoft.Communication/Operations/read',
      'Microsoft.Communication/CommunicationServices/read',
      'Microsoft.Communication/CommunicationServices/write',
      'Microsoft.Communication/CommunicationServices/delete',
      'Microsoft.Communication/CommunicationServices/ListKeys/action',
      'Microsoft.Communication/CommunicationServices/RegenerateKey/action',
      'Microsoft.Communication/CommunicationServices/LinkNotificationHub/action',
      'Microsoft.Communication/CommunicationServices/EventGridFilters/read',
      'Microsoft.Communication/CommunicationServices/EventGridFilters/write',
      'Microsoft.Communication/CommunicationServices/EventGridFilters/delete',
      'Microsoft.Communication/EmailServices/read',
      'Microsoft.Communication/EmailServices/write',
      'Microsoft.Communication/EmailServices/delete',
      'Microsoft.Communication/EmailServices/Domains/read',
      'Microsoft.Communication/EmailServices/Domains/write',
      'Microsoft.Communication/EmailServices/Domains/delete',
      'Microsoft.Communication/EmailServices/Domains/InitiateVerification/action',
      'Microsoft.Communication/EmailServices/Domains/CancelVerification/action',
      'Microsoft.Communication/EmailServices/Domains/SenderUsernames/read',
      'Microsoft.Communication/EmailServices/Domains/SenderUsernames/write',
      'Microsoft.Communication/EmailServices/Domains/SenderUsernames/delete',
      'Microsoft.Communication/EmailServices/Domains/SuppressionLists/read',
      'Microsoft.Communication/EmailServices/Domains/SuppressionLists/write',
      'Microsoft.Communication/EmailServices/Domains/SuppressionLists/delete',
      'Microsoft.Communication/EmailServices/Domains/SuppressionLists/SuppressionListAddresses/read',
      'Microsoft.Communication/EmailServices/Domains/SuppressionLists/SuppressionListAddresses/write',
      'Microsoft.Communication/EmailServices/Domains/SuppressionLists/SuppressionListAddresses/delete',
    ],
  },
)

export const EMAIL_SENDER = builtIn(
  '2310bee8-21d1-4799-b087-8db24f441fc9',
  'Email Sender',
  'Sends through a communication service and may do nothing else.',
  { dataActions: [MAIL_DATA_ACTIONS.sendMessages] },
)

export const POSTERN_ADMINISTRATOR = builtIn(
  '0bba1491-e987-4906-97b4-5365db4ce597',
  'Postern Administrator',
  'Does everything, including what is private: message contents, captures, decisions and the audit log.',
  { actions: ['*'], dataActions: ['*'] },
)

export const builtInRoles: readonly RoleDefinition[] = [
  OWNER,
  CONTRIBUTOR,
  READER,
  USER_ACCESS_ADMINISTRATOR,
  ROLE_BASED_ACCESS_CONTROL_ADMINISTRATOR,
  COMMUNICATION_AND_EMAIL_SERVICE_OWNER,
  EMAIL_SENDER,
  POSTERN_ADMINISTRATOR,
]

const byName = new Map(builtInRoles.map((role) => [role.name, role]))

/** By GUID, in any case. */
export const findBuiltInRole = (name: string): RoleDefinition | undefined => byName.get(name.toLowerCase())
