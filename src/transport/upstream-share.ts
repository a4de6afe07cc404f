// Whose turn it is at an upstream that takes few requests: weighted fair queueing between applications, in a waiting room of a few places.
// Who finds no place, or would wait too long, is told when to come back, at the pace of its application's share; so a flood of one
// application waits in the store and not in memory, and never in front of the others. The pace is one for all nodes. It knows nothing
// of messages. (Self-clocked fair queueing: Golestani, INFOCOM 1994.)

import type { Clock } from '../config/clock.ts'
import type { UpstreamOperationWriter } from '../storage/upstream-operations.ts'

export type Turn = { readonly type: 'now' } | { readonly type: 'later'; readonly at: number }

export interface UpstreamShare {
  /** Resolves soon: with a turn, or with the moment when to ask again. Never rejects. */
  turn(applicationId: string, signal: AbortSignal): Promise<Turn>
  /** The upstream wants nothing for so many milliseconds, from any node. */
  pause(wait: number): Promise<void>
}

export type ShareSettings = {
  readonly transport: string
  readonly requestsPerMinute: number
  /** By application id; 1 where nothing is said. */
  readonly weights: ReadonlyMap<string, number>
}

/** How long a turn is waited for, and by how many. */
const PATIENCE = 5_000
const PLACES = 16
/** Requests of so many milliseconds are taken from the store at once. */
const GRAIN = 250
/** Nobody is sent away for longer, since the others may fall silent. */
const LONGEST = 300_000
/** So long after its last message an application counts. */
const ACTIVE = 60_000
const APPLICATIONS = 1_000

type Waiting = {
  readonly applicationId: string
  /** Its place: whoever would be done first is next. */
  readonly finish: number
  readonly since: number
  readonly answer: (turn: Turn) => void
}

export function createUpstreamShare(
  settings: ShareSettings,
  paces: Pick<UpstreamOperationWriter, 'takeRequests' | 'pauseRequests'>,
  clock: Clock,
  random: () => number,
): UpstreamShare {
  const { transport } = settings
  const interval = 60_000 / settings.requestsPerMinute
  const room = new WaitingRoom(interval, settings.weights, clock, random)
  let running = false

  async function serve(): Promise<void> {
    for (room.sendLateAway(); room.size > 0; room.sendLateAway()) {
      const at = clock.now()
      const wanted = Math.min(room.size, Math.max(1, Math.floor(GRAIN / interval)))
      const { granted, askAgainAt, paused } = await paces.takeRequests({ transport, at, wanted, interval })
      room.admit(granted)
      if (paused || askAgainAt - at > PATIENCE) room.sendAllAway(paused ? askAgainAt : 0)
      if (room.size > 0) await until(clock, Math.max(at + 1, askAgainAt))
    }
  }

  function run(): void {
    if (running) return
    running = true
    void serve()
      // A store that is away: everybody comes back.
      .catch(() => room.sendAllAway(0))
      .finally(() => {
        running = false
        if (room.size > 0) run()
        else room.forget()
      })
  }

  return {
    turn: (applicationId, signal) =>
      new Promise((resolve) => {
        const leave = room.enter(applicationId, resolve)
        signal.addEventListener('abort', leave, { once: true })
        run()
      }),
    pause: (wait) => paces.pauseRequests(transport, clock.now() + wait).catch(() => {}),
  }
}

/** Who waits, whoever would be done first in front. */
class WaitingRoom {
  readonly #places: number
  readonly #weights: ReadonlyMap<string, number>
  readonly #clock: Clock
  readonly #returns: ReturnType<typeof createReturns>
  readonly #finishes = new Map<string, number>()
  #waiting: readonly Waiting[] = []
  #served = 0

  constructor(interval: number, weights: ReadonlyMap<string, number>, clock: Clock, random: () => number) {
    this.#places = Math.min(PLACES, Math.max(1, Math.floor(PATIENCE / interval) + 1))
    this.#weights = weights
    this.#clock = clock
    this.#returns = createReturns(interval, weights, random)
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Whoever is last leaves when there is no place; the function that is returned is for who gives up. */
  enter(applicationId: string, answer: Waiting['answer']): () => void {
    const since = this.#clock.now()
    this.#returns.see(applicationId, since)
    const start = Math.max(this.#served, this.#finishes.get(applicationId) ?? 0)
    const finish = start + this.#cost(applicationId)
    this.#finishes.set(applicationId, finish)
    const waiting = { applicationId, finish, since, answer }
    this.#waiting = [...this.#waiting, waiting].sort((one, other) => one.finish - other.finish)
    const last = this.#waiting.at(-1)
    if (this.size > this.#places && last !== undefined) this.#sendAway(last, 0)
    return () => this.#sendAway(waiting, 0)
  }

  admit(count: number): void {
    const admitted = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    for (const { finish, answer } of admitted) {
      this.#served = finish
      answer({ type: 'now' })
    }
  }

  sendLateAway(): void {
    const late = this.#waiting.filter(({ since }) => since + PATIENCE <= this.#clock.now())
    for (const one of late) this.#sendAway(one, 0)
  }

  sendAllAway(notBefore: number): void {
    for (const one of this.#waiting) this.#sendAway(one, notBefore)
  }

  /** Nobody waits: everybody begins anew. */
  forget(): void {
    this.#served = 0
    this.#finishes.clear()
  }

  #cost(applicationId: string): number {
    return 1 / (this.#weights.get(applicationId) ?? 1)
  }

  /** What it would have taken is its application's again. */
  #sendAway(waiting: Waiting, notBefore: number): void {
    if (!this.#waiting.includes(waiting)) return
    this.#waiting = this.#waiting.filter((one) => one !== waiting)
    const { applicationId, finish, answer } = waiting
    if (this.#finishes.get(applicationId) === finish)
      this.#finishes.set(applicationId, finish - this.#cost(applicationId))
    answer({ type: 'later', at: Math.max(notBefore, this.#returns.next(applicationId, this.#clock.now())) })
  }
}

const until = (clock: Clock, at: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(Math.max(0, at - clock.now()), resolve)
  })

/** When those who were sent away come back: each application at the pace that its share of the requests allows. */
function createReturns(interval: number, weights: ReadonlyMap<string, number>, random: () => number) {
  const seen = new Map<string, { at: number; next: number }>()
  const weightOf = (applicationId: string) => weights.get(applicationId) ?? 1

  function forget(at: number): void {
    for (const [applicationId, one] of seen) if (one.at + ACTIVE < at && one.next < at) seen.delete(applicationId)
    for (const applicationId of [...seen.keys()].slice(0, Math.max(0, seen.size - APPLICATIONS)))
      seen.delete(applicationId)
  }

  return {
    see(applicationId: string, at: number): void {
      forget(at)
      seen.set(applicationId, { at, next: seen.get(applicationId)?.next ?? 0 })
    },
    next(applicationId: string, at: number): number {
      const all = [...seen.keys()].reduce((sum, one) => sum + weightOf(one), 0)
      const step = (interval * Math.max(1, all)) / weightOf(applicationId)
      const next = Math.max(seen.get(applicationId)?.next ?? 0, at + PATIENCE) + step
      const due = next <= at + LONGEST ? next : at + LONGEST * (0.5 + 0.5 * random())
      seen.set(applicationId, { at, next: Math.min(next, at + LONGEST) })
      return Math.round(due)
    },
  }
}
