// The message log: what was accepted and what became of it. Metadata only; content is never touched.

import { findEvents } from '../storage/sql/events.ts'
import { holdReader } from '../storage/sql/holds.ts'
import { allInList } from '../storage/sql/in-list.ts'
import { allArrays, firstArray, type InSql, snapshot, type Sql } from '../storage/sql/sql.ts'
import type { Hold } from '../storage/holds.ts'
import { isHeld } from './hold-matching.ts'
import { newestWithMessageId, searchMessages } from './message-search.ts'
import { type Message, MESSAGE_COLUMNS, messageOf, type MessageRow } from './message-row.ts'
import type { StoredEntry } from './settlement.ts'
import type { MessageDetail, MessageLog, QueueId } from './spool.ts'
import { type StoredEntries, timelineOf } from './timeline.ts'

export const messageLog: InSql<MessageLog> = {
  search: (query) => snapshot(searchMessages(query)),
  find: (tenantId, id) => snapshot(find(tenantId, id)),
  *summarize(tenantId, queueId) {
    const message = (yield* readMessage(queueId))?.message
    return message?.envelope.tenantId === tenantId ? message.summary : undefined
  },
}

function* find(tenantId: string, id: string): Sql<MessageDetail | undefined> {
  const detail = yield* readDetail(tenantId, id)
  if (detail !== undefined) return detail
  const newest = yield* newestWithMessageId(tenantId, id)
  return newest === undefined ? undefined : yield* readDetail(tenantId, newest)
}

type Found = { readonly message: Message; readonly holdId: string | null }

function* readMessage(queueId: QueueId): Sql<Found | undefined> {
  const row = yield* firstArray<[...MessageRow, holdId: string | null]>(
    `SELECT ${MESSAGE_COLUMNS}, hold_id FROM messages WHERE queue_id = ?`,
    queueId,
  )
  return row === undefined ? undefined : { message: messageOf(row), holdId: row[9] }
}

function* readDetail(tenantId: string, queueId: QueueId): Sql<MessageDetail | undefined> {
  const found = yield* readMessage(queueId)
  if (found === undefined || found.message.envelope.tenantId !== tenantId) return undefined
  const { envelope, summary } = found.message
  const stored = yield* readStored(queueId)
  const entries = stored.flatMap((row) => row.entries)
  const eventIds = entries.flatMap((entry) => ('events' in entry ? entry.events : []))
  const reportIds = entries.flatMap((entry) => ('note' in entry && entry.report !== undefined ? entry.report : []))
  const timeline = timelineOf({
    envelope,
    size: summary.size,
    stored,
    holds: yield* readHolds(found),
    events: yield* findEvents(tenantId, eventIds),
    reports: yield* readStatuses(tenantId, reportIds),
  })
  return { ...summary, envelope, timeline }
}

type EventRow = [at: number, outcomes: string]

function* readStored(queueId: QueueId): Sql<readonly StoredEntries[]> {
  const rows = yield* allArrays<EventRow>(
    'SELECT at, outcomes FROM message_events WHERE queue_id = ? ORDER BY claim',
    queueId,
  )
  return rows.map(([at, text]) => ({ at, entries: JSON.parse(text) as StoredEntry[] }))
}

/** Those that stop somebody who is left: its mark, and whatever selects it. */
function* readHolds({ message: { envelope, summary }, holdId }: Found): Sql<readonly Hold[]> {
  if (summary.status !== 'queued') return []
  const left = summary.recipients.filter(({ status }) => status === 'queued' || status === 'deferred')
  const selecting = (yield* holdReader.findHolds([envelope.queueId])).filter((hold) =>
    left.some(({ forwardPath }) => isHeld(hold, envelope, forwardPath)),
  )
  if (holdId === null || selecting.some((hold) => hold.holdId === holdId)) return selecting
  const mark = yield* holdReader.readHold(envelope.tenantId, holdId)
  return mark === undefined ? selecting : [...selecting, mark]
}

function* readStatuses(tenantId: string, queueIds: readonly QueueId[]): Sql<ReadonlyMap<string, string>> {
  const text = 'SELECT DISTINCT queue_id, status, tenant_id FROM messages WHERE queue_id IN (?…)'
  const rows = yield* allInList<[string, string, string]>(text, queueIds)
  return new Map(rows.flatMap(([id, status, tenant]) => (tenant === tenantId ? [[id, status]] : [])))
}
