// The engagement part of the storage port: that recipients opened a message or followed its links. Anybody who has a link can follow it
// for ever, so what is counted of one message has an end, and ends with the message. No engagement moves an epoch.

import type { QueueId, SpooledEnvelope } from '../spool/spool.ts'
import type { NewEvent } from './events.ts'

export interface EngagementReader {
  /** What an engagement is told of, and how many were counted; undefined once the message is not kept any more. */
  findEngaged(queueId: QueueId): Promise<{ readonly envelope: SpooledEnvelope; readonly counted: number } | undefined>
}

export interface EngagementWriter {
  /** The event, its place in the timeline and the count, all or nothing. False when the message has `most`, or is gone. */
  recordEngagement(engagement: {
    readonly queueId: QueueId
    readonly most: number
    readonly event: NewEvent
  }): Promise<boolean>
}
