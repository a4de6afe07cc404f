// What the submission flows need, in one value that `server/` builds. Nothing here knows an adapter: stores, providers and sockets
// come in through their ports, time and randomness as parameters.

import type { Clock } from '../config/clock.ts'
import type { ContentStore } from '../content/content.ts'
import type { CredentialUses } from '../identity/credential-uses.ts'
import type { IdentityProvider } from '../identity/identity.ts'
import type { LoginLimits, LoginWaitCause } from '../identity/login-limits.ts'
import type { OverQuota } from '../quota/quota.ts'
import type { Quotas } from '../quota/quotas.ts'
import type { QueueId, Spool } from '../spool/spool.ts'
import type { DirectoryReader, ResourceReader, RoleReader } from '../storage/storage.ts'
import type { LoginRefusal } from './azure-profile.ts'
import type { ContentHook } from './content-hook.ts'
import type { DecisionRecorder } from './decision-recorder.ts'
import type { FindFaults } from './faults.ts'
import type { GrantDelays } from './grant-delays.ts'
import type { Relay } from './relay.ts'
import type { SignedInLimit } from './signed-in-limit.ts'

/** Times in milliseconds, sizes in octets. */
export type SubmissionLimits = {
  readonly recipients: number
  readonly size: number
  readonly idle: number
  readonly idleBeforeAuthentication: number
  readonly handshake: number
  readonly contentStall: number
  readonly sessionAge: number
  readonly messagesPerSession: number
  /** Received fields that prove a mail loop. */
  readonly received: number
}

export type SubmissionOptions = {
  readonly hostname: string
  readonly mechanisms: readonly string[]
  /** The fixed moment of a 535, counted from the arrival of the response. */
  readonly rejectAfter: number
  readonly requiredActions: readonly string[]
  readonly limits: SubmissionLimits
  /** The words of a 535; RFC 4954's without it. */
  readonly loginRefusal?: LoginRefusal
}

/** What happened, for the metrics. */
export type SubmissionCounters = {
  session(listener: string): void
  /** `reason` is empty unless rejected. */
  authentication(outcome: 'authenticated' | 'rejected' | 'unavailable', reason: string): void
  accepted(size: number): void
  refused(code: number, enhancedStatusCode: string): void
  /** A login had to wait before it was looked at. */
  loginDelayed(cause: LoginWaitCause): void
}

export type SubmissionService = {
  readonly options: SubmissionOptions
  readonly directory: DirectoryReader
  readonly resources: ResourceReader
  readonly roles: RoleReader
  readonly provider: IdentityProvider
  /** Names of the configured networks that an address is in. */
  readonly networksOf?: (address: string) => readonly string[]
  readonly loginLimits: Pick<LoginLimits, 'admit'>
  readonly spool: Spool
  readonly content: ContentStore
  readonly contentHook?: ContentHook
  readonly relay?: Relay
  readonly decisions: DecisionRecorder
  readonly uses: Pick<CredentialUses, 'mark'>
  /** Absent where nobody may ask for faults. */
  readonly findFaults?: FindFaults
  /** Absent where what is granted counts at once. */
  readonly grantDelays?: GrantDelays
  /** Absent where a subscription may have any number of sessions. */
  readonly signedIn?: SignedInLimit
  /** Absent where nothing is limited. */
  readonly sendingQuotas?: Quotas
  /** A message was refused because a quota is used up. */
  readonly onOverQuota?: (over: OverQuota, sender: { readonly tenantId: string; readonly resourceId: string }) => void
  /** A login failed of which no trace is kept. */
  readonly onUntracedFailure?: (failure: UntracedFailure) => void
  readonly clock: Clock
  readonly nextQueueId: () => QueueId
  readonly counters: SubmissionCounters
  /** A bug was caught by the connection loop; the connection is gone, the process goes on. */
  readonly onBug: (error: unknown) => void
}

/** Where strangers could fill the store with traces. The tenant and the resource are those that they wanted to send through. */
export type UntracedFailure = {
  readonly tenantId: string
  readonly resourceId: string
  readonly applicationId?: string
  readonly reason: string
  readonly listener: string
  readonly clientAddress: string
}

/** Who is at the other end and which door they came through; part of every trace. */
export type Peer = {
  readonly address: string
  readonly listener: string
  /** Version and cipher, once there is TLS. */
  readonly tls?: string | undefined
  /** The port of ours that they came to. */
  readonly port?: number | undefined
  /** What the trace field says it came by, where that is not SMTP. */
  readonly protocol?: 'HTTP'
}
