// `postern db copy`: a whole installation from the SQLite store of its data directory to the database that its configuration names.
// It sees to it that nothing else uses either meanwhile, that both have this program's schema, and that the installation key is the one
// that the installation was made under; the copying itself is the storage's.

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { createSegmentContentStore } from '../content/sqlite.ts'
import { type InstallationKeys, loadInstallationKey } from '../keys/installation-key.ts'
import { createSealer } from '../keys/sealing.ts'
import { type CopyOptions, type CopyOutcome, copyStore } from '../storage/copy/copy-store.ts'
import { migrate } from '../storage/postgres/migrations.ts'
import { createPool, type PostgresPool, type PostgresSettings } from '../storage/postgres/pool.ts'
import { all } from '../storage/sql/sql.ts'
import { openDataDirectory } from '../storage/sqlite/data-directory.ts'
import { type Database, openReader } from '../storage/sqlite/database.ts'
import { createSqliteReaders } from '../storage/sqlite/readers.ts'
import { runSql } from '../storage/sqlite/run-sql.ts'
import type { SealedRecord } from '../storage/storage.ts'
import { orRefused, type Refused } from './database-schema.ts'
import { proveInstallationKey } from './init.ts'
import { contentDirectory, databasePath } from './places.ts'
import { postgresSettings } from './postgres-settings.ts'
import { StartError } from './start-error.ts'
import { keySourcesOf } from './start-server.ts'
import { describeStore } from './store-start.ts'

export type { CopyOutcome }

export type CopyRequest = Pick<CopyOptions, 'now' | 'report'> & {
  readonly config: Config
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What was not finished goes on where it stopped when it is asked for again. */
export function copyInstallation(request: CopyRequest): Promise<CopyOutcome | Refused> {
  return orRefused(() => copyLocked(request))
}

async function copyLocked(request: CopyRequest): Promise<CopyOutcome> {
  const { config } = request
  const { dataDirectory, store } = config
  if (store.postgres === undefined)
    throw new StartError('The configuration names no database to copy to. Put its URL into store.postgres.url.')
  if (!existsSync(databasePath(config)))
    throw new StartError(`There is no SQLite store in ${dataDirectory}. Give the data directory of the installation.`)
  const opened = openDataDirectory(dataDirectory)
  if (opened.type !== 'opened') throw new StartError(opened.message)
  try {
    const from = openReader(opened.directory.databaseFile)
    try {
      const { keyId } = await proveSource(request, from)
      return await withTarget(store.postgres, (pool) => copy(request, from, pool, keyId))
    } finally {
      from.close()
    }
  } finally {
    opened.directory.release()
  }
}

function copy(request: CopyRequest, from: Database, pool: PostgresPool, keyId: string): Promise<CopyOutcome> {
  const { config, now, report } = request
  const { dataDirectory } = config
  // It only reads here.
  const segments = { openSegment: () => Promise.reject(new Error('nothing is written')), closeSegment: async () => {} }
  const content = createSegmentContentStore({ directory: contentDirectory(config), segments, database: from, now })
  const to = describeStore(config)
  return copyStore({ dataDirectory, keyId, to, from, content, pool, now, newId: randomUUID, report })
}

/** An installation whose secrets open with the key that there is. */
async function proveSource({ config, environment }: CopyRequest, from: Database): Promise<InstallationKeys> {
  const read = createSqliteReaders(from)
  if ((await read.directory.listTenants()).length === 0)
    throw new StartError(`The SQLite store in ${config.dataDirectory} holds no installation: there is nothing to copy.`)
  const key = loadInstallationKey(keySourcesOf(config, environment), { create: false })
  if (key.type !== 'keys') throw new StartError(key.message)
  const sealer = createSealer(key.keys)
  await proveInstallationKey({ read }, sealer)
  const records = runSql(from, all<Pick<SealedRecord, 'sealed'> & { record_id: string; purpose: string }>(SEALED))
  const opens = records.some(({ record_id, purpose, sealed }) => sealer.open(record_id, purpose, sealed) !== undefined)
  if (records.length > 0 && !opens)
    throw new StartError(
      'Nothing in this installation opens with this installation key. Restore the key that belongs to it.',
    )
  return key.keys
}

const SEALED = 'SELECT record_id, purpose, sealed FROM sealed_records'

/** Some statements go over a whole table. In milliseconds. */
const STATEMENT_TIMEOUT = 300_000
/** One to copy, one for the lease, and one to spare. */
const CONNECTIONS = 3

async function withTarget<T>(
  config: NonNullable<Config['store']['postgres']>,
  work: (pool: PostgresPool) => Promise<T>,
): Promise<T> {
  const settings: PostgresSettings = { ...postgresSettings(config, CONNECTIONS), statementTimeout: STATEMENT_TIMEOUT }
  const pool = createPool(settings, 'copy')
  try {
    const migration = await migrate(pool)
    if ('message' in migration) throw new StartError(migration.message)
    if (migration.type === 'ahead')
      throw new StartError(
        `The database has schema ${migration.version}, which this version of Postern does not know. Copy with the newer version.`,
      )
    return await work(pool)
  } finally {
    await pool.close()
  }
}
