// Lets go what is past its time or beyond its count, oldest first, in batches small enough that a commit waiting behind one is not
// noticed. Content has no age of its own: it goes in the transaction that ends the last thing that refers to it.

import { firstQueueIdAt } from '../../spool/queue-id.ts'
import type { RetentionLimits } from '../storage.ts'
import { sweepDevices } from './credential-devices.ts'
import { sweepDestinations } from './destinations.ts'
import { sweepEmailOperations } from './email-operations.ts'
import { sweepEventDeliveries } from './event-deliveries.ts'
import { trimLoginLimits } from './login-limits.ts'
import { sweepQuotaCounters } from './quotas.ts'
import { sweepSignIns } from './sign-ins.ts'
import type { ReleaseContent } from './release-content.ts'
import { allArrays, firstArray, run, type Sql } from './sql.ts'
import { sweepStatistics } from './statistics.ts'
import { sweepSuppressions } from './suppressions.ts'
import { sweepTransportPolicies } from './transport-policies.ts'
import { sweepOperations } from './upstream-operations.ts'

/** Rows of one kind in one sweep: a few milliseconds. */
const BATCH = 200
/** How long a request is known again, whatever else is forgotten. */
const REPEATS = 24 * 3_600_000

/** One small batch of each kind; true when there may be more to do. */
export function* sweepRows(at: number, limits: RetentionLimits, release: ReleaseContent): Sql<boolean> {
  const gone = [
    yield* sweepMessages(at - limits.messageAge),
    yield* sweepCaptures(limits, release),
    yield* sweepDecisions(at - limits.decisionAge, limits.decisionCount),
    yield* sweepAudit(at - limits.auditAge),
    yield* trimLoginLimits(at, BATCH),
    yield* sweepDestinations(at, BATCH),
    yield* sweepTransportPolicies(at, BATCH),
    yield* sweepOperations(at - limits.messageAge, BATCH),
    yield* sweepEmailOperations(at - Math.max(limits.messageAge, REPEATS), BATCH),
    yield* sweepEvents(at - limits.eventAge),
    yield* sweepEventDeliveries(at - limits.eventAge, BATCH),
    yield* sweepEventMarks(at),
    yield* sweepSuppressions(at, BATCH),
    yield* sweepQuotaCounters(at, BATCH),
    yield* sweepSignIns(at, BATCH),
    yield* sweepDevices(at, BATCH),
    yield* sweepStatistics(at - limits.messageAge, BATCH),
  ]
  return gone.includes(BATCH)
}

/** Final messages received before `before`, with their timelines. Queue ids begin with the time of receipt. */
function* sweepMessages(before: number): Sql<number> {
  const ids = yield* allArrays<[string]>(
    `SELECT queue_id FROM messages WHERE queue_id < ? AND status <> 'queued' ORDER BY queue_id LIMIT ${BATCH}`,
    firstQueueIdAt(before),
  )
  for (const [id] of ids) {
    // Whoever still notes something has locked the message: what is noted goes with it.
    yield* run('DELETE FROM messages WHERE queue_id = ?', id)
    yield* run('DELETE FROM message_events WHERE queue_id = ?', id)
  }
  return ids.length
}

function* sweepCaptures({ captureCount, captureSize }: RetentionLimits, release: ReleaseContent): Sql<number> {
  const totals = yield* firstArray<[number, number]>('SELECT count(*), coalesce(sum(size), 0) FROM captures')
  let [count, size] = totals ?? [0, 0]
  if (count <= captureCount && size <= captureSize) return 0
  const oldest = yield* allArrays<[string, number]>(
    `SELECT capture_id, size FROM captures ORDER BY capture_id LIMIT ${BATCH}`,
  )
  let gone = 0
  for (const [id, captured] of oldest) {
    if (count <= captureCount && size <= captureSize) break
    yield* run('DELETE FROM captures WHERE capture_id = ?', id)
    yield* release(id)
    count -= 1
    size -= captured
    gone += 1
  }
  return gone
}

/** By age and by count; their references go with them. */
function* sweepDecisions(before: number, kept: number): Sql<number> {
  const aged = yield* run(
    `DELETE FROM decisions WHERE decision_id IN
       (SELECT decision_id FROM decisions WHERE at < ? ORDER BY at LIMIT ${BATCH})`,
    before,
  )
  const count = (yield* firstArray<[number]>('SELECT count(*) FROM decisions'))?.[0] ?? 0
  const surplus = yield* run(
    'DELETE FROM decisions WHERE decision_id IN (SELECT decision_id FROM decisions ORDER BY at LIMIT ?)',
    Math.max(0, Math.min(BATCH, count - kept)),
  )
  return Math.max(aged, surplus)
}

function* sweepAudit(before: number): Sql<number> {
  return yield* run(
    `DELETE FROM audit WHERE (tenant_id, at, ordinal) IN
       (SELECT tenant_id, at, ordinal FROM audit WHERE at < ? ORDER BY at LIMIT ${BATCH})`,
    before,
  )
}

function* sweepEvents(before: number): Sql<number> {
  return yield* run(
    `DELETE FROM events WHERE event_id IN (SELECT event_id FROM events WHERE at < ? ORDER BY at LIMIT ${BATCH})`,
    before,
  )
}

/** Each says itself when it may be forgotten. */
function* sweepEventMarks(at: number): Sql<number> {
  return yield* run(
    `DELETE FROM event_marks WHERE (tenant_id, mark) IN
       (SELECT tenant_id, mark FROM event_marks WHERE until < ? ORDER BY until LIMIT ${BATCH})`,
    at,
  )
}
