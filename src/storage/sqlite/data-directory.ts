// The directory that holds an installation's data: made with mode 0700, told from a directory of something else, and locked
// against a second process. It says whether what is there can be used and, if not, what to do; it starts nothing.
//
// The lock is a write transaction on a small SQLite file that stays open: the operating system lets go of it when the process dies
// in whatever way, so it is never stale. The process id in that file is only for the message.

import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openWriter } from './database.ts'
import { sqliteCode } from './sqlite-error.ts'

export type DataDirectory = {
  readonly path: string
  /** Checked and at this program's schema; a writer may open it as `checked`. */
  readonly databaseFile: string
  /** For segment files. */
  readonly contentDirectory: string
  /** Lets another process in. A dead process needs no release. */
  release(): void
}

export type DataDirectoryOutcome =
  | { readonly type: 'opened'; readonly directory: DataDirectory }
  /** `message` says what is wrong and what to do. */
  | { readonly type: 'locked' | 'foreign' | 'corrupt' | 'newer' | 'unusable'; readonly message: string }

const LOCK_FILE = 'postern.lock'
const DATABASE_FILE = 'postern.db'
const CONTENT_DIRECTORY = 'content'

/** What may lie in a directory that was never used: the key an operator put there, what a file system or an image leaves. */
const UNMARKED = new Set(['installation.key', 'lost+found', '.gitkeep'])

const SQLITE_BUSY = 5

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>()

/** Creates the directory where it is missing, locks it and checks the database in it, creating that too. */
export function openDataDirectory(path: string): DataDirectoryOutcome {
  const outcome = lockDataDirectory(path)
  if (outcome.type !== 'opened') return outcome
  const opened = openWriter(outcome.directory.databaseFile)
  if (opened.type !== 'opened') {
    outcome.directory.release()
    return opened
  }
  opened.database.close()
  return outcome
}

/** The same without a database: for a node whose store is elsewhere. */
export function lockDataDirectory(path: string): DataDirectoryOutcome {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (!isOurs(path)) return foreign(path)
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700)
    mkdirSync(join(path, CONTENT_DIRECTORY), { recursive: true, mode: 0o700 })
  } catch (error) {
    return unusable(path, error)
  }
  const lock = acquireLock(path)
  if ('type' in lock) return lock
  held.add(lock)
  return { type: 'opened', directory: dataDirectory(path, lock) }
}

function dataDirectory(path: string, lock: DatabaseSync): DataDirectory {
  return {
    path,
    databaseFile: join(path, DATABASE_FILE),
    contentDirectory: join(path, CONTENT_DIRECTORY),
    release: () => {
      if (held.delete(lock)) lock.close()
    },
  }
}

/** Ours: marked by the lock file or the database, or as good as empty. */
function isOurs(path: string): boolean {
  const names = readdirSync(path)
  if (names.includes(LOCK_FILE) || names.includes(DATABASE_FILE)) return true
  return names.every((name) => UNMARKED.has(name))
}

function acquireLock(path: string): DatabaseSync | Exclude<DataDirectoryOutcome, { type: 'opened' }> {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(path, LOCK_FILE), { timeout: 0 })
    // The first transaction leaves the process id to be read; the second stays open. Readers are let in, writers are not.
    lock.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${process.pid}; COMMIT; BEGIN IMMEDIATE`)
    return lock
  } catch (error) {
    const outcome = sqliteCode(error) === SQLITE_BUSY ? locked(path, lock) : unusable(path, error)
    lock?.close()
    return outcome
  }
}

function locked(path: string, lock: DatabaseSync | undefined): Exclude<DataDirectoryOutcome, { type: 'opened' }> {
  const holder = processOf(lock)
  return {
    type: 'locked',
    message: `${path} is in use by another Postern${holder}. Stop that one, or choose another data directory.`,
  }
}

function processOf(lock: DatabaseSync | undefined): string {
  try {
    return ` (process ${Number(lock?.prepare('PRAGMA user_version').get()?.['user_version'])})`
  } catch {
    return ''
  }
}

function foreign(path: string): DataDirectoryOutcome {
  return {
    type: 'foreign',
    message: `${path} holds files that are not Postern's. Choose an empty or a new data directory.`,
  }
}

function unusable(path: string, error: unknown): Exclude<DataDirectoryOutcome, { type: 'opened' }> {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    type: 'unusable',
    message: `${path} cannot be used as data directory (${reason}). Check that it is a directory that this user may write to.`,
  }
}
