// Takes one content as it comes: small ones are held and travel inside their reference, larger ones stream to a segment file. At most
// one write is on its way while the next gathers, so a writer holds about twice GATHER whatever the size of the message.

import type { ContentRef, ContentWriter, Extent } from './content.ts'
import { ChunkGatherer, tightCopy } from './chunk-gatherer.ts'
import type { SegmentFile } from './segment-file.ts'
import type { SegmentPool } from './segment-pool.ts'

/** Up to here a database row costs less than a stretch of a segment with its sync. */
export const INLINE_LIMIT = 32 * 1024
/** Large enough that the price of a write is in its octets, small enough for many writers at once. */
const GATHER = 256 * 1024

type Segments = Pick<SegmentPool, 'acquire' | 'release'>

export class SegmentContentWriter implements ContentWriter {
  readonly #pool: Segments
  readonly #gathered = new ChunkGatherer()
  readonly #extents: Extent[] = []
  #size = 0
  #file: SegmentFile | undefined
  /** The write on its way. Never rejects: `#failure` tells. */
  #writing = Promise.resolve()
  #failure: { readonly error: unknown } | undefined
  #ended = false

  constructor(pool: Segments) {
    this.#pool = pool
  }

  async append(chunk: Uint8Array): Promise<void> {
    if (this.#ended) throw new Error('the content was sealed or dropped')
    this.#size += chunk.byteLength
    this.#gathered.add(chunk)
    if (this.#gathered.length >= GATHER) {
      await this.#writing
      this.#startWrite()
    }
    this.#throwFailure()
  }

  async seal(): Promise<ContentRef> {
    if (this.#ended) throw new Error('the content was sealed or dropped')
    this.#ended = true
    if (this.#size <= INLINE_LIMIT) {
      const octets = tightCopy(this.#gathered.take(), this.#size)
      return { kind: 'inline', size: this.#size, octets }
    }
    try {
      return await this.#sealSegment()
    } finally {
      this.#release()
    }
  }

  drop(): void {
    if (this.#ended) return
    this.#ended = true
    this.#gathered.take()
    void this.#writing.then(() => this.#release())
  }

  async #sealSegment(): Promise<ContentRef> {
    await this.#writing
    this.#startWrite()
    await this.#writing
    this.#throwFailure()
    const file = this.#file as SegmentFile
    await file.sync()
    return { kind: 'segment', size: this.#size, segment: file.segment, extents: this.#extents }
  }

  #startWrite(): void {
    const { length } = this.#gathered
    const buffers = this.#gathered.take()
    if (length === 0 || this.#failure !== undefined) return
    this.#writing = this.#write(buffers, length).catch((error: unknown) => {
      this.#failure = { error }
    })
  }

  async #write(buffers: Uint8Array[], length: number): Promise<void> {
    this.#file ??= await this.#pool.acquire()
    this.#addExtent(await this.#file.append(buffers, length))
  }

  /** What nobody wrote between is one extent. */
  #addExtent(extent: Extent): void {
    const last = this.#extents.at(-1)
    if (last === undefined || last.offset + last.length !== extent.offset) this.#extents.push(extent)
    else this.#extents.splice(-1, 1, { offset: last.offset, length: last.length + extent.length })
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #release(): void {
    if (this.#file !== undefined) this.#pool.release(this.#file)
    this.#file = undefined
  }
}
