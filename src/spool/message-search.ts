// Looks for messages by what an operator knows of them. What it costs never grows with the installation: times become a stretch of queue
// ids, which sort by age; a Message-ID, and what is queued, have indexes of their own; everything else is looked for among some thousand
// of the newest that the caller may see, and the page says where to go on. An index for each of them would cost every message more than
// all searches ever do.

import { canonicalAddress, localPartOf } from '../resources/mail-address.ts'
import { allInList } from '../storage/sql/in-list.ts'
import { newestIds } from '../storage/sql/newest-first.ts'
import { allArrays, type Sql } from '../storage/sql/sql.ts'
import { type Message, MESSAGE_COLUMNS, messageOf, type MessageRow } from './message-row.ts'
import { firstQueueIdAt } from './queue-id.ts'
import type { MessagePage, MessageSearch, MessageSummary, QueueId } from './spool.ts'
import { resourceKey } from './stored-message.ts'

/** Messages looked at for one page. */
const LOOKED = 10_000
const BATCH = 500
/** An id is made at MAIL, the receipt is the end of the content; and ids run ahead of a clock that was set back. */
const SLACK = 3_600_000
/** Stretches of the Message-ID index, and messages in each, that one id is listed from. */
const RUNS = 20

/** Sorts behind every id. */
const AFTER_ALL = 'g'

export function* searchMessages(query: MessageSearch): Sql<MessagePage> {
  if (query.messageId !== undefined) return yield* listWithMessageId(query, query.messageId)
  const { since, limit } = query
  const oldest = since === undefined ? '' : firstQueueIdAt(since - SLACK)
  const batch = isFiltered(query) ? BATCH : limit + 1
  const found: Message[] = []
  let before = firstBefore(query)
  for (let looked = 0; looked < LOOKED; looked += batch) {
    const ids = yield* newestCandidates(query, before, batch)
    found.push(...(yield* readFitting(query, ids)))
    if (found.length > limit) return pageOf(found, limit)
    const last = ids.at(-1)
    if (last === undefined || ids.length < batch || last < oldest) return { messages: found.map(summaryOf) }
    before = last
  }
  return { messages: found.map(summaryOf), next: before }
}

const summaryOf = ({ summary }: Message): MessageSummary => summary

function pageOf(found: readonly Message[], limit: number): MessagePage {
  const messages = found.slice(0, limit).map(summaryOf)
  const last = messages.at(-1)?.queueId
  return found.length > limit && last !== undefined ? { messages, next: last } : { messages }
}

const isFiltered = ({ sender, recipient, status, applicationId, since, until }: MessageSearch): boolean =>
  [sender, recipient, status, applicationId, since, until].some((member) => member !== undefined)

function firstBefore({ before = AFTER_ALL, until }: MessageSearch): QueueId {
  const behind = until === undefined ? AFTER_ALL : firstQueueIdAt(until + SLACK)
  return before < behind ? before : behind
}

function* newestCandidates(query: MessageSearch, before: QueueId, limit: number): Sql<readonly QueueId[]> {
  const { tenantId, resourceIds, status } = query
  if (status !== 'queued')
    return yield* newestIds({ table: 'messages', id: 'queue_id' }, { tenantId, resourceIds, limit, before })
  const rows = yield* allArrays<[string]>(
    `SELECT queue_id FROM messages WHERE tenant_id = ? AND status = 'queued' AND queue_id < ?
     ORDER BY queue_id DESC LIMIT ?`,
    tenantId,
    before,
    limit,
  )
  return rows.map(([id]) => id)
}

/** Nothing of the tenant: SQLite would rather walk all that it has than look up so many ids. */
const READ = `SELECT DISTINCT ${MESSAGE_COLUMNS} FROM messages WHERE queue_id IN (?…)`

/** Newest first. The envelopes of those that cannot fit are not even read, where that is seen from an address. */
function* readFitting(query: MessageSearch, ids: readonly QueueId[]): Sql<readonly Message[]> {
  const part = plainPart(query.sender ?? '') ?? plainPart(query.recipient ?? '')
  const [text, behind] = part === undefined ? [READ, []] : [`${READ} AND lower(envelope) LIKE ?`, [`%${part}%`]]
  const rows = yield* allInList<MessageRow>(text, ids, { behind })
  return rows
    .filter((row) => fitsColumns(query, row))
    .map((row) => messageOf(row))
    .filter((message) => fitsEnvelope(query, message))
    .sort((one, other) => (one.summary.queueId < other.summary.queueId ? 1 : -1))
}

/** A local part that stands in an envelope as it is, but for its case. `_` fits more than itself, which loses nothing. */
function plainPart(address: string): string | undefined {
  const part = localPartOf(address).toLowerCase()
  return /^[a-z0-9._+=-]{3,}$/.test(part) ? part : undefined
}

function fitsColumns(query: MessageSearch, row: MessageRow): boolean {
  const { tenantId, applicationId, status, since = 0, until = Infinity } = query
  const [, tenant, application, , receivedAt, , , state] = row
  return (
    tenant === tenantId &&
    (applicationId === undefined || applicationId.toLowerCase() === application.toLowerCase()) &&
    (status === undefined || status === state) &&
    receivedAt >= since &&
    receivedAt <= until
  )
}

function fitsEnvelope({ sender, recipient, resourceIds }: MessageSearch, { envelope }: Message): boolean {
  const key = resourceKey(envelope.resourceId)
  const wanted = recipient === undefined ? undefined : canonicalAddress(recipient)
  return (
    (sender === undefined || canonicalAddress(sender) === canonicalAddress(envelope.reversePath)) &&
    (wanted === undefined || envelope.recipients.some(({ forwardPath }) => canonicalAddress(forwardPath) === wanted)) &&
    (resourceIds === undefined || resourceIds.some((id) => resourceKey(id) === key))
  )
}

/** Walks the runs of the Message-ID index from the newest to the oldest, and stops with the last that is wanted. */
const RUNS_WITH_MESSAGE_ID = `
  WITH RECURSIVE runs (run) AS (
    SELECT (SELECT max(message_id_run) FROM messages)
    UNION ALL
    SELECT (SELECT max(message_id_run) FROM messages WHERE message_id_run < runs.run) FROM runs WHERE runs.run IS NOT NULL
  ),
  newest (run, queue_id) AS (
    SELECT runs.run, (SELECT max(queue_id) FROM messages
            WHERE message_id_run = runs.run AND tenant_id = ? AND internet_message_id = ?)
    FROM runs
  )
  SELECT run, queue_id FROM newest WHERE queue_id IS NOT NULL LIMIT ?`

type Run = [run: number, newest: QueueId]

export function* newestWithMessageId(tenantId: string, messageId: string): Sql<QueueId | undefined> {
  const [run] = yield* allArrays<Run>(RUNS_WITH_MESSAGE_ID, tenantId, messageId, 1)
  return run?.[1]
}

function* listWithMessageId(query: MessageSearch, messageId: string): Sql<MessagePage> {
  const { tenantId, before = AFTER_ALL, limit } = query
  const ids: QueueId[] = []
  for (const [run] of yield* allArrays<Run>(RUNS_WITH_MESSAGE_ID, tenantId, messageId, RUNS)) {
    const rows = yield* allArrays<[string]>(
      `SELECT queue_id FROM messages WHERE message_id_run = ? AND tenant_id = ? AND internet_message_id = ? LIMIT ${BATCH}`,
      run,
      tenantId,
      messageId,
    )
    for (const [id] of rows) if (id < before) ids.push(id)
  }
  return pageOf(yield* readFitting(query, ids), limit)
}
