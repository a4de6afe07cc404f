// How often one network may have people sent to a provider: each start is a ticket in the store, and nobody has proven anything yet.
// They are counted where failed sign-ins of programs are, but for themselves, so that devices that fail keep no person out.

import type { AttemptCounter } from '../../identity/attempt-counter.ts'
import type { SubjectKey } from '../../identity/login-subjects.ts'
import { sourceNetwork } from '../../identity/source-network.ts'
import type { LoginSubject } from '../../storage/storage.ts'

const STARTS = 100
/** The time in which all of them come back. */
const PERIOD = 60_000

/** Answers whether this was one too many. */
export type StartLimit = (source: string) => Promise<boolean>

export function startSubject(subjectKey: SubjectKey, source: string): LoginSubject {
  const network = sourceNetwork(source)
  return { kind: 'token', key: subjectKey('token', `sign-in ${network}`), shown: network }
}

export function createStartLimit(counter: Pick<AttemptCounter, 'count'>, subjectKey: SubjectKey): StartLimit {
  return async (source) => {
    const subject = startSubject(subjectKey, source)
    const { backlog } = await counter.count({ subject, cost: PERIOD / STARTS, ceiling: PERIOD })
    return backlog > PERIOD
  }
}
