// The lines in front of destinations: attempts that wait for a permit, first come, first served. A line is short; whoever finds it full
// comes back when, at the pace of what went before, it would be their turn. So memory is bounded, and a destination with a long queue
// costs one look for each message, not one after the other.

import type { Clock } from '../config/clock.ts'
import type { Transport } from '../transport/transport.ts'
import type { DestinationPace, DestinationResult, Permit } from './delivery-ports.ts'

export type Turn =
  | { readonly type: 'admitted'; readonly permit: Permit }
  /** `isPaused`: because the destination is in trouble; else it is busy. */
  | { readonly type: 'postponed'; readonly until: number; readonly isPaused: boolean }

/** Attempts under way, to all destinations. */
const MOST_ATTEMPTS = 400
/** Waiting in one line. */
const LINE_LENGTH = 20
/** In milliseconds: whoever is sent away comes back within this, however long the queue is. */
const LONGEST_ABSENCE = 10 * 60_000
/** Of the time between two permits that come free, in milliseconds, where none has yet. */
const FIRST_GUESS = 50
const LONGEST_GUESS = 30_000

type Waiter = {
  readonly transport: Transport
  readonly latest: number | undefined
  readonly resolve: (turn: Turn) => void
  readonly reject: (error: unknown) => void
}

type Line = {
  readonly waiting: Waiter[]
  isAsking: boolean
  /** While an answer is on its way: it may be out of date when it comes. */
  isAskedAgain: boolean
  cancelTimer: () => void
  lastFreedAt: number | undefined
  /** Between two permits that come free: a moving average. */
  interval: number
  /** When the last one who was sent away is to come back. */
  nextReturn: number
}

export class DestinationLines {
  readonly #pace: DestinationPace
  readonly #clock: Clock
  readonly #lines = new Map<string, Line>()
  /** Whose next would be admitted if fewer attempts were under way, in the order they asked. */
  readonly #stalled = new Set<string>()
  #attempts = 0

  constructor(pace: DestinationPace, clock: Clock) {
    this.#pace = pace
    this.#clock = clock
  }

