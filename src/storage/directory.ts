// The directory's part of the storage port: tenants, applications with their credentials, service principals, groups, users and who
// owns what. It stores and finds. What an object is told to be beyond what anything here depends on is kept as facts, as it was given.

import type { Change, EpochGuard } from './storage.ts'

export type Tenant = { readonly tenantId: string; readonly displayName: string; readonly epoch: number }

/** Members of an object by their names on the wire; JSON. */
export type Facts = Readonly<Record<string, unknown>>

/** What may be shown of a client secret. Its value is never stored, only a keyed hash. */
export type PasswordCredential = {
  readonly keyId: string
  readonly displayName: string
  /** The first three characters. */
  readonly hint: string
  readonly startAt: number
  readonly endAt: number
  readonly device?: DeviceBinding
}
/** Of a device password: short, for SMTP alone. Without a network it is good from everywhere; with one, only from there. */
export type DeviceBinding = { readonly network?: string }
export type NewPassword = PasswordCredential & {
  readonly hash: Uint8Array
  /** Set when the secret was added to the service principal: it goes with it. */
  readonly servicePrincipalId?: string
}
/** A certificate that proves the application by what its private key has signed. */
export type KeyCredential = {
  readonly keyId: string
  readonly displayName: string
  readonly customKeyIdentifier: string
  readonly startAt: number
  readonly endAt: number
  /** DER. */
  readonly certificate: Uint8Array
}
/** Trust in a token of another issuer; the three are compared as they are written. */
export type FederatedCredential = {
  readonly credentialId: string
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly audience: string
  readonly description: string
}

export type NewApplication = {
  readonly objectId: string
  /** The client id, the one in an SMTP username. */
  readonly applicationId: string
  readonly tenantId: string
  readonly displayName: string
  readonly disabled: boolean
  readonly createdAt: number
  readonly identifierUris?: readonly string[]
  readonly keyCredentials?: readonly KeyCredential[]
  readonly facts?: Facts
}
export type Application = Required<NewApplication> & {
  /** Its own; those added to its service principal are the principal's. */
  readonly passwordCredentials: readonly PasswordCredential[]
}
export type ApplicationUpdate = {
  readonly displayName?: string
  readonly identifierUris?: readonly string[]
  /** All of them, as they are to be. */
  readonly keyCredentials?: readonly KeyCredential[]
  readonly facts?: Facts
}

export type NewServicePrincipal = {
  /** The principal id of role assignments. */
  readonly objectId: string
  readonly applicationId: string
  readonly tenantId: string
  readonly displayName: string
  readonly accountEnabled: boolean
  readonly createdAt?: number
  readonly facts?: Facts
}
export type ServicePrincipal = Omit<NewServicePrincipal, 'facts'> & {
  readonly facts: Facts
  /** Of its application. */
  readonly applicationObjectId: string
  readonly applicationDisplayName: string
  readonly identifierUris: readonly string[]
  readonly passwordCredentials: readonly PasswordCredential[]
  readonly keyCredentials: readonly KeyCredential[]
}
export type ServicePrincipalUpdate = Pick<ApplicationUpdate, 'displayName' | 'keyCredentials' | 'facts'> & {
  readonly accountEnabled?: boolean
}

export type NewGroup = {
  readonly objectId: string
  readonly tenantId: string
  readonly displayName: string
  readonly createdAt?: number
  readonly facts?: Facts
}
export type Group = Omit<NewGroup, 'facts'> & { readonly facts: Facts }
export type GroupUpdate = Pick<ApplicationUpdate, 'displayName' | 'facts'>

export type User = {
  readonly objectId: string
  readonly tenantId: string
  /** Unique in the tenant, without regard to case. */
  readonly userPrincipalName: string
  readonly displayName: string
  readonly accountEnabled: boolean
  readonly createdAt: number
  readonly facts: Facts
}
export type UserUpdate = Partial<Pick<User, 'userPrincipalName' | 'displayName' | 'accountEnabled' | 'facts'>>

export type DirectoryObject =
  | { readonly type: 'application'; readonly object: Application }
  | { readonly type: 'servicePrincipal'; readonly object: ServicePrincipal }
  | { readonly type: 'group'; readonly object: Group }
  | { readonly type: 'user'; readonly object: User }

