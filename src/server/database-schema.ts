// The schema of a configuration's store: what it is, and bringing it to this program's. The two engines keep different records of it;
// here they are told in the same words. Nothing is served, and a SQLite file is looked at without disturbing who has it open.

import type { Config } from '../config/schema.ts'
import { migrate, migrations as postgresSteps } from '../storage/postgres/migrations.ts'
import { createPool, type PostgresPool } from '../storage/postgres/pool.ts'
import { schemaStatus } from '../storage/postgres/schema-status.ts'
import { lockDataDirectory } from '../storage/sqlite/data-directory.ts'
import { openWriter } from '../storage/sqlite/database.ts'
import { migrationNames } from '../storage/sqlite/migrations.ts'
import { type FileStatus, fileStatus } from '../storage/sqlite/schema-status.ts'
import { StoreError } from '../storage/store-error.ts'
import { databasePath } from './places.ts'
import { postgresSettings } from './postgres-settings.ts'
import { StartError } from './start-error.ts'
import { describeStore } from './store-start.ts'

export type SchemaStep = {
  readonly version: number
  readonly name: string
  /** Milliseconds since the epoch; SQLite does not keep it. */
  readonly appliedAt?: number
}

export type DatabaseStatus = {
  readonly engine: 'sqlite' | 'postgres'
  /** For people. */
  readonly store: string
  /** `empty`: not even a schema. `ahead`: one step further than this program, which works with it nevertheless. */
  readonly state: 'empty' | 'behind' | 'current' | 'ahead' | 'newer' | 'foreign'
  /** 0 without a schema. */
  readonly version: number
  /** What this program brings a store to. */
  readonly known: number
  /** What a program must know at least to work with the store; 0 without a schema. */
  readonly oldestProgram: number
  readonly applied: readonly SchemaStep[]
  readonly pending: readonly SchemaStep[]
}

/** `message` says what is wrong and what to do. */
export type Refused = { readonly type: 'refused'; readonly message: string }
export type StatusOutcome = { readonly type: 'status'; readonly status: DatabaseStatus } | Refused
export type MigrateOutcome =
  /** `applied` are the steps that this call made. */
  { readonly type: 'migrated'; readonly applied: readonly SchemaStep[]; readonly status: DatabaseStatus } | Refused

export function readDatabaseStatus(config: Config): Promise<StatusOutcome> {
  return orRefused(async () => ({ type: 'status', status: await statusOf(config) }))
}

/** A PostgreSQL database may be in use meanwhile; a SQLite store must not. */
export function migrateDatabase(config: Config): Promise<MigrateOutcome> {
  return orRefused(async () => {
    const applied = config.store.postgres === undefined ? migrateSqlite(config) : await migratePostgres(config)
    return { type: 'migrated', applied, status: await statusOf(config) }
  })
}

/** What the world is to blame for is an outcome. */
export async function orRefused<T>(work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StartError || error instanceof StoreError) return { type: 'refused', message: error.message }
    throw error
  }
}

function statusOf(config: Config): Promise<DatabaseStatus> {
  return config.store.postgres === undefined ? Promise.resolve(sqliteStatus(config)) : postgresStatus(config)
}

function sqliteStatus(config: Config): DatabaseStatus {
  const { state, version, known } = fileStatus(databasePath(config))
  const steps = stepsOf({ version, known })
  return {
    engine: 'sqlite',
    store: describeStore(config),
    state: state === 'missing' ? 'empty' : state,
    version,
    known,
    // A program never works with a file that has a step which it does not know.
    oldestProgram: version,
    applied: steps.slice(0, version),
    pending: state === 'foreign' ? [] : steps.slice(version),
  }
}

const stepsOf = ({ version, known }: Pick<FileStatus, 'version' | 'known'>): readonly SchemaStep[] =>
  Array.from({ length: Math.max(version, known) }, (_, at) => ({ version: at + 1, name: migrationNames[at] ?? '?' }))

async function postgresStatus(config: Config): Promise<DatabaseStatus> {
  return withPool(config, async (pool) => {
    const { pending, ...status } = await schemaStatus(pool, postgresSteps)
    return {
      engine: 'postgres',
      store: describeStore(config),
      ...status,
      pending: status.state === 'foreign' ? [] : pending.map(({ version, name }) => ({ version, name })),
    }
  })
}

function migrateSqlite(config: Config): readonly SchemaStep[] {
  const locked = lockDataDirectory(config.dataDirectory)
  if (locked.type !== 'opened') throw new StartError(locked.message)
  try {
    const before = fileStatus(locked.directory.databaseFile)
    const opened = openWriter(locked.directory.databaseFile)
    if (opened.type !== 'opened') throw new StartError(opened.message)
    opened.database.close()
    return stepsOf(before).slice(before.version)
  } finally {
    locked.directory.release()
  }
}

async function migratePostgres(config: Config): Promise<readonly SchemaStep[]> {
  return withPool(config, async (pool) => {
    const outcome = await migrate(pool)
    if ('message' in outcome) throw new StartError(outcome.message)
    const applied = outcome.type === 'current' ? outcome.applied : []
    return postgresSteps
      .filter(({ version }) => applied.includes(version))
      .map(({ version, name }) => ({ version, name }))
  })
}

/** One connection does: whoever migrates has a program of its own. */
async function withPool<T>(config: Config, work: (pool: PostgresPool) => Promise<T>): Promise<T> {
  if (config.store.postgres === undefined) throw new TypeError('the store is not PostgreSQL')
  const pool = createPool(postgresSettings(config.store.postgres, 2), 'schema')
  try {
    return await work(pool)
  } finally {
    await pool.close()
  }
}
