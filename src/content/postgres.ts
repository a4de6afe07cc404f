// The content store on PostgreSQL: contents up to INLINE_LIMIT travel in their reference and become durable in the row that takes them;
// larger ones are chunk rows before their reference is given out. An upload is `kept` from the transaction on that enqueues its
// message; until then it belongs to its writer, and is swept when that has long been gone.

import { firstArray, run, type Sql } from '../storage/sql/sql.ts'
import type { PostgresPool } from '../storage/postgres/pool.ts'
import { read } from '../storage/postgres/run-sql.ts'
import { transact } from '../storage/postgres/transaction.ts'
import type { ContentRef, ContentStore } from './content.ts'
import { type Uploads, UploadWriter } from './upload-writer.ts'

export type PostgresContentStoreOptions = {
  readonly pool: PostgresPool
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A name that was never used. */
  readonly newId: () => string
}

export function createPostgresContentStore(options: PostgresContentStoreOptions): ContentStore {
  const uploads = createUploads(options)
  return {
    begin: () => new UploadWriter(uploads),
    open: (ref) => readContent(options.pool, ref),
    close: async () => {},
  }
}

function createUploads({ pool, now, newId }: PostgresContentStoreOptions): Uploads {
  return {
    async open(chunk) {
      const uploadId = newId()
      await transact(pool, () => openUpload(uploadId, now(), chunk))
      return uploadId
    },
    append: (uploadId, ordinal, chunk) => transact(pool, () => addChunk(uploadId, ordinal, chunk)),
    remove: (uploadId) => transact(pool, () => removeUpload(uploadId)),
  }
}

function* openUpload(uploadId: string, at: number, chunk: Uint8Array): Sql<void> {
  yield* run('INSERT INTO uploads (upload_id, opened_at, kept) VALUES (?, ?, false)', uploadId, at)
  yield* addChunk(uploadId, 0, chunk)
}

function* addChunk(uploadId: string, ordinal: number, chunk: Uint8Array): Sql<void> {
  yield* run('INSERT INTO content_chunks (upload_id, ordinal, octets) VALUES (?, ?, ?)', uploadId, ordinal, chunk)
}

function* removeUpload(uploadId: string): Sql<void> {
  yield* run('DELETE FROM uploads WHERE upload_id = ? AND NOT kept', uploadId)
}

async function* readContent(pool: PostgresPool, ref: ContentRef): AsyncGenerator<Uint8Array> {
  switch (ref.kind) {
    case 'inline':
      yield ref.octets
      break
    case 'upload':
      yield* readUpload(pool, ref.uploadId, ref.size)
      break
    case 'segment':
      throw new Error('no segment is on PostgreSQL')
    case 'stored':
      yield* readContent(pool, await read(pool, findContent(ref.contentId)))
  }
}

const PIECE = 256 * 1024

/** One chunk in memory at a time, each read on a connection that is free again while the octets travel on. */
async function* readUpload(pool: PostgresPool, uploadId: string, size: number): AsyncGenerator<Uint8Array> {
  let given = 0
  for (let ordinal = 0; given < size; ordinal += 1) {
    const chunk = await read(pool, readChunk(uploadId, ordinal))
    if (chunk === undefined) throw new Error('an upload is shorter than its content')
    given += chunk.byteLength
    for (let at = 0; at < chunk.byteLength; at += PIECE) yield chunk.subarray(at, at + PIECE)
  }
}

function* readChunk(uploadId: string, ordinal: number): Sql<Uint8Array | undefined> {
  const text = 'SELECT octets FROM content_chunks WHERE upload_id = ? AND ordinal = ?'
  return (yield* firstArray<[Uint8Array]>(text, uploadId, ordinal))?.[0]
}

type ContentRow = [size: number, octets: Uint8Array | null, uploadId: string | null]

/** The reference behind a stored content. Throws when there is none (any more). */
export function* findContent(contentId: string): Sql<ContentRef> {
  const text = 'SELECT size, octets, upload_id FROM contents WHERE content_id = ?'
  const row = yield* firstArray<ContentRow>(text, contentId)
  if (row === undefined) throw new Error(`there is no content ${contentId}`)
  const [size, octets, uploadId] = row
  return octets === null ? { kind: 'upload', size, uploadId: uploadId ?? '' } : { kind: 'inline', size, octets }
}
