// The port to a way out. One outcome per recipient; whether and when to try again is decided elsewhere.

import type { Claim, RecipientOutcome } from '../spool/spool.ts'

export interface Transport {
  readonly name: string
  /** Delivers to the claim's recipients. Throws only for bugs; whatever the far end does is an outcome. */
  deliver(claim: Claim, signal: AbortSignal): Promise<readonly RecipientOutcome[]>
}
