// Takes the octets of one message as they come, holds back the header until it is whole, fixes it up, and streams the rest to the
// content store. Memory is bounded by the header limit and the writer's own bound, whatever the size of the message.

import type { ContentRef, ContentStore, ContentWriter } from '../content/content.ts'
import { findHeaderEnd, HEADER_SECTION_LIMIT } from '../message/header-section.ts'
import type { Mailbox } from '../smtp/events.ts'
import { type FixupContext, type PreparedHeader, prepareHeader } from '../message/submission-fixups.ts'

export type ReceivedContent =
  | { readonly type: 'received'; readonly content: ContentRef; readonly header: PreparedHeader & { type: 'prepared' } }
  | { readonly type: 'refused'; readonly reason: 'malformed' | 'loop'; readonly detail: string }
  | { readonly type: 'store failed'; readonly full: boolean }

/** `mayStand` throws when nobody can say. */
export type DefaultAuthor = {
  readonly address: Mailbox
  readonly mayStand: (authors: readonly Mailbox[]) => Promise<boolean>
}

export type ContentContext = Omit<FixupContext, 'author'> & { readonly defaultAuthor?: DefaultAuthor }

/** First size of the header buffer; most headers fit. */
const HEADER_BUFFER = 4096

export class ContentReceiver {
  readonly #writer: ContentWriter
  readonly #context: ContentContext
  /** The message so far, while its header is incomplete. */
  #held: Uint8Array = new Uint8Array(0)
  #heldLength = 0
  #header: PreparedHeader | undefined
  #failed: ReceivedContent | undefined

  constructor(store: ContentStore, context: ContentContext) {
    this.#writer = store.begin()
    this.#context = context
  }

  /** Resolves when more may come. After a failure the octets are swallowed: the reply is due at the end of the data. */
  async append(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      if (this.#failed !== undefined) return
      if (this.#header === undefined) await this.#hold(piece)
      else await this.#write(piece)
    }
  }

  async finish(): Promise<ReceivedContent> {
    if (this.#failed === undefined && this.#header === undefined) await this.#prepare(this.#heldLength)
    const header = this.#header
    if (this.#failed !== undefined || header?.type !== 'prepared')
      return this.#failed ?? { type: 'store failed', full: false }
    try {
      return { type: 'received', content: await this.#writer.seal(), header }
    } catch (error) {
      return storeFailed(error)
    }
  }

  drop(): void {
    this.#failed = { type: 'store failed', full: false }
    this.#held = new Uint8Array(0)
    this.#writer.drop()
  }

  async #hold(piece: Uint8Array): Promise<void> {
    const searchFrom = Math.max(0, this.#heldLength - 3)
    this.#keep(piece)
    const end = findHeaderEnd(this.#held.subarray(0, this.#heldLength), searchFrom)
    if (end >= 0) return this.#prepare(end)
    if (this.#heldLength > HEADER_SECTION_LIMIT)
      this.#fail({
        type: 'refused',
        reason: 'malformed',
        detail: `the header is longer than ${HEADER_SECTION_LIMIT} octets`,
      })
  }

  /** Doubling, so that a header arriving octet by octet stays linear. A first piece is taken as it is. */
  #keep(piece: Uint8Array): void {
    const length = this.#heldLength + piece.length
    if (this.#heldLength === 0) {
      this.#held = piece
    } else {
      if (this.#held.length < length) {
        const larger = new Uint8Array(Math.max(HEADER_BUFFER, length * 2))
        larger.set(this.#held.subarray(0, this.#heldLength))
        this.#held = larger
      }
      this.#held.set(piece, this.#heldLength)
    }
    this.#heldLength = length
  }

  async #prepare(headerLength: number): Promise<void> {
    const octets = this.#held.subarray(0, this.#heldLength)
    const header = await this.#fixUp(octets.subarray(0, headerLength))
    if (header === undefined) return
    if (header.type === 'refused') {
      this.#fail(header)
      return
    }
    this.#header = header
    await this.#write(header.header)
    if (header.bodyStart < octets.length) await this.#write(octets.subarray(header.bodyStart))
    this.#held = new Uint8Array(0)
  }

  /** Undefined when the content has failed. */
  async #fixUp(octets: Uint8Array): Promise<PreparedHeader | undefined> {
    const { defaultAuthor } = this.#context
    const header = prepareHeader(octets, this.#context)
    if (defaultAuthor === undefined) return header
    try {
      const [authors, sender] = header.type === 'refused' ? [[], undefined] : [header.authors, header.sender]
      const asked = sender === undefined ? authors : [...authors, sender]
      if (asked.length > 0 && (await defaultAuthor.mayStand(asked))) return header
      return prepareHeader(octets, { ...this.#context, author: defaultAuthor.address })
    } catch (error) {
      this.#fail(storeFailed(error))
      return undefined
    }
  }

  async #write(piece: Uint8Array): Promise<void> {
    try {
      await this.#writer.append(piece)
    } catch (error) {
      this.#fail(storeFailed(error))
    }
  }

  #fail(outcome: ReceivedContent): void {
    this.#failed = outcome
    this.#held = new Uint8Array(0)
    this.#writer.drop()
  }
}

function storeFailed(error: unknown): ReceivedContent {
  return { type: 'store failed', full: (error as { code?: unknown }).code === 'full' }
}
