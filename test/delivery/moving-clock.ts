// The clock of the machine, which a test may set forward: what is due in an hour is due at once, while connections live in real time.

import type { Clock } from '../../src/config/clock.ts'

export class MovingClock implements Clock {
  #ahead = 0

  now(): number {
    return Date.now() + this.#ahead
  }

  after(delay: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delay)
    return () => clearTimeout(timer)
  }

  forward(by: number): void {
    this.#ahead += by
  }
}
