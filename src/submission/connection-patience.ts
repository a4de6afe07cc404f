// How long a connection may go on in the state it is in: one moment, from what has been going on and the configured limits. It owns no
// timer. RFC 5321 §4.5.3.2.

import type { SubmissionLimits } from './submission.ts'

/** Slowest acceptable average of a message after the grace, in octets per second. */
const SLOWEST_CONTENT = 500
const CONTENT_GRACE = 30_000
/** A connection that has not authenticated is over after so many idle limits, whatever it says. */
const UNAUTHENTICATED_PATIENCE = 5

export type Stage = 'handshake' | 'command' | 'content' | 'closing'

/** Times are milliseconds since the epoch. */
export type ConnectionState = {
  readonly stage: Stage
  readonly now: number
  readonly openedAt: number
  readonly authenticated: boolean
  readonly contentStartedAt: number
  readonly contentOctets: number
  /** When the session ends whatever happens, if nothing is under way; Infinity for never. One that has passed is for others to see. */
  readonly sessionEnd: number
}

export function patienceEnd(state: ConnectionState, limits: SubmissionLimits): number {
  const { stage, now, openedAt, authenticated, contentStartedAt, contentOctets, sessionEnd } = state
  const { handshake, contentStall, idle, idleBeforeAuthentication } = limits
  switch (stage) {
    case 'handshake':
    case 'closing':
      return now + handshake
    case 'content':
      return Math.min(now + contentStall, contentStartedAt + CONTENT_GRACE + (contentOctets / SLOWEST_CONTENT) * 1000)
    case 'command':
      return authenticated
        ? Math.min(now + idle, sessionEnd > now ? sessionEnd : Infinity)
        : Math.min(now + idleBeforeAuthentication, openedAt + UNAUTHENTICATED_PATIENCE * idleBeforeAuthentication)
  }
}

/** After a message: whether it was the last one. `age` in milliseconds. */
export function isSessionOver(
  accepted: number,
  age: number,
  { sessionAge, messagesPerSession }: SubmissionLimits,
): boolean {
  return accepted >= messagesPerSession || age >= sessionAge
}
