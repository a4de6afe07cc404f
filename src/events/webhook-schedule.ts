// What an answer of a receiver means for a delivery: told, given up, or when to try again. Pure. Azure: data-plane reference §4.3: with
// backoff for up to 24 hours, and not at all after an answer that says that trying again is no use.

import { readRetryAfter } from '../identity/provider-gate.ts'
import type { ClaimedDelivery, DeliverySettlement, WebhookAttempt } from '../storage/webhooks.ts'
import type { WebhookAnswer } from './webhook-line.ts'

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000]
const DELAYS = [
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
]
/** Since the delivery was made or replayed. */
const GIVE_UP_AFTER = 24 * HOUR
/** Of a delay, at most, so that what failed together is not tried together. */
const JITTER = 0.1

const USELESS = new Set([400, 401, 403, 404, 413])

/** `random` is from 0 up to 1; `at` when the answer came. */
export function judgeAnswer(
  { attempts, createdAt }: Pick<ClaimedDelivery, 'attempts' | 'createdAt'>,
  answer: WebhookAnswer,
  at: number,
  random: number,
): Pick<DeliverySettlement, 'outcome' | 'attempt'> {
  const attempt = attemptOf(answer, at)
  const { status } = attempt
  if (status !== undefined && status >= 200 && status < 300) return { attempt, outcome: { type: 'delivered' } }
  const end = createdAt + GIVE_UP_AFTER
  if ((status !== undefined && USELESS.has(status)) || at >= end) return { attempt, outcome: { type: 'dead' } }
  const delay = (DELAYS[attempts] ?? 12 * HOUR) * (1 + JITTER * random)
  const wished = answer.type === 'answer' ? (readRetryAfter(answer.headers['retry-after'], at) ?? 0) : 0
  // The last attempt is at the end, however long the delay has become.
  const nextAt = Math.min(end, Math.max(Math.round(at + delay), wished))
  return { attempt, outcome: { type: 'pending', nextAt } }
}

function attemptOf(answer: WebhookAnswer, at: number): WebhookAttempt {
  if (answer.type === 'failed') return { at, detail: answer.detail }
  const { status } = answer
  const what = status >= 300 && status < 400 ? 'a redirect, which is not followed' : ''
  return { at, status, detail: `it answers ${status}${what && `, ${what}`}` }
}
