// The database that an installation is copied into. It decides whether it may be: empty, or with an unfinished copy of the same
// installation; never with anything else in it. Its row in `copies` says what is being copied: no node starts on an unfinished copy.
// A run that goes on with a copy takes it over from the one before, which then cannot write any more even if it still lives.

import { withLease } from '../postgres/lease.ts'
import type { PostgresPool } from '../postgres/pool.ts'
import { read } from '../postgres/run-sql.ts'
import { transact } from '../postgres/transaction.ts'
import { first, firstArray, run, type Sql } from '../sql/sql.ts'
import { StoreError } from '../store-error.ts'
import { CONTENT_TABLES, COPIED_TABLES } from './copied-tables.ts'
import { type CopyMark, copyMarkFile, readCopyMark, writeCopyMark } from './copy-mark.ts'

export type CopySubject = {
  /** Where the SQLite store and its mark are. Locked by the caller. */
  readonly dataDirectory: string
  /** Of the installation key: tells installations apart. */
  readonly keyId: string
  /** The target, for people. */
  readonly to: string
}

export type ClaimOutcome =
  | { readonly type: 'claimed'; readonly copyId: string; readonly resumed: boolean }
  /** It was copied completely before. */
  | { readonly type: 'complete'; readonly finishedAt: number }
  /** `message` says what is wrong and what to do. */
  | { readonly type: 'refused'; readonly message: string }

export type StoredCopy = {
  readonly copyId: string
  readonly keyId: string
  readonly begunAt: number
  readonly finishedAt?: number
}

export function* readCopy(): Sql<StoredCopy | undefined> {
  const row = yield* first<{ copy_id: string; key_id: string; begun_at: number; finished_at: number | null }>(
    'SELECT copy_id, key_id, begun_at, finished_at FROM copies',
  )
  if (row === undefined) return undefined
  const copy = { copyId: row.copy_id, keyId: row.key_id, begunAt: row.begun_at }
  return row.finished_at === null ? copy : { ...copy, finishedAt: row.finished_at }
}

/** No node starts meanwhile. `runner` is unique to the caller; `newCopyId` is used where the copy begins now. Throws StoreError. */
export function claimTarget(
  pool: PostgresPool,
  subject: CopySubject,
  { runner, newCopyId, at }: { readonly runner: string; readonly newCopyId: string; readonly at: number },
): Promise<ClaimOutcome> {
  return withLease(pool, 'start', async () => {
    const mark = readCopyMark(subject.dataDirectory)
    const stored = await read(pool, readCopy())
    const isOurs = stored !== undefined && stored.copyId === mark?.copyId
    if (isOurs && stored.finishedAt !== undefined) return { type: 'complete', finishedAt: stored.finishedAt }
    if (isOurs) {
      await transact(pool, () => takeOver(runner))
      return { type: 'claimed', copyId: stored.copyId, resumed: true }
    }
    const reason = refusal(subject, mark, stored) ?? (await occupation(pool, subject, stored))
    if (reason !== undefined) return { type: 'refused', message: reason }
    writeCopyMark(subject.dataDirectory, { copyId: newCopyId, to: subject.to })
    await transact(pool, () => beginCopy(newCopyId, subject.keyId, runner, at))
    return { type: 'claimed', copyId: newCopyId, resumed: false }
  })
}

function refusal(
  { dataDirectory, keyId, to }: CopySubject,
  mark: CopyMark | undefined,
  stored: StoredCopy | undefined,
): string | undefined {
  if (mark?.finishedAt !== undefined)
    return `The SQLite store in ${dataDirectory} was copied before (${mark.to}), and what has happened there since is not in it. To copy it again nevertheless, remove ${copyMarkFile(dataDirectory)}.`
  if (stored === undefined) return undefined
  if (stored.finishedAt !== undefined)
    return `${to} holds an installation that was copied there from elsewhere, or before this store was used again. ${ANOTHER}`
  if (stored.keyId !== keyId) return `${to} holds an unfinished copy of another installation. ${ANOTHER}`
  return undefined
}

/** An unfinished copy is not what counts: it is begun anew when the SQLite store was written to since. */
async function occupation(
  pool: PostgresPool,
  { to }: CopySubject,
  stored: StoredCopy | undefined,
): Promise<string | undefined> {
  if (stored !== undefined || (await read(pool, isEmpty()))) return undefined
  return `${to} holds an installation already. ${ANOTHER}`
}

const ANOTHER = 'Nothing was changed. Name an empty database in store.postgres.'

const FILLED = [...COPIED_TABLES.map(({ name }) => name), ...CONTENT_TABLES]

function* isEmpty(): Sql<boolean> {
  for (const table of [...FILLED, 'quickstart_bootstrap'])
    if ((yield* firstArray(`SELECT 1 FROM ${table} LIMIT 1`)) !== undefined) return false
  return true
}

function* takeOver(runner: string): Sql<void> {
  yield* run('UPDATE copies SET runner = ?', runner)
}

/** The row first: whoever still writes waits for it, and then has no right any more. */
function* beginCopy(copyId: string, keyId: string, runner: string, at: number): Sql<void> {
  yield* takeOver(runner)
  yield* run(`TRUNCATE ${[...FILLED, 'copies'].join(', ')}`)
  yield* run('INSERT INTO copies (copy_id, key_id, runner, begun_at) VALUES (?, ?, ?, ?)', copyId, keyId, runner, at)
}

/** Goes on only as long as nobody else has taken the copy over, and keeps others from it until the transaction ends. */
export function* asRunner<T>(runner: string, work: Sql<T>): Sql<T> {
  const held = yield* firstArray('SELECT 1 FROM copies WHERE runner = ? AND finished_at IS NULL FOR UPDATE', runner)
  if (held === undefined) throw new StoreError('unavailable', 'another process goes on with this copy')
  return yield* work
}

export function* finishCopy(at: number): Sql<void> {
  yield* run('UPDATE copies SET finished_at = ?', at)
}

/** So that the first claims are planned for what is there now. */
export async function analyze(pool: PostgresPool): Promise<void> {
  for (const table of FILLED) await transact(pool, () => run(`ANALYZE ${table}`))
}
