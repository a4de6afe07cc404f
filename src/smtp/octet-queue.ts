// What has been received and not been used yet: handed out as lines while commands are read and as pieces while content is. A line ends
// in CRLF and nothing else, so no two readers can see two commands where one was sent; a line that breaks this or its limit is reported
// once and thrown away up to the next CRLF. An unfinished line never takes more memory than its limit. RFC 5321 §2.3.8, §4.1.1.

const CR = 13
const LF = 10

/**
 * How much of one bad line is thrown away before the client is given up: far more than any mistake, far less than a flood.
 */
export const SKIPPED_OCTETS_LIMIT = 1024 * 1024

/** A line that is none. `start` is its first octets as Latin-1, enough to tell which command it meant to be. */
export type LineFault = {
  /** `endless`: no CRLF within the limit of what is thrown away; there is no way back to a command. */
  readonly fault: 'overlong' | 'bare line feed' | 'endless'
  readonly start: string
}

const EMPTY = Buffer.alloc(0)
/** In octets, without the CRLF. Lines that start in a certain way may have a limit of their own. */
export type LineLimits = {
  readonly limit: number
  readonly exception?: { readonly start: RegExp; readonly limit: number }
}

const START_LENGTH = 5
const ENDLESS: LineFault = { fault: 'endless', start: '' }

export class OctetQueue {
  #pieces: Buffer[] = []
  /** Where the unused part of the first piece begins. */
  #offset = 0
  #size = 0
  /** The beginning of a line whose end has not come. */
  #partial: Buffer = EMPTY
  #partialLength = 0
  /** How many octets of a bad line have gone by; undefined when not throwing away. */
  #skipped: number | undefined
  #skippedCr = false

  push(octets: Uint8Array): void {
    if (octets.length === 0) return
    const piece = Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
    this.#pieces.push(piece)
    this.#size += piece.length
  }

  get size(): number {
    return this.#size + this.#partialLength
  }

  clear(): void {
    this.#pieces = []
    this.#offset = 0
    this.#size = 0
    this.#dropPartial()
    this.#skipped = undefined
  }

  /** The first octets of the line in hand, as Latin-1. */
  #start(): string {
    let start = this.#partial.toString('latin1', 0, Math.min(this.#partialLength, START_LENGTH))
    let offset = this.#offset
    for (const piece of this.#pieces) {
      if (start.length >= START_LENGTH) break
      start += piece.toString('latin1', offset, Math.min(piece.length, offset + START_LENGTH - start.length))
      offset = 0
    }
    return start
  }

  /** The next line as Latin-1, without its CRLF; undefined while its end has not come. */
  takeLine(limits: LineLimits): string | LineFault | undefined {
    if (this.#skipped !== undefined) {
      const outcome = this.#skipLine(this.#skipped)
      if (outcome !== 'skipped') return outcome
    }
    const limit = this.#limitOf(limits)
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      const lineFeed = piece.indexOf(LF, this.#offset)
      const end = lineFeed < 0 ? piece.length : lineFeed
      if (this.#isOverlong(piece, end, limit)) return this.#giveUpLine('overlong', limit + 1)
      if (lineFeed >= 0) return this.#finishLine(piece, lineFeed)
      this.#keepPartial(piece)
    }
    return undefined
  }

  /** Up to `limit` octets from the front, which stay there until `use`. */
  peek(limit: number): Buffer | undefined {
    const piece = this.#pieces[0]
    return piece?.subarray(this.#offset, Math.min(piece.length, this.#offset + limit))
  }

  /** Takes octets off the front, not more than `peek` gave. */
  use(count: number): void {
    const piece = this.#pieces[0]
    if (piece === undefined) return
    this.#offset += count
    this.#size -= count
    if (this.#offset < piece.length) return
    this.#pieces.shift()
    this.#offset = 0
  }

  #limitOf({ limit, exception }: LineLimits): number {
    return exception !== undefined && this.size > limit && exception.start.test(this.#start()) ? exception.limit : limit
  }

  #isOverlong(piece: Buffer, end: number, limit: number): boolean {
    const length = this.#partialLength + end - this.#offset
    if (length <= limit) return false
    // The octet beyond the limit may be the CR of the line's end.
    return length > limit + 1 || this.#octetAt(piece, limit) !== CR
  }

  /** An octet of the line in hand, wherever it lies. */
  #octetAt(piece: Buffer, index: number): number | undefined {
    return index < this.#partialLength ? this.#partial[index] : piece[this.#offset + index - this.#partialLength]
  }

  #finishLine(piece: Buffer, lineFeed: number): string | LineFault {
    const length = this.#partialLength + lineFeed - this.#offset
    if (length === 0 || this.#octetAt(piece, length - 1) !== CR) return this.#giveUpLine('bare line feed', length + 1)
    let line: string
    if (this.#partialLength === 0) {
      line = piece.toString('latin1', this.#offset, lineFeed - 1)
    } else {
      const text = this.#partial.toString('latin1', 0, this.#partialLength)
      line = (text + piece.toString('latin1', this.#offset, lineFeed)).slice(0, length - 1)
      this.#dropPartial()
    }
    this.use(lineFeed + 1 - this.#offset)
    return line
  }

  /** Drops the first `count` octets of the line in hand and marks the rest for throwing away. */
  #giveUpLine(fault: LineFault['fault'], count: number): LineFault {
    const start = this.#start()
    this.#skippedCr = false
    this.#skipped = count
    const ofPiece = count - this.#partialLength
    this.#dropPartial()
    this.use(ofPiece)
    return { fault, start }
  }

  #skipLine(alreadySkipped: number): 'skipped' | LineFault | undefined {
    let skipped = alreadySkipped
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      const lineFeed = piece.indexOf(LF, this.#offset)
      const end = lineFeed < 0 ? piece.length : lineFeed + 1
      const afterCr = lineFeed > this.#offset ? piece[lineFeed - 1] === CR : this.#skippedCr
      this.#skippedCr = piece[end - 1] === CR
      skipped += end - this.#offset
      this.use(end - this.#offset)
      if (skipped > SKIPPED_OCTETS_LIMIT) return ENDLESS
      if (lineFeed >= 0 && afterCr) {
        this.#skipped = undefined
        return 'skipped'
      }
    }
    this.#skipped = skipped
    return undefined
  }

  /** Copies what is left of the first piece, so that a line trickling in does not hold on to its many small pieces. */
  #keepPartial(piece: Buffer): void {
    const rest = piece.length - this.#offset
    const length = this.#partialLength + rest
    if (length > this.#partial.length) {
      const larger = Buffer.alloc(length * 2)
      this.#partial.copy(larger, 0, 0, this.#partialLength)
      this.#partial = larger
    }
    piece.copy(this.#partial, this.#partialLength, this.#offset)
    this.#partialLength = length
    this.use(rest)
  }

  #dropPartial(): void {
    this.#partial = EMPTY
    this.#partialLength = 0
  }
}
