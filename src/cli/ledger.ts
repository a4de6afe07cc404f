// What a command of several steps has made so far, so that a failure on the way can say how to undo it.

import type { Failure } from './failure.ts'

export type Ledger = {
  /** `remove` is the command that undoes it. */
  note(what: string, remove: string): void
  /** In the order they were made. */
  made(): readonly string[]
  /** The failure, with what was made before it. */
  explain(failure: Failure): Failure
}

export function createLedger(): Ledger {
  const entries: { readonly what: string; readonly remove: string }[] = []
  return {
    note: (what, remove) => void entries.push({ what, remove }),
    made: () => entries.map(({ what }) => what),
    explain(failure) {
      if (entries.length === 0) return failure
      const lines = entries.toReversed().map(({ what, remove }) => `  ${what}: ${remove}`)
      return {
        ...failure,
        notes: ['The same command goes on from here. To remove what was made before that:', ...lines],
      }
    },
  }
}
