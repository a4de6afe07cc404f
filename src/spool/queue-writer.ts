// What an operator does to queued messages, one at a time and each with its line in the audit log.

import { MAIL_ACTIONS } from '../access/operations.ts'
import { appendEvents } from '../storage/sql/events.ts'
import { appendAudit } from '../storage/sql/record-change.ts'
import type { ReleaseContent } from '../storage/sql/release-content.ts'
import { firstArray, type InSql, lock, lockTenant, run, type Sql } from '../storage/sql/sql.ts'
import type { Change } from '../storage/storage.ts'
import { enqueueReport } from './enqueue-report.ts'
import { deletedByOperator } from './operator-deletion.ts'
import type { DeleteOutcome, Deletion, QueueWriter, RetryOutcome } from './queue.ts'
import {
  applySettlement,
  messageStatus,
  readProgress,
  type RecipientProgress,
  writeProgress,
} from './recipient-progress.ts'
import { noteOnTimeline, timelineText } from './settlement.ts'
import type { QueueId } from './spool.ts'

/** `release` lets content go as the engine keeps it. */
export function createQueueWriter(release: ReleaseContent): InSql<QueueWriter> {
  return {
    *retryQueued(change, tenantId, queueIds) {
      yield* lockTenant(tenantId)
      const outcomes: RetryOutcome[] = []
      for (const queueId of queueIds) outcomes.push(yield* retryOne(change, tenantId, queueId))
      return outcomes
    },
    *deleteQueued(change, tenantId, queued) {
      yield* lockTenant(tenantId)
      const outcomes: DeleteOutcome[] = []
      for (const deletion of queued) {
        const outcome = yield* deleteOne(change, tenantId, deletion)
        outcomes.push(outcome)
        if (outcome !== 'deleted') continue
        yield* release(deletion.queueId)
        for (const report of deletion.reports ?? []) yield* enqueueReport(report)
        yield* appendEvents(deletion.events ?? [])
      }
      return outcomes
    },
  }
}

type Queued = {
  readonly claims: number
  readonly progress: readonly RecipientProgress[]
  readonly isActive: boolean
  readonly holdId: string | null
}
type QueuedRow = [
  claims: number,
  recipientCount: number,
  progress: string | null,
  receivedAt: number,
  leaseUntil: number | null,
  holdId: string | null,
]

function* readQueued(tenantId: string, queueId: QueueId): Sql<Queued | undefined> {
  yield* lock('SELECT 1 FROM messages WHERE queue_id = ?', queueId)
  const row = yield* firstArray<QueuedRow>(
    `SELECT claims, recipient_count, progress, received_at, lease_until, hold_id FROM messages
     WHERE queue_id = ? AND tenant_id = ? AND status = 'queued'`,
    queueId,
    tenantId,
  )
  if (row === undefined) return undefined
  const [claims, count, text, receivedAt, leaseUntil, holdId] = row
  return { claims, progress: readProgress(text, count, receivedAt), isActive: leaseUntil !== null, holdId }
}

const targetOf = (queueId: QueueId): string => `/providers/Postern.Mail/messages/${queueId}`

function* retryOne(change: Change, tenantId: string, queueId: QueueId): Sql<RetryOutcome> {
  const queued = yield* readQueued(tenantId, queueId)
  if (queued === undefined) return 'missing'
  if (queued.isActive) return 'active'
  const progress = queued.progress.map((one) => (one.due === undefined ? one : { ...one, due: change.at }))
  yield* run(
    'UPDATE messages SET progress = ?, next_due = CASE WHEN next_due IS NULL THEN NULL ELSE CAST(? AS BIGINT) END WHERE queue_id = ?',
    writeProgress(progress),
    change.at,
    queueId,
  )
  yield* noteOnTimeline(queueId, change.at, { note: 'an operator had it tried at once' })
  yield* appendAudit(change, tenantId, MAIL_ACTIONS.retryQueue, targetOf(queueId))
  return 'due'
}

function* deleteOne(change: Change, tenantId: string, deletion: Deletion): Sql<DeleteOutcome> {
  const { queueId, recipients, notes = [] } = deletion
  const queued = yield* readQueued(tenantId, queueId)
  if (queued === undefined) return 'missing'
  const { claims, progress: before, holdId } = queued
  const left = before.flatMap(({ due }, index) => (due === undefined ? [] : index))
  // Whoever got the message meanwhile must not be told of as lost.
  if (left.join() !== recipients.join()) return 'changed'
  const outcomes = left.map(deletedByOperator)
  const progress = applySettlement(before, { outcomes, at: change.at })
  // Whoever has it is fenced by the higher number.
  yield* run(
    `UPDATE messages SET progress = ?, status = ?, next_due = NULL, lease_until = NULL, hold_id = NULL, claims = ?
     WHERE queue_id = ?`,
    writeProgress(progress),
    messageStatus(progress),
    claims + 1,
    queueId,
  )
  const { reports = [], events = [] } = deletion
  const told = timelineText({ queueId, token: '', at: change.at, outcomes, notes, reports, events }) ?? '[]'
  yield* run(
    'INSERT INTO message_events (queue_id, claim, at, outcomes) VALUES (?, ?, ?, ?)',
    queueId,
    claims + 1,
    change.at,
    told,
  )
  if (holdId !== null) yield* run(`DELETE FROM holds WHERE hold_id = ? AND kind = 'message'`, holdId)
  yield* appendAudit(change, tenantId, MAIL_ACTIONS.deleteQueue, targetOf(queueId))
  return 'deleted'
}
