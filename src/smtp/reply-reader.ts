// Replies of a server out of the octets it sends: whole, bounded, and in printable ASCII. Everything it says is taken for hostile: a
// reply without an end, or one whose lines do not belong together, is a fault, after which nothing of it makes sense any more. It knows
// no commands; which reply answers what is for its owner. RFC 5321 §4.2, §4.5.3.1.5, RFC 2034 §4, RFC 3463 §2.

export type ReceivedReply = {
  readonly type: 'reply'
  readonly code: number
  /** Of the class of the code; what says otherwise is none. */
  readonly enhancedStatusCode: string | undefined
  /** Without the codes. */
  readonly lines: readonly string[]
}

/** `detail` is in our words. */
export type ReplyFault = { readonly type: 'fault'; readonly detail: string }

/** Four times what RFC 5321 §4.5.3.1.5 allows, line end included. */
const LINE_LIMIT = 2048
const LINE_COUNT_LIMIT = 128
/** Of a whole reply, in octets. */
const REPLY_LIMIT = 64 * 1024

const LF = 10
const NOTHING = Buffer.alloc(0)
const REPLY_LINE = /^([2-5][0-9]{2})(?:([ -])(.*))?$/
const ENHANCED_STATUS_CODE = /^([245])\.[0-9]{1,3}\.[0-9]{1,3}(?= |$)/

export class ReplyReader {
  /** Received and not used yet, from `#offset` on. */
  #octets = NOTHING
  #offset = 0
  #lines: string[] = []
  #size = 0
  #code = 0
  #fault: ReplyFault | undefined

  /** Everything received was part of a whole reply. */
  get isEmpty(): boolean {
    return this.#offset === this.#octets.length && this.#lines.length === 0
  }

  push(octets: Uint8Array): void {
    const rest = this.#octets.subarray(this.#offset)
    this.#octets = rest.length === 0 ? Buffer.from(octets) : Buffer.concat([rest, octets])
    this.#offset = 0
  }

  /** The next whole reply; undefined while its end has not come. A fault is final. To be called until it gives nothing. */
  take(): ReceivedReply | ReplyFault | undefined {
    while (this.#fault === undefined) {
      const lineFeed = this.#octets.indexOf(LF, this.#offset)
      const end = lineFeed < 0 ? this.#octets.length : lineFeed + 1
      if (end - this.#offset > LINE_LIMIT) return this.#giveUp('a line of its reply is too long')
      if (lineFeed < 0) return undefined
      const reply = this.#addLine(this.#octets.toString('latin1', this.#offset, lineFeed), end - this.#offset)
      this.#offset = end
      if (reply !== undefined) return reply
    }
    return this.#fault
  }

  /** A line that ends in LF alone is tolerated: nobody but us reads it, so there are no two readings of it. */
  #addLine(line: string, size: number): ReceivedReply | ReplyFault | undefined {
    const [match, digits = '', separator, text = ''] = REPLY_LINE.exec(printable(line.replace(/\r$/, ''))) ?? []
    if (match === undefined) return this.#giveUp('it does not answer with an SMTP reply')
    const code = Number(digits)
    if (this.#lines.length > 0 && code !== this.#code) return this.#giveUp('the code changes within its reply')
    this.#code = code
    this.#size += size
    if (this.#size > REPLY_LIMIT) return this.#giveUp('its reply is too large')
    this.#lines.push(text)
    if (this.#lines.length > LINE_COUNT_LIMIT) return this.#giveUp('its reply has too many lines')
    return separator === '-' ? undefined : this.#finish()
  }

  #finish(): ReceivedReply {
    const enhancedStatusCode = enhancedStatusCodeOf(this.#code, this.#lines)
    const start = enhancedStatusCode === undefined ? undefined : `${enhancedStatusCode} `
    const lines = this.#lines.map((line) =>
      start !== undefined && `${line} `.startsWith(start) ? line.slice(start.length) : line,
    )
    this.#lines = []
    this.#size = 0
    return { type: 'reply', code: this.#code, enhancedStatusCode, lines }
  }

  #giveUp(detail: string): ReplyFault {
    this.#octets = NOTHING
    this.#offset = 0
    this.#lines = []
    this.#fault = { type: 'fault', detail }
    return this.#fault
  }
}

/** RFC 2034 §4 wants it on every line; the first one that has it counts. */
function enhancedStatusCodeOf(code: number, lines: readonly string[]): string | undefined {
  const found = lines.map((line) => ENHANCED_STATUS_CODE.exec(line)?.[0]).find((match) => match !== undefined)
  return found !== undefined && found.startsWith(String(code)[0] ?? '') ? found : undefined
}

/** Octets of others, fit for logs, reports and terminals. */
const printable = (text: string): string => text.replace(/\t/g, ' ').replace(/[^ -~]/g, '?')
