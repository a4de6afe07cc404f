// Counting against a quota, exactly and without one hot row. A counter is a few shards, each a row of its own. What is left of each
// limit is handed out to the shards as grants: a message is counted on one shard as long as it fits into what that shard was granted,
// which needs no look at the others. When it does not fit, all shards are looked at together: the message is refused if the limit is
// reached, and else what is left is handed out anew. So what is counted never exceeds a limit, whoever counts at the same time, and
// nothing is refused while there is room. It knows no store: who holds which rows meanwhile is the caller's business.
//
// A shard that comes to a new window by itself takes an equal share of the limit, which is safe because every shard would take the same.
// Time does not go back in a counter: a message of a clock that is behind counts in the window that the counter is in. But what is from
// far ahead, of a clock that was wrong, counts for nothing, or a counter that is used up would stay so until then.

import {
  limitsOf,
  type OverQuota,
  QUOTA_UNITS,
  QUOTA_WINDOWS,
  type QuotaAmount,
  type QuotaTerm,
  type QuotaUsage,
  windowLength,
  windowStart,
} from './quota.ts'

type PerUnit = readonly [messages: number, recipients: number]

/** One window of a shard. `granted` is the most that `used` may become; it means nothing where there is no limit. */
type Tally = { readonly start: number; readonly used: PerUnit; readonly granted: PerUnit }

/** A row of a counter. `rule` says under which limits its grants were made; under others they count for nothing. */
export type Shard = { readonly rule: string; readonly tallies: readonly Tally[] }

/** By the number of the shard. */
export type Shards = ReadonlyMap<number, Shard>

/** More would make the exact look dearer and could not be kept busier. */
const MOST_SHARDS = 16

/** A limit below this, in whatever window, is no hot counter: so much is used up before anybody has to wait for a row. */
const PER_SHARD = 512

/** What follows from the limits of a term. Terms live as long as a sender is remembered, messages come by the thousand. */
type Bounds = {
  readonly tightest: number
  readonly places: readonly { readonly window: number; readonly unit: number }[]
  /** By number of shards. */
  readonly rules: Map<number, Rule>
}

/** `shares`: of each window, what a shard has that is new to it. */
type Rule = { readonly text: string; readonly shares: readonly PerUnit[] }

const known = new WeakMap<QuotaTerm, Bounds>()

function boundsOf(term: QuotaTerm): Bounds {
  const before = known.get(term)
  if (before !== undefined) return before
  const limits = [...limitsOf(term)]
  const places = limits.map(({ unit, window }) => ({
    window: QUOTA_WINDOWS.indexOf(window),
    unit: QUOTA_UNITS.indexOf(unit),
  }))
  const bounds = { tightest: Math.min(...limits.map(({ limit }) => limit)), places, rules: new Map() }
  known.set(term, bounds)
  return bounds
}

/** How many shards a counter with these limits has; its tightest limit bounds how much can come at once. */
export function shardCount(term: QuotaTerm, most = MOST_SHARDS): number {
  return Math.max(1, Math.min(most, Math.floor(boundsOf(term).tightest / PER_SHARD)))
}

function ruleOf(term: QuotaTerm, count: number): Rule {
  const { rules } = boundsOf(term)
  const before = rules.get(count)
  if (before !== undefined) return before
  const { limits } = term
  const text = [count, ...QUOTA_WINDOWS.flatMap((window) => QUOTA_UNITS.map((unit) => limits[unit]?.[window] ?? ''))]
  const shares = QUOTA_WINDOWS.map((window) => perUnit((unit) => Math.floor((limits[unit]?.[window] ?? 0) / count)))
  const rule = { text: text.join(','), shares }
  rules.set(count, rule)
  return rule
}

/** Counts on one shard; undefined when that takes a look at all of them. */
export function countOnShard(
  shard: Shard,
  term: QuotaTerm,
  amount: QuotaAmount,
  at: number,
  count: number,
): Shard | undefined {
  const { text, shares } = ruleOf(term, count)
  if (shard.rule !== text) return undefined
  const tallies = QUOTA_WINDOWS.map((window, index): Tally => {
    const tally = isOfNow(shard.tallies[index], at) ? shard.tallies[index] : undefined
    const { start, used, granted } = current(tally, windowStart(window, at), shares[index] ?? NOTHING)
    return { start, used: add(used, amount), granted }
  })
  const fits = boundsOf(term).places.every(({ window, unit }) => {
    const tally = tallies[window]
    return tally !== undefined && (tally.used[unit] ?? 0) <= (tally.granted[unit] ?? 0)
  })
  return fits ? { rule: text, tallies } : undefined
}

const NOTHING: PerUnit = [0, 0]

/** In milliseconds. As much as clocks may differ elsewhere, too. */
const FAR_AHEAD = 5 * 60_000
const isOfNow = (tally: Tally | undefined, at: number): boolean => (tally?.start ?? 0) <= at + FAR_AHEAD

