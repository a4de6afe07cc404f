// What a claim makes of a message that it took: it is lent with the recipients that are due and that no hold stops, or parked until
// one of them is. Pure; where a message waits is up to its spool.

import type { Hold } from '../storage/holds.ts'
import { isHeld } from './hold-matching.ts'
import { readProgress, type RecipientProgress } from './recipient-progress.ts'
import type { Claim, PendingRecipient, QueueId, SpooledEnvelope } from './spool.ts'
import { type EnvelopeRow, readEnvelope } from './stored-message.ts'

/** A hold that every claim looks at. What an undone one had stopped is let go. */
export type HoldAtClaim = Pick<Hold, 'holdId' | 'tenantId' | 'selection'> & { readonly isUndone: boolean }

/** ENVELOPE_COLUMNS and these. */
export const CLAIMED_COLUMNS = 'size, claims, progress, hold_id, released'

type Taken = [size: number, claims: number, progress: string | null, holdId: string | null, released: number]
export type ClaimRow = [...EnvelopeRow, ...Taken]

/** `due`: when somebody else of it is due, null when nobody is. `holdBefore`: the mark it had when it was taken. */
export type Parked = {
  readonly queueId: QueueId
  readonly claim: number
  readonly due: number | null
  readonly holdId: string | null
  readonly holdBefore: string | null
}

/** `mark`: of a hold that stops only others of its recipients; it is to be taken away. */
export type Lending =
  | { readonly type: 'lent'; readonly claim: Claim; readonly mark: string | null }
  | ({ readonly type: 'parked' } & Parked)

export function lend(row: ClaimRow, holds: readonly HoldAtClaim[], at: number, leaseUntil: number): Lending {
  const envelope = readEnvelope(row)
  const { queueId } = envelope
  const [size, claims, text, holdBefore, released] = row.slice(6) as Taken
  const parked = { type: 'parked', queueId, claim: claims, holdBefore } as const
  // Holds of one message are known by their mark alone.
  if (holdBefore !== null && !holds.some(({ holdId }) => holdId === holdBefore))
    return { ...parked, due: null, holdId: holdBefore }
  const progress = readProgress(text, envelope.recipients.length, envelope.receivedAt)
  const { recipients, due, stoppedBy } = sort(envelope, progress, holds, at)
  if (recipients.length === 0) return { ...parked, due: due ?? null, holdId: stoppedBy ?? null }
  const claim: Claim = {
    token: `${queueId}/${claims}`,
    leaseUntil,
    envelope,
    content: { kind: 'stored', size, contentId: queueId },
    recipients,
    released: released === 1,
  }
  return { type: 'lent', claim, mark: holdBefore }
}

type Sorted = {
  readonly recipients: readonly PendingRecipient[]
  /** The next moment when somebody is due whom no hold stops. */
  readonly due: number | undefined
  readonly stoppedBy: string | undefined
}

function sort(
  envelope: SpooledEnvelope,
  progress: readonly RecipientProgress[],
  holds: readonly HoldAtClaim[],
  at: number,
): Sorted {
  const mine = holds.filter(({ tenantId, isUndone }) => tenantId === envelope.tenantId && !isUndone)
  const recipients: PendingRecipient[] = []
  const dues: number[] = []
  let stoppedBy: string | undefined
  for (const [index, recipient] of envelope.recipients.entries()) {
    const { due, status: _, ...tried } = progress[index] ?? NOBODY
    if (due === undefined) continue
    const hold = mine.find((one) => isHeld(one, envelope, recipient.forwardPath))
    if (hold !== undefined) stoppedBy = hold.holdId
    else if (due > at) dues.push(due)
    else recipients.push({ ...recipient, index, ...tried })
  }
  return { recipients, due: dues.length === 0 ? undefined : Math.min(...dues), stoppedBy }
}

const NOBODY: RecipientProgress = { status: 'queued', attempts: 0, due: undefined, delayReported: false }

/** RETURNING promises no order; queue ids sort by age. */
export const inOrder = (rows: ClaimRow[]): ClaimRow[] => rows.sort((one, other) => (one[0] < other[0] ? -1 : 1))

export function partsOf(token: string): [queueId: string, claims: number] {
  const [queueId, claims] = token.split('/')
  return [queueId ?? '', Number(claims)]
}
