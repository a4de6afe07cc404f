// When to try a deferred recipient again: soon at first, then less and less often, with jitter so that a recovered destination is not
// met by everything at once. RFC 5321 §4.5.4.1.

const MINUTE = 60_000
const DELAYS = [1, 5, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE)
const JITTER = 0.2

/** `attempts` counts the one that just failed; `random` gives a number from 0 up to 1. Milliseconds since the epoch. */
export function nextAttemptAt(attempts: number, at: number, random: () => number): number {
  const delay = DELAYS[Math.min(attempts, DELAYS.length) - 1] ?? MINUTE
  return Math.round(at + delay * (1 - JITTER / 2 + JITTER * random()))
}
