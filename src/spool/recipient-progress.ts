// How far each recipient of a message has come, and what that makes of the message. Pure; how often to try is decided elsewhere.

import type { MessageSummary, RecipientOutcome } from './spool.ts'

/** `queued` until the first attempt; `due` is when the next one may be made, undefined once there is none. */
export type RecipientProgress = {
  readonly status: 'queued' | RecipientOutcome['status']
  readonly attempts: number
  readonly due: number | undefined
}

type Stored = [status: RecipientProgress['status'], attempts: number, due?: number]

/** `text` is null before the first settlement: everybody waits since the message was received. */
export function readProgress(text: string | null, count: number, receivedAt: number): readonly RecipientProgress[] {
  if (text === null) return Array.from({ length: count }, () => ({ status: 'queued', attempts: 0, due: receivedAt }))
  return (JSON.parse(text) as Stored[]).map(([status, attempts, due]) => ({ status, attempts, due }))
}

export function writeProgress(progress: readonly RecipientProgress[]): string {
  return JSON.stringify(
    progress.map(({ status, attempts, due }) => (due === undefined ? [status, attempts] : [status, attempts, due])),
  )
}

/** Whoever has no outcome stays as they were; so does whoever is final. Throws for an outcome of nobody. */
export function applyOutcomes(
  progress: readonly RecipientProgress[],
  outcomes: readonly RecipientOutcome[],
  at: number,
): readonly RecipientProgress[] {
  const changed = [...progress]
  for (const { index, status, nextAttemptAt } of outcomes) {
    const before = changed[index]
    if (before === undefined) throw new RangeError(`the message has no recipient ${index}`)
    if (before.due === undefined) continue
    const due = status === 'deferred' ? (nextAttemptAt ?? at) : undefined
    changed[index] = { status, attempts: before.attempts + 1, due }
  }
  return changed
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
