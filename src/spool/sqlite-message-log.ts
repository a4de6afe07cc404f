// The message log on SQLite, read through a thread's own read-only connection: what was accepted and what became of it. Metadata
// only; content is never touched.

import type { Database } from '../storage/sqlite/database.ts'
import { newestIds } from '../storage/sqlite/newest-first.ts'
import { asynchronous } from '../storage/sqlite/synchronous.ts'
import { readProgress } from './recipient-progress.ts'
import type {
  MessageDetail,
  MessageLog,
  MessageSummary,
  QueueId,
  RecipientOutcome,
  SpooledEnvelope,
  TimelineEntry,
} from './spool.ts'
import { ENVELOPE_COLUMNS, type EnvelopeRow, readEnvelope } from './stored-message.ts'

export function createSqliteMessageLog(database: Database): MessageLog {
  return asynchronous<MessageLog>({
    list: (query) =>
      database.snapshot(() =>
        newestIds(database, { table: 'messages', id: 'queue_id' }, query).flatMap((id) => {
          const message = readMessage(database, id)
          return message === undefined ? [] : [message.summary]
        }),
      ),
    find: (tenantId, id) =>
      database.snapshot(() => readDetail(database, tenantId, id) ?? findByMessageId(database, tenantId, id)),
  })
}

type MessageRow = [...EnvelopeRow, size: number, status: MessageSummary['status'], progress: string | null]
type Message = { readonly summary: MessageSummary; readonly envelope: SpooledEnvelope }

function readMessage(database: Database, queueId: QueueId): Message | undefined {
  const row = database
    .prepareArrays<MessageRow>(`SELECT ${ENVELOPE_COLUMNS}, size, status, progress FROM messages WHERE queue_id = ?`)
    .get(queueId)
  return row === undefined ? undefined : messageOf(row)
}

function messageOf(row: MessageRow): Message {
  const envelope = readEnvelope(row)
  const [size, status, text] = row.slice(6) as [number, MessageSummary['status'], string | null]
  const { queueId, resourceId, tenantId, applicationId, reversePath, receivedAt, subject, internetMessageId } = envelope
  const progress = readProgress(text, envelope.recipients.length, receivedAt)
  const recipients = envelope.recipients.map(({ forwardPath }, index) => ({
    forwardPath,
    status: progress[index]?.status ?? 'queued',
    attempts: progress[index]?.attempts ?? 0,
  }))
  const metadata = { queueId, resourceId, tenantId, applicationId, reversePath, receivedAt, subject, internetMessageId }
  return { summary: { ...metadata, recipients, size, status }, envelope }
}

function readDetail(database: Database, tenantId: string, queueId: QueueId): MessageDetail | undefined {
  const message = readMessage(database, queueId)
  if (message === undefined || message.envelope.tenantId !== tenantId) return undefined
  return { ...message.summary, envelope: message.envelope, timeline: readTimeline(database, message.envelope) }
}

/** Walks the runs of the Message-ID index from the newest to the oldest and stops at the first that has it. */
const FIND_BY_MESSAGE_ID = `
  WITH RECURSIVE runs (run) AS (
    SELECT (SELECT max(message_id_run) FROM messages)
    UNION ALL
    SELECT (SELECT max(message_id_run) FROM messages WHERE message_id_run < runs.run) FROM runs WHERE runs.run IS NOT NULL
  ),
  newest (queue_id) AS (
    SELECT (SELECT max(queue_id) FROM messages
            WHERE message_id_run = runs.run AND tenant_id = ? AND internet_message_id = ?)
    FROM runs
  )
  SELECT queue_id FROM newest WHERE queue_id IS NOT NULL LIMIT 1`

function findByMessageId(database: Database, tenantId: string, messageId: string): MessageDetail | undefined {
  const found = database.prepareArrays<[string]>(FIND_BY_MESSAGE_ID).get(tenantId, messageId)
  return found === undefined ? undefined : readDetail(database, tenantId, found[0])
}

type EventRow = [at: number, outcomes: string]

function readTimeline(database: Database, envelope: SpooledEnvelope): readonly TimelineEntry[] {
  const { queueId, receivedAt, client } = envelope
  const events = database
    .prepareArrays<EventRow>('SELECT at, outcomes FROM message_events WHERE queue_id = ? ORDER BY claim')
    .all(queueId)
  const detail = `from ${client.name} [${client.address}]`
  return [{ at: receivedAt, kind: 'queued', detail }, ...events.flatMap((event) => entriesOf(envelope, event))]
}

function entriesOf(envelope: SpooledEnvelope, [at, text]: EventRow): readonly TimelineEntry[] {
  return (JSON.parse(text) as RecipientOutcome[]).map(
    ({ index, status, enhancedStatusCode, diagnostic, transport }) => ({
      at,
      kind: status === 'deferred' ? 'attempt' : 'final',
      recipient: envelope.recipients[index]?.forwardPath ?? '',
      status,
      detail: `${transport}: ${enhancedStatusCode} ${diagnostic}`,
    }),
  )
}
