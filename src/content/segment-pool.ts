// Gives a thread's content writers the segment file they append to. A content lies in one segment as a whole, so a writer keeps the
// one it began with; once that is large enough, or cannot be synced any more, those who come later get a new one, and it is closed
// when its last writer is done.

import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SegmentRegistry } from '../storage/storage.ts'
import { fileError, SegmentFile, segmentPath } from './segment-file.ts'

export type SegmentPoolOptions = {
  readonly directory: string
  readonly segments: Pick<SegmentRegistry, 'openSegment' | 'closeSegment'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A segment takes no new writer from this size on. */
  readonly rotateAt: number
}

type Lent = { readonly file: SegmentFile; writers: number; retired: boolean; closing?: Promise<void> }

export class SegmentPool {
  readonly #options: SegmentPoolOptions
  readonly #lent = new Map<SegmentFile, Lent>()
  #current: Promise<Lent> | undefined

  constructor(options: SegmentPoolOptions) {
    this.#options = options
  }

  /** The caller may append until it calls `release`. Rejects with a StoreError. */
  async acquire(): Promise<SegmentFile> {
    for (;;) {
      this.#current ??= this.#open()
      const current = this.#current
      const lent = await current.catch((error: unknown) => {
        this.#forget(current)
        throw fileError(error)
      })
      if (!lent.file.failed && lent.file.end < this.#options.rotateAt) {
        lent.writers += 1
        return lent.file
      }
      this.#forget(current)
      lent.retired = true
      this.#closeIfDone(lent)
    }
  }

  /** What the writer sealed is synced, and it appends no more. */
  release(file: SegmentFile): void {
    const lent = this.#lent.get(file)
    if (lent === undefined) return
    lent.writers -= 1
    this.#closeIfDone(lent)
  }

  /** Whoever still writes gets errors. */
  async close(): Promise<void> {
    await this.#current?.catch(() => {})
    this.#current = undefined
    await Promise.all([...this.#lent.values()].map((lent) => this.#close(lent)))
  }

  /** The row first: a file never exists without one. */
  async #open(): Promise<Lent> {
    const { directory, segments, now } = this.#options
    const segment = await segments.openSegment(now())
    try {
      const lent = { file: new SegmentFile(segment, await createFile(directory, segment)), writers: 0, retired: false }
      this.#lent.set(lent.file, lent)
      return lent
    } catch (error) {
      await segments.closeSegment(segment).catch(() => {})
      throw error
    }
  }

  #forget(opening: Promise<Lent>): void {
    if (this.#current === opening) this.#current = undefined
  }

  #closeIfDone(lent: Lent): void {
    if (lent.retired && lent.writers === 0) void this.#close(lent)
  }

  #close(lent: Lent): Promise<void> {
    lent.closing ??= this.#closeFile(lent.file)
    return lent.closing
  }

  /** Failures change nothing: what was sealed is synced, and a segment left open in the register is closed at the next start. */
  async #closeFile(file: SegmentFile): Promise<void> {
    await file.close().catch(() => {})
    await this.#options.segments.closeSegment(file.segment).catch(() => {})
    this.#lent.delete(file)
  }
}

/** Its name is durable, and its directory's. */
async function createFile(directory: string, segment: string): Promise<FileHandle> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const handle = await open(segmentPath(directory, segment), 'wx', 0o600)
  try {
    await syncDirectory(directory)
    await syncDirectory(dirname(directory))
  } catch (error) {
    await handle.close()
    throw error
  }
  return handle
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
