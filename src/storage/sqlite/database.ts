// A SQLite file as the store uses it: one connection that writes, any number that read. It decides what a file must be to be ours
// and which guarantees a connection has (WAL, synchronous=FULL, foreign keys); it knows no table. 250 means durable, so a
// connection that would sync less than FULL is refused rather than used.

import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'
import { migrate } from './migrations.ts'
import { SQLITE_CORRUPT, SQLITE_NOTADB, sqliteCode, toStoreError } from './sqlite-error.ts'

/** What a column may hold. Booleans are 0 and 1, JSON is text. */
export type Value = null | number | string | Uint8Array

/** A prepared statement. There is no iterator on purpose: an unfinished one would keep its connection in an old snapshot. */
export type Statement<Row> = {
  all(...values: Value[]): Row[]
  get(...values: Value[]): Row | undefined
  run(...values: Value[]): { readonly changes: number | bigint }
}

/** A connection. Statements are prepared once per text, so texts must be constants. */
export interface Database {
  /** Rows are objects by column name. */
  prepare<Row = Record<string, Value>>(sql: string): Statement<Row>
  /** Rows are arrays in column order: for what runs once per message or more. */
  prepareArrays<Row extends readonly Value[] = Value[]>(sql: string): Statement<Row>
  exec(sql: string): void
  /** Runs `read` in one read transaction: everything it sees is of one moment. */
  snapshot<T>(read: () => T): T
  readonly inTransaction: boolean
  close(): void
}

export type OpenOutcome =
  | { readonly type: 'opened'; readonly database: Database }
  /** `message` says what is wrong and what to do. */
  | { readonly type: 'foreign' | 'corrupt' | 'newer' | 'unusable'; readonly message: string }

/** `PST1` in ASCII, in the file header at offset 68: tells our files from those of other programs. */
export const APPLICATION_ID = 0x50535431

/** How long a connection waits for a lock. Only a checkpoint or a foreign tool can hold one. */
const BUSY_TIMEOUT = 5_000

/** In pages. A checkpoint runs inside a commit, and 4 MiB stall it less than the 60 that would save little CPU. */
const AUTOCHECKPOINT = 1_000

/** In KiB, of each connection: what 10,000 applications log in with, and the last pages of as many lanes. SQLite's own 2 MiB are not. */
const CACHE = 16_384

const FULL = 2

/**
 * Opens a file for the one writer; creates it when it is missing or empty and brings it to this program's schema. `integrity` is
 * `checked` where the whole file has been read in this process before: a store thread that starts again.
 */
export function openWriter(path: string, integrity: 'check' | 'checked' = 'check'): OpenOutcome {
  let connection: DatabaseSync | undefined
  try {
    connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true })
    const outcome = prepareWriter(connection, path, integrity)
    if (outcome.type !== 'opened') connection.close()
    return outcome
  } catch (error) {
    connection?.close()
    return refusal(error, path)
  }
}

/** Opens a file for reading alone. It must have been opened for writing before. Throws StoreError. */
export function openReader(path: string): Database {
  try {
    const connection = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT })
    connection.exec(`PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -${CACHE}`)
    return new Connection(connection)
  } catch (error) {
    throw toStoreError(error)
  }
}

function prepareWriter(connection: DatabaseSync, path: string, integrity: 'check' | 'checked'): OpenOutcome {
  if (!isOurs(connection)) return foreign(path)
  if (integrity === 'check') {
    const fault = connection.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (fault !== 'ok') return corrupt(path, String(fault))
  }
  configure(connection)
  const migration = migrate(connection)
  if (migration.type === 'newer') return newer(path, migration.version, migration.known)
  return { type: 'opened', database: new Connection(connection) }
}

/** True for our mark, and for a file without a mark, a table or a page. */
function isOurs(connection: DatabaseSync): boolean {
  const mark = pragma(connection, 'application_id')
  if (mark === APPLICATION_ID) return true
  const tables = connection.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count']
  return mark === 0 && tables === 0 && pragma(connection, 'user_version') === 0
}

function configure(connection: DatabaseSync): void {
  if (pragma(connection, 'application_id') !== APPLICATION_ID)
    connection.exec(`PRAGMA page_size = 4096; PRAGMA application_id = ${APPLICATION_ID}`)
  connection.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${AUTOCHECKPOINT};
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA cache_size = -${CACHE};
  `)
  const synchronous = pragma(connection, 'synchronous')
  if (pragma(connection, 'journal_mode') !== 'wal' || typeof synchronous !== 'number' || synchronous < FULL)
    throw new StoreError('unavailable', 'SQLite does not give WAL with synchronous=FULL on this file system')
}

function pragma(connection: DatabaseSync, name: string): unknown {
  return connection.prepare(`PRAGMA ${name}`).get()?.[name]
}

function refusal(error: unknown, path: string): OpenOutcome {
  const code = sqliteCode(error)
  if (code === SQLITE_NOTADB) return foreign(path)
  if (code === SQLITE_CORRUPT) return corrupt(path, (error as Error).message)
  const problem = toStoreError(error)
  if (!(problem instanceof StoreError)) throw error
  return {
    type: 'unusable',
    message: `${path} cannot be opened (${problem.message}). Check that its directory exists, is writable by this user, has space left and is on a local file system.`,
  }
}

function foreign(path: string): OpenOutcome {
  return {
    type: 'foreign',
    message: `${path} is not a Postern database. Choose another data directory, or move that file away to start with an empty one.`,
  }
}

function corrupt(path: string, fault: string): OpenOutcome {
  return {
    type: 'corrupt',
    message: `${path} is damaged (${fault.replace(/^.*\n/, '')}). Keep a copy of it with its -wal file, restore a backup, or move both away to start with an empty store.`,
  }
}

function newer(path: string, version: number, known: number): OpenOutcome {
  return {
    type: 'newer',
    message: `${path} has schema ${version}, this version of Postern knows up to ${known}. Run the newer version again, or restore a backup from before the upgrade.`,
  }
}

class Connection implements Database {
  readonly #connection: DatabaseSync
  readonly #objects = new Map<string, StatementSync>()
  readonly #arrays = new Map<string, StatementSync>()

  constructor(connection: DatabaseSync) {
    this.#connection = connection
  }

  prepare<Row>(sql: string): Statement<Row> {
    return this.#prepared(this.#objects, sql, false) as Statement<Row>
  }

  prepareArrays<Row>(sql: string): Statement<Row> {
    return this.#prepared(this.#arrays, sql, true) as Statement<Row>
  }

  exec(sql: string): void {
    this.#connection.exec(sql)
  }

  snapshot<T>(read: () => T): T {
    this.prepareArrays('BEGIN').run()
    try {
      return read()
    } finally {
      this.prepareArrays('COMMIT').run()
    }
  }

  get inTransaction(): boolean {
    return this.#connection.isTransaction
  }

  close(): void {
    this.#connection.close()
  }

  #prepared(cache: Map<string, StatementSync>, sql: string, returnArrays: boolean): unknown {
    let statement = cache.get(sql)
    if (statement === undefined) {
      statement = this.#connection.prepare(sql)
      statement.setReturnArrays(returnArrays)
      cache.set(sql, statement)
    }
    return statement
  }
}
