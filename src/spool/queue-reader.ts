// Looks at what waits through an index of its own, in which a tenant's queued messages lie together by age.

import { canonicalAddress, domainOf } from '../resources/mail-address.ts'
import { readHoldsAtClaim } from '../storage/sql/holds.ts'
import { allInList } from '../storage/sql/in-list.ts'
import { allArrays, firstArray, type InSql, snapshot, type Sql } from '../storage/sql/sql.ts'
import { isHeld } from './hold-matching.ts'
import type { HoldAtClaim } from './lending.ts'
import { type MessageRow, messageOf } from './message-row.ts'
import type { QueuedMessage, QueueFilter, QueueGroup, QueueReader, QueueState } from './queue.ts'
import type { QueueId, RecipientSummary, SpooledEnvelope } from './spool.ts'
import { ENVELOPE_COLUMNS, resourceKey } from './stored-message.ts'

/** Messages looked at for one page, and for counts. */
const LOOKED = 5_000
const COUNTED = 10_000
const BATCH = 500
const MOST_GROUPS = 1_000

export const queueReader: InSql<QueueReader> = {
  listQueue: (query) => snapshot(listQueue(query)),
  countQueue: (query) => snapshot(countQueue(query)),
}

type Queued = { readonly message: QueuedMessage; readonly envelope: SpooledEnvelope }

function* listQueue(query: Parameters<QueueReader['listQueue']>[0]): ReturnType<typeof queueReader.listQueue> {
  const holds = yield* readHoldsAtClaim()
  const messages: QueuedMessage[] = []
  let before: QueueId = query.before ?? AFTER_ALL
  for (let looked = 0; looked < LOOKED; looked += BATCH) {
    const batch = yield* newestBatch(query, before)
    for (const row of batch) {
      const found = queuedOf(row, holds)
      if (fits(query, found)) messages.push(found.message)
      before = found.message.queueId
      if (messages.length === query.limit) return { messages, next: before }
    }
    if (batch.length < BATCH) return { messages }
  }
  return { messages, next: before }
}

/** Sorts behind every id. */
const AFTER_ALL = 'g'

type QueuedRow = [...MessageRow, leaseUntil: number | null, holdId: string | null, due: number | null]
const COLUMNS = `${ENVELOPE_COLUMNS}, size, status, progress, lease_until, hold_id, next_due`

function* newestBatch({ tenantId, queueIds }: QueueFilter, before: QueueId): Sql<QueuedRow[]> {
  if (queueIds !== undefined) return yield* named(tenantId, queueIds, before)
  return yield* allArrays<QueuedRow>(
    `SELECT ${COLUMNS} FROM messages WHERE tenant_id = ? AND status = 'queued' AND queue_id < ?
     ORDER BY queue_id DESC LIMIT ${BATCH}`,
    tenantId,
    before,
  )
}

function* named(tenantId: string, queueIds: readonly QueueId[], before: QueueId): Sql<QueuedRow[]> {
  const ids = queueIds
    .filter((id) => id < before)
    .toSorted()
    .toReversed()
  const text = `SELECT DISTINCT ${COLUMNS} FROM messages WHERE queue_id IN (?…) AND tenant_id = ? AND status = 'queued'`
  const rows = yield* allInList<QueuedRow>(text, ids.slice(0, BATCH), { behind: [tenantId] })
  return rows.sort((one, other) => (one[0] < other[0] ? 1 : -1))
}

function queuedOf(row: QueuedRow, holds: readonly HoldAtClaim[]): Queued {
  const { summary, envelope } = messageOf(row)
  const [leaseUntil, holdId, due] = row.slice(9) as [number | null, string | null, number | null]
  const state = stateOf(summary.recipients, envelope, { leaseUntil, holdId, due }, holds)
  const dues = summary.recipients.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? [])
  return {
    envelope,
    message: {
      ...summary,
      state,
      ...(holdId === null ? {} : { holdId }),
      ...(state === 'held' || dues.length === 0 ? {} : { nextAttemptAt: Math.min(...dues) }),
    },
  }
}

function stateOf(
  recipients: readonly RecipientSummary[],
  envelope: SpooledEnvelope,
  row: { readonly leaseUntil: number | null; readonly holdId: string | null; readonly due: number | null },
  holds: readonly HoldAtClaim[],
): QueueState {
  if (row.leaseUntil !== null) return 'active'
  if (row.due === null && row.holdId !== null) return 'held'
  const left = recipients.filter(isLeft)
  const inForce = holds.filter(({ isUndone }) => !isUndone)
  const isStopped = ({ forwardPath }: RecipientSummary) => inForce.some((hold) => isHeld(hold, envelope, forwardPath))
  return left.every(isStopped) ? 'held' : 'waiting'
}

