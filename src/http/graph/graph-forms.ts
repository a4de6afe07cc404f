// Directory objects as Graph spells them. Facts come back as they were given; what was not told has Graph's default.
// Azure: control-plane reference §7.

import type {
  Application,
  DirectoryObject,
  FederatedCredential,
  Group,
  KeyCredential,
  PasswordCredential,
  ServicePrincipal,
  User,
} from '../../storage/storage.ts'
import { DEVICE_PASSWORD_IDENTIFIER } from '../../identity/device-password.ts'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { type Caller, controlAction, mayDo, TENANT_ROOT } from '../authorization.ts'
import type { WireForm } from './graph-route.ts'

const isoTime = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())

export function applicationForm(application: Application): WireForm {
  const { objectId, applicationId, displayName, createdAt, identifierUris, facts } = application
  return {
    description: null,
    notes: null,
    signInAudience: 'AzureADMyOrg',
    tags: [],
    appRoles: [],
    requiredResourceAccess: [],
    ...facts,
    id: objectId,
    deletedDateTime: null,
    appId: applicationId,
    createdDateTime: isoTime(createdAt),
    displayName,
    identifierUris,
    keyCredentials: application.keyCredentials.map(keyForm),
    passwordCredentials: application.passwordCredentials.map(credentialForm),
  }
}

export function servicePrincipalForm(principal: ServicePrincipal): WireForm {
  const { objectId, applicationId, tenantId, displayName, accountEnabled, createdAt, facts } = principal
  return {
    appRoleAssignmentRequired: false,
    description: null,
    notes: null,
    tags: [],
    ...facts,
    id: objectId,
    deletedDateTime: null,
    accountEnabled,
    appDisplayName: principal.applicationDisplayName,
    appId: applicationId,
    appOwnerOrganizationId: tenantId,
    createdDateTime: isoTime(createdAt),
    displayName,
    servicePrincipalNames: [applicationId, ...principal.identifierUris],
    servicePrincipalType: 'Application',
    keyCredentials: principal.keyCredentials.map(keyForm),
    passwordCredentials: principal.passwordCredentials.map(credentialForm),
  }
}

export function groupForm({ objectId, displayName, createdAt, facts }: Group): WireForm {
  return {
    description: null,
    groupTypes: [],
    mail: null,
    mailNickname: null,
    visibility: null,
    ...facts,
    id: objectId,
    deletedDateTime: null,
    createdDateTime: isoTime(createdAt),
    displayName,
    mailEnabled: false,
    securityEnabled: true,
  }
}

export function userForm({
  objectId,
  userPrincipalName,
  displayName,
  accountEnabled,
  createdAt,
  facts,
}: User): WireForm {
  return {
    businessPhones: [],
    givenName: null,
    jobTitle: null,
    mail: null,
    mailNickname: null,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: null,
    ...facts,
    id: objectId,
    accountEnabled,
    createdDateTime: isoTime(createdAt),
    displayName,
    userPrincipalName,
    userType: 'Member',
  }
}

/** Without the secret, which is not kept. */
export function credentialForm({ keyId, displayName, hint, startAt, endAt, device }: PasswordCredential): WireForm {
  return {
    customKeyIdentifier: device === undefined ? null : DEVICE_PASSWORD_IDENTIFIER,
    displayName: displayName === '' ? null : displayName,
    endDateTime: isoTime(endAt),
    hint,
    keyId,
    secretText: null,
    startDateTime: isoTime(startAt),
  }
}

/** Azure: the certificate itself is not shown. */
function keyForm({ keyId, displayName, customKeyIdentifier, startAt, endAt }: KeyCredential): WireForm {
  return {
    customKeyIdentifier,
    displayName: displayName === '' ? null : displayName,
    endDateTime: isoTime(endAt),
    key: null,
    keyId,
    startDateTime: isoTime(startAt),
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
  }
}

export function federatedCredentialForm(credential: FederatedCredential): WireForm {
  const { credentialId, name, issuer, subject, audience, description } = credential
  return { id: credentialId, name, issuer, subject, audiences: [audience], description: description || null }
}

export function formOf({ type, object }: DirectoryObject): WireForm {
  switch (type) {
    case 'application':
      return applicationForm(object)
    case 'servicePrincipal':
      return servicePrincipalForm(object)
    case 'group':
      return groupForm(object)
    case 'user':
      return userForm(object)
  }
}

export const READ_ACTIONS: Readonly<Record<DirectoryObject['type'], string>> = {
  application: DIRECTORY_ACTIONS.readApplications,
  servicePrincipal: DIRECTORY_ACTIONS.readServicePrincipals,
  group: DIRECTORY_ACTIONS.readGroups,
  user: DIRECTORY_ACTIONS.readUsers,
}

export const mayRead = (caller: Caller, type: DirectoryObject['type']): boolean =>
  mayDo(caller, controlAction(READ_ACTIONS[type]), TENANT_ROOT)

/** With its type. Azure: of an object in a list that the caller may read, it is told no more than the id of what it may not read. */
export function directoryObjectForm(caller: Caller, found: DirectoryObject): WireForm {
  const type = `#microsoft.graph.${found.type}`
  const { objectId: id } = found.object
  return mayRead(caller, found.type) ? { '@odata.type': type, ...formOf(found) } : { '@odata.type': type, id }
}
