// The content store beside a SQLite database: contents up to INLINE_LIMIT travel in their reference and become durable in the row
// that takes them; larger ones are on stable storage in a segment file before their reference is given out. One store per thread, each
// with segment files of its own; reading knows no such border.

import { type FileHandle, open } from 'node:fs/promises'
import type { Database } from '../storage/sqlite/database.ts'
import { readContent } from '../storage/sqlite/contents.ts'
import type { SegmentRegistry } from '../storage/storage.ts'
import type { ContentRef, ContentStore, Extent } from './content.ts'
import { fileError, segmentPath } from './segment-file.ts'
import { SegmentPool } from './segment-pool.ts'
import { SegmentContentWriter } from './segment-writer.ts'

export type SegmentContentStoreOptions = {
  /** Where the segment files are. */
  readonly directory: string
  readonly segments: Pick<SegmentRegistry, 'openSegment' | 'closeSegment'>
  /** A connection for reading. */
  readonly database: Database
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A segment goes only when the last message in it is gone, so smaller ones give space back earlier. */
const SEGMENT_SIZE = 128 * 1024 * 1024
const PIECE = 256 * 1024

export function createSegmentContentStore({ database, ...options }: SegmentContentStoreOptions): ContentStore {
  const pool = new SegmentPool({ ...options, rotateAt: SEGMENT_SIZE })
  return {
    begin: () => new SegmentContentWriter(pool),
    open: (ref) => read(options.directory, database, ref),
    close: () => pool.close(),
  }
}

async function* read(directory: string, database: Database, ref: ContentRef): AsyncGenerator<Uint8Array> {
  switch (ref.kind) {
    case 'inline':
      yield ref.octets
      break
    case 'segment':
      yield* readSegment(segmentPath(directory, ref.segment), ref.extents)
      break
    case 'upload':
      throw new Error('no upload is on SQLite')
    case 'stored': {
      const found = readContent(database, ref.contentId)
      if (found === undefined) throw new Error(`there is no content ${ref.contentId}`)
      yield* read(directory, database, found)
    }
  }
}

async function* readSegment(path: string, extents: readonly Extent[]): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw fileError(error)
  })
  try {
    for (const { offset, length } of extents)
      for (let at = 0; at < length; at += PIECE) yield await readPiece(file, offset + at, Math.min(PIECE, length - at))
  } finally {
    await file.close()
  }
}

/** Throws when the file ends early: a part of a message is worse than none. */
async function readPiece(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(length)
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(piece, filled, length - filled, position + filled)
    if (bytesRead === 0) throw new Error('a segment file is shorter than its contents')
    filled += bytesRead
  }
  return piece
}
