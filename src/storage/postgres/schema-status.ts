// What schema a database has, and whether this program may work with it. A program may meet a newer schema: while nodes are replaced one
// by one, the first new one migrates. It goes on if the newest step left alone what it relies on (`oldest_program`) and is the only one
// that it does not know; anything else is refused rather than guessed at.

import { all, first, type Sql } from '../sql/sql.ts'
import type { PostgresPool } from './pool.ts'
import { read } from './run-sql.ts'

/** `sql` runs once, in a transaction with its row in `schema_migrations`. Released ones are never edited. */
export type Migration = {
  readonly version: number
  readonly name: string
  readonly sql: string
  /** The schema number that a program must know at least to work with the outcome. A step that only adds keeps that of the one before. */
  readonly oldestProgram: number
}

export type SchemaState =
  /** No table at all. */
  | 'empty'
  /** Steps are pending. */
  | 'behind'
  | 'current'
  /** One step further than this program, which may work with it. */
  | 'ahead'
  /** Further than this program can go along. */
  | 'newer'
  /** Tables of something else. */
  | 'foreign'

export type SchemaStatus = {
  readonly state: SchemaState
  /** 0 without a schema. */
  readonly version: number
  /** What this program brings a database to. */
  readonly known: number
  readonly oldestProgram: number
  readonly applied: readonly AppliedMigration[]
  readonly pending: readonly Migration[]
}

export type AppliedMigration = {
  readonly version: number
  readonly name: string
  /** Milliseconds since the epoch, on the database's clock. */
  readonly appliedAt: number
}

/** Throws StoreError. */
export function schemaStatus(pool: PostgresPool, steps: readonly Migration[]): Promise<SchemaStatus> {
  return read(pool, readStatus(steps))
}

export function* readStatus(steps: readonly Migration[]): Sql<SchemaStatus> {
  const known = steps.at(-1)?.version ?? 0
  const none = { version: 0, known, oldestProgram: 0, applied: [], pending: steps }
  const tables = yield* first<{ all_tables: number; ours: number }>(COUNT_TABLES)
  if (tables === undefined || tables.all_tables === 0) return { ...none, state: 'empty' }
  if (tables.ours < OUR_TABLES) return { ...none, state: 'foreign' }
  const rows = yield* all<MigrationRow>(
    'SELECT version, name, applied_at, oldest_program FROM schema_migrations ORDER BY version',
  )
  const version = Math.max(0, ...rows.map((row) => row.version))
  const oldestProgram = Math.max(0, ...rows.map((row) => row.oldest_program))
  return {
    state: stateOf(version, known, oldestProgram),
    version,
    known,
    oldestProgram,
    applied: rows.map((row) => ({ version: row.version, name: row.name, appliedAt: row.applied_at })),
    pending: steps.filter((step) => step.version > version),
  }
}

type MigrationRow = {
  readonly version: number
  readonly name: string
  readonly applied_at: number
  readonly oldest_program: number
}

/** Both, so that another program's `schema_migrations` is not taken for ours. */
const OUR_TABLES = 2
const COUNT_TABLES = `SELECT COUNT(*) AS all_tables,
    COUNT(CASE WHEN tablename IN ('schema_migrations', 'leases') THEN 1 END) AS ours
  FROM pg_tables WHERE schemaname = current_schema()`

function stateOf(version: number, known: number, oldestProgram: number): SchemaState {
  if (version < known) return 'behind'
  if (version === known) return 'current'
  return version === known + 1 && known >= oldestProgram ? 'ahead' : 'newer'
}
