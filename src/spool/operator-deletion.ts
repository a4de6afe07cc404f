// What becomes of a recipient whose message an operator deletes from the queue: one outcome, for the store and for
// the sender's report.

import type { Deletion } from './queue.ts'
import type { MessageDetail, RecipientOutcome } from './spool.ts'

/** What is stored with the end of a message: events, and with `report` what its sender is told. */
export type ConcludeDeletion = (
  message: Pick<MessageDetail, 'envelope' | 'recipients' | 'size'>,
  deletion: { readonly at: number; readonly report: boolean },
) => Promise<Deletion>

/** RFC 3463 §3.8: delivery not authorized, message refused. */
export const deletedByOperator = (index: number): RecipientOutcome => ({
  index,
  status: 'failed',
  enhancedStatusCode: '5.7.1',
  diagnostic: 'deleted from the queue by an operator',
  transport: 'operator',
})
