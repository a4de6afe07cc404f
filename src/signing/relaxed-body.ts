// The hash of a message body in relaxed canonical form, octet by octet as it streams by: memory is bounded whatever comes. It knows
// nothing of headers or keys. A CR or LF on its own is no line end. RFC 6376 §3.4.4, §3.7.

import { isAscii } from 'node:buffer'
import { createHash } from 'node:crypto'

const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const SPACE = 0x20
const TAB = 0x09
const EMPTY_LINES = Buffer.alloc(4096, '\r\n')
/** So many are put out like other octets. */
const FEW_LINES = 64
/** Every octet puts out one at most, besides what was pending before the first (a blank, a CR, empty lines) and a line end after the last. */
const MARGIN = 4 + 2 * FEW_LINES

export class RelaxedBody {
  readonly #hash = createHash('sha256')
  #out = Buffer.alloc(0)
  #length = 0
  #has8bit = false
  /** What lies between the last octet that counted and here; most of it will never count. */
  #emptyLines = 0
  #isLineBegun = false
  #isBlankPending = false
  #isReturnPending = false

  update(chunk: Uint8Array): void {
    if (this.#out.length < chunk.length + MARGIN) this.#out = Buffer.allocUnsafe(chunk.length + MARGIN)
    this.#has8bit ||= !isAscii(chunk)
    for (let at = 0; at < chunk.length; at += 1) {
      const end = this.#isPlain() ? plainEnd(chunk, at) : at
      if (end > at) this.#copy(chunk, at, end)
      at = end
      if (at === chunk.length) break
      const octet = chunk[at] as number
      if (octet === LINE_FEED && this.#isReturnPending) this.#endLine()
      else this.#take(octet)
    }
    this.#flush()
  }

  has8bit(): boolean {
    return this.#has8bit
  }

  /** In base64, as in `bh=`. Nothing may follow. */
  digest(): string {
    this.#settleReturn()
    if (this.#isLineBegun) this.#endLine()
    this.#flush()
    return this.#hash.digest('base64')
  }

  /** Within a line, and nothing is held back. */
  #isPlain(): boolean {
    return this.#isLineBegun && !this.#isBlankPending && !this.#isReturnPending
  }

  #copy(chunk: Uint8Array, start: number, end: number): void {
    this.#out.set(chunk.subarray(start, end), this.#length)
    this.#length += end - start
  }

  #take(octet: number): void {
    this.#settleReturn()
    if (octet === CARRIAGE_RETURN) this.#isReturnPending = true
    else if (octet === SPACE || octet === TAB) this.#isBlankPending = true
    else this.#count(octet)
  }

  /** A CR that no LF followed counts like any other octet. */
  #settleReturn(): void {
    if (!this.#isReturnPending) return
    this.#isReturnPending = false
    this.#count(CARRIAGE_RETURN)
  }

  #count(octet: number): void {
    if (this.#emptyLines > 0) this.#putEmptyLines()
    if (this.#isBlankPending) this.#put(SPACE)
    this.#isBlankPending = false
    this.#isLineBegun = true
    this.#put(octet)
  }

  #endLine(): void {
    if (this.#isLineBegun) {
      this.#put(CARRIAGE_RETURN)
      this.#put(LINE_FEED)
    } else this.#emptyLines += 1
    this.#isLineBegun = false
    this.#isBlankPending = false
    this.#isReturnPending = false
  }

  #putEmptyLines(): void {
    const octets = this.#emptyLines * 2
    this.#emptyLines = 0
    if (octets <= 2 * FEW_LINES) return this.#copy(EMPTY_LINES, 0, octets)
    this.#flush()
    for (let left = octets; left > 0; left -= EMPTY_LINES.length) this.#hash.update(EMPTY_LINES.subarray(0, left))
  }

  #put(octet: number): void {
    this.#out[this.#length++] = octet
  }

  #flush(): void {
    if (this.#length > 0) this.#hash.update(this.#out.subarray(0, this.#length))
    this.#length = 0
  }
}

/**
 * How far the octets from `start` on, within a line, are in canonical form as they are: words with single blanks between them, and lines
 * that follow each other without blanks at their ends. Nearly all of nearly every message is.
 */
function plainEnd(chunk: Uint8Array, start: number): number {
  let at = start
  for (; at < chunk.length; at += 1) {
    const octet = chunk[at] as number
    if (octet > SPACE) continue
    const isLineEnd = octet === CARRIAGE_RETURN && chunk[at + 1] === LINE_FEED
    // Behind the end of the chunk there is nothing, which is not above a blank.
    if (octet !== SPACE && !isLineEnd) return at
    const next = isLineEnd ? at + 2 : at + 1
    if (!((chunk[next] ?? 0) > SPACE)) return at
    at = next
  }
  return at
}
