// One application hands in a great many messages at once; others go on as always. How long do the others wait: first come first served,
// and with applications taking turns?

import { createRandom, quantile } from './random.ts'

export type FairnessFigures = { readonly p50: number; readonly p99: number; readonly worst: number }

/** Deliveries per second are fixed. Waits are in seconds, of the others' messages alone. */
export function simulateFairness(
  order: 'oldest first' | 'turns',
  {
    burst,
    others,
    ratePerOther,
    deliveries,
    duration,
  }: {
    readonly burst: number
    readonly others: number
    readonly ratePerOther: number
    readonly deliveries: number
    readonly duration: number
  },
  seed: number,
): FairnessFigures {
  const random = createRandom(seed)
  const arrivals: { readonly at: number; readonly application: number }[] = []
  for (let application = 1; application <= others; application += 1)
    for (let at = random.exponential(1 / ratePerOther); at < duration; at += random.exponential(1 / ratePerOther))
      arrivals.push({ at, application })
  arrivals.sort((one, other) => one.at - other.at)
  const waits = order === 'turns' ? takeTurns(arrivals, burst, deliveries) : takeOldest(arrivals, burst, deliveries)
  return { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), worst: Math.max(...waits) }
}

type Arrivals = readonly { readonly at: number; readonly application: number }[]

/** The burst stands before everybody. */
function takeOldest(arrivals: Arrivals, burst: number, deliveries: number): number[] {
  let free = burst / deliveries
  return arrivals.map(({ at }) => {
    free = Math.max(free, at) + 1 / deliveries
    return free - at
  })
}

/** While the burst lasts, every other delivery is its own at the least; the rest is shared by whoever waits. */
function takeTurns(arrivals: Arrivals, burst: number, deliveries: number): number[] {
  const end = (burst + arrivals.length) / deliveries
  let free = 0
  return arrivals.map(({ at }) => {
    const slot = at < end ? 2 / deliveries : 1 / deliveries
    free = Math.max(free, at) + slot
    return free - at
  })
}
