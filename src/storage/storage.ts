// The port to everything that is stored besides mail: tenants, directory, resources, roles, sealed records, decision traces, audit.
// It stores and finds; it decides nothing. Readers may run in any thread; writers may be far away (on SQLite: the store thread).
// Every write of directory, roles or resources bumps its tenant's epoch and appends to the audit log in the same transaction.

import type { AccessFacts, DenyAssignment, PrincipalType, RoleAssignment, RoleDefinition } from '../access/access.ts'
import type { ContentRef } from '../content/content.ts'
import type { Resource } from '../resources/resource.ts'
import type { MessageLog, QueueId, Spool } from '../spool/spool.ts'

/** Who changes something, for the audit log. `at` is milliseconds since the epoch, as is every `…At` here. */
export type Change = { readonly at: number; readonly principalId: string; readonly requestId: string }

export type Tenant = { readonly tenantId: string; readonly displayName: string; readonly epoch: number }
export type Subscription = { readonly subscriptionId: string; readonly tenantId: string; readonly displayName: string }

/** What may be shown of a client secret. Its value is never stored, only a keyed hash. */
export type PasswordCredential = {
  readonly keyId: string
  readonly displayName: string
  /** The first three characters. */
  readonly hint: string
  readonly startAt: number
  readonly endAt: number
}
export type Application = {
  readonly objectId: string
  /** The client id, the one in an SMTP username. */
  readonly applicationId: string
  readonly tenantId: string
  readonly displayName: string
  readonly disabled: boolean
  readonly createdAt: number
  readonly passwordCredentials: readonly PasswordCredential[]
}
export type ServicePrincipal = {
  /** The principal id of role assignments. */
  readonly objectId: string
  readonly applicationId: string
  readonly tenantId: string
  readonly displayName: string
  readonly accountEnabled: boolean
}
export type Group = { readonly objectId: string; readonly tenantId: string; readonly displayName: string }

/** Everything a login rests on, in one read. */
export type LoginRecord = {
  readonly application: { readonly objectId: string; readonly displayName: string; readonly disabled: boolean }
  readonly servicePrincipal?: { readonly objectId: string; readonly accountEnabled: boolean }
  readonly secrets: readonly {
    readonly keyId: string
    readonly hash: Uint8Array
    readonly startAt: number
    readonly endAt: number
  }[]
}

export interface DirectoryReader {
  readTenant(tenantId: string): Promise<Tenant | undefined>
  /** The hot path's question; undefined when there is no such tenant. */
  readEpoch(tenantId: string): Promise<number | undefined>
  readLogin(tenantId: string, applicationId: string): Promise<LoginRecord | undefined>
  listTenants(): Promise<readonly Tenant[]>
  readApplication(tenantId: string, objectId: string): Promise<Application | undefined>
  findApplication(tenantId: string, applicationId: string): Promise<Application | undefined>
  listApplications(tenantId: string): Promise<readonly Application[]>
  readServicePrincipal(tenantId: string, objectId: string): Promise<ServicePrincipal | undefined>
  findServicePrincipal(tenantId: string, applicationId: string): Promise<ServicePrincipal | undefined>
}
export interface DirectoryWriter {
  createTenant(change: Change, tenant: { tenantId: string; displayName: string }): Promise<void>
  createApplication(change: Change, application: Omit<Application, 'passwordCredentials'>): Promise<void>
  createServicePrincipal(change: Change, principal: ServicePrincipal): Promise<void>
  /** `disabled` on the application, `accountEnabled` on its service principal. */
  setApplicationDisabled(change: Change, tenantId: string, objectId: string, disabled: boolean): Promise<boolean>
  deleteApplication(change: Change, tenantId: string, objectId: string): Promise<boolean>
  /** False when there is no such application. */
  addPassword(
    change: Change,
    tenantId: string,
    objectId: string,
    password: PasswordCredential & { readonly hash: Uint8Array },
  ): Promise<boolean>
  removePassword(change: Change, tenantId: string, objectId: string, keyId: string): Promise<boolean>
  createGroup(change: Change, group: Group): Promise<void>
  addMember(change: Change, tenantId: string, groupId: string, memberId: string): Promise<void>
  removeMember(change: Change, tenantId: string, groupId: string, memberId: string): Promise<boolean>
}

