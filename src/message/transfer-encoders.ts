// Octets into the two encodings of 7 bits, as they stream by. What is encoded as quoted-printable is text whose lines end with CRLF: those
// line ends stay what they are, and any other CR or LF is encoded. It knows no structure and no header. RFC 2045 §6.7, §6.8.

export interface TransferEncoder {
  take(octets: Uint8Array): Uint8Array
  /** What is left; nothing may follow. */
  end(): Uint8Array
}

const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const SPACE = 0x20
const TAB = 0x09
const EQUALS = 0x3d
const HEX = Buffer.from('0123456789ABCDEF', 'latin1')
/** Without the sign of a soft line break, which makes it 76. */
const LINE_LENGTH = 75
/** Of base64, before it is encoded. */
const LINE_OCTETS = 57

export class QuotedPrintableEncoder implements TransferEncoder {
  #out = Buffer.alloc(0)
  #length = 0
  #column = 0
  /** A blank that may turn out to be the last of its line. */
  #blank: number | undefined
  /** A CR that may turn out to be half of a line end. */
  #hasReturn = false

  take(octets: Uint8Array): Uint8Array {
    // Three for each octet, and a soft line break for each 25 of them.
    this.#begin(4 * octets.length + 16)
    for (const octet of octets) this.#encode(octet)
    return this.#out.subarray(0, this.#length)
  }

  end(): Uint8Array {
    this.#begin(16)
    if (this.#hasReturn) this.#putReturn()
    this.#putLastBlank()
    return this.#out.subarray(0, this.#length)
  }

  #begin(size: number): void {
    this.#out = Buffer.allocUnsafe(size)
    this.#length = 0
  }

  #encode(octet: number): void {
    if (octet === LINE_FEED && this.#hasReturn) {
      this.#hasReturn = false
      this.#putLastBlank()
      return this.#endLine()
    }
    if (this.#hasReturn) this.#putReturn()
    this.#hasReturn = octet === CARRIAGE_RETURN
    if (this.#hasReturn) return
    if (this.#blank !== undefined) this.#put(this.#blank)
    this.#blank = undefined
    if (octet === SPACE || octet === TAB) this.#blank = octet
    else if (octet > SPACE && octet < 0x7f && octet !== EQUALS) this.#put(octet)
    else this.#putEncoded(octet)
  }

  #putReturn(): void {
    this.#hasReturn = false
    if (this.#blank !== undefined) this.#put(this.#blank)
    this.#blank = undefined
    this.#putEncoded(CARRIAGE_RETURN)
  }

  #putLastBlank(): void {
    if (this.#blank !== undefined) this.#putEncoded(this.#blank)
    this.#blank = undefined
  }

  #endLine(): void {
    this.#out[this.#length++] = CARRIAGE_RETURN
    this.#out[this.#length++] = LINE_FEED
    this.#column = 0
  }

  #put(octet: number): void {
    this.#makeRoom(1)
    this.#out[this.#length++] = octet
  }

  #putEncoded(octet: number): void {
    this.#makeRoom(3)
    this.#out[this.#length++] = EQUALS
    this.#out[this.#length++] = HEX[octet >> 4] as number
    this.#out[this.#length++] = HEX[octet & 15] as number
  }

  #makeRoom(width: number): void {
    if (this.#column + width > LINE_LENGTH) {
      this.#out[this.#length++] = EQUALS
      this.#endLine()
    }
    this.#column += width
  }
}

export class Base64Encoder implements TransferEncoder {
  /** Less than a line. */
  #held = Buffer.alloc(0)
  #isBegun = false

  take(octets: Uint8Array): Uint8Array {
    const all = Buffer.concat([this.#held, octets])
    const whole = all.length - (all.length % LINE_OCTETS)
    this.#held = all.subarray(whole)
    return this.#lines(all.subarray(0, whole))
  }

  /** Without a line end. */
  end(): Uint8Array {
    return this.#lines(this.#held)
  }

  #lines(octets: Buffer): Uint8Array {
    const lines: string[] = []
    for (let at = 0; at < octets.length; at += LINE_OCTETS) {
      lines.push(this.#isBegun ? '\r\n' : '', octets.toString('base64', at, Math.min(at + LINE_OCTETS, octets.length)))
      this.#isBegun = true
    }
    return Buffer.from(lines.join(''), 'latin1')
  }
}
