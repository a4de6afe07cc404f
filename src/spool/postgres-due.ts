// Finds what is due on PostgreSQL and locks it: rows that another claimant holds are stepped over, so that claimants never wait for each
// other. Each statement goes by index from one application, or one lane, to the next, and reads no more of any queue than it may lend.
// Limits are in the texts, since for one that it does not know the planner reckons with a tenth of the table, and would plan anew each
// time or walk no index.

import { arrayLiteral } from '../storage/postgres/array-literal.ts'
import { allArrays, type Sql } from '../storage/sql/sql.ts'
import {
  findFairly,
  LANES_AT_ONCE,
  type LaneWalk,
  type LookedLane,
  LOOKS,
  type QueueLookup,
  type Rotation,
} from './fair-choice.ts'
import { applicationOf, firstLane, HALF } from './lane.ts'

/** `due`: when it became so. */
export type Due = { readonly id: string; readonly due: number }

/** The oldest due messages, whoever holds them: nothing is locked. */
export function* findOldest(at: number, limit: number): Sql<readonly Due[]> {
  const text = `SELECT queue_id, next_due FROM messages WHERE next_due <= ? ORDER BY next_due LIMIT ${limit}`
  return (yield* allArrays<DueRow>(text, at)).map(dueOf)
}

/** The oldest that became due at some moment or after, locked. */
export function* lockOldestSince(since: number, at: number, limit: number): Sql<readonly Due[]> {
  const text = `SELECT queue_id, next_due FROM messages WHERE next_due >= ? AND next_due <= ?
    ORDER BY next_due LIMIT ${limit} FOR UPDATE SKIP LOCKED`
  return (yield* allArrays<DueRow>(text, since, at)).map(dueOf)
}

type DueRow = [id: string, due: number]

const dueOf = ([id, due]: DueRow): Due => ({ id, due })

/** Ids of at most `limit` messages, locked; some that were not chosen are locked too, until the transaction ends. */
export function lockFairly(rotation: Rotation, at: number, limit: number): Sql<ReadonlySet<string>> {
  const queue: QueueLookup = {
    applications: findApplications,
    lanes: (walks) => findLanes(walks, at),
    oldest: (lanes, share) => lockOldest(lanes, at, share),
  }
  return findFairly(queue, rotation, limit)
}

/** The first lane of each application, from one lane on and before another. */
const walkText = (name: string) => `
  ${name} (lane) AS (
    (SELECT lane FROM messages WHERE next_due IS NOT NULL AND lane >= ? ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT next.lane FROM ${name} CROSS JOIN LATERAL (
      SELECT m.lane FROM messages m
      WHERE m.next_due IS NOT NULL AND m.lane >= (((${name}.lane >> ${HALF}) + 1) << ${HALF}) ORDER BY m.lane LIMIT 1
    ) AS next
  )`

/** PostgreSQL walks no further than the limit asks for. */
const applicationsText = (count: number) => `
  WITH RECURSIVE ${walkText('ahead')}, ${walkText('round')}
  SELECT lane FROM (SELECT lane FROM ahead UNION ALL SELECT lane FROM round WHERE lane < ?) AS walk LIMIT ${count}`

function* findApplications(behind: number, count: number): Sql<readonly number[]> {
  const next = firstLane(behind + 1)
  return (yield* allArrays<[number]>(applicationsText(count), next, 0, next)).map(([lane]) => applicationOf(lane))
}

const nextLane = (behind: string, before: string) => `
  LATERAL (
    SELECT m.lane, CASE WHEN m.next_due <= ? THEN 1 ELSE 0 END AS due FROM messages m
    WHERE m.next_due IS NOT NULL AND m.lane > ${behind} AND m.lane < ${before} ORDER BY m.lane, m.next_due LIMIT 1
  ) AS next`

const LANES = `
  WITH RECURSIVE walk (before, lane, due, looks, found) AS (
    SELECT given.before, next.lane, next.due, 1, next.due
    FROM unnest(CAST(? AS BIGINT[]), CAST(? AS BIGINT[])) AS given (behind, before)
    CROSS JOIN ${nextLane('given.behind', 'given.before')}
    UNION ALL
    SELECT walk.before, next.lane, next.due, walk.looks + 1, walk.found + next.due
    FROM walk CROSS JOIN ${nextLane('walk.lane', 'walk.before')}
    WHERE walk.looks < ${LOOKS} AND walk.found < ${LANES_AT_ONCE}
  )
  SELECT lane, due FROM walk ORDER BY lane`

function* findLanes(walks: readonly LaneWalk[], at: number): Sql<readonly LookedLane[]> {
  const behind = arrayLiteral(walks.map((walk) => walk.behind))
  const before = arrayLiteral(walks.map((walk) => walk.before))
  const rows = yield* allArrays<[lane: number, due: number]>(LANES, behind, before, at, at)
  return rows.map(([lane, due]) => ({ lane, isDue: due === 1 }))
}

const oldestText = (share: number) => `
  SELECT given.lane, due.queue_id FROM unnest(CAST(? AS BIGINT[])) AS given (lane)
  CROSS JOIN LATERAL (
    SELECT m.queue_id FROM messages m WHERE m.lane = given.lane AND m.next_due <= ?
    ORDER BY m.next_due LIMIT ${share} FOR UPDATE SKIP LOCKED
  ) AS due`

function* lockOldest(lanes: readonly number[], at: number, share: number): Sql<ReadonlyMap<number, readonly string[]>> {
  const rows = yield* allArrays<[lane: number, id: string]>(oldestText(share), arrayLiteral(lanes), at)
  const byLane = Map.groupBy(rows, ([lane]) => lane)
  return new Map([...byLane].map(([lane, those]) => [lane, those.map(([, id]) => id)]))
}
