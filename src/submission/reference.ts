// The short name of a decision: what a refused client can show to an operator.

import type { Reply } from '../smtp/reply.ts'

/** Crockford's base32: no I, L, O, U, so that it survives being read out. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 10

/** Ten random characters, at least one of them a digit, so that it is never mistaken for a word. `random(n)` gives n octets. */
export function newReference(random: (count: number) => Uint8Array): string {
  for (;;) {
    let reference = ''
    for (const octet of random(LENGTH)) reference += ALPHABET[octet & 31]
    if (/\d/.test(reference)) return reference
  }
}

/** The reply with ` [reference]` at the end of its last line. */
export function withReference(reply: Reply, reference: string): Reply {
  const lines = [...reply.lines]
  lines[lines.length - 1] = `${lines.at(-1) ?? ''} [${reference}]`
  return { ...reply, lines }
}
