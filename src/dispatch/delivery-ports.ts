// What the dispatch loop asks of others before a message leaves: which ways a recipient may go, whether its destination takes another
// connection now, the octets that leave, and whether the sender still may send. The loop knows none of their rules.

import type { Signing } from '../signing/signing.ts'
import type { SpooledEnvelope } from '../spool/spool.ts'
import type { Transport } from '../transport/transport.ts'

export interface Routes {
  /** The ways out for this recipient in the order they are tried; empty when no route fits, then the recipient is deferred. */
  selectRoute(envelope: SpooledEnvelope, forwardPath: string): readonly Transport[]
}

/** What came of one use of a permit. `failed`: the destination itself is in trouble, not only this message. */
export type DestinationResult =
  | { readonly type: 'ok' }
  /** `reply` in printable ASCII, at most 500 characters. */
  | { readonly type: 'failed'; readonly reply: string }
  /** Nothing was learnt about the destination: the attempt was given up. */
  | { readonly type: 'unused' }

/** Leave for one attempt. */
export interface Permit {
  /** To be called once. */
  done(result: DestinationResult): void
}

export type Admission =
  | { readonly type: 'admitted'; readonly permit: Permit }
  /** Every connection that this node may have there is in use: one becomes free with the next `done`, or at that moment. */
  | { readonly type: 'busy'; readonly askAgainAt: number }
  /** The destination failed too often: no attempt before that moment. */
  | { readonly type: 'paused'; readonly until: number }

export interface DestinationPace {
  /** What takes connections as one: the domain of the recipient for `mx`, the name of the transport for the others. */
  destinationOf(transport: Transport, forwardPath: string): string
  /**
   * `latest`: a pause of the destination does not hold after this moment, since a first retry must not wait for it longer than two
   * minutes; being busy may. Answers from memory nearly always; rejects only for bugs and a store that is away.
   */
  admit(transport: Transport, destination: string, latest: number | undefined): Promise<Admission>
}

/** The octets that leave by this transport, signed when it signs; what cannot be signed now is deferred and never leaves unsigned. */
export type OpenShipment = Signing['openShipment']

/** Whether who sent it may send it now. Undefined where queued mail is delivered whatever became of its sender. */
export type StandingOf = (
  envelope: SpooledEnvelope,
) => Promise<{ readonly type: 'may send' } | { readonly type: 'may not'; readonly reason: string }>
