// Time as a parameter: flows never ask the system clock, so that tests set it and nothing sleeps.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs `callback` once, `delay` milliseconds from now; the returned function cancels it. */
  after(delay: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay, callback) => {
    const timer = setTimeout(callback, delay)
    return () => clearTimeout(timer)
  },
}
