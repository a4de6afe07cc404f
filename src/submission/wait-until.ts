// Waiting for a moment on behalf of a client that may go away meanwhile.

import type { Clock } from '../config/clock.ts'

/** `at` in milliseconds since the epoch. `ended`: what makes the waiting pointless; no timer is left behind. */
export function waitUntil(clock: Clock, at: number, ended: Promise<void>): Promise<'over' | 'ended'> {
  const delay = at - clock.now()
  if (delay <= 0) return Promise.resolve('over')
  return new Promise((resolve) => {
    const cancel = clock.after(delay, () => resolve('over'))
    void ended.then(() => {
      cancel()
      resolve('ended')
    })
  })
}
