// One segment file as its only appender sees it: writers reserve stretches of it and write them at the same time; a sync covers
// whatever was written before it was asked for, and those who ask while one runs share the next. After a failed sync the kernel may
// have dropped what it could not write, and a later sync would not say so: from then on nothing in this file can be sealed.

import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreError } from '../storage/store-error.ts'
import type { Extent } from './content.ts'

/** The part of a file handle that is used. */
export type AppendFile = Pick<FileHandle, 'writev' | 'datasync' | 'close'>

export function segmentPath(directory: string, segment: string): string {
  return join(directory, `${segment}.seg`)
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A StoreError for what a file system refuses; it never names a path. */
export function fileError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (error instanceof StoreError || typeof code !== 'string') return error
  return new StoreError(FULL.has(code) ? 'full' : 'unavailable', `content: ${code}`, { cause: error })
}

export class SegmentFile {
  readonly segment: string
  readonly #file: AppendFile
  #end = 0
  #failure: unknown
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(segment: string, file: AppendFile) {
    this.segment = segment
    this.#file = file
  }

  /** Where the next stretch begins. */
  get end(): number {
    return this.#end
  }

  get failed(): boolean {
    return this.#failure !== undefined
  }

  /** Writes at the end; the place is taken at the call. Rejects with a StoreError: the stretch stays as a hole. */
  async append(buffers: Uint8Array[], length: number): Promise<Extent> {
    const offset = this.#end
    this.#end += length
    try {
      await writeAll(this.#file, buffers, offset)
    } catch (error) {
      throw fileError(error)
    }
    return { offset, length }
  }

  /** Resolves when everything appended before the call is on stable storage. */
  async sync(): Promise<void> {
    if (this.#running === undefined) return this.#startSync()
    this.#next ??= this.#running.then(
      () => this.#startSync(),
      () => this.#startSync(),
    )
    return this.#next
  }

  #startSync(): Promise<void> {
    this.#next = undefined
    this.#running = this.#sync()
    return this.#running
  }

  async #sync(): Promise<void> {
    try {
      await this.#file.datasync()
    } catch (error) {
      this.#failure = fileError(error)
    }
    // Otherwise the next one takes its place.
    if (this.#next === undefined) this.#running = undefined
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

/** A gathered write may stop short without an error; the error comes with the next one. */
async function writeAll(file: AppendFile, buffers: Uint8Array[], offset: number): Promise<void> {
  let rest = buffers
  let position = offset
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, position)
    position += bytesWritten
    rest = after(rest, bytesWritten)
  }
}

function after(buffers: Uint8Array[], written: number): Uint8Array[] {
  let skipped = written
  const first = buffers.findIndex((buffer) => {
    if (skipped < buffer.byteLength) return true
    skipped -= buffer.byteLength
    return false
  })
  if (first < 0) return []
  const [head, ...tail] = buffers.slice(first)
  return head === undefined ? [] : [head.subarray(skipped), ...tail]
}
