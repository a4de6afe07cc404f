// When an attempt to sign in is looked at: at once, after a wait, or not at all. Failures are counted by source network, by username and
// by the tenant that it names; whoever waits, waits for the longest of the three and never learns which. Only a source is ever turned
// away, so nobody locks an owner out by failing in its name: from a network that the username was signed in from in the last 30 days
// nothing is waited for, from a new one ten seconds at most. Names that exist and names that do not take the same steps here.
//
// An attempt is counted before it is looked at and taken back if it was no failure: many at once get no more looks than one by one.
// From a known network an honest login costs one read and no write. A store that cannot count leaves it to this thread, with a wait.
//
// A password that somebody chose can be guessed, also by who shares their network. So a person is known by the browser, and only for as
// many failures as cost nothing.

import type { KnownLoginSource, LoginLimitReader, LoginStanding, LoginSubject } from '../storage/storage.ts'
import type { AttemptCounter, Place } from './attempt-counter.ts'
import { CEILING, costOf, isTurnedAway, waitAt } from './failure-rules.ts'
import { knownSource, loginSubjects, type LoginSubjects, type SubjectKey } from './login-subjects.ts'

/** Failures in ten minutes that cost nothing. */
export type LoginLimitSettings = {
  readonly perSource: number
  readonly perUsername: number
  readonly perTenant: number
}

/** What a wait is for; `store`: the store could not count. */
export type LoginWaitCause = 'source' | 'username' | 'tenant' | 'store'

/** `detail` is for the operator. */
export type LoginWait = { readonly duration: number; readonly cause: LoginWaitCause; readonly detail: string }

export type Admission =
  | {
      readonly type: 'admitted'
      readonly wait: LoginWait | undefined
      /** To be called once. `undecided`: it was not looked at, or nobody could tell. */
      settle(outcome: 'proven' | 'failed' | 'undecided'): void
    }
  | { readonly type: 'turned away'; readonly network: string; readonly detail: string }

export type LoginAttempt = { readonly username: string; readonly address: string; readonly browser?: string }

export interface LoginLimits {
  /**
   * `username` as it was given; empty where there is none. `browser`: what tells that of a person from others, empty for nothing; undefined
   * for a device. Throws StoreError when the store does not answer.
   */
  admit(attempt: LoginAttempt): Promise<Admission>
  /** Resolves when all that was counted is written. */
  settled(): Promise<void>
}

const DAY = 86_400_000
/** A network that was seen so long ago is a new one. */
const KNOWN_FOR = 30 * DAY
/** How old the record may be that a network was seen: one write in so long. */
const SEEN_AGAIN = DAY
/** Where the store cannot count. */
const UNCOUNTED_WAIT = 1000

export type LoginLimitParts = {
  readonly reader: Pick<LoginLimitReader, 'readStanding'>
  readonly counter: AttemptCounter
  readonly subjectKey: SubjectKey
  readonly settings: LoginLimitSettings
  /** The same on every node that shares the store. */
  readonly now: () => number
}

export function createLoginLimits(parts: LoginLimitParts): LoginLimits {
  const { reader, counter, subjectKey, now } = parts
  const sources = createSourcesInFlight()
  return {
    async admit({ username, address, browser }) {
      const subjects = loginSubjects(subjectKey, username, address, browser === undefined ? 'source' : 'people')
      const known = subjects.username && browser !== '' ? knownSource(subjectKey, subjects, browser) : undefined
      const at = now()
      const mark = sources.mark()
      const standing = await reader.readStanding({ known: known ?? NOBODY, sourceKey: subjects.source.key })
      if (known !== undefined && at - (standing.knownAt ?? -Infinity) < KNOWN_FOR) {
        const isOld = at - (standing.knownAt ?? 0) >= SEEN_AGAIN
        if (browser === undefined) return admitKnown(counter, known, isOld)
        const admission = await admitBrowser(parts, known, isOld)
        if (admission !== undefined) return admission
      }
      const inFlight = sources.begunSince(mark, subjects.source)
      const refusal = refuse(subjects.source, standing, { at, inFlight, cost: costOf(parts.settings.perSource) })
      if (refusal !== undefined) return refusal
      const counted = await sources.whileCounted(subjects.source, () => count(parts, subjects))
      return judge(parts, subjects.source, known, counted)
    },
    settled: () => counter.settled(),
  }
}

const NOBODY: KnownLoginSource = { usernameKey: '', sourceKey: '' }

function admitKnown(counter: AttemptCounter, known: KnownLoginSource, isOld: boolean): Admission {
  return {
    type: 'admitted',
    wait: undefined,
    settle(outcome) {
      if (outcome === 'proven' && isOld) counter.remember(known)
    },
  }
}

