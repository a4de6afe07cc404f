// What follows from an operator's deleting a message from the queue: an event for each recipient that was left and, when the operator
// wants the sender to hear of it, the same report that any failure makes. What is deleted, and by whom, is decided elsewhere.

import { type ConcludeDeletion, deletedByOperator } from '../spool/operator-deletion.ts'
import { reportEvents, type TellingService, tellSender } from './conclude.ts'

export function createDeletionConclusion(service: TellingService): ConcludeDeletion {
  return async ({ envelope, recipients, size }, { at, report }) => {
    const outcomes = recipients.flatMap(({ status }, index) =>
      status === 'queued' || status === 'deferred' ? [deletedByOperator(index)] : [],
    )
    const events = reportEvents(service, envelope, outcomes, at)
    const deletion = { queueId: envelope.queueId, recipients: outcomes.map(({ index }) => index) }
    if (!report) return { ...deletion, events }
    const content = { kind: 'stored', size, contentId: envelope.queueId } as const
    const told = await tellSender(service, { envelope, content }, outcomes, at)
    return { ...deletion, reports: told.reports, notes: told.notes, events: [...events, ...told.events] }
  }
}
