// How far each recipient of a message has come, and what that makes of the message. Pure; how often to try is decided elsewhere.

import type { MessageSummary, RecipientOutcome, Settlement } from './spool.ts'

/** `queued` until the first attempt; `due` is when the next one may be made, undefined once there is none. */
export type RecipientProgress = {
  readonly status: 'queued' | RecipientOutcome['status']
  readonly attempts: number
  readonly due: number | undefined
  readonly delayReported: boolean
  readonly lastAttemptAt?: number
  readonly lastReply?: string
}

/** What an attempt leaves behind, by names that are short because every deferred recipient has them. */
type Trace = { readonly d?: 1; readonly a?: number; readonly r?: string }
type Stored = [status: RecipientProgress['status'], attempts: number, due?: number | null, trace?: Trace]

/** Of a reply in the progress; the timeline has it whole. */
const REPLY_LENGTH = 250

/** `text` is null before the first settlement: everybody waits since the message was received. */
export function readProgress(text: string | null, count: number, receivedAt: number): readonly RecipientProgress[] {
  if (text === null) return Array.from({ length: count }, () => waiting(receivedAt))
  return (JSON.parse(text) as Stored[]).map(([status, attempts, due, { d, a, r } = {}]) => ({
    status,
    attempts,
    due: due ?? undefined,
    delayReported: d === 1,
    ...(a === undefined ? {} : { lastAttemptAt: a }),
    ...(r === undefined ? {} : { lastReply: r }),
  }))
}

const waiting = (due: number): RecipientProgress => ({ status: 'queued', attempts: 0, due, delayReported: false })

export const writeProgress = (progress: readonly RecipientProgress[]): string => JSON.stringify(progress.map(storedOf))

function storedOf({ status, attempts, due, delayReported, lastAttemptAt, lastReply }: RecipientProgress): Stored {
  const trace: Trace = {
    ...(delayReported ? { d: 1 } : {}),
    ...(lastAttemptAt === undefined ? {} : { a: lastAttemptAt }),
    ...(lastReply === undefined ? {} : { r: lastReply }),
  }
  if (Object.keys(trace).length > 0) return [status, attempts, due ?? null, trace]
  return due === undefined ? [status, attempts] : [status, attempts, due]
}

/** Whoever has no outcome stays as they were; so does whoever is final. Throws for an outcome of nobody. */
export function applySettlement(
  progress: readonly RecipientProgress[],
  { outcomes, postponed = [], at }: Pick<Settlement, 'outcomes' | 'postponed' | 'at'>,
): readonly RecipientProgress[] {
  const changed = [...progress]
  const change = (index: number, next: (before: RecipientProgress) => RecipientProgress) => {
    const before = changed[index]
    if (before === undefined) throw new RangeError(`the message has no recipient ${index}`)
    if (before.due !== undefined) changed[index] = next(before)
  }
  for (const outcome of outcomes) change(outcome.index, (before) => settledOf(before, outcome, at))
  for (const { index, until } of postponed) change(index, (before) => ({ ...before, due: Math.round(until) }))
  return changed
}

function settledOf(before: RecipientProgress, outcome: RecipientOutcome, at: number): RecipientProgress {
  const { status, nextAttemptAt, remote, diagnostic, delayReported = false } = outcome
  // Nobody tried to reach a suppressed address.
  const attempts = before.attempts + (status === 'suppressed' ? 0 : 1)
  if (status === 'delivered' || status === 'suppressed')
    return { status, attempts, due: undefined, delayReported: false }
  const lastReply = (remote?.reply ?? diagnostic).slice(0, REPLY_LENGTH)
  if (status === 'failed') return { status, attempts, due: undefined, delayReported: false, lastReply }
  return {
    status,
    attempts,
    due: Math.round(nextAttemptAt ?? at),
    delayReported: before.delayReported || delayReported,
    lastAttemptAt: at,
    lastReply,
  }
}

/** When the message is due again; undefined when every recipient is final. */
export function nextDue(progress: readonly RecipientProgress[]): number | undefined {
  const dues = progress.flatMap(({ due }) => due ?? [])
  return dues.length === 0 ? undefined : Math.min(...dues)
}

export function messageStatus(progress: readonly RecipientProgress[]): MessageSummary['status'] {
  if (nextDue(progress) !== undefined) return 'queued'
  const delivered = progress.filter(({ status }) => status === 'delivered').length
  if (delivered === progress.length) return 'delivered'
  return delivered === 0 ? 'failed' : 'partial'
}
