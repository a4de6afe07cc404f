// The port to a way out. One outcome per recipient; whether and when to try again is decided elsewhere, and so is who goes which way.

import type { Claim, PendingRecipient, RecipientOutcome } from '../spool/spool.ts'

/** A message on its way out: the recipients of a claim that go this way, and the octets that leave. */
export type Shipment = {
  readonly claim: Claim
  /** Some or all of the claim's. */
  readonly recipients: readonly PendingRecipient[]
  /**
   * With the signatures; it may be opened again after a failure. The chunks are of any size; lines end with CRLF. `sevenBit`: for a
   * server without 8BITMIME, written without octets above 127 if the message can be, else as it is. RFC 6152 §3.
   */
  open(form?: { readonly sevenBit?: boolean }): Promise<OutgoingContent>
}

export type OutgoingContent = {
  /** In octets, signatures included. */
  readonly size: number
  /** Whether any octet is above 127, in the header or anywhere. RFC 6531 §3.5, RFC 6152. */
  readonly header8bit: boolean
  readonly body8bit: boolean
  readonly octets: AsyncIterable<Uint8Array>
}

/**
 * `tryNext`: nobody has this recipient and the reason lies with this way out, so the next one of the route may try at once.
 * `notTried`: it has to wait for its turn, and is due again at `nextAttemptAt`; that counts as no attempt.
 */
export type TransportOutcome = RecipientOutcome & { readonly tryNext?: boolean; readonly notTried?: boolean }

export interface Transport {
  readonly name: string
  /** What leaves by it is signed first. */
  readonly signs: boolean
  /** What was offered to it once may be there, under an id that keeps a second offer from being a copy; no other way has that. */
  readonly remembers?: true
  /** Delivers to the shipment's recipients. Throws only for bugs; whatever the far end does is an outcome. */
  deliver(shipment: Shipment, signal: AbortSignal): Promise<readonly TransportOutcome[]>
  /** Ends kept connections. */
  close?(): Promise<void>
}
