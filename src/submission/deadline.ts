// One deadline per connection, moved often and checked seldom: moving it costs an assignment, a timer runs only for the earliest.

import type { Clock } from '../config/clock.ts'

export class Deadline {
  readonly #clock: Clock
  readonly #expired: () => void
  #at = Infinity
  #timerAt = Infinity
  #cancel: (() => void) | undefined

  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock
    this.#expired = expired
  }

  /** Milliseconds since the epoch; Infinity for none. */
  set(at: number): void {
    this.#at = at
    if (at < this.#timerAt) this.#arm()
  }

  clear(): void {
    this.#at = Infinity
    this.#cancel?.()
    this.#cancel = undefined
    this.#timerAt = Infinity
  }

  #arm(): void {
    this.#cancel?.()
    this.#timerAt = this.#at
    this.#cancel = this.#clock.after(Math.max(0, this.#at - this.#clock.now()), () => this.#fire())
  }

  #fire(): void {
    this.#cancel = undefined
    this.#timerAt = Infinity
    if (this.#clock.now() >= this.#at) this.#expired()
    else if (this.#at < Infinity) this.#arm()
  }
}
