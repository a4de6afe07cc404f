// The port to everything that is stored besides mail: tenants, directory, resources, roles, sealed records, decision traces, audit.
// It stores and finds; it decides nothing. Readers may run in any thread; writers may be far away (on SQLite: the store thread).
// Every write of directory, roles or resources bumps its tenant's epoch and appends to the audit log in the same transaction.

import type { AccessFacts, DenyAssignment, PrincipalType, RoleAssignment, RoleDefinition } from '../access/access.ts'
import type { ContentRef } from '../content/content.ts'
import type { Resource } from '../resources/resource.ts'
import type { QueueReader, QueueWriter } from '../spool/queue.ts'
import type { MessageLog, QueueId, Spool } from '../spool/spool.ts'
import type { CredentialReader, CredentialWriter } from './credentials.ts'
import type { RoleAssignmentQuery } from './role-assignment-query.ts'
import type { DecisionReader, DecisionWriter } from './decisions.ts'
import type { DestinationReader, DestinationWriter } from './destinations.ts'
import type { DirectoryReader, DirectoryWriter } from './directory.ts'
import type { EmailOperationReader } from './email-operations.ts'
import type { EngagementReader, EngagementWriter } from './engagement.ts'
import type { EventReader, EventWriter } from './events.ts'
import type { FaultReader, FaultWriter } from './faults.ts'
import type { SignInReader, SignInWriter } from './sign-ins.ts'
import type { HoldReader, HoldWriter } from './holds.ts'
import type { LoginLimitReader, LoginLimitWriter } from './login-limits.ts'
import type { QuotaReader, QuotaWriter } from './quotas.ts'
import type { StatisticsReader, StatisticsWriter } from './statistics.ts'
import type { SuppressionReader, SuppressionWriter } from './suppressions.ts'
import type { TransportPolicyReader, TransportPolicyWriter } from './transport-policies.ts'
import type { UpstreamOperationReader, UpstreamOperationWriter } from './upstream-operations.ts'
import type { WatchWriter } from './watches.ts'
import type { WebhookReader, WebhookWriter } from './webhooks.ts'

export type * from './credentials.ts'
export type * from './role-assignment-query.ts'
export type * from './decisions.ts'
export type * from './destinations.ts'
export type * from './directory.ts'
export type * from './email-operations.ts'
export type * from './engagement.ts'
export type * from './events.ts'
export type * from './login-limits.ts'
export type * from './quotas.ts'
export type * from './sign-ins.ts'
export type * from './statistics.ts'
export type * from './transport-policies.ts'
export type * from './upstream-operations.ts'
export type * from './watches.ts'
export type * from './webhooks.ts'

/** Who changes something, for the audit log. `at` is milliseconds since the epoch, as is every `…At` here. */
export type Change = {
  readonly at: number
  readonly principalId: string
  readonly requestId: string
  /** Ties together the requests of one client's undertaking. */
  readonly correlationId?: string
}

export type Subscription = {
  readonly subscriptionId: string
  readonly tenantId: string
  readonly displayName: string
  readonly tags?: Readonly<Record<string, string>>
  /** Namespaces in lower case. */
  readonly unregisteredProviders?: readonly string[]
}

/** A communication service as the credential walk needs it. */
export type CommunicationServiceRef = { readonly id: string; readonly name: string; readonly tenantId: string }
/** `defaultFrom` is an address in full: what a device sends as whose own address may not. */
export type SmtpUsernameRef = {
  readonly service: CommunicationServiceRef
  readonly applicationId: string
  readonly tenantId: string
  readonly defaultFrom?: string
  /** In milliseconds since the epoch. */
  readonly createdAt: number
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
  /** The domain resource by which a service may send from `domain` (canonical): linked and verified; the first where there are several. */
  findConnectedDomain(serviceId: string, domain: string): Promise<Resource | undefined>
  readResource(id: string): Promise<Resource | undefined>
  /** Resources of one tenant at or below `under` (an ARM id), of one type when given; by id in lower case, in pages when asked. */
  listResources(query: {
    tenantId: string
    under?: string
    type?: string
    /** Only those with a location. */
    isTracked?: true
    /** Only those in whose properties this text stands, whatever its case. */
    holding?: string
    /** The id of the last one of the page before. */
    after?: string
    limit?: number
  }): Promise<readonly Resource[]>
  readSubscription(subscriptionId: string): Promise<Subscription | undefined>
  listSubscriptions(tenantId: string): Promise<readonly Subscription[]>
}
export type PutResourceOutcome =
  | { readonly type: 'created' | 'updated' }
  /** Another resource of the installation has this name (communication services, SMTP usernames). */
  | { readonly type: 'name taken' }
