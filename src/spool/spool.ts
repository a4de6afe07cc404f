// The port to the durable queue of accepted mail. It stores, lends and settles; when to try again is not its business.

import type { ContentRef } from '../content/content.ts'
import type { PackedTerms } from '../quota/packed-terms.ts'
import type { OverQuota } from '../quota/quota.ts'
import type { MailParameters, RcptParameters } from '../smtp/events.ts'
import type { EmailOperation, NewEmailOperation } from '../storage/email-operations.ts'
import type { NewEvent } from '../storage/events.ts'
import type { NewSuppression } from '../storage/suppressions.ts'
import type { Acceptance } from './acceptance.ts'

/** UUIDv7, lower case. The same in the SMTP 250, Received, events and URLs. */
export type QueueId = string

export type SpooledRecipient = { readonly forwardPath: string; readonly parameters: RcptParameters }

export type SpooledEnvelope = {
  readonly queueId: QueueId
  readonly tenantId: string
  /** ARM id of the communication service. */
  readonly resourceId: string
  readonly principalId: string
  readonly applicationId: string
  /** Empty for a DSN. */
  readonly reversePath: string
  readonly parameters: MailParameters
  readonly recipients: readonly SpooledRecipient[]
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
  /** Without angle brackets. */
  readonly internetMessageId: string
  readonly subject: string
  readonly fromField: string
  /** What proved the sender, so that it can be asked later whether it still stands. Absent for what we send ourselves. */
  readonly proof?: { readonly keyId: string; readonly groupIds?: readonly string[] }
  /** Address and EHLO name of the client, for the timeline. */
  readonly client: { readonly address: string; readonly name: string }
  /** Absent for what we send ourselves, and where it was accepted before this was kept. */
  readonly acceptance?: Acceptance
  /** What whoever sent it knows it by; unique per resource. Absent where that is the queue id. */
  readonly operationId?: string
  /** Its links and pictures are left alone, whatever its domain says. */
  readonly engagementTrackingDisabled?: true
}

export type NewMessage = {
  readonly envelope: SpooledEnvelope
  readonly content: ContentRef
  /** The epoch the sender was judged under; when the tenant's differs, nothing is stored. Absent for what we send ourselves: a DSN. */
  readonly epoch?: number
  /** Stored with it or not at all; one that is known already keeps the message from being stored. */
  readonly operation?: NewEmailOperation
  /** What it counts against, where there is anything. Without an epoch it is counted even where it exceeds a limit. */
  readonly terms?: PackedTerms
}

export type EnqueueOutcome =
  | { readonly type: 'queued' }
  /** The operation was there. */
  | { readonly type: 'repeated'; readonly operation: EmailOperation }
  /** The tenant changed since the verdict: evaluate again. */
  | { readonly type: 'stale' }
  /** Neither stored nor counted. */
  | { readonly type: 'over quota'; readonly over: OverQuota }
  /** No space: 452 4.3.1. */
  | { readonly type: 'full' }
  /** 451 4.3.0. */
  | { readonly type: 'unavailable'; readonly detail: string }

/**
 * A recipient still to be delivered. `index` is its place in the envelope and names it in a settlement. `delayReported`: its sender was
 * told that it takes long.
 */
export type PendingRecipient = SpooledRecipient & {
  readonly index: number
  readonly attempts: number
  readonly delayReported: boolean
  /** When the last one ended. */
  readonly lastAttemptAt?: number
  /** What the last one was told, in printable ASCII. */
  readonly lastReply?: string
}

/** Temporary ownership of a message and its due recipients. `token` fences a claimant that outlived its lease. */
export type Claim = {
  readonly token: string
  readonly leaseUntil: number
  readonly envelope: SpooledEnvelope
  readonly content: ContentRef
  readonly recipients: readonly PendingRecipient[]
  /** An operator let it go although its sender may not send any more. */
  readonly released: boolean
}

/** Result for one recipient. Anything not positively final is deferred. RFC 3464 §2.3.3. */
export type RecipientOutcome = {
  readonly index: number
  readonly status: 'delivered' | 'deferred' | 'failed' | 'suppressed'
  readonly enhancedStatusCode: string
  readonly diagnostic: string
  readonly transport: string
  /** Deferred only: milliseconds since the epoch. */
  readonly nextAttemptAt?: number
  /** Whom it was, and was not, taken by; kept for the timeline. `reply` is in printable ASCII, at most 500 characters. */
  readonly remote?: { readonly host: string; readonly address?: string; readonly tls?: string; readonly reply?: string }
  /**
   * Delivered only: what took it. A `reporting relay` offers DSN and was told what to report, so success is its to report; a `relay`,
   * which it is when nothing is said, will not. RFC 3461 §5.2.
   */
  readonly takenBy?: 'mailbox' | 'relay' | 'reporting relay'
  /** Deferred only: it was sent whole and nothing came back, so trying again may make a copy. RFC 1047. */
  readonly ambiguous?: boolean
  /** Deferred only: with this settlement goes a report that it takes long. */
  readonly delayReported?: boolean
}