/** Undefined when too many failed in it: it is one like any other then. */
async function admitBrowser(
  { counter, settings }: LoginLimitParts,
  known: KnownLoginSource,
  isOld: boolean,
): Promise<Admission | undefined> {
  const subject = { kind: 'username', key: known.sourceKey, shown: '' } as const
  const { place } = await countOne(counter, subject, costOf(settings.perUsername))
  const isTooMuch = waitAt(place.backlog) > 0
  if (isTooMuch) counter.takeBack(subject, place)
  if (isTooMuch) return undefined
  return {
    type: 'admitted',
    wait: undefined,
    settle(outcome) {
      if (outcome === 'failed') return
      counter.takeBack(subject, place)
      if (outcome === 'proven' && isOld) counter.remember(known)
    },
  }
}

type Counted = { readonly subject: LoginSubject; readonly place: Place }

function count({ counter, settings }: LoginLimitParts, subjects: LoginSubjects): Promise<readonly Counted[]> {
  const { source, username, tenant } = subjects
  const free: readonly (readonly [LoginSubject | undefined, number])[] = [
    [source, settings.perSource],
    [username, settings.perUsername],
    [tenant, settings.perTenant],
  ]
  return Promise.all(
    free.flatMap(([subject, perWindow]) =>
      subject === undefined ? [] : [countOne(counter, subject, costOf(perWindow))],
    ),
  )
}

const countOne = async (counter: AttemptCounter, subject: LoginSubject, cost: number): Promise<Counted> => ({
  subject,
  place: await counter.count({ subject, cost, ceiling: CEILING }),
})

/** `known`: how whoever proves it is known from now on. */
function judge(
  { counter }: LoginLimitParts,
  { key: sourceKey }: LoginSubject,
  known: KnownLoginSource | undefined,
  counted: readonly Counted[],
): Admission {
  const takeBack = () => {
    for (const { subject, place } of counted) counter.takeBack(subject, place)
  }
  const source = counted.find(({ subject }) => subject.key === sourceKey)
  if (source !== undefined && isTurnedAway(source.place.backlog)) {
    takeBack()
    return turnedAway(source.subject, source.place)
  }
  return {
    type: 'admitted',
    wait: longestWait(counted),
    settle(outcome) {
      if (outcome === 'failed') return
      takeBack()
      if (outcome === 'proven' && known !== undefined) counter.remember(known)
    },
  }
}

function longestWait(counted: readonly Counted[]): LoginWait | undefined {
  const waits = counted.map(({ subject, place }): LoginWait => {
    const duration = waitAt(place.backlog)
    return place.isOwn && duration < UNCOUNTED_WAIT
      ? { duration: UNCOUNTED_WAIT, cause: 'store', detail: 'the store cannot count failures now' }
      : { duration, cause: causeOf(subject), detail: describe(subject, place) }
  })
  const [longest] = waits.sort((one, other) => other.duration - one.duration)
  return longest === undefined || longest.duration === 0 ? undefined : longest
}

const causeOf = ({ kind }: LoginSubject): LoginWaitCause => (kind === 'token' ? 'source' : kind)

const WHOSE: Readonly<Record<LoginSubject['kind'], (shown: string) => string>> = {
  source: (network) => `from network ${network}`,
  token: (network) => `from network ${network}`,
  username: () => 'for this user name',
  tenant: (tenantId) => `for tenant ${tenantId}`,
}

/** This attempt counts too. */
function describe({ kind, shown }: LoginSubject, { attempts, since }: Pick<Place, 'attempts' | 'since'>): string {
  return `${attempts} logins ${WHOSE[kind](shown)} failed or are pending since ${new Date(since).toISOString()}`
}

function turnedAway(source: LoginSubject, place: Pick<Place, 'attempts' | 'since'>): Admission {
  return { type: 'turned away', network: source.shown, detail: describe(source, place) }
}

/** Sources that are over their limit as far as this thread knows are turned away without a write, so they count nothing any more. */
function refuse(
  source: LoginSubject,
  standing: LoginStanding,
  { at, inFlight, cost }: { readonly at: number; readonly inFlight: number; readonly cost: number },
): Admission | undefined {
  const stored = standing.source ?? { until: at, attempts: 0, since: at, lastAt: at }
  // A clock that was set back must not count against anybody.
  const backlog = Math.max(0, stored.until - Math.max(stored.lastAt, at))
  if (!isTurnedAway(backlog + (inFlight + 1) * cost)) return undefined
  return turnedAway(source, { attempts: stored.attempts + inFlight, since: stored.since })
}

/**
 * Attempts that this thread counts now. What was begun before a standing was read may be in it already, though its own answer is still on
 * the way, and would count twice.
 */
function createSourcesInFlight() {
  const pending = new Map<string, Set<number>>()
  let begun = 0
  return {
    mark: (): number => begun,
    begunSince(mark: number, { key }: LoginSubject): number {
      let count = 0
      for (const number of pending.get(key) ?? []) if (number >= mark) count += 1
      return count
    },
    async whileCounted<T>({ key }: LoginSubject, work: () => Promise<T>): Promise<T> {
      const number = begun++
      const numbers = pending.get(key) ?? new Set()
      pending.set(key, numbers.add(number))
      try {
        return await work()
      } finally {
        numbers.delete(number)
        if (numbers.size === 0) pending.delete(key)
      }
    },
  }
}