/** Everything a login by client secret rests on, in one read. */
export type LoginRecord = {
  readonly application: { readonly objectId: string; readonly displayName: string; readonly disabled: boolean }
  readonly servicePrincipal?: { readonly objectId: string; readonly accountEnabled: boolean }
  readonly secrets: readonly {
    readonly keyId: string
    readonly hash: Uint8Array
    readonly startAt: number
    readonly endAt: number
    readonly device?: DeviceBinding
  }[]
}
/** What else may prove an application. */
export type AssertionKeys = {
  /** Those of its service principal included. */
  readonly certificates: readonly Pick<KeyCredential, 'keyId' | 'certificate' | 'startAt' | 'endAt'>[]
  readonly federated: readonly FederatedCredential[]
}

/** A part of a list by object id: what comes after an id, at most so many. */
export type Page = {
  readonly after?: string
  readonly limit?: number
  /** Only those with this text in a name, whatever its case; there may be some others among them. */
  readonly namePart?: string
}

export interface DirectoryReader {
  readTenant(tenantId: string): Promise<Tenant | undefined>
  /** The hot path's question; undefined when there is no such tenant. */
  readEpoch(tenantId: string): Promise<number | undefined>
  readLogin(tenantId: string, applicationId: string): Promise<LoginRecord | undefined>
  /** Empty for an unknown application. */
  readAssertionKeys(tenantId: string, applicationId: string): Promise<AssertionKeys>
  listTenants(): Promise<readonly Tenant[]>
  readApplication(tenantId: string, objectId: string): Promise<Application | undefined>
  findApplication(tenantId: string, applicationId: string): Promise<Application | undefined>
  listApplications(tenantId: string, page?: Page): Promise<readonly Application[]>
  /** By name. */
  listFederatedCredentials(tenantId: string, objectId: string): Promise<readonly FederatedCredential[]>
  readServicePrincipal(tenantId: string, objectId: string): Promise<ServicePrincipal | undefined>
  findServicePrincipal(tenantId: string, applicationId: string): Promise<ServicePrincipal | undefined>
  listServicePrincipals(tenantId: string, page?: Page): Promise<readonly ServicePrincipal[]>
  readGroup(tenantId: string, objectId: string): Promise<Group | undefined>
  listGroups(tenantId: string, page?: Page): Promise<readonly Group[]>
  readUser(tenantId: string, objectId: string): Promise<User | undefined>
  findUser(tenantId: string, userPrincipalName: string): Promise<User | undefined>
  listUsers(tenantId: string, page?: Page): Promise<readonly User[]>
  /** In the order of the ids; what is not there is left out. */
  readObjects(tenantId: string, objectIds: readonly string[]): Promise<readonly DirectoryObject[]>
  /** Object ids, sorted; groups that contain each other end the walk. */
  listMembers(tenantId: string, groupId: string, depth: 'direct' | 'transitive'): Promise<readonly string[]>
  listMemberOf(tenantId: string, memberId: string, depth: 'direct' | 'transitive'): Promise<readonly string[]>
  listOwners(tenantId: string, objectId: string): Promise<readonly string[]>
  listOwned(tenantId: string, ownerId: string): Promise<readonly string[]>
  /** Settings as they were put, undefined for a tenant of the embedded directory; and whether any tenant has some. */
  readIdentityProvider(tenantId: string): Promise<{ readonly settings: Facts | undefined; readonly any: boolean }>
}

export type ApplicationOutcome =
  | { readonly type: 'created' | 'updated' | 'missing' }
  /** Another application of the tenant has this identifier URI. */
  | { readonly type: 'identifier taken'; readonly uri: string }
export type CreateServicePrincipalOutcome = { readonly type: 'created' | 'exists' | 'no application' }
export type FederatedCredentialOutcome = {
  /** `subject taken`: the application trusts this issuer and subject already, under another name. */
  readonly type: 'created' | 'updated' | 'missing' | 'name taken' | 'subject taken'
}
/** `last`: see `keepOne`. */
export type UpdateServicePrincipalOutcome = { readonly type: 'updated' | 'missing' | 'last' }
export type RemovalOutcome = { readonly type: 'removed' | 'missing' | 'last' }
export type UserOutcome = { readonly type: 'created' | 'updated' | 'missing' | 'name taken' }