/** A communication service as the credential walk needs it. */
export type CommunicationServiceRef = { readonly id: string; readonly name: string; readonly tenantId: string }
export type SmtpUsernameRef = {
  readonly service: CommunicationServiceRef
  readonly applicationId: string
  readonly tenantId: string
}
/** How an address stands to a communication service. `linkedDomains` are the names of its verified linked domains, sorted. */
export type SenderStanding = {
  readonly domain: 'not linked' | 'not verified' | 'connected'
  readonly isSenderUsername: boolean
  readonly linkedDomains: readonly string[]
}

export interface ResourceReader {
  /** By name over the installation, without regard to case. */
  findCommunicationService(name: string): Promise<CommunicationServiceRef | undefined>
  findSmtpUsername(username: string): Promise<SmtpUsernameRef | undefined>
  /** `domain` in canonical form (A-labels, lower case); `localPart` is compared without regard to case. */
  readSenderStanding(serviceId: string, localPart: string, domain: string): Promise<SenderStanding>
  readResource(id: string): Promise<Resource | undefined>
  /** Resources of one tenant at or below `under` (an ARM id), of one type when given; by id. */
  listResources(query: { tenantId: string; under?: string; type?: string }): Promise<readonly Resource[]>
  readSubscription(subscriptionId: string): Promise<Subscription | undefined>
  listSubscriptions(tenantId: string): Promise<readonly Subscription[]>
}
export type PutResourceOutcome =
  | { readonly type: 'created' | 'updated' }
  /** Another resource of the installation has this name (communication services, SMTP usernames). */
  | { readonly type: 'name taken' }
export interface ResourceWriter {
  createSubscription(change: Change, subscription: Subscription): Promise<void>
  putResource(change: Change, resource: Resource): Promise<PutResourceOutcome>
  /** Deletes the resource and everything below it, role assignments included. */
  deleteResource(change: Change, id: string): Promise<boolean>
}

export interface RoleReader {
  /** One snapshot; works for unknown principals too (no assignments). */
  readAccessFacts(tenantId: string, principalId: string): Promise<AccessFacts>
  /** Custom roles only; the built-in ones are code. */
  listRoleDefinitions(tenantId: string): Promise<readonly RoleDefinition[]>
  listRoleAssignments(tenantId: string): Promise<readonly RoleAssignment[]>
  readRoleAssignment(tenantId: string, name: string): Promise<RoleAssignment | undefined>
  listDenyAssignments(tenantId: string): Promise<readonly DenyAssignment[]>
  /** Finds what kind of principal an object id is. */
  readPrincipalType(tenantId: string, principalId: string): Promise<PrincipalType | undefined>
}
export type PutRoleAssignmentOutcome =
  | { readonly type: 'created' | 'unchanged' }
  /** Same name, other content. */
  | { readonly type: 'update not permitted' }
  /** Same scope, principal and role under another name. */
  | { readonly type: 'exists'; readonly name: string }
export interface RoleWriter {
  putRoleDefinition(change: Change, tenantId: string, role: RoleDefinition): Promise<void>
  deleteRoleDefinition(change: Change, tenantId: string, name: string): Promise<boolean>
  putRoleAssignment(change: Change, tenantId: string, assignment: RoleAssignment): Promise<PutRoleAssignmentOutcome>
  deleteRoleAssignment(change: Change, tenantId: string, name: string): Promise<RoleAssignment | undefined>
  putDenyAssignment(change: Change, tenantId: string, assignment: DenyAssignment): Promise<void>
  deleteDenyAssignment(change: Change, tenantId: string, name: string): Promise<boolean>
}