/** An operation that a client polls (Azure's long-running operations). It was done when it was begun. */
export type AsyncOperation = {
  readonly operationId: string
  readonly tenantId: string
  readonly subscriptionId: string
  /** Who began it. */
  readonly principalId: string
  readonly resourceId: string
  readonly verb: 'write' | 'delete' | 'action'
  readonly startedAt: number
}
export interface ResourceWriter {
  createSubscription(change: Change, subscription: Subscription): Promise<void>
  /** Tags and registrations, by an operation that is told to the audit log. False when there is no such subscription. */
  updateSubscription(change: Change, operation: string, subscription: Subscription): Promise<boolean>
  /**
   * Nothing is written when the name is taken. Inside `atomically` a taken name ends the transaction there and counts as a change, so
   * a resource whose name is unique is put first.
   */
  putResource(change: Change, resource: Resource): Promise<PutResourceOutcome>
  /** Deletes the resource and everything below it, role assignments and sealed records included. */
  deleteResource(change: Change, id: string): Promise<boolean>
  createAsyncOperation(operation: AsyncOperation): Promise<void>
  /** Counts this poll; `polls` is 1 at the first. */
  pollAsyncOperation(
    tenantId: string,
    operationId: string,
  ): Promise<(AsyncOperation & { readonly polls: number }) | undefined>
}

/** Who made something and who changed it last. */
export type ChangeStamp = {
  readonly createdAt: number
  readonly createdBy: string
  readonly updatedAt: number
  readonly updatedBy: string
}
/** Without a stamp where nobody knows. */
export type StoredRoleDefinition = RoleDefinition & { readonly stamp?: ChangeStamp }
export type StoredRoleAssignment = RoleAssignment & { readonly stamp?: ChangeStamp }
export type StoredDenyAssignment = DenyAssignment & { readonly stamp?: ChangeStamp }

/** Custom roles only; the built-in ones are code. Names of roles and assignments are GUIDs in any case. */
export interface RoleReader {
  /**
   * One snapshot; works for unknown principals too (no assignments). `groupIds` are groups that somebody else says it is in: they
   * count, and so do the groups that they are in.
   */
  readAccessFacts(tenantId: string, principalId: string, groupIds?: readonly string[]): Promise<AccessFacts>
  listRoleDefinitions(tenantId: string): Promise<readonly StoredRoleDefinition[]>
  readRoleDefinition(tenantId: string, name: string): Promise<StoredRoleDefinition | undefined>
  countRoleDefinitions(tenantId: string): Promise<number>
  /** By role, then by name. */
  listRoleAssignments(tenantId: string, query?: RoleAssignmentQuery): Promise<readonly StoredRoleAssignment[]>
  readRoleAssignment(tenantId: string, name: string): Promise<StoredRoleAssignment | undefined>
  /** At or below a scope. */
  countRoleAssignments(tenantId: string, scope: string): Promise<number>
  listDenyAssignments(tenantId: string): Promise<readonly StoredDenyAssignment[]>
  readDenyAssignment(tenantId: string, name: string): Promise<StoredDenyAssignment | undefined>
  /** Finds what kind of principal an object id is. */
  readPrincipalType(tenantId: string, principalId: string): Promise<PrincipalType | undefined>
}
export type PutRoleDefinitionOutcome =
  | { readonly type: 'created' | 'updated'; readonly role: StoredRoleDefinition }
  /** Another custom role of the tenant is called so. */
  | { readonly type: 'role name taken'; readonly name: string }
export type DeleteRoleDefinitionOutcome =
  | { readonly type: 'deleted'; readonly role: StoredRoleDefinition }
  | { readonly type: 'missing' }
  | { readonly type: 'assigned'; readonly count: number }
export type PutRoleAssignmentOutcome =
  /** `updated`: the description, all that may be. */
  | { readonly type: 'created' | 'updated' | 'unchanged'; readonly assignment: StoredRoleAssignment }
  /** Same name, other content. */
  | { readonly type: 'update not permitted' }
  /** Same scope, principal and role under another name. */
  | { readonly type: 'exists'; readonly name: string }
export type DeleteRoleAssignmentOutcome =
  | { readonly type: 'deleted'; readonly assignment: StoredRoleAssignment }
  | { readonly type: 'missing' }
  /** See `keepOne`. */
  | { readonly type: 'last' }
export interface RoleWriter {
  putRoleDefinition(change: Change, tenantId: string, role: RoleDefinition): Promise<PutRoleDefinitionOutcome>
  deleteRoleDefinition(change: Change, tenantId: string, name: string): Promise<DeleteRoleDefinitionOutcome>
  putRoleAssignment(change: Change, tenantId: string, assignment: RoleAssignment): Promise<PutRoleAssignmentOutcome>
  /**
   * `keepOne`: names of roles of which one must stay assigned at the root of the tenant to somebody who could sign in. Without it
   * nothing need stay.
   */
  deleteRoleAssignment(
    change: Change,
    tenantId: string,
    name: string,
    keepOne?: readonly string[],
  ): Promise<DeleteRoleAssignmentOutcome>
  putDenyAssignment(change: Change, tenantId: string, assignment: DenyAssignment): Promise<StoredDenyAssignment>
  deleteDenyAssignment(change: Change, tenantId: string, name: string): Promise<StoredDenyAssignment | undefined>
}

