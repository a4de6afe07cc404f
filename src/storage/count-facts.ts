// Adding up what statistics are made of. Pure: it knows neither where facts come from nor where sums go.

import { type Counts, type Fact, LATENCY_BOUNDS, type NewSum, STEP, type StatisticsSubject } from './statistics.ts'

type Mutable = {
  submissions: number
  size: number
  delivered: number
  failed: number
  suppressed: number
  latency: number[]
  refusals: Record<string, number>
}

export const noCounts = (): Mutable => ({
  submissions: 0,
  size: 0,
  delivered: 0,
  failed: 0,
  suppressed: 0,
  latency: Array.from({ length: LATENCY_BOUNDS.length + 1 }, () => 0),
  refusals: {},
})

export function addFact(counts: Mutable, fact: Fact): void {
  switch (fact.kind) {
    case 'submission':
      counts.submissions += 1
      counts.size += fact.size
      break
    case 'outcome':
      counts[fact.status] += 1
      if (fact.latency !== undefined) addLatency(counts, fact.latency)
      break
    case 'refusal':
      counts.refusals[fact.reason] = (counts.refusals[fact.reason] ?? 0) + fact.attempts
  }
}

function addLatency({ latency }: Mutable, taken: number): void {
  const found = LATENCY_BOUNDS.findIndex((bound) => taken <= bound)
  const bucket = found === -1 ? LATENCY_BOUNDS.length : found
  latency[bucket] = (latency[bucket] ?? 0) + 1
}

export function addCounts(to: Mutable, more: Counts): void {
  for (const name of ['submissions', 'size', 'delivered', 'failed', 'suppressed'] as const) to[name] += more[name]
  for (const [bucket, count] of more.latency.entries()) to.latency[bucket] = (to.latency[bucket] ?? 0) + count
  for (const [reason, count] of Object.entries(more.refusals)) to.refusals[reason] = (to.refusals[reason] ?? 0) + count
}

export const stepOf = (at: number): number => Math.floor(at / STEP) * STEP

/** Sums of one step for everything that a fact counts for: its tenant, its resource, and its application there. */
export class StepSums {
  readonly #at: number
  readonly #sums = new Map<string, NewSum & { readonly counts: Mutable }>()

  constructor(at: number) {
    this.#at = at
  }

  add(fact: Fact): void {
    const { tenantId, resourceKey, applicationId } = fact
    this.#addTo(tenantId, {}, fact)
    if (resourceKey !== '') this.#addTo(tenantId, { resourceId: resourceKey }, fact)
    if (applicationId !== '') this.#addTo(tenantId, { applicationId, resourceId: resourceKey }, fact)
  }

  #addTo(tenantId: string, subject: StatisticsSubject, fact: Fact): void {
    const key = JSON.stringify([tenantId, subject.resourceId, subject.applicationId])
    const sum = this.#sums.get(key) ?? { tenantId, subject, at: this.#at, counts: noCounts() }
    this.#sums.set(key, sum)
    addFact(sum.counts, fact)
  }

  get sums(): readonly NewSum[] {
    return [...this.#sums.values()]
  }
}

/** How long the given share of them took at most, in milliseconds, as far as the bounds tell; undefined where there are none. */
export function percentile(latency: readonly number[], share: number): number | undefined {
  const total = latency.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let left = total * share
  for (const [bucket, count] of latency.entries()) {
    if (count > 0 && left <= count) return between(bucket, left / count)
    left -= count
  }
  return LATENCY_BOUNDS.at(-1)
}

/** Those of one bucket are taken as spread evenly over it. */
function between(bucket: number, share: number): number {
  const lower = LATENCY_BOUNDS[bucket - 1] ?? 0
  const upper = LATENCY_BOUNDS[bucket] ?? lower
  return Math.round(lower + (upper - lower) * share)
}
