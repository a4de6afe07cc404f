// What a settlement makes of its message, and what it stores besides: reports, suppressions, events. The same for both engines; how
// messages are read and written is theirs.

import { appendEvents } from '../storage/sql/events.ts'
import { holdOfRevoked } from '../storage/sql/holds.ts'
import { run, type Sql } from '../storage/sql/sql.ts'
import { recordBounce, unsuppress } from '../storage/sql/suppressions.ts'
import { APPEND_TIMELINE } from './append-timeline.ts'
import { enqueueReport } from './enqueue-report.ts'
import { applySettlement, messageStatus, nextDue, readProgress, writeProgress } from './recipient-progress.ts'
import type { NewMessage, QueueId, RecipientOutcome, Settlement } from './spool.ts'

/** A claimed message, locked. */
export type ClaimedMessage = {
  readonly tenantId: string
  readonly applicationId: string
  readonly recipientCount: number
  readonly progress: string | null
  readonly receivedAt: number
  readonly leaseUntil: number
  readonly holdId: string | null
}

/** `due` is null when nothing of it is to be claimed: it is final, or parked. */
export type SettledMessage = {
  readonly progress: string
  readonly status: string
  readonly due: number | null
  readonly leaseUntil: number | null
  readonly holdId: string | null
  readonly isFinal: boolean
}

export function* settledMessage(settlement: Settlement, message: ClaimedMessage): Sql<SettledMessage> {
  const { progress: text, recipientCount, receivedAt } = message
  const progress = applySettlement(readProgress(text, recipientCount, receivedAt), settlement)
  const due = nextDue(progress)
  const settled = { progress: writeProgress(progress), status: messageStatus(progress), isFinal: due === undefined }
  if (due === undefined) {
    if (message.holdId !== null) yield* run(`DELETE FROM holds WHERE hold_id = ? AND kind = 'message'`, message.holdId)
    return { ...settled, due: null, leaseUntil: null, holdId: null }
  }
  const { leaseUntil } = message
  if (settlement.isPartial) return { ...settled, due: leaseUntil, leaseUntil, holdId: message.holdId }
  const holdId = message.holdId ?? (yield* park(settlement, message)) ?? null
  return { ...settled, due: holdId === null ? due : null, leaseUntil: null, holdId }
}

function* park({ park, at }: Settlement, message: ClaimedMessage): Sql<string | undefined> {
  return park === undefined ? undefined : yield* holdOfRevoked(message, { ...park, at })
}

/**
 * One entry of a timeline as it is stored. `at` is missing where it is that of the last settlement of its claim. Events are named by
 * their ids, so that no index has to lead from a message to them.
 */
export type StoredEntry = (
  | RecipientOutcome
  | { readonly note: string; readonly report?: QueueId; readonly hold?: string }
  | { readonly events: readonly string[] }
) & { readonly at?: number }

/** Undefined when there is nothing to tell. */
export function timelineText(settlement: Settlement): string | undefined {
  const { outcomes, notes = [], reports = [], events = [], at, isPartial } = settlement
  const entries: readonly StoredEntry[] = [
    ...outcomes,
    ...notes.map((note) => noteOf(note, reports)),
    ...(events.length === 0 ? [] : [{ events: events.map(({ eventId }) => eventId) }]),
  ]
  if (entries.length === 0) return undefined
  return JSON.stringify(isPartial ? entries.map((entry) => ({ ...entry, at })) : entries)
}

/** What a note tells of a report names it. */
function noteOf(note: string, reports: readonly NewMessage[]): StoredEntry {
  const report = reports.find(({ envelope }) => note.includes(envelope.queueId))?.envelope.queueId
  return report === undefined ? { note } : { note, report }
}

/**
 * A line of the timeline that no claim brings. Its place is below those of claims, and by the moment; when it is read, all lines are put
 * in order of time.
 */
export function* noteOnTimeline(queueId: QueueId, at: number, entry: StoredEntry): Sql<void> {
  const text = JSON.stringify([{ ...entry, at }])
  yield* run(
    `INSERT INTO message_events (queue_id, claim, at, outcomes) VALUES (?, ?, ?, ?) ${APPEND_TIMELINE}`,
    queueId,
    -at,
    at,
    text,
  )
}

export function* storeEffects(
  { tenantId }: Pick<ClaimedMessage, 'tenantId'>,
  { reports = [], suppressions = [], unsuppressed = [], events = [], at }: Settlement,
): Sql<void> {
  for (const report of reports) yield* enqueueReport(report)
  for (const suppression of suppressions) yield* recordBounce(suppression)
  for (const address of unsuppressed) yield* unsuppress(tenantId, address, at)
  if (events.length > 0) yield* appendEvents(events)
}

export const hasEffects = ({ reports = [], suppressions = [], unsuppressed = [], events = [] }: Settlement): boolean =>
  reports.length + suppressions.length + unsuppressed.length + events.length > 0
