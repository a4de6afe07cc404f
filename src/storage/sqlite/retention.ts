// Lets go what is past its time or beyond its count, oldest first, in batches small enough that a commit waiting behind one is not
// noticed. The file does not shrink; its free pages are used again. Content has no age of its own: it goes in the transaction that
// ends the last thing that refers to it, so only segment files are left to be looked for.

import { firstQueueIdAt } from '../../spool/queue-id.ts'
import type { Retention, RetentionLimits } from '../storage.ts'
import { releaseCapturedContent } from './captures.ts'
import type { Database } from './database.ts'
import { sweepSegments } from './segments.ts'
import type { Synchronous } from './synchronous.ts'

/** Rows of one kind in one sweep: a few milliseconds. */
const BATCH = 200

/** `contentDirectory` is where the segment files are. Runs inside the store thread's transaction. */
export function createRetention(database: Database, contentDirectory: string): Synchronous<Retention> {
  return {
    sweep: (at, limits) => {
      const gone = [
        sweepMessages(database, at - limits.messageAge),
        sweepCaptures(database, limits),
        sweepDecisions(database, at - limits.decisionAge, limits.decisionCount),
        sweepAudit(database, at - limits.auditAge),
      ]
      sweepSegments(database, contentDirectory, at)
      return gone.includes(BATCH)
    },
  }
}

/** Final messages received before `before`, with their timelines. Queue ids begin with the time of receipt. */
function sweepMessages(database: Database, before: number): number {
  const ids = database
    .prepareArrays<[string]>(
      `SELECT queue_id FROM messages WHERE queue_id < ? AND status <> 'queued' ORDER BY queue_id LIMIT ${BATCH}`,
    )
    .all(firstQueueIdAt(before))
  for (const [id] of ids) {
    database.prepareArrays('DELETE FROM message_events WHERE queue_id = ?').run(id)
    database.prepareArrays('DELETE FROM messages WHERE queue_id = ?').run(id)
  }
  return ids.length
}

function sweepCaptures(database: Database, { captureCount, captureSize }: RetentionLimits): number {
  const totals = database.prepareArrays<[number, number]>('SELECT count(*), coalesce(sum(size), 0) FROM captures').get()
  let [count, size] = totals ?? [0, 0]
  if (count <= captureCount && size <= captureSize) return 0
  const oldest = database
    .prepareArrays<[string, number]>(`SELECT capture_id, size FROM captures ORDER BY capture_id LIMIT ${BATCH}`)
    .all()
  let gone = 0
  for (const [id, captured] of oldest) {
    if (count <= captureCount && size <= captureSize) break
    database.prepareArrays('DELETE FROM captures WHERE capture_id = ?').run(id)
    releaseCapturedContent(database, id)
    count -= 1
    size -= captured
    gone += 1
  }
  return gone
}

/** By age and by count; their references go with them. */
function sweepDecisions(database: Database, before: number, kept: number): number {
  const aged = database
    .prepareArrays(
      `DELETE FROM decisions WHERE decision_id IN
         (SELECT decision_id FROM decisions WHERE at < ? ORDER BY at LIMIT ${BATCH})`,
    )
    .run(before)
  const count = database.prepareArrays<[number]>('SELECT count(*) FROM decisions').get()?.[0] ?? 0
  const surplus = database
    .prepareArrays('DELETE FROM decisions WHERE decision_id IN (SELECT decision_id FROM decisions ORDER BY at LIMIT ?)')
    .run(Math.max(0, Math.min(BATCH, count - kept)))
  return Math.max(changesOf(aged), changesOf(surplus))
}

function sweepAudit(database: Database, before: number): number {
  return changesOf(
    database
      .prepareArrays(
        `DELETE FROM audit WHERE (tenant_id, at, ordinal) IN
           (SELECT tenant_id, at, ordinal FROM audit WHERE at < ? ORDER BY at LIMIT ${BATCH})`,
      )
      .run(before),
  )
}

const changesOf = ({ changes }: { readonly changes: number | bigint }): number => Number(changes)
