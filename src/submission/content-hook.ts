// The port to a check of whole messages that the operator runs (a spam or virus filter): asked after our own checks and before the 250,
// about the message exactly as it is stored. What its finding means for the client is decided in the transaction.

import type { QueueId } from '../spool/spool.ts'

export type CheckedMessage = {
  readonly queueId: QueueId
  readonly reversePath: string
  readonly recipients: readonly string[]
  /** Address and EHLO name. */
  readonly client: { readonly address: string; readonly name: string }
  /** Who signed in. */
  readonly username: string
  /** In octets. */
  readonly size: number
  /** From the beginning, each time. */
  open(): AsyncIterable<Uint8Array>
}

/** `detail` is for the operator, in printable ASCII and short. */
export type HookFinding = {
  /** `unavailable`: nothing was found out. */
  readonly type: 'accepted' | 'refused' | 'deferred' | 'unavailable'
  readonly detail: string
}

export interface ContentHook {
  /** What becomes of mail while it is unavailable. */
  readonly onFailure: 'accept' | 'refuse'
  /** Within its own time. Never rejects. */
  check(message: CheckedMessage): Promise<HookFinding>
  close(): Promise<void>
}
