// The keys TLS session tickets are sealed under. They follow from the installation key and the UTC day alone, so every thread and
// every node of an installation honours the tickets of the others, also after a restart, and no key serves longer than a day.
// RFC 5077 §5.5, RFC 8446 §4.6.1.

import { hkdfSync } from 'node:crypto'

const DAY = 86_400_000
/** Name, HMAC key and AES key of 16 octets each, as Node takes them. */
const TICKET_KEYS_SIZE = 48

export type TicketKeys = {
  readonly octets: Uint8Array
  /** Milliseconds since the epoch: from then on the next day's keys count. */
  readonly validUntil: number
}

export function ticketKeysAt(seed: Uint8Array, at: number): TicketKeys {
  const day = Math.floor(at / DAY)
  return {
    octets: new Uint8Array(hkdfSync('sha256', seed, '', `postern/1/ticket-keys/${day}`, TICKET_KEYS_SIZE)),
    validUntil: (day + 1) * DAY,
  }
}
