// The refusals of the data plane, by status and code. What the walk of a message refuses, it refuses as a mail server does; here that
// becomes what clients of the HTTP service look for. Azure: data-plane reference §2.7; codes that are not published there are ours.

import { secondsUntil } from '../../quota/quota.ts'
import type { Answer } from '../../submission/transaction-refusals.ts'
import { type Refusal, refused } from '../refusal.ts'

/** In seconds. Azure: clients wait exactly as long as they are told; a signature is good for 300. */
const LONGEST_WAIT = 240
const SHORT_WAIT = 5

type Told = readonly [status: 400 | 403 | 404 | 503, code: string]

const TOLD: Readonly<Record<string, Told>> = {
  'sender-domain-not-linked': [404, 'DomainNotLinked'],
  'sender-domain-not-verified': [400, 'DomainNotVerified'],
  'sender-not-allowed': [400, 'InvalidSenderUserName'],
  'content-malformed': [400, 'BadRequest'],
  'content-loop': [400, 'BadRequest'],
  'content-refused': [400, 'ContentRejected'],
  'missing-role': [403, 'Forbidden'],
}

export const conflict = refused(
  409,
  'Conflict',
  'The operation id stands for another message. Take a new one for each message.',
)

export const unavailable = (message: string): Refusal =>
  refused(503, 'ServiceUnavailable', message, { 'retry-after': String(SHORT_WAIT) })

/** `at` is milliseconds since the epoch. */
export function refusalOfAnswer({ code, lines, refusal }: Answer, at: number): Refusal {
  const message = `${lines.join(' ')}.`
  const reason = refusal?.reason ?? ''
  const told = TOLD[reason]
  if (told !== undefined) return refused(...told, message)
  if (refusal?.retryAt !== undefined) return overQuota(message, reason, refusal.retryAt, at)
  if (code === 421) return refused(401, 'Unauthorized', message)
  return code < 500 ? unavailable(message) : refused(400, 'BadRequest', message)
}

/** Azure: whoever waits longer comes back with a signature that is too old. */
function overQuota(message: string, reason: string, retryAt: number, at: number): Refusal {
  const seconds = Math.min(LONGEST_WAIT, secondsUntil(retryAt, at))
  const refusal = refused(429, 'TooManyRequests', message, { 'retry-after': String(seconds) })
  return { ...refusal, target: reason.replace(/^quota-/, '') }
}
