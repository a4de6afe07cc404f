// The lines of a message as they stream by, with the place where each begins and as much of each as anybody looks at. Only CRLF ends a
// line; where a CR or an LF stands on its own, or a NUL anywhere, readers disagree about what follows. RFC 5322 §2.3, RFC 2045 §2.7.

import { isAscii } from 'node:buffer'

export type Line = {
  /** `end` is behind the CRLF, where there is one. */
  readonly start: number
  readonly end: number
  /** The first of it, CRLF included. */
  readonly octets: Buffer
  readonly is8bit: boolean
}

/** Octets kept of a line. */
export const LINE_LIMIT = 64 * 1024

const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a

export class LineReader {
  #offset = 0
  #start = 0
  #kept: Buffer[] = []
  #is8bit = false
  #endsInReturn = false
  #isBroken = false

  /** What is read is not made of lines; nothing more comes. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  *take(chunk: Uint8Array): Generator<Line> {
    const octets = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let from = 0; from < octets.length; ) {
      const lineFeed = octets.indexOf(LINE_FEED, from)
      const end = lineFeed < 0 ? octets.length : lineFeed + 1
      const piece = octets.subarray(from, end)
      this.#isBroken ||= !this.#follows(piece)
      if (this.#isBroken) return
      this.#add(piece)
      if (lineFeed >= 0) yield this.#finish()
      from = end
    }
  }

  /** The last line, where no line end stands behind it. */
  end(): Line | undefined {
    this.#isBroken ||= this.#endsInReturn
    return this.#isBroken || this.#offset === this.#start ? undefined : this.#finish()
  }

  /** Whether a piece with one LF at most, at its end, has CR only before it. */
  #follows(piece: Buffer): boolean {
    const hasLineFeed = piece.at(-1) === LINE_FEED
    const wasReturn = this.#endsInReturn
    const firstReturn = piece.indexOf(CARRIAGE_RETURN)
    this.#endsInReturn = piece.at(-1) === CARRIAGE_RETURN
    if (piece.includes(0)) return false
    if (wasReturn) return hasLineFeed && piece.length === 1
    if (hasLineFeed) return firstReturn === piece.length - 2 && firstReturn >= 0
    return firstReturn < 0 || firstReturn === piece.length - 1
  }

  #add(piece: Buffer): void {
    const room = LINE_LIMIT - (this.#offset - this.#start)
    if (room > 0) this.#kept.push(piece.subarray(0, room))
    this.#is8bit ||= !isAscii(piece)
    this.#offset += piece.length
  }

  #finish(): Line {
    const [first = Buffer.alloc(0), ...others] = this.#kept
    const octets = others.length === 0 ? first : Buffer.concat(this.#kept)
    const line = { start: this.#start, end: this.#offset, octets, is8bit: this.#is8bit }
    this.#start = this.#offset
    this.#kept = []
    this.#is8bit = false
    return line
  }
}