/** Octets sealed under the installation key; what they are is told by `purpose`, and both are bound into the seal. */
export type SealedRecord = {
  readonly recordId: string
  readonly purpose: string
  readonly sealed: Uint8Array
  readonly createdAt: number
}
export interface SealedReader {
  readSealed(recordId: string): Promise<SealedRecord | undefined>
  /** Newest first. */
  listSealed(purpose: string): Promise<readonly SealedRecord[]>
}
export interface SealedWriter {
  putSealed(record: SealedRecord): Promise<void>
  deleteSealed(recordId: string): Promise<void>
}

/** Why a login, a sender or a message was refused; kept for the operator under the reference that the client was given. */
export type StoredDecision = {
  /** Every reference that leads to this trace; coalesced attempts share one. */
  readonly references: readonly string[]
  /** Undefined when the attempt could not be tied to any tenant: then only the installation's administrator may read it. */
  readonly tenantId: string | undefined
  readonly at: number
  /** JSON. */
  readonly trace: string
}
export interface DecisionReader {
  findDecision(reference: string): Promise<StoredDecision | undefined>
}
export interface DecisionWriter {
  recordDecisions(decisions: readonly StoredDecision[]): Promise<void>
}

export type CapturedMessage = {
  readonly id: QueueId
  readonly tenantId: string
  readonly resourceId: string
  readonly reversePath: string
  readonly recipients: readonly string[]
  readonly subject: string
  readonly receivedAt: number
  readonly size: number
}
export interface CaptureReader {
  /** Newest first; `before` is an id to page on from. */
  listCaptures(query: {
    readonly tenantId: string
    readonly resourceIds?: readonly string[]
    readonly limit: number
    readonly before?: QueueId
  }): Promise<readonly CapturedMessage[]>
  readCapture(id: QueueId): Promise<(CapturedMessage & { readonly content: ContentRef }) | undefined>
}
export interface CaptureWriter {
  /** Idempotent per id and recipient. `content` must be stored already; the capture keeps it alive. */
  addCapture(message: CapturedMessage, content: ContentRef): Promise<void>
  /** Returns how many went. */
  deleteCaptures(tenantId: string, resourceIds: readonly string[] | undefined): Promise<number>
}

export type AuditEntry = {
  readonly at: number
  readonly tenantId: string
  readonly principalId: string
  readonly requestId: string
  readonly operation: string
  readonly target: string
}
export interface AuditReader {
  /** Newest first. */
  listAudit(tenantId: string, limit: number): Promise<readonly AuditEntry[]>
}

/** Ages in milliseconds, counts in rows, sizes in octets. */
export type RetentionLimits = {
  readonly messageAge: number
  readonly captureCount: number
  readonly captureSize: number
  readonly decisionAge: number
  readonly decisionCount: number
  readonly auditAge: number
}
export interface Retention {
  /** One small batch; true when there may be more to do. Also drops content that nothing refers to any more. */
  sweep(at: number, limits: RetentionLimits): Promise<boolean>
}

/** Segment files of the content store: who writes where, and what may be reclaimed. */
export interface SegmentRegistry {
  /** A new segment that only the caller appends to, until it is closed or its writer's process is gone. */
  openSegment(at: number): Promise<string>
  closeSegment(segment: string): Promise<void>
  /** Closes every segment: at start the data-directory lock proves that whoever appended is gone. */
  closeAll(): Promise<void>
}

export type Readers = {
  readonly directory: DirectoryReader
  readonly resources: ResourceReader
  readonly roles: RoleReader
  readonly sealed: SealedReader
  readonly decisions: DecisionReader
  readonly captures: CaptureReader
  readonly messages: MessageLog
  readonly audit: AuditReader
}
export type Writers = {
  readonly directory: DirectoryWriter
  readonly resources: ResourceWriter
  readonly roles: RoleWriter
  readonly sealed: SealedWriter
  readonly decisions: DecisionWriter
  readonly captures: CaptureWriter
  readonly spool: Spool
  readonly segments: SegmentRegistry
  readonly retention: Retention
}

/** The whole store as a thread sees it. */
export type Storage = {
  readonly read: Readers
  readonly write: Writers
  /** Runs the recorded calls in one transaction: all or nothing. The recorder's promises must not be awaited inside. */
  atomically(record: (write: Writers) => void): Promise<void>
  close(): Promise<void>
}
