// How often sign-ins from one place may fail at the token service before each further failure is answered with a time to wait. They are
// counted where failed SMTP logins are, so over all nodes, but for themselves: clients here are told why they fail, and a right
// credential is never put off, so nobody locks an owner out by failing in its name, from wherever. A secret cannot be guessed however
// often it is tried (docs/decisions/0001-client-secret-hashing.md); this slows down clients that keep failing.

import type { AttemptCounter } from '../../identity/attempt-counter.ts'
import { sourceSubject, type SubjectKey } from '../../identity/login-subjects.ts'

const PER_SOURCE = 100
/** The time in which all of it comes back. */
const PERIOD = 60_000

export type FailureLimits = {
  /** To be told of each failure; answers the seconds to wait when it was one too many. */
  failed(source: string): Promise<number | undefined>
}

export function createFailureLimits(counter: Pick<AttemptCounter, 'count'>, subjectKey: SubjectKey): FailureLimits {
  return {
    async failed(source) {
      const subject = sourceSubject(subjectKey, source, 'token')
      // Waiting does not cost more: nothing is counted beyond the period.
      const { backlog } = await counter.count({ subject, cost: PERIOD / PER_SOURCE, ceiling: PERIOD })
      return backlog > PERIOD ? Math.ceil((backlog - PERIOD) / 1000) : undefined
    },
  }
}
