// Large content on its way from segment files to chunk rows. An upload is `kept` once all its chunks are there; one that a kill left
// unfinished is made again. Its id is told by its place in the segment files, so contents that share octets go on sharing them.

import { createHash } from 'node:crypto'
import type { ContentStore } from '../../content/content.ts'
import type { PostgresPool } from '../postgres/pool.ts'
import { read } from '../postgres/run-sql.ts'
import { transact } from '../postgres/transaction.ts'
import { firstArray, run, type Sql } from '../sql/sql.ts'
import { StoreError } from '../store-error.ts'
import { asRunner } from './copy-target.ts'

type Reading = Pick<ContentStore, 'open'>

/** Throws StoreError. */
export async function copyOctets(
  { pool, runner, from, at }: { pool: PostgresPool; runner: string; from: Reading; at: number },
  contentId: string,
  uploadId: string,
): Promise<void> {
  if (await read(pool, isKept(uploadId))) return
  await transact(pool, () => asRunner(runner, openUpload(uploadId, at)))
  let ordinal = 0
  for await (const chunk of piecesOf(from, contentId)) {
    const place = ordinal
    await transact(pool, () => asRunner(runner, addChunk(uploadId, place, chunk)))
    ordinal += 1
  }
  await transact(pool, () => asRunner(runner, keepUpload(uploadId)))
}

/** Tells contents apart; the same text from either store for the same octets. Throws StoreError. */
export async function digestOctets(store: Reading, contentId: string): Promise<string> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of piecesOf(store, contentId)) {
    hash.update(piece)
    size += piece.byteLength
  }
  return `${size} ${hash.digest('hex')}`
}

/** What is wrong with a file is told with the message that it belongs to. */
async function* piecesOf(store: Reading, contentId: string): AsyncGenerator<Uint8Array> {
  const pieces = store.open({ kind: 'stored', size: 0, contentId })[Symbol.asyncIterator]()
  for (;;) {
    const next = await pieces.next().catch((error: unknown) => {
      throw new StoreError('unavailable', `the content of message ${contentId} cannot be read (${reasonOf(error)})`, {
        cause: error,
      })
    })
    if (next.done === true) return
    yield next.value
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function* isKept(uploadId: string): Sql<boolean> {
  return (yield* firstArray('SELECT 1 FROM uploads WHERE upload_id = ? AND kept', uploadId)) !== undefined
}

function* openUpload(uploadId: string, at: number): Sql<void> {
  yield* run('DELETE FROM uploads WHERE upload_id = ?', uploadId)
  yield* run('INSERT INTO uploads (upload_id, opened_at, kept) VALUES (?, ?, false)', uploadId, at)
}

function* addChunk(uploadId: string, ordinal: number, chunk: Uint8Array): Sql<void> {
  yield* run('INSERT INTO content_chunks (upload_id, ordinal, octets) VALUES (?, ?, ?)', uploadId, ordinal, chunk)
}

function* keepUpload(uploadId: string): Sql<void> {
  yield* run('UPDATE uploads SET kept = true WHERE upload_id = ?', uploadId)
}
