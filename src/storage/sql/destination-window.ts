// The arithmetic of a destination: how its window follows what came of attempts, what a node gets of it, and how a rate is kept. Pure,
// so that it can be tested without a store; the store sees to it that only one node computes at a time.

import type { PermitExchange, PermitGrant, PermitRequest } from '../destinations.ts'

export type DestinationRow = {
  readonly window: number
  readonly failures: number
  readonly pausedUntil: number
  readonly lastReply: string
  /** When the next message may begin, as far as the rate goes. */
  readonly nextMessageAt: number
}

/** What another node has taken and would like to have. */
export type OtherNode = { readonly permits: number; readonly wanted: number; readonly until: number }

const JITTER = 0.2
/** With these the back-off has long been as long as it gets. */
const MANY_FAILURES = 40

/** One success is proof that the destination lives; failures beside it are reason to be slower, not to stop. */
export function afterReport(
  row: DestinationRow,
  { limits, successes, failures, reply }: PermitRequest,
  { at, backOff }: Pick<PermitExchange, 'at' | 'backOff'>,
): DestinationRow {
  const window = Math.min(row.window, limits.most)
  if (failures === 0 && successes === 0) return { ...row, window }
  if (failures === 0) return { ...row, window: Math.min(limits.most, window + successes), failures: 0, pausedUntil: 0 }
  const slower = { ...row, window: Math.max(1, Math.floor(window / 2)), lastReply: reply }
  if (successes > 0) return { ...slower, failures: 0, pausedUntil: 0 }
  // Of attempts that were under way when the pause began, the first has said it all.
  if (at < row.pausedUntil) return { ...row, window, lastReply: reply }
  const inARow = Math.min(row.failures + 1, MANY_FAILURES)
  return { ...slower, failures: inARow, pausedUntil: at + pauseAfter(inARow, backOff) }
}

function pauseAfter(failures: number, { first, most, jitter }: PermitExchange['backOff']): number {
  return Math.round(Math.min(most, first * 2 ** (failures - 1)) * (1 - JITTER * jitter))
}

/**
 * A node gets what no other one needs, and its equal part at least, as far as that is free: others give theirs back when they ask the
 * next time.
 */
export function shareOf(window: number, wanted: number, others: readonly OtherNode[]): number {
  const taken = others.reduce((sum, other) => sum + other.permits, 0)
  const needed = others.reduce((sum, other) => sum + other.wanted, 0)
  const fair = Math.max(Math.ceil(window / (others.length + 1)), window - needed)
  return Math.max(0, Math.min(wanted, fair, window - taken))
}

type Turn = Pick<PermitExchange, 'at' | 'until'>

/** The messages that may begin until the next turn, and when one more may. */
export function allowance(
  { nextMessageAt }: Pick<DestinationRow, 'nextMessageAt'>,
  { limits: { perMinute }, messages }: PermitRequest,
  { at, until }: Turn,
): { readonly messages: number; readonly nextMessageAt: number } {
  if (perMinute === undefined) return { messages, nextMessageAt: 0 }
  const interval = 60_000 / perMinute
  // A clock that was set back, or a rate that was raised, must not stop everything.
  const from = Math.max(at, Math.min(nextMessageAt, until + interval))
  const allowed = Math.min(messages, Math.max(0, Math.ceil((until - from) / interval)))
  return { messages: allowed, nextMessageAt: Math.round(from + allowed * interval) }
}

const SOON = 1_000

/** `row` as it is after the report, and what of it the node gets. */
export function grantOf(
  row: DestinationRow,
  request: PermitRequest,
  others: readonly OtherNode[],
  turn: Turn,
): { readonly row: DestinationRow; readonly grant: PermitGrant } {
  const granted = shareOf(row.window, request.wanted, others)
  const { messages, nextMessageAt } = allowance(row, request, turn)
  const earliest = Math.min(...others.map(({ until }) => until), turn.at + SOON)
  const askAgainAt = messages < request.messages ? Math.max(turn.at + SOON, nextMessageAt) : Math.max(turn.at, earliest)
  return {
    row: { ...row, nextMessageAt },
    grant: { granted, messages, window: row.window, pausedUntil: row.pausedUntil, askAgainAt },
  }
}
