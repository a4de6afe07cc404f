// Which of the waiting messages are lent next when more are due than one claim takes. Applications take turns, and the destinations of
// each do, so neither an application with a million messages nor a destination that takes none keeps anybody else waiting. This is the
// walk and its arithmetic; the spools look up what it asks for, from an index entry or two each, however deep the queue is.

import type { Sql } from '../storage/sql/sql.ts'
import { applicationOf, firstLane } from './lane.ts'

/** A lane where something waits, and whether any of it is due. */
export type LookedLane = { readonly lane: number; readonly isDue: boolean }

export type LaneWalk = { readonly behind: number; readonly before: number }

/** How a spool looks up what waits. */
export type QueueLookup = {
  /** The next applications in the ring behind the given one, with the first again behind the last; each at most once. */
  applications(behind: number, count: number): Sql<readonly number[]>
  /** For each walk the lanes behind and before the given numbers, in order, until LANES_AT_ONCE are due or LOOKS were looked at. */
  lanes(walks: readonly LaneWalk[]): Sql<readonly LookedLane[]>
  /** The oldest due messages of each lane, at most `share`, as ids. What it gives may be lent: nobody else has it. */
  oldest(lanes: readonly number[], share: number): Sql<ReadonlyMap<number, readonly string[]>>
}

/** Applications in one claim. */
const APPLICATIONS_AT_ONCE = 16
/** Applications that are looked at for them: first as many, then more, because mail of some may all wait for a later moment. */
const WALKS = [APPLICATIONS_AT_ONCE, 4 * APPLICATIONS_AT_ONCE]
/** Destinations of one application in one claim. */
export const LANES_AT_ONCE = 4
/** Destinations of one application that are looked at for them. */
export const LOOKS = 32

/** Ids of at most `limit` due messages, each once; fewer where there are many applications of which few have any due. */
export function* findFairly(queue: QueueLookup, rotation: Rotation, limit: number): Sql<ReadonlySet<string>> {
  const turns = yield* findTurns(queue, rotation)
  if (turns.length === 0) return new Set()
  const share = Math.ceil(limit / turns.length)
  const fewest = Math.min(...turns.map((lanes) => lanes.length))
  const oldest = yield* queue.oldest(turns.flat(), Math.ceil(share / fewest))
  return chooseFairly(
    turns.map((lanes) => lanes.map((lane) => oldest.get(lane) ?? [])),
    limit,
  )
}

/** Due lanes, by application. */
type Turns = readonly (readonly number[])[]

function* findTurns(queue: QueueLookup, rotation: Rotation): Sql<Turns> {
  const turns: number[][] = []
  const seen = new Set<number>()
  for (const count of WALKS) {
    const applications = yield* queue.applications(rotation.application, count)
    const looked = yield* queue.lanes(applications.map((application) => rotation.walk(application)))
    const byApplication = Map.groupBy(looked, ({ lane }) => applicationOf(lane))
    for (const application of applications) {
      if (seen.has(application)) return turns
      seen.add(application)
      const lanes = byApplication.get(application) ?? []
      const due = lanes.flatMap(({ lane, isDue }) => (isDue ? lane : []))
      const isLast = due.length < LANES_AT_ONCE && lanes.length < LOOKS
      rotation.moveOn(application, isLast ? undefined : lanes.at(-1)?.lane)
      if (due.length > 0) turns.push(due)
      if (turns.length === APPLICATIONS_AT_ONCE) return turns
    }
    if (applications.length < count) break
  }
  return turns
}

/** Ids by application and lane; at most `limit` of them, each once. */
export function chooseFairly(due: readonly (readonly (readonly string[])[])[], limit: number): ReadonlySet<string> {
  const chosen = new Set<string>()
  const turns = due.map(turnsOf)
  const longest = Math.max(0, ...turns.map((ids) => ids.length))
  for (let turn = 0; turn < longest; turn += 1)
    for (const ids of turns) {
      const id = ids[turn]
      if (chosen.size === limit) return chosen
      if (id !== undefined) chosen.add(id)
    }
  return chosen
}

/** One lane after the other gives its next. */
function turnsOf(lanes: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(0, ...lanes.map((ids) => ids.length))
  return Array.from({ length: longest }, (_, at) => lanes.flatMap((ids) => ids[at] ?? [])).flat()
}

/** Before the first application. */
const NOWHERE = -1

/** Where the walk over applications and their lanes goes on. Kept by whoever claims; nothing is lost with it. */
export class Rotation {
  #application = NOWHERE
  readonly #lanes = new Map<number, number>()

  /** Applications behind this one are next. */
  get application(): number {
    return this.#application
  }

  walk(application: number): LaneWalk {
    const behind = this.#lanes.get(application) ?? firstLane(application) - 1
    return { behind, before: firstLane(application + 1) }
  }

  /** `application` was the last that was looked at, and `lane` the last of its lanes; undefined when it has no more of them. */
  moveOn(application: number, lane: number | undefined): void {
    this.#application = application
    this.#lanes.delete(application)
    if (lane !== undefined) this.#lanes.set(application, lane)
    const [longestUnseen] = this.#lanes.keys()
    if (this.#lanes.size > MOST_KEPT && longestUnseen !== undefined) this.#lanes.delete(longestUnseen)
  }
}

const MOST_KEPT = 10_000