export type Settlement = {
  readonly queueId: QueueId
  readonly token: string
  readonly at: number
  readonly outcomes: readonly RecipientOutcome[]
  /** Those who were not attempted, and when they are due again: no attempt is counted and the timeline says nothing. */
  readonly postponed?: readonly { readonly index: number; readonly until: number }[]
  /** Lines of the timeline that are of no recipient alone. */
  readonly notes?: readonly string[]
  /** The claim goes on for those without an outcome. */
  readonly isPartial?: boolean
  /** Its sender may not send any more: parked until somebody releases it. The id is of the first hold of an application for that. */
  readonly park?: { readonly holdId: string; readonly reason: string }
  /** Addresses of which a suppression is forgotten once it is over: one of their mailboxes took a message. In canonical form. */
  readonly unsuppressed?: readonly string[]
  /** Stored in the same transaction, so that none is lost and none is made twice. */
  readonly reports?: readonly NewMessage[]
  readonly suppressions?: readonly NewSuppression[]
  readonly events?: readonly NewEvent[]
}

/** `fenced`: the claim had passed to somebody else and nothing was changed. */
export type SettleOutcome = { readonly type: 'settled' } | { readonly type: 'fenced' }

export interface Spool {
  enqueue(message: NewMessage): Promise<EnqueueOutcome>
  /**
   * Due messages, at most `limit`, oldest first; each is this claimant's until `leaseUntil`. Which ones is fair over applications and
   * over the destinations of each: none waits for the whole queue of another. What a hold selects is parked instead; a hold that was
   * stored before is seen.
   */
  claim(request: {
    readonly at: number
    readonly limit: number
    readonly leaseUntil: number
  }): Promise<readonly Claim[]>
  /** Extends leases; the tokens that were still held are returned. */
  renew(tokens: readonly string[], leaseUntil: number): Promise<readonly string[]>
  /** Gives back what was not attempted: it is due again at once. */
  release(tokens: readonly string[]): Promise<void>
  settle(settlements: readonly Settlement[]): Promise<readonly SettleOutcome[]>
  /**
   * Voids every claim, also of the events that are being told, and every permit of a destination, where a start proves that whoever had
   * them is dead (on SQLite by the lock on the data directory). Elsewhere it does nothing: what the dead had lapses.
   */
  voidClaims(): Promise<void>
}

/** One line of a message's timeline. `detail` says all of it in words. */
export type TimelineEntry = {
  readonly at: number
  readonly kind: 'login' | 'decision' | 'policy' | 'queued' | 'attempt' | 'final' | 'hold' | 'report' | 'event' | 'note'
  readonly recipient?: string
  readonly status?: string
  readonly detail: string
  /** Of the hold, of the event, or the queue id of the report. */
  readonly id?: string
  readonly transport?: string
  readonly enhancedStatusCode?: string
  readonly remote?: RecipientOutcome['remote']
}

/** `queued` until the first attempt. `nextAttemptAt` while there is one to come; `lastReply` of an attempt that failed. */
export type RecipientSummary = {
  readonly forwardPath: string
  readonly status: 'queued' | RecipientOutcome['status']
  readonly attempts: number
  readonly nextAttemptAt?: number
  readonly lastReply?: string
}

export type MessageSummary = {
  readonly queueId: QueueId
  readonly resourceId: string
  readonly tenantId: string
  readonly applicationId: string
  readonly reversePath: string
  readonly recipients: readonly RecipientSummary[]
  readonly receivedAt: number
  readonly size: number
  readonly subject: string
  readonly internetMessageId: string
  readonly status: 'queued' | 'delivered' | 'failed' | 'partial'
}

export type MessageDetail = MessageSummary & {
  readonly envelope: SpooledEnvelope
  readonly timeline: readonly TimelineEntry[]
}

/** Every member given must fit. Addresses are in any form; times are of the receipt, both ends included. */
export type MessageFilter = {
  readonly sender?: string
  /** Any of the recipients. */
  readonly recipient?: string
  /** Without angle brackets. */
  readonly messageId?: string
  readonly status?: MessageSummary['status']
  readonly applicationId?: string
  readonly since?: number
  readonly until?: number
}

export type MessageSearch = MessageFilter & {
  readonly tenantId: string
  /** Undefined: every resource of the tenant. */
  readonly resourceIds?: readonly string[]
  readonly limit: number
  readonly before?: QueueId
}

/**
 * `next` is an id to go on from. A page may hold fewer than were asked for, even none, and not be the last, because no more than some
 * thousand messages are looked at for it.
 */
export type MessagePage = { readonly messages: readonly MessageSummary[]; readonly next?: QueueId }

/** Reading what was accepted; metadata only. */
export interface MessageLog {
  /** Newest first, those that fit every member given. `before` is a queue id to page on from. */
  search(query: MessageSearch): Promise<MessagePage>
  /** By queue id or Message-ID (without angle brackets). */
  find(tenantId: string, id: string): Promise<MessageDetail | undefined>
  /** What has become of it, without the way there. */
  summarize(tenantId: string, queueId: QueueId): Promise<MessageSummary | undefined>
}
