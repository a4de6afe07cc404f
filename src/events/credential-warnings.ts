// Which warnings the credentials of an application deserve at a moment. Each has a mark that tells it from every other, so that it is
// given once, however often and by however many nodes this is asked; a new end or a new use makes a new one. Pure.

import type { ApplicationCredentials, CredentialLife } from '../storage/credentials.ts'
import { findSuccessor, isInTime, unusedSince } from './credential-standing.ts'

const DAY = 86_400_000

/** Days before the end of a credential, the nearest first. */
export const EXPIRY_THRESHOLDS = [1, 7, 14, 30] as const
/** Without a use for so long a credential is one that nobody would miss. */
const UNUSED_AFTER = 90 * DAY
/** From when a newer secret is there until the use of an older one is worth a word: devices are changed one by one. */
const CHANGE_OVER = DAY
/** What ended longer ago, before anybody looked, is not told any more. */
const EXPIRED_WITHIN = 30 * DAY
/** Marks of what has no end of its own are forgotten, and their warning given again if it still holds. */
const REMIND_AFTER = 365 * DAY

export type CredentialWarning = {
  readonly type: 'CredentialExpiring' | 'CredentialExpired' | 'CredentialUnused' | 'CredentialOldInUse'
  readonly credential: CredentialLife
  /** The threshold in days, of an expiring one. */
  readonly days?: number
  readonly unusedSince?: number
  /** The newer one, where an old one is in use. */
  readonly successor?: CredentialLife
  readonly once: { readonly mark: string; readonly until: number }
}

export function warningsFor(
  { objectId, usesSince, credentials }: ApplicationCredentials,
  at: number,
): readonly CredentialWarning[] {
  return credentials.flatMap((credential) => {
    const name = `${objectId} ${credential.kind} ${credential.keyId}`
    const end = warnOfEnd(credential, name, at)
    if (!isInTime(credential, at)) return end
    return [
      ...end,
      ...warnOfDisuse(credential, usesSince, name, at),
      ...warnOfOldUse(credential, credentials, name, at),
    ]
  })
}

/** The nearest threshold that has been passed: those before it say less. */
function warnOfEnd(credential: CredentialLife, name: string, at: number): readonly CredentialWarning[] {
  const { endAt } = credential
  if (endAt === undefined || at > endAt + EXPIRED_WITHIN) return []
  const until = endAt + EXPIRED_WITHIN + DAY
  if (at >= endAt) return [{ type: 'CredentialExpired', credential, once: { mark: `expired ${name} ${endAt}`, until } }]
  const days = EXPIRY_THRESHOLDS.find((threshold) => endAt - at <= threshold * DAY)
  if (days === undefined) return []
  return [{ type: 'CredentialExpiring', credential, days, once: { mark: `expiring-${days} ${name} ${endAt}`, until } }]
}

function warnOfDisuse(
  credential: CredentialLife,
  usesSince: number,
  name: string,
  at: number,
): readonly CredentialWarning[] {
  const since = unusedSince(credential, usesSince)
  if (since === undefined || at - since < UNUSED_AFTER) return []
  const once = { mark: `unused ${name} ${since}`, until: at + REMIND_AFTER }
  return [{ type: 'CredentialUnused', credential, unusedSince: since, once }]
}

function warnOfOldUse(
  credential: CredentialLife,
  others: readonly CredentialLife[],
  name: string,
  at: number,
): readonly CredentialWarning[] {
  const successor = findSuccessor(credential, others, at)
  const usedAt = credential.lastUse?.at ?? 0
  if (successor === undefined || usedAt < (successor.startAt ?? 0) + CHANGE_OVER) return []
  const once = { mark: `old-in-use ${name} ${successor.keyId}`, until: at + REMIND_AFTER }
  return [{ type: 'CredentialOldInUse', credential, successor, once }]
}
