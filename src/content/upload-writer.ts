// Takes one content as it comes: small ones are held and travel inside their reference, larger ones stream to PostgreSQL as chunk rows
// of an upload. At most one chunk is on its way while the next gathers, so a writer holds about twice CHUNK whatever the size of the
// message. An upload that no message took is swept.

import { ChunkGatherer, tightCopy } from './chunk-gatherer.ts'
import type { ContentRef, ContentWriter } from './content.ts'
import { INLINE_LIMIT } from './segment-writer.ts'

/** Where uploads go. Each call is durable when it resolves. */
export interface Uploads {
  /** Begins an upload with its first chunk and gives its id. */
  open(chunk: Uint8Array): Promise<string>
  append(uploadId: string, ordinal: number, chunk: Uint8Array): Promise<void>
  remove(uploadId: string): Promise<void>
}

/** Large enough that the price of a row is in its octets, small enough for many writers at once. */
const CHUNK = 256 * 1024

export class UploadWriter implements ContentWriter {
  readonly #uploads: Uploads
  readonly #gathered = new ChunkGatherer()
  #size = 0
  #uploadId: string | undefined
  #chunks = 0
  /** The chunk on its way. Never rejects: `#failure` tells. */
  #writing = Promise.resolve()
  #failure: { readonly error: unknown } | undefined
  #ended = false

  constructor(uploads: Uploads) {
    this.#uploads = uploads
  }

  async append(chunk: Uint8Array): Promise<void> {
    if (this.#ended) throw new Error('the content was sealed or dropped')
    this.#size += chunk.byteLength
    this.#gathered.add(chunk)
    if (this.#gathered.length >= CHUNK) {
      await this.#writing
      this.#startWrite()
    }
    this.#throwFailure()
  }

  async seal(): Promise<ContentRef> {
    if (this.#ended) throw new Error('the content was sealed or dropped')
    this.#ended = true
    if (this.#size <= INLINE_LIMIT)
      return { kind: 'inline', size: this.#size, octets: tightCopy(this.#gathered.take(), this.#size) }
    await this.#writing
    this.#startWrite()
    await this.#writing
    this.#throwFailure()
    return { kind: 'upload', size: this.#size, uploadId: this.#uploadId as string }
  }

  drop(): void {
    if (this.#ended) return
    this.#ended = true
    this.#gathered.take()
    void this.#writing.then(() => this.#remove())
  }

  #startWrite(): void {
    const { length } = this.#gathered
    const buffers = this.#gathered.take()
    if (length === 0 || this.#failure !== undefined) return
    this.#writing = this.#write(tightCopy(buffers, length)).catch((error: unknown) => {
      this.#failure = { error }
    })
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const ordinal = this.#chunks++
    if (this.#uploadId === undefined) this.#uploadId = await this.#uploads.open(chunk)
    else await this.#uploads.append(this.#uploadId, ordinal, chunk)
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** What cannot be removed now is swept later. */
  #remove(): void {
    if (this.#uploadId !== undefined) this.#uploads.remove(this.#uploadId).catch(() => {})
  }
}
