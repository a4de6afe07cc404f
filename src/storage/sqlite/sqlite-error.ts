// Tells SQLite's complaints about the world (no space, a failing disk, a lock) from complaints about the program (a broken
// constraint, bad SQL), which stay what they are: bugs.

import { StoreError, type StoreErrorCode } from '../store-error.ts'

/** Primary result codes, https://www.sqlite.org/rescode.html. */
const SQLITE_FULL = 13
export const SQLITE_CORRUPT = 11
export const SQLITE_NOTADB = 26
const UNAVAILABLE = new Set([
  3, // PERM
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  SQLITE_CORRUPT,
  14, // CANTOPEN
  15, // PROTOCOL
  22, // NOLFS
  23, // AUTH
  SQLITE_NOTADB,
])

/** The primary result code of an error thrown by `node:sqlite`; undefined for any other. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

/** A StoreError where the world is to blame, the error itself otherwise. */
export function toStoreError(error: unknown): unknown {
  const code = storeErrorCode(sqliteCode(error))
  if (code === undefined) return error
  return new StoreError(code, `SQLite: ${(error as Error).message}`, { cause: error })
}

function storeErrorCode(code: number | undefined): StoreErrorCode | undefined {
  if (code === undefined) return undefined
  if (code === SQLITE_FULL) return 'full'
  return UNAVAILABLE.has(code) ? 'unavailable' : undefined
}
