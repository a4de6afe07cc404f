// One message on its way from the queue through the scanner: which octets are its own, as DATA ends it or as the chunks of BDAT count
// them, and what the client is told at the end. It does not know what comes before or after a message. RFC 5321 §4.1.1.4, RFC 3030 §2.

import { type ContentFault, ContentScanner } from './content-scanner.ts'
import type { SmtpEvent } from './events.ts'
import type { OctetQueue } from './octet-queue.ts'
import { type Reply, replies } from './reply.ts'

/** Content is judged in pieces of this size, so that a short message at the front of a long pipeline costs its own length only. */
const PIECE_LIMIT = 16 * 1024

const FAULT_REPLIES: Readonly<Record<ContentFault, Reply>> = {
  'bad line end': replies.badLineEnd,
  'line too long': replies.contentLineTooLong,
  'too large': replies.messageTooLarge,
}

/** An event for the owner, or a place where the session has to say something. `undefined`: used something up, read on. */
export type ContentStep =
  | Extract<SmtpEvent, { type: 'ContentOctets' | 'ContentRefused' }>
  | 'need octets'
  | 'end of chunk'
  | 'end of content'
  | undefined

export class ContentReader {
  readonly #queue: OctetQueue
  readonly #scanner: ContentScanner
  /** What is left of the current chunk; DATA is one chunk without a known end. */
  #left = Number.POSITIVE_INFINITY
  #last = false
  #ended = false
  #refused = false

  constructor(framing: 'DATA' | 'BDAT', queue: OctetQueue, sizeLimit: number) {
    this.#queue = queue
    this.#scanner = new ContentScanner(framing, sizeLimit)
  }

  beginChunk(size: number, last: boolean): void {
    this.#left = size
    this.#last = last
  }

  get size(): number {
    return this.#scanner.size
  }

  /** What to say at the end of the chunk or the content, if it is refused. */
  get refusal(): Reply | undefined {
    const { fault } = this.#scanner
    return fault === undefined ? undefined : FAULT_REPLIES[fault]
  }

  read(): ContentStep {
    if (this.#ended) return 'end of content'
    if (this.#left === 0) return this.#endChunk()
    const piece = this.#queue.peek(Math.min(PIECE_LIMIT, this.#left))
    if (piece === undefined) return 'need octets'
    const { used, octets, ended } = this.#scanner.scan(piece)
    this.#queue.use(used)
    this.#left -= used
    this.#ended = ended
    return this.#reportRefusal() ?? (octets === undefined ? undefined : { type: 'ContentOctets', octets: [octets] })
  }

  #endChunk(): ContentStep {
    if (!this.#last) return 'end of chunk'
    this.#scanner.finish()
    this.#ended = true
    return this.#reportRefusal()
  }

  /** Once, and as soon as the fault is seen, so that the owner can drop what it has stored. */
  #reportRefusal(): ContentStep {
    if (this.#refused || this.#scanner.fault === undefined) return undefined
    this.#refused = true
    return { type: 'ContentRefused' }
  }
}
