// The port for whoever looks after the queue: what waits, for how long and why, and trying or giving up some of it by hand. What a look
// costs is bounded however deep the queue is. Holding is in `storage/holds.ts`.

import type { NewEvent } from '../storage/events.ts'
import type { Change } from '../storage/storage.ts'
import type { MessageSummary, NewMessage, QueueId } from './spool.ts'

/** `active`: somebody has it just now. `held`: a hold stops every recipient that is left. */
export type QueueState = 'waiting' | 'active' | 'held'

/** Every member given must fit. */
export type QueueFilter = {
  readonly tenantId: string
  /** Undefined: every resource of the tenant. */
  readonly resourceIds?: readonly string[]
  readonly queueIds?: readonly QueueId[]
  readonly applicationId?: string
  /** An address, in any form. */
  readonly sender?: string
  /** A domain, in any form; of any recipient that is left. */
  readonly destination?: string
  readonly state?: QueueState
}

export type QueuedMessage = MessageSummary & {
  readonly state: QueueState
  /** The mark of what parked it. */
  readonly holdId?: string
  /** The earliest of its recipients'; absent while it is held. */
  readonly nextAttemptAt?: number
}

/** Recipients that are left, of one application and one destination. `messages` have one of them at least. */
export type QueueGroup = {
  readonly applicationId: string
  readonly destination: string
  readonly messages: number
  readonly recipients: number
  readonly held: number
  /** When the oldest was received. */
  readonly oldestAt: number
  readonly nextAttemptAt?: number
  /** Of the oldest that was tried: why they wait. */
  readonly lastReply?: string
}

export interface QueueReader {
  /**
   * Newest first. `next` is an id to go on from; a page may hold fewer than `limit`, even none, and not be the last, because no more than
   * some thousand messages are looked at for it.
   */
  listQueue(
    query: QueueFilter & { readonly limit: number; readonly before?: QueueId },
  ): Promise<{ readonly messages: readonly QueuedMessage[]; readonly next?: QueueId }>
  /** The largest groups first. Counts are of the oldest messages alone when `isComplete` is false; `messages` is exact. */
  countQueue(query: QueueFilter): Promise<{
    readonly messages: number
    readonly isComplete: boolean
    readonly groups: readonly QueueGroup[]
  }>
}

export type RetryOutcome = 'due' | 'active' | 'missing'
/** `changed`: others are left than those it speaks of, and nothing was done. */
export type DeleteOutcome = 'deleted' | 'changed' | 'missing'

export interface QueueWriter {
  /** Makes every recipient that is left due at once; what is held stays so. One outcome per id, in order. */
  retryQueued(change: Change, tenantId: string, queueIds: readonly QueueId[]): Promise<readonly RetryOutcome[]>
  /**
   * Ends every recipient that is left as failed. Whoever is delivering it just now may do so all the same, and settles nothing. What
   * comes with a message is stored with its end, if it was there.
   */
  deleteQueued(change: Change, tenantId: string, queued: readonly Deletion[]): Promise<readonly DeleteOutcome[]>
}

/** `recipients`: places in the envelope of all who are left, of whom the rest speaks. `notes` are lines of the timeline. */
export type Deletion = {
  readonly queueId: QueueId
  readonly recipients: readonly number[]
  readonly reports?: readonly NewMessage[]
  readonly notes?: readonly string[]
  readonly events?: readonly NewEvent[]
}