function current(tally: Tally | undefined, start: number, share: PerUnit): Tally {
  if (tally !== undefined && tally.start >= start) return tally
  return { start, used: NOTHING, granted: share }
}

const perUnit = (value: (unit: (typeof QUOTA_UNITS)[number], place: number) => number): PerUnit => [
  value('messages', 0),
  value('recipients', 1),
]
const add = ([messages, recipients]: PerUnit, amount: QuotaAmount): PerUnit => [
  messages + amount.messages,
  recipients + amount.recipients,
]

export type CountOutcome =
  | { readonly type: 'counted'; readonly shards: Shards }
  | { readonly type: 'over'; over: OverQuota }

/**
 * Counts on `own` with a look at all shards, of which none may change meanwhile, and gives all of them as they are to be from now on.
 * `mayExceed`: it has happened already and is counted whatever the limit.
 */
export function countExactly(
  shards: Shards,
  term: QuotaTerm,
  amount: QuotaAmount,
  at: number,
  { own, count, mayExceed = false }: { readonly own: number; readonly count: number; readonly mayExceed?: boolean },
): CountOutcome {
  const over = mayExceed ? undefined : findOver(shards, term, amount, at)
  if (over !== undefined) return { type: 'over', over }
  const numbers = new Set([...shards.keys(), ...Array.from({ length: count }, (_, index) => index)])
  const windows = QUOTA_WINDOWS.map((window, index) => {
    const start = startOf(shards, window, at)
    const used = add(usedSince(shards, index, start), amount)
    return { start, index, share: perUnit((unit, place) => shareLeft(term.limits[unit]?.[window], used[place], count)) }
  })
  const rule = ruleOf(term, count).text
  const counted = [...numbers].map((number): [number, Shard] => {
    const tallies = windows.map(({ start, index, share }) => {
      const before = usedIn(shards.get(number), index, start)
      const used = number === own ? add(before, amount) : before
      const granted = perUnit((_, place) => (used[place] ?? 0) + (number < count ? (share[place] ?? 0) : 0))
      return { start, used, granted }
    })
    return [number, { rule, tallies }]
  })
  return { type: 'counted', shards: new Map(counted) }
}

const shareLeft = (limit = 0, used = 0, count = 1): number => Math.max(0, Math.floor((limit - used) / count))

/** The limit that keeps a message waiting longest; undefined when there is room. */
export function findOver(shards: Shards, term: QuotaTerm, amount: QuotaAmount, at: number): OverQuota | undefined {
  const over = usagesOf(shards, term, at).filter(({ limit, used }) => used + amount[limit.unit] > limit.limit)
  return over.toSorted((one, other) => other.retryAt - one.retryAt)[0]
}

/** What was used of each limit of a term. */
export function usagesOf(shards: Shards, term: QuotaTerm, at: number): readonly QuotaUsage[] {
  return [...limitsOf(term)].map((limit) => {
    const start = startOf(shards, limit.window, at)
    const used = usedSince(shards, QUOTA_WINDOWS.indexOf(limit.window), start)[QUOTA_UNITS.indexOf(limit.unit)] ?? 0
    return { limit, used, retryAt: start + windowLength(limit.window) }
  })
}

function startOf(shards: Shards, window: (typeof QUOTA_WINDOWS)[number], at: number): number {
  const index = QUOTA_WINDOWS.indexOf(window)
  const tallies = [...shards.values()].map((shard) => shard.tallies[index]).filter((tally) => isOfNow(tally, at))
  return Math.max(windowStart(window, at), ...tallies.map((tally) => tally?.start ?? 0))
}

function usedSince(shards: Shards, index: number, start: number): PerUnit {
  const each = [...shards.values()].map((shard) => usedIn(shard, index, start))
  return perUnit((_, place) => each.reduce((sum, used) => sum + (used[place] ?? 0), 0))
}

function usedIn(shard: Shard | undefined, index: number, start: number): PerUnit {
  const tally = shard?.tallies[index]
  return tally?.start === start ? tally.used : [0, 0]
}

/** The day that a shard was last counted in: what is older than that may be forgotten. */
export const dayOf = ({ tallies }: Shard): number => tallies[QUOTA_WINDOWS.indexOf('day')]?.start ?? 0

type Written = readonly [rule: string, ...tallies: (readonly [number, number, number, number, number])[]]

export const writeShard = ({ rule, tallies }: Shard): string =>
  JSON.stringify([rule, ...tallies.map(({ start, used, granted }) => [start, ...used, ...granted])])

export function readShard(text: string): Shard {
  const [rule, ...tallies] = JSON.parse(text) as Written
  return {
    rule,
    tallies: tallies.map(([start, messages, recipients, grantedMessages, grantedRecipients]) => ({
      start,
      used: [messages, recipients],
      granted: [grantedMessages, grantedRecipients],
    })),
  }
}
