// What is to be said of a credential beyond its dates: since when nobody has used it, and whether a newer one of its kind has taken its
// place although somebody still uses it. Pure.

import type { CredentialLife } from '../storage/credentials.ts'

/** From when on it is known not to have been used; undefined where nothing is known. */
export function unusedSince({ startAt, lastUse }: CredentialLife, usesSince: number): number | undefined {
  if (lastUse !== undefined) return lastUse.at
  return startAt === undefined ? undefined : Math.max(startAt, usesSince)
}

/**
 * The newest other credential that it was used beside: of the same kind and owner, in its time now, and made before the last use of this
 * one, which somebody therefore still has to take over. When a credential was made is when it starts, unless it was told otherwise.
 */
export function findSuccessor(
  credential: CredentialLife,
  others: readonly CredentialLife[],
  at: number,
): CredentialLife | undefined {
  const { startAt, lastUse } = credential
  if (startAt === undefined || lastUse === undefined || !isInTime(credential, at)) return undefined
  return others
    .filter(
      ({ kind, ofServicePrincipal }) =>
        kind === credential.kind && ofServicePrincipal === credential.ofServicePrincipal,
    )
    .filter((other) => isInTime(other, at) && startOf(other) > startAt && startOf(other) < lastUse.at)
    .reduce<CredentialLife | undefined>(
      (newest, other) => (newest === undefined || startOf(other) > startOf(newest) ? other : newest),
      undefined,
    )
}

const startOf = ({ startAt = 0 }: CredentialLife): number => startAt

export const isInTime = ({ startAt = 0, endAt = Number.POSITIVE_INFINITY }: CredentialLife, at: number): boolean =>
  startAt <= at && at < endAt
