// When to try a deferred recipient again, when to tell its sender that it takes long, and when to give up: soon at first, then less and
// less often, with jitter so that a recovered destination is not met by everything at once. RFC 5321 §4.5.4.1, RFC 3461 §4.1.

import type { Claim, PendingRecipient, RecipientOutcome } from '../spool/spool.ts'

const MINUTE = 60_000
/** The last one is repeated. */
const DELAYS = [1, 2, 5, 10, 20, 40, 80, 160, 240].map((minutes) => minutes * MINUTE)
const LONGEST = 240 * MINUTE
const JITTER = 0.2

/** No back-off of a destination keeps a first retry waiting for longer. */
export const FIRST_RETRY_WITHIN = 2 * MINUTE

/** `attempts` counts the one that just failed; `random` gives a number from 0 up to 1. Milliseconds since the epoch. */
export function nextAttemptAt(attempts: number, at: number, random: () => number): number {
  const delay = DELAYS[attempts - 1] ?? LONGEST
  return Math.round(at + delay * (1 - JITTER + 2 * JITTER * random()))
}

/** Ages of a message, in milliseconds. */
export type RetryLimits = { readonly giveUpAfter: number; readonly delayedAfter: number }

/**
 * A pause of its destination does not hold for these recipients after this moment: what is to be told, or given up, at a certain age is
 * tried once more at that age, however many others wait for the same destination.
 */
export function latestAttempt(
  { receivedAt }: Claim['envelope'],
  recipients: readonly PendingRecipient[],
  limits: RetryLimits,
): number {
  const latest = recipients.map((recipient) => {
    const { attempts, lastAttemptAt = receivedAt } = recipient
    return attempts < 2 ? lastAttemptAt + FIRST_RETRY_WITHIN : receivedAt + nextAge(recipient, limits)
  })
  return Math.min(...latest)
}

/** Of the message, when something is to be done about this recipient. */
const nextAge = (recipient: PendingRecipient, { giveUpAfter, delayedAfter }: RetryLimits): number =>
  isTold(recipient) ? giveUpAfter : Math.min(delayedAfter, giveUpAfter)

/** Nobody is to hear any more that it takes long. Without NOTIFY, a report of that may be sent. */
const isTold = ({ delayReported, parameters: { notify } }: PendingRecipient): boolean =>
  delayReported || notify?.includes('DELAY') === false

/** It is time to tell that it takes long, although nothing was tried just now. Nobody is given up without a last attempt. */
export function isNewsDue(
  { receivedAt }: Claim['envelope'],
  recipient: PendingRecipient,
  at: number,
  { giveUpAfter, delayedAfter }: RetryLimits,
): boolean {
  const age = at - receivedAt
  return !isTold(recipient) && age >= delayedAfter && age < giveUpAfter
}

/** What an attempt's outcome comes to: a deferred recipient gets its next moment, or has had its last. */
export function schedule(
  { receivedAt }: Claim['envelope'],
  recipient: PendingRecipient,
  outcome: RecipientOutcome,
  { at, limits, random }: { readonly at: number; readonly limits: RetryLimits; readonly random: () => number },
): RecipientOutcome {
  if (outcome.status !== 'deferred') return outcome
  const end = receivedAt + limits.giveUpAfter
  if (at >= end) return givenUp(outcome, limits)
  const isLate = at >= receivedAt + limits.delayedAfter
  const next = outcome.nextAttemptAt ?? nextAttemptAt(recipient.attempts + 1, at, random)
  const milestone = isLate ? end : receivedAt + nextAge(recipient, limits)
  const tellsNow = isLate && !isTold(recipient)
  return { ...outcome, nextAttemptAt: Math.min(next, milestone), ...(tellsNow && { delayReported: true }) }
}

/** The last reply stays. RFC 3463 §3.5: delivery time expired. */
function givenUp(outcome: RecipientOutcome, { giveUpAfter }: RetryLimits): RecipientOutcome {
  const { index, diagnostic, transport, remote } = outcome
  return {
    index,
    status: 'failed',
    enhancedStatusCode: '5.4.7',
    diagnostic: `given up after ${timeOf(giveUpAfter)}; last: ${diagnostic}`,
    transport,
    ...(remote && { remote }),
  }
}

function timeOf(milliseconds: number): string {
  const hours = milliseconds / (60 * MINUTE)
  if (hours >= 48) return `${Math.round(hours / 24)} days`
  return hours >= 2 ? `${Math.round(hours)} hours` : `${Math.round(milliseconds / MINUTE)} minutes`
}