const isLeft = ({ status }: RecipientSummary): boolean => status === 'queued' || status === 'deferred'

function fits(filter: QueueFilter, { message, envelope }: Queued): boolean {
  const { resourceIds, applicationId, sender, destination, state } = filter
  return (
    (resourceIds === undefined || resourceIds.some((id) => resourceKey(id) === resourceKey(envelope.resourceId))) &&
    (applicationId === undefined || applicationId.toLowerCase() === envelope.applicationId.toLowerCase()) &&
    (sender === undefined || canonicalAddress(sender) === canonicalAddress(envelope.reversePath)) &&
    (destination === undefined || leftAt(message, domainOf(destination)).length > 0) &&
    (state === undefined || state === message.state)
  )
}

const leftAt = ({ recipients }: QueuedMessage, destination: string): readonly RecipientSummary[] =>
  recipients.filter((recipient) => isLeft(recipient) && domainOf(recipient.forwardPath) === destination)

function* countQueue(filter: QueueFilter): ReturnType<typeof queueReader.countQueue> {
  const holds = yield* readHoldsAtClaim()
  const groups = new Map<string, QueueGroup>()
  let matched = 0
  let looked = 0
  let after = ''
  for (;;) {
    const batch = yield* oldestBatch(filter, after)
    for (const row of batch) {
      const found = queuedOf(row, holds)
      after = found.message.queueId
      if (!fits(filter, found)) continue
      matched += 1
      count(groups, found, filter)
    }
    looked += batch.length
    if (batch.length < BATCH || filter.queueIds !== undefined || looked >= COUNTED) break
  }
  const total = isOfAll(filter) ? yield* countAll(filter.tenantId) : matched
  const largest = [...groups.values()].sort((one, other) => other.recipients - one.recipients)
  return { messages: total, isComplete: looked < COUNTED, groups: largest.slice(0, MOST_GROUPS) }
}

/** Only then a count of rows alone says how many there are. */
const isOfAll = ({ resourceIds, queueIds, applicationId, sender, destination, state }: QueueFilter): boolean =>
  [resourceIds, queueIds, applicationId, sender, destination, state].every((member) => member === undefined)

function* countAll(tenantId: string): Sql<number> {
  const row = yield* firstArray<[number]>(
    `SELECT count(*) FROM messages WHERE tenant_id = ? AND status = 'queued'`,
    tenantId,
  )
  return row?.[0] ?? 0
}

function* oldestBatch({ tenantId, queueIds }: QueueFilter, after: QueueId): Sql<QueuedRow[]> {
  if (queueIds !== undefined) return yield* named(tenantId, queueIds, AFTER_ALL)
  return yield* allArrays<QueuedRow>(
    `SELECT ${COLUMNS} FROM messages WHERE tenant_id = ? AND status = 'queued' AND queue_id > ?
     ORDER BY queue_id LIMIT ${BATCH}`,
    tenantId,
    after,
  )
}

function count(groups: Map<string, QueueGroup>, { message, envelope }: Queued, filter: QueueFilter): void {
  const only = filter.destination === undefined ? undefined : domainOf(filter.destination)
  for (const destination of new Set(
    message.recipients.filter(isLeft).map(({ forwardPath }) => domainOf(forwardPath)),
  )) {
    if (only !== undefined && destination !== only) continue
    const { applicationId, receivedAt } = envelope
    const key = `${applicationId}/${destination}`
    const group = groups.get(key) ?? { applicationId, destination, ...NONE }
    const left = leftAt(message, destination)
    const recipients = left.length
    const lastReply = group.lastReply ?? left.find((recipient) => recipient.lastReply !== undefined)?.lastReply
    const next = Math.min(group.nextAttemptAt ?? Infinity, message.nextAttemptAt ?? Infinity)
    groups.set(key, {
      applicationId,
      destination,
      messages: group.messages + 1,
      recipients: group.recipients + recipients,
      held: group.held + (message.state === 'held' ? recipients : 0),
      oldestAt: Math.min(group.oldestAt, receivedAt),
      ...(next === Infinity ? {} : { nextAttemptAt: next }),
      ...(lastReply === undefined ? {} : { lastReply }),
    })
  }
}

const NONE: Omit<QueueGroup, 'applicationId' | 'destination'> = {
  messages: 0,
  recipients: 0,
  held: 0,
  oldestAt: Infinity,
}