/**
 * What returns a boolean says whether there was something to change; if not, nothing has changed. `keepOne`: names of roles of which one
 * must stay assigned, at the root of the tenant, to a service principal that could sign in: `last` when the change would end that, and
 * nothing has changed then. Without it nothing need stay.
 */
export interface DirectoryWriter {
  /** Asked in the transaction that writes: see `Storage.atomically`. */
  checkEpoch(guard: EpochGuard): Promise<'same epoch' | 'other epoch'>
  createTenant(change: Change, tenant: { tenantId: string; displayName: string }): Promise<void>
  createApplication(change: Change, application: NewApplication): Promise<ApplicationOutcome>
  updateApplication(
    change: Change,
    tenantId: string,
    objectId: string,
    update: ApplicationUpdate,
  ): Promise<ApplicationOutcome>
  /** `disabled` on the application, `accountEnabled` on its service principal. */
  setApplicationDisabled(change: Change, tenantId: string, objectId: string, disabled: boolean): Promise<boolean>
  /** Its service principal, credentials, memberships and ownerships go with it. */
  deleteApplication(
    change: Change,
    tenantId: string,
    objectId: string,
    keepOne?: readonly string[],
  ): Promise<RemovalOutcome>
  createServicePrincipal(change: Change, principal: NewServicePrincipal): Promise<CreateServicePrincipalOutcome>
  updateServicePrincipal(
    change: Change,
    tenantId: string,
    objectId: string,
    update: ServicePrincipalUpdate,
    keepOne?: readonly string[],
  ): Promise<UpdateServicePrincipalOutcome>
  deleteServicePrincipal(
    change: Change,
    tenantId: string,
    objectId: string,
    keepOne?: readonly string[],
  ): Promise<RemovalOutcome>
  /** `objectId` is the application's, also for a secret of its service principal. */
  addPassword(change: Change, tenantId: string, objectId: string, password: NewPassword): Promise<boolean>
  removePassword(change: Change, tenantId: string, objectId: string, keyId: string): Promise<boolean>
  /** Gives secrets an earlier end; what ends before it anyway is left as it is. */
  endPasswords(
    change: Change,
    tenantId: string,
    objectId: string,
    keyIds: readonly string[],
    endAt: number,
  ): Promise<void>
  /** A credential with this id is replaced, but for its name. */
  putFederatedCredential(
    change: Change,
    tenantId: string,
    objectId: string,
    credential: FederatedCredential,
  ): Promise<FederatedCredentialOutcome>
  deleteFederatedCredential(change: Change, tenantId: string, objectId: string, credentialId: string): Promise<boolean>
  createGroup(change: Change, group: NewGroup): Promise<void>
  updateGroup(change: Change, tenantId: string, objectId: string, update: GroupUpdate): Promise<boolean>
  deleteGroup(change: Change, tenantId: string, objectId: string, keepOne?: readonly string[]): Promise<RemovalOutcome>
  addMember(change: Change, tenantId: string, groupId: string, memberId: string): Promise<boolean>
  removeMember(
    change: Change,
    tenantId: string,
    groupId: string,
    memberId: string,
    keepOne?: readonly string[],
  ): Promise<RemovalOutcome>
  createUser(change: Change, user: User): Promise<UserOutcome>
  updateUser(change: Change, tenantId: string, objectId: string, update: UserUpdate): Promise<UserOutcome>
  deleteUser(change: Change, tenantId: string, objectId: string): Promise<boolean>
  /** Of an application, a service principal or a group. */
  addOwner(change: Change, tenantId: string, objectId: string, ownerId: string): Promise<boolean>
  removeOwner(change: Change, tenantId: string, objectId: string, ownerId: string): Promise<boolean>
  /** `settings` hold no secret. */
  putIdentityProvider(
    change: Change,
    tenantId: string,
    settings: Facts,
  ): Promise<{ readonly type: 'created' | 'updated' }>
  deleteIdentityProvider(change: Change, tenantId: string): Promise<boolean>
}