  /** Gives a turn; one that `halt` ends is postponed until now. Rejects when the pace does. */
  admit(
    transport: Transport,
    destination: string,
    { latest, halt }: { readonly latest: number | undefined; readonly halt: AbortSignal },
  ): Promise<Turn> {
    const now = this.#clock.now()
    if (halt.aborted) return Promise.resolve({ type: 'postponed', until: now, isPaused: false })
    const line = this.#line(destination)
    // While it is being asked for the first, nobody knows that there is no room for all.
    if (line.waiting.length >= LINE_LENGTH && !line.isAsking) return Promise.resolve(this.#sendAway(line))
    return new Promise((resolve, reject) => {
      const leave = () => {
        const place = line.waiting.indexOf(waiter)
        if (place >= 0) line.waiting.splice(place, 1)
        resolve({ type: 'postponed', until: this.#clock.now(), isPaused: false })
      }
      const settled = () => halt.removeEventListener('abort', leave)
      const waiter: Waiter = {
        transport,
        latest,
        resolve: (turn) => (settled(), resolve(turn)),
        reject: (error) => (settled(), reject(error)),
      }
      halt.addEventListener('abort', leave, { once: true })
      line.waiting.push(waiter)
      void this.#ask(destination, line)
    })
  }

  /** Sends away the last of the longest lines, so many of them that others can be held. */
  shed(count: number): void {
    const lines = [...this.#lines.values()]
    for (let shed = 0; shed < count; shed += 1) {
      const longest = lines.reduce<Line | undefined>(
        (found, line) => (line.waiting.length > (found?.waiting.length ?? 0) ? line : found),
        undefined,
      )
      if (longest === undefined) return
      longest.waiting.pop()?.resolve(this.#sendAway(longest))
    }
  }

  #line(destination: string): Line {
    const known = this.#lines.get(destination)
    if (known !== undefined) return known
    const line: Line = {
      waiting: [],
      isAsking: false,
      isAskedAgain: false,
      cancelTimer: () => {},
      lastFreedAt: undefined,
      interval: FIRST_GUESS,
      nextReturn: 0,
    }
    this.#lines.set(destination, line)
    return line
  }

  #sendAway(line: Line): Turn {
    const now = this.#clock.now()
    const first = now + line.waiting.length * line.interval
    line.nextReturn = Math.min(Math.max(line.nextReturn, first) + line.interval, now + LONGEST_ABSENCE)
    return { type: 'postponed', until: Math.round(line.nextReturn), isPaused: false }
  }

  /** Asks for whoever is first in line until nobody waits or nothing is free. */
  async #ask(destination: string, line: Line): Promise<void> {
    if (line.isAsking) {
      line.isAskedAgain = true
      return
    }
    line.isAsking = true
    line.cancelTimer()
    try {
      while (line.waiting.length > 0) {
        if (this.#attempts >= MOST_ATTEMPTS) {
          this.#stalled.add(destination)
          break
        }
        line.isAskedAgain = false
        if (!(await this.#askForFirst(destination, line)) && !line.isAskedAgain) break
      }
    } finally {
      line.isAsking = false
      this.#forget(destination, line)
    }
  }

  /** True when the next one may be asked for. */
  async #askForFirst(destination: string, line: Line): Promise<boolean> {
    const first = line.waiting[0] as Waiter
    this.#attempts += 1
    const turn = await this.#pace.admit(first.transport, destination, first.latest).catch((error: unknown) => {
      this.#ended()
      if (line.waiting[0] === first) line.waiting.shift()
      first.reject(error)
    })
    if (turn === undefined) return true
    const isThere = line.waiting[0] === first
    if (turn.type === 'admitted' && isThere) {
      line.waiting.shift()
      first.resolve({ type: 'admitted', permit: this.#counted(destination, line, turn.permit) })
      return true
    }
    this.#ended()
    // Whoever it was for has left meanwhile.
    if (turn.type === 'admitted') turn.permit.done({ type: 'unused' })
    if (!isThere) return true
    if (turn.type === 'paused') {
      line.waiting.shift()
      first.resolve({ type: 'postponed', until: turn.until, isPaused: true })
      return true
    }
    if (turn.type === 'busy' && !line.isAskedAgain) {
      const wait = Math.max(turn.askAgainAt - this.#clock.now(), 1)
      line.cancelTimer = this.#clock.after(wait, () => void this.#ask(destination, line))
    }
    return turn.type !== 'busy'
  }

  #counted(destination: string, line: Line, permit: Permit): Permit {
    return {
      done: (result: DestinationResult) => {
        permit.done(result)
        this.#measure(line)
        this.#stalled.add(destination)
        this.#ended()
        this.#forget(destination, line)
      },
    }
  }

  /** There is memory for one attempt more: whoever stood back asks. */
  #ended(): void {
    this.#attempts -= 1
    const stalled = [...this.#stalled]
    this.#stalled.clear()
    for (const name of stalled) {
      const line = this.#lines.get(name)
      if (line !== undefined) void this.#ask(name, line)
    }
  }

  #measure(line: Line): void {
    const now = this.#clock.now()
    const before = line.interval
    if (line.lastFreedAt !== undefined)
      line.interval = 0.8 * before + 0.2 * Math.min(now - line.lastFreedAt, LONGEST_GUESS)
    // How long nobody came says nothing of the pace.
    line.lastFreedAt = line.waiting.length > 0 ? now : undefined
    // Whoever is sent away from now on does not pay for a guess that was too long.
    line.nextReturn = now + Math.max(0, line.nextReturn - now) * (line.interval / before)
  }

  /** A line that is empty and due to nobody is made anew when it is needed. */
  #forget(destination: string, line: Line): void {
    const isOver = line.waiting.length === 0 && !line.isAsking && line.nextReturn <= this.#clock.now()
    if (isOver && this.#lines.get(destination) === line) this.#lines.delete(destination)
  }
}
