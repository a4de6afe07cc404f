// How much there is in a text that says it is JSON, counted before it is taken apart: what is nested by the million, or has members by
// the million, takes seconds and hundreds of megabytes to parse, whatever becomes of it. One pass over the octets, which leaps over
// texts, so that large files in base64 cost next to nothing. It does not know whether the text is JSON. RFC 8259 §2.

export type JsonBounds = { readonly members: number; readonly depth: number }

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
/** `[` and `{`, `]` and `}`. */
const isOpening = (octet: number): boolean => octet === 0x5b || octet === 0x7b
const isClosing = (octet: number): boolean => octet === 0x5d || octet === 0x7d

/** Whether it has more commas and brackets outside of texts, or more brackets within one another, than the bounds. */
export function exceedsJson(octets: Uint8Array, { members, depth }: JsonBounds): boolean {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  let [left, room] = [members, depth]
  for (let at = 0; at < buffer.length; at += 1) {
    const octet = buffer[at] as number
    if (octet === QUOTE) at = endOfText(buffer, at + 1)
    else if (octet === COMMA) left -= 1
    else if (isClosing(octet)) room += 1
    else if (isOpening(octet)) {
      left -= 1
      room -= 1
    }
    if (left < 0 || room < 0) return true
  }
  return false
}

/** Where the quote stands that ends a text; where none does, the end of all. */
function endOfText(buffer: Buffer, from: number): number {
  let at = buffer.indexOf(QUOTE, from)
  while (at >= 0 && isEscaped(buffer, from, at)) at = buffer.indexOf(QUOTE, at + 1)
  return at < 0 ? buffer.length : at
}

/** A backslash escapes the next octet, so an even number of them escapes nothing. */
function isEscaped(buffer: Buffer, from: number, at: number): boolean {
  let first = at
  while (first > from && buffer[first - 1] === BACKSLASH) first -= 1
  return (at - first) % 2 === 1
}
