// Remembers the assertions that were accepted, until they are over. The same assertion may come again from where it came first: the
// Azure clients keep one for its ten minutes and ask with it for the tokens of several resources. From anywhere else it was stolen
// on its way. The memory is this thread's and bounded; when it is full the oldest goes, which costs a valid key to bring about.
// RFC 7523 §3, item 7; RFC 7519 §4.1.7.

/** Some 200 octets each. */
const LIMIT = 20_000

export type AssertionReplays = {
  /** False when the assertion was accepted from another source before. Times are milliseconds since the epoch. */
  admit(assertionId: string, source: string, until: number, at: number): boolean
}

export function createAssertionReplays(limit: number = LIMIT): AssertionReplays {
  const accepted = new Map<string, { readonly source: string; readonly until: number }>()
  return {
    admit(assertionId, source, until, at) {
      const known = accepted.get(assertionId)
      if (known !== undefined && at < known.until) return known.source === source
      accepted.delete(assertionId)
      accepted.set(assertionId, { source, until })
      if (accepted.size > limit) for (const [id, { until }] of accepted) if (until <= at) accepted.delete(id)
      const [oldest] = accepted.keys()
      if (accepted.size > limit && oldest !== undefined) accepted.delete(oldest)
      return true
    },
  }
}
