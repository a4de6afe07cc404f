// How often sign-ins may fail before the next are put off: by where they come from and by the application they name. Who has signed in
// from there before is let through for a while, so that nobody locks an application out by failing in its name. Nothing is ever
// decided from it but to wait; it is this thread's own, and bounded: what was not seen for longest is forgotten.

import { isIPv6 } from 'node:net'

const PER_SOURCE = 100
const PER_APPLICATION = 50
/** The time in which all of it comes back. */
const PERIOD = 60_000
/** Failures in a row that a source may have with an application it has signed in as. */
const PROVEN_CREDIT = 20
const MAX_ENTRIES = 10_000

export type SignIn = { readonly source: string; readonly applicationId: string; readonly at: number }

export type FailureLimits = {
  /** Seconds to wait, or undefined when the sign-in may be tried. */
  secondsToWait(signIn: SignIn): number | undefined
  failed(signIn: SignIn): void
  succeeded(signIn: SignIn): void
}

type Bucket = { readonly used: number; readonly at: number }

export function createFailureLimits(): FailureLimits {
  const buckets = new Map<string, Bucket>()
  const proven = new Map<string, number>()
  const keysOf = ({ source, applicationId }: SignIn) =>
    [
      { key: `source ${sourceKey(source)}`, limit: PER_SOURCE },
      { key: `application ${applicationId}`, limit: PER_APPLICATION },
    ] as const
  const used = (key: string, limit: number, at: number) => {
    const bucket = buckets.get(key)
    // A clock that was set back must not count against anybody.
    const elapsed = Math.max(0, at - (bucket?.at ?? at))
    return Math.max(0, (bucket?.used ?? 0) - (elapsed * limit) / PERIOD)
  }
  const pairOf = ({ source, applicationId }: SignIn) => `${sourceKey(source)} ${applicationId}`
  return {
    secondsToWait(signIn) {
      if (proven.has(pairOf(signIn))) return undefined
      const waits = keysOf(signIn).map(({ key, limit }) => {
        const over = used(key, limit, signIn.at) + 1 - limit
        return over <= 0 ? 0 : Math.ceil((over * PERIOD) / limit / 1000)
      })
      const wait = Math.max(...waits)
      return wait === 0 ? undefined : wait
    },
    failed(signIn) {
      for (const { key, limit } of keysOf(signIn))
        keep(buckets, key, { used: used(key, limit, signIn.at) + 1, at: signIn.at })
      const pair = pairOf(signIn)
      const credit = proven.get(pair) ?? 0
      if (credit > 1) proven.set(pair, credit - 1)
      else proven.delete(pair)
    },
    succeeded: (signIn) => keep(proven, pairOf(signIn), PROVEN_CREDIT),
  }
}

/** An IPv6 customer holds at least a /64. */
function sourceKey(source: string): string {
  return isIPv6(source) && !source.startsWith('::') ? source.split(':').slice(0, 4).join(':') : source
}

function keep<Value>(entries: Map<string, Value>, key: string, value: Value): void {
  entries.delete(key)
  entries.set(key, value)
  const [oldest] = entries.keys()
  if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest)
}
