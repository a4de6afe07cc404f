// The message log: what was accepted and what became of it. Metadata only; content is never touched.

import { newestIds, type PageQuery } from '../storage/sql/newest-first.ts'
import { allArrays, firstArray, type InSql, snapshot, type Sql } from '../storage/sql/sql.ts'
import { readProgress, type RecipientProgress } from './recipient-progress.ts'
import type { StoredEntry } from './settlement.ts'
import type {
  MessageDetail,
  MessageLog,
  MessageSummary,
  QueueId,
  RecipientOutcome,
  RecipientSummary,
  SpooledEnvelope,
  TimelineEntry,
} from './spool.ts'
import { ENVELOPE_COLUMNS, type EnvelopeRow, readEnvelope } from './stored-message.ts'

export const messageLog: InSql<MessageLog> = {
  list: (query) => snapshot(list(query)),
  find: (tenantId, id) => snapshot(find(tenantId, id)),
}

function* list(query: PageQuery): Sql<readonly MessageSummary[]> {
  const summaries: MessageSummary[] = []
  for (const id of yield* newestIds({ table: 'messages', id: 'queue_id' }, query)) {
    const message = yield* readMessage(id)
    if (message !== undefined) summaries.push(message.summary)
  }
  return summaries
}

function* find(tenantId: string, id: string): Sql<MessageDetail | undefined> {
  return (yield* readDetail(tenantId, id)) ?? (yield* findByMessageId(tenantId, id))
}

export type MessageRow = [...EnvelopeRow, size: number, status: MessageSummary['status'], progress: string | null]
type Message = { readonly summary: MessageSummary; readonly envelope: SpooledEnvelope }

function* readMessage(queueId: QueueId): Sql<Message | undefined> {
  const row = yield* firstArray<MessageRow>(
    `SELECT ${ENVELOPE_COLUMNS}, size, status, progress FROM messages WHERE queue_id = ?`,
    queueId,
  )
  return row === undefined ? undefined : messageOf(row)
}

/** `row` may have more columns behind. */
export function messageOf(row: readonly [...MessageRow, ...unknown[]]): Message {
  const envelope = readEnvelope(row)
  const [size, status, text] = row.slice(6) as [number, MessageSummary['status'], string | null]
  const { queueId, resourceId, tenantId, applicationId, reversePath, receivedAt, subject, internetMessageId } = envelope
  const progress = readProgress(text, envelope.recipients.length, receivedAt)
  const recipients = envelope.recipients.map(({ forwardPath }, index) => recipientOf(forwardPath, progress[index]))
  const metadata = { queueId, resourceId, tenantId, applicationId, reversePath, receivedAt, subject, internetMessageId }
  return { summary: { ...metadata, recipients, size, status }, envelope }
}

function recipientOf(forwardPath: string, progress: RecipientProgress | undefined): RecipientSummary {
  const { status = 'queued', attempts = 0, due, lastReply } = progress ?? {}
  return {
    forwardPath,
    status,
    attempts,
    ...(due === undefined ? {} : { nextAttemptAt: due }),
    ...(lastReply === undefined ? {} : { lastReply }),
  }
}

function* readDetail(tenantId: string, queueId: QueueId): Sql<MessageDetail | undefined> {
  const message = yield* readMessage(queueId)
  if (message === undefined || message.envelope.tenantId !== tenantId) return undefined
  return { ...message.summary, envelope: message.envelope, timeline: yield* readTimeline(message.envelope) }
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

function* findByMessageId(tenantId: string, messageId: string): Sql<MessageDetail | undefined> {
  const found = yield* firstArray<[string]>(FIND_BY_MESSAGE_ID, tenantId, messageId)
  return found === undefined ? undefined : yield* readDetail(tenantId, found[0])
}

type EventRow = [at: number, outcomes: string]

function* readTimeline(envelope: SpooledEnvelope): Sql<readonly TimelineEntry[]> {
  const { queueId, receivedAt, client } = envelope
  const events = yield* allArrays<EventRow>(
    'SELECT at, outcomes FROM message_events WHERE queue_id = ? ORDER BY claim',
    queueId,
  )
  const detail = `from ${client.name} [${client.address}]`
  return [{ at: receivedAt, kind: 'queued', detail }, ...events.flatMap((event) => entriesOf(envelope, event))]
}

function entriesOf(envelope: SpooledEnvelope, [settledAt, text]: EventRow): readonly TimelineEntry[] {
  return (JSON.parse(text) as StoredEntry[]).map((entry) => {
    const { at = settledAt } = entry
    if ('note' in entry) return { at, kind: 'note', detail: entry.note }
    const { index, status } = entry
    const recipient = envelope.recipients[index]?.forwardPath ?? ''
    return { at, kind: status === 'deferred' ? 'attempt' : 'final', recipient, status, detail: detailOf(entry) }
  })
}

/** Where the remote said something, its own words follow. */
function detailOf({ transport, enhancedStatusCode, diagnostic, remote }: RecipientOutcome): string {
  const said = `${transport}: ${enhancedStatusCode} ${diagnostic}`
  if (remote === undefined) return said
  const { host, address, tls, reply } = remote
  const place = `${host}${address === undefined || address === host ? '' : ` [${address}]`}`
  const words = reply === undefined || diagnostic.includes(reply) ? '' : `, which said: ${reply}`
  return `${said}; ${place}${tls === undefined ? '' : ` by ${tls}`}${words}`
}
