// A form body as octets, so that a secret in it never becomes a string that nobody can erase. Every octet but the unreserved ones is
// written in percent form, which every reader of forms understands. RFC 3986 §2.1, RFC 6749 appendix B.

const UNRESERVED = /^[A-Za-z0-9._~-]$/
const HEX = Buffer.from('0123456789ABCDEF')

/** Percent-encoded; to be erased by the caller. */
export function encodeOctets(octets: Uint8Array): Buffer {
  const room = Buffer.alloc(octets.length * 3)
  let length = 0
  for (const octet of octets) {
    if (octet < 0x80 && UNRESERVED.test(String.fromCharCode(octet))) {
      room[length++] = octet
    } else {
      room[length++] = 0x25
      room[length++] = HEX[octet >> 4] ?? 0
      room[length++] = HEX[octet & 15] ?? 0
    }
  }
  return room.subarray(0, length)
}

/** `name=value&…`; to be erased by the caller. */
export function encodeForm(members: Readonly<Record<string, string | Uint8Array | undefined>>): Buffer {
  const pieces = Object.entries(members).flatMap(([name, value]) => {
    if (value === undefined) return []
    const octets = encodeOctets(typeof value === 'string' ? Buffer.from(value) : value)
    return [Buffer.from(`&${name}=`), octets]
  })
  const form = Buffer.concat(pieces).subarray(1)
  for (const piece of pieces) piece.fill(0)
  return form
}
