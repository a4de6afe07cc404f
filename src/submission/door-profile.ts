// What a door for old devices does otherwise than the others: which mechanisms it offers, how it reads line ends and how long it waits.
// Such a door is bound to named networks; who comes from elsewhere is turned away before a word is said. It knows no sockets.
// Never weakened: no AUTH outside TLS, no TLS below 1.2, no right without a role.

import type { SessionOptions } from '../smtp/session-options.ts'
import type { SubmissionLimits } from './submission.ts'

export type DoorProfile = 'modern' | 'legacy'

/** Devices of that age log in with LOGIN and choose badly where there is more to choose from. */
const LEGACY_MECHANISMS = ['LOGIN']

/** Milliseconds. A copier computes RSA for half a minute, and scans the next page in the middle of a message. */
const LEGACY_PATIENCE = { handshake: 60_000, idleBeforeAuthentication: 300_000, idle: 900_000, contentStall: 600_000 }

export function sessionTraits(
  profile: DoorProfile,
  mechanisms: readonly string[],
): Pick<SessionOptions, 'mechanisms' | 'lineEnds'> {
  return profile === 'modern' ? { mechanisms } : { mechanisms: LEGACY_MECHANISMS, lineEnds: 'normalised' }
}

/** Never less patient than what is configured. */
export function limitsOf(profile: DoorProfile, limits: SubmissionLimits): SubmissionLimits {
  if (profile === 'modern') return limits
  const { handshake, idleBeforeAuthentication, idle, contentStall } = LEGACY_PATIENCE
  return {
    ...limits,
    handshake: Math.max(limits.handshake, handshake),
    idleBeforeAuthentication: Math.max(limits.idleBeforeAuthentication, idleBeforeAuthentication),
    idle: Math.max(limits.idle, idle),
    contentStall: Math.max(limits.contentStall, contentStall),
  }
}
