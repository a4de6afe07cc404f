// A message on its way out, as DATA carries it: a dot before every line that begins with one, and an end that nothing within can be
// taken for. What no mail may hold (bare CR, bare LF, NUL) is refused and never sent, so nobody downstream can see two messages in
// one. Pieces may be cut anywhere. RFC 5321 §2.3.8, §4.1.1.4, §4.5.2.

const LF = 10
const CR = 13
const DOT = 46

// One pass of one pattern over the text; the last character of a match tells what it is. See `content-scanner.ts`.
const MARK = /\0|\r(?!\n)|(?<!\r)\n|\n\./g

export class DotStuffer {
  /** The last octet given; a message begins at the start of a line. */
  #last = LF
  #beforeLast = CR

  /** The octets for the wire, or undefined for content that may not be sent. A piece without dots is given back as it is. */
  stuff(piece: Uint8Array): Uint8Array | undefined {
    if (piece.length === 0) return piece
    const octets = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const continuesCrLf = this.#last === CR
    if (continuesCrLf && octets[0] !== LF) return undefined
    const dots = findDots(octets, continuesCrLf ? 1 : 0, this.#last === LF)
    if (dots === undefined) return undefined
    if (continuesCrLf && octets[1] === DOT) dots.unshift(1)
    this.#beforeLast = octets.length > 1 ? (octets.at(-2) ?? 0) : this.#last
    this.#last = octets.at(-1) ?? 0
    return dots.length === 0 ? octets : insertDots(octets, dots)
  }

  /** What ends the message, its last line end included where it has none; undefined for content that may not be sent. */
  end(): string | undefined {
    if (this.#last === CR) return undefined
    return this.#last === LF && this.#beforeLast === CR ? '.\r\n' : '\r\n.\r\n'
  }
}

/** Where lines begin with a dot, in order; undefined when an octet is not allowed. A CR at the very end may still get its LF. */
function findDots(octets: Buffer, from: number, atLineStart: boolean): number[] | undefined {
  const text = octets.toString('latin1')
  const dots = atLineStart && octets[0] === DOT ? [0] : []
  MARK.lastIndex = from
  while (MARK.test(text)) {
    const at = MARK.lastIndex - 1
    if (octets[at] === CR && at === octets.length - 1) break
    if (octets[at] !== DOT) return undefined
    dots.push(at)
  }
  return dots
}

function insertDots(octets: Buffer, dots: readonly number[]): Buffer {
  const stuffed = Buffer.allocUnsafe(octets.length + dots.length)
  let from = 0
  let length = 0
  for (const dot of dots) {
    length += octets.copy(stuffed, length, from, dot)
    stuffed[length++] = DOT
    from = dot
  }
  octets.copy(stuffed, length, from)
  return stuffed
}