/** Octets sealed under the installation key; what they are is told by `purpose`, and both are bound into the seal. */
export type SealedRecord = {
  readonly recordId: string
  readonly purpose: string
  readonly sealed: Uint8Array
  readonly createdAt: number
  /** The resource that it goes with when that is deleted; an ARM id. */
  readonly resourceId?: string
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
  /** Returns how many went, which the audit log is told too. */
  deleteCaptures(change: Change, tenantId: string, resourceIds: readonly string[] | undefined): Promise<number>
}

export type AuditEntry = {
  readonly at: number
  /** Tells changes of the same millisecond apart. */
  readonly ordinal: number
  readonly tenantId: string
  readonly principalId: string
  readonly requestId: string
  readonly correlationId?: string
  readonly operation: string
  readonly target: string
  /** What was there and what is there now, without secrets; absent when there is nothing, or nobody knows. */
  readonly before?: object
  readonly after?: object
}
export type AuditQuery = {
  /** What happened at or below this scope; without it everything in the tenant, the directory included. */
  readonly scope?: string
  /** The id of what was changed, or of what that is below. */
  readonly target?: string
  readonly principalId?: string
  /** Compared without regard to case. */
  readonly operation?: string
  /** The first moment, and the first that is too late. */
  readonly from?: number
  readonly to?: number
  /** To page on from. */
  readonly before?: { readonly at: number; readonly ordinal: number }
}
export interface AuditReader {
  /** Newest first. */
  listAudit(tenantId: string, limit: number, query?: AuditQuery): Promise<readonly AuditEntry[]>
}
/**
 * Every other writer appends its own lines; this is for actions that change nothing of theirs, such as a new access key. It moves the
 * epoch where verdicts rest on what was changed.
 */
export interface AuditWriter {
  append(
    change: Change,
    tenantId: string,
    operation: string,
    target: string,
    options?: { readonly movesEpoch: boolean },
  ): Promise<void>
}

/** Ages in milliseconds, counts in rows, sizes in octets. */
export type RetentionLimits = {
  readonly messageAge: number
  readonly captureCount: number
  readonly captureSize: number
  readonly decisionAge: number
  readonly decisionCount: number
  readonly auditAge: number
  readonly eventAge: number
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
  readonly loginLimits: LoginLimitReader
  readonly destinations: DestinationReader
  readonly transportPolicies: TransportPolicyReader
  readonly upstreamOperations: UpstreamOperationReader
  readonly emailOperations: EmailOperationReader
  readonly audit: AuditReader
  readonly credentials: CredentialReader
  readonly events: EventReader
  readonly engagement: EngagementReader
  readonly webhooks: WebhookReader
  readonly faults: FaultReader
  readonly signIns: SignInReader
  readonly holds: HoldReader
  readonly queue: QueueReader
  readonly suppressions: SuppressionReader
  readonly quotas: QuotaReader
  readonly statistics: StatisticsReader
}
export type Writers = {
  readonly directory: DirectoryWriter
  readonly resources: ResourceWriter
  readonly roles: RoleWriter
  readonly sealed: SealedWriter
  readonly decisions: DecisionWriter
  readonly audit: AuditWriter
  readonly captures: CaptureWriter
  readonly loginLimits: LoginLimitWriter
  readonly destinations: DestinationWriter
  readonly transportPolicies: TransportPolicyWriter
  readonly upstreamOperations: UpstreamOperationWriter
  readonly watches: WatchWriter
  readonly credentials: CredentialWriter
  readonly events: EventWriter
  readonly engagement: EngagementWriter
  readonly webhooks: WebhookWriter
  readonly faults: FaultWriter
  readonly signIns: SignInWriter
  readonly holds: HoldWriter
  readonly queue: QueueWriter
  readonly suppressions: SuppressionWriter
  readonly quotas: QuotaWriter
  readonly statistics: StatisticsWriter
  readonly spool: Spool
  readonly segments: SegmentRegistry
  readonly retention: Retention
}

/** The epoch of a tenant, read before everything that a decision rests on. */
export type EpochGuard = { readonly tenantId: string; readonly epoch: number }
export type AtomicOutcome = { readonly type: 'committed' } | { readonly type: 'changed' }

/** The whole store as a thread sees it. */
export type Storage = {
  readonly read: Readers
  readonly write: Writers
  /**
   * Runs the recorded calls in one transaction: all or nothing. The recorder's promises must not be awaited inside. With a guard,
   * nothing is written when the tenant has changed since: what was decided from earlier reads is then to be decided again
   * (`writeUndisturbed` does that).
   */
  atomically(record: (write: Writers) => void, guard?: EpochGuard): Promise<AtomicOutcome>
  close(): Promise<void>
}
