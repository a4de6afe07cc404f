// What one thread counts by itself while the store cannot: the same count, bounded, and forgotten with the thread. What was counted
// longest ago goes first.

import type { LoginCharge, LoginSubject } from '../storage/storage.ts'

/** How one attempt is counted by one subject. */
export type Attempt = Omit<LoginCharge, 'count'>

export type Place = {
  /** Milliseconds that this attempt and those before it have added. */
  readonly backlog: number
  /** What this one added, and what is to be taken back if it is not to count. */
  readonly added: number
  readonly since: number
  readonly attempts: number
  /** Only by this thread, since the store did not answer. */
  readonly isOwn: boolean
}

export interface OwnAttempts {
  count(attempt: Attempt): Place
  takeBack(subject: Pick<LoginSubject, 'kind' | 'key'>, place: Place): void
}

const LIMIT = 10_000

type Level = { readonly backlog: number; readonly at: number; readonly since: number; readonly attempts: number }

export const subjectName = ({ kind, key }: Pick<LoginSubject, 'kind' | 'key'>): string => `${kind} ${key}`

/** What has been added beyond the ceiling does not count. */
export const addedBy = ({ cost, ceiling }: Attempt, before: number): number =>
  Math.max(0, Math.min(cost, ceiling - before))

export function createOwnAttempts(now: () => number): OwnAttempts {
  const levels = new Map<string, Level>()
  function put(name: string, level: Level): void {
    levels.delete(name)
    levels.set(name, level)
    const [oldest] = levels.keys()
    if (levels.size > LIMIT && oldest !== undefined) levels.delete(oldest)
  }
  return {
    count(attempt) {
      const at = now()
      const name = subjectName(attempt.subject)
      const before = levels.get(name) ?? { backlog: 0, at, since: at, attempts: 0 }
      // A clock that was set back must not count against anybody.
      const left = Math.max(0, before.backlog - Math.max(0, at - before.at))
      const [since, attempts] = left > 0 ? [before.since, before.attempts + 1] : [at, 1]
      const added = addedBy(attempt, left)
      put(name, { backlog: left + added, at, since, attempts })
      return { backlog: left + attempt.cost, added, since, attempts, isOwn: true }
    },
    takeBack(subject, { added }) {
      const level = levels.get(subjectName(subject))
      if (level === undefined) return
      put(subjectName(subject), { ...level, backlog: level.backlog - added, attempts: level.attempts - 1 })
    },
  }
}
