// Finds what is due on SQLite: the oldest of it when all fits into one claim, else by turns.

import { allArrays, firstArray, type Sql } from '../storage/sql/sql.ts'
import {
  findFairly,
  LANES_AT_ONCE,
  type LaneWalk,
  type LookedLane,
  LOOKS,
  type QueueLookup,
  type Rotation,
} from './fair-choice.ts'
import { applicationOf, firstLane, LANE_END } from './lane.ts'

const OLDEST = 'SELECT queue_id FROM messages WHERE next_due <= ? ORDER BY next_due LIMIT ?'
const NEXT_LANE = `
  SELECT lane, next_due FROM messages
  WHERE next_due IS NOT NULL AND lane > ? AND lane < ? ORDER BY lane, next_due LIMIT 1`
const OLDEST_IN_LANE = 'SELECT queue_id FROM messages WHERE lane = ? AND next_due <= ? ORDER BY next_due LIMIT ?'

/** Ids of at most `limit` messages. */
export function* findDue(rotation: Rotation, at: number, limit: number): Sql<ReadonlySet<string>> {
  const oldest = idsOf(yield* allArrays(OLDEST, at, limit))
  if (oldest.length < limit) return new Set(oldest)
  const queue: QueueLookup = {
    applications: findApplications,
    lanes: (walks) => findLanes(walks, at),
    oldest: (lanes, share) => findOldest(lanes, at, share),
  }
  const fair = yield* findFairly(queue, rotation, limit)
  return new Set([...fair.union(new Set(oldest))].slice(0, limit))
}

const idsOf = (rows: readonly [string][]): readonly string[] => rows.map(([id]) => id)

const nextLane = (behind: number, before: number) => firstArray<[lane: number, due: number]>(NEXT_LANE, behind, before)

function* findApplications(behind: number, count: number): Sql<readonly number[]> {
  const ahead = yield* walkApplications(behind, LANE_END, count)
  return [...ahead, ...(yield* walkApplications(-1, firstLane(behind + 1), count - ahead.length))]
}

function* walkApplications(behind: number, before: number, count: number): Sql<readonly number[]> {
  const found: number[] = []
  for (let current = behind; found.length < count; ) {
    const next = yield* nextLane(firstLane(current + 1) - 1, before)
    if (next === undefined) break
    current = applicationOf(next[0])
    found.push(current)
  }
  return found
}

function* findLanes(walks: readonly LaneWalk[], at: number): Sql<readonly LookedLane[]> {
  const found: LookedLane[] = []
  for (const walk of walks) found.push(...(yield* walkLanes(walk, at)))
  return found
}

function* walkLanes({ behind, before }: LaneWalk, at: number): Sql<readonly LookedLane[]> {
  const lanes: LookedLane[] = []
  for (let [current, due] = [behind, 0]; lanes.length < LOOKS && due < LANES_AT_ONCE; ) {
    const next = yield* nextLane(current, before)
    if (next === undefined) break
    const isDue = next[1] <= at
    current = next[0]
    due += isDue ? 1 : 0
    lanes.push({ lane: current, isDue })
  }
  return lanes
}

function* findOldest(lanes: readonly number[], at: number, share: number): Sql<Map<number, readonly string[]>> {
  const found = new Map<number, readonly string[]>()
  for (const lane of lanes) found.set(lane, idsOf(yield* allArrays(OLDEST_IN_LANE, lane, at, share)))
  return found
}
