// How often sign-ins from one place may fail before each further failure is answered with a time to wait. A right credential is never
// put off, so nobody locks an owner out by failing in its name, from wherever: a secret cannot be guessed however often it is tried
// (docs/decisions/0001-client-secret-hashing.md); this slows down clients that keep failing. It is this thread's own, and bounded:
// what has not failed for longest is forgotten.

import { sourceNetwork } from '../../identity/source-network.ts'

const PER_SOURCE = 100
/** The time in which all of it comes back. */
const PERIOD = 60_000
const MAX_ENTRIES = 10_000

export type FailureLimits = {
  /** To be told of each failure; answers the seconds to wait when it was one too many. */
  failed(source: string, at: number): number | undefined
}

export function createFailureLimits(): FailureLimits {
  const buckets = new Map<string, { readonly used: number; readonly at: number }>()
  return {
    failed(source, at) {
      const key = sourceNetwork(source)
      const bucket = buckets.get(key)
      // A clock that was set back must not count against anybody.
      const elapsed = Math.max(0, at - (bucket?.at ?? at))
      const used = Math.max(0, (bucket?.used ?? 0) - (elapsed * PER_SOURCE) / PERIOD) + 1
      const over = used - PER_SOURCE
      if (over > 0) return Math.ceil((over * PERIOD) / PER_SOURCE / 1000)
      buckets.delete(key)
      buckets.set(key, { used, at })
      const [oldest] = buckets.keys()
      if (buckets.size > MAX_ENTRIES && oldest !== undefined) buckets.delete(oldest)
      return undefined
    },
  }
}
