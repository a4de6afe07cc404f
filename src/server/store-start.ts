// How the main thread comes to a store: on SQLite it starts the one thread that writes, on PostgreSQL it connects and brings the schema
// up to date. What differs between the engines at the start of a node is here; afterwards nobody can tell.

import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { copyMarkFile, readCopyMark, removeCopyMark } from '../storage/copy/copy-mark.ts'
import { readCopy } from '../storage/copy/copy-target.ts'
import { claimBootstrapKey } from '../storage/postgres/quickstart-bootstrap.ts'
import { withLease } from '../storage/postgres/lease.ts'
import { migrate } from '../storage/postgres/migrations.ts'
import { createPool, type PostgresPool } from '../storage/postgres/pool.ts'
import { createPostgresStore } from '../storage/postgres/postgres-store.ts'
import { read } from '../storage/postgres/run-sql.ts'
import { type DataDirectoryOutcome, lockDataDirectory, openDataDirectory } from '../storage/sqlite/data-directory.ts'
import { openReader } from '../storage/sqlite/database.ts'
import { createSqliteReaders } from '../storage/sqlite/readers.ts'
import { createInProcessStore } from '../storage/sqlite/in-process-store.ts'
import type { Storage } from '../storage/storage.ts'
import { contentDirectory, databasePath } from './places.ts'
import { MAIN_CONNECTIONS, postgresSettings } from './postgres-settings.ts'
import { openSqliteThreadStore } from './sqlite-thread-store.ts'
import { StartError } from './start-error.ts'
import type { Supervisor } from './supervisor.ts'
import type { ThreadSettings } from './thread-protocol.ts'

export type StoreStart = {
  /** Runs `work` while no other node of the installation starts: what a first run makes is made once. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** Before the first start has made its tenant. */
  isEmpty(): Promise<boolean>
  /** The key of an installation without a file for it; undefined where there is one. */
  bootstrapKey(): Promise<Uint8Array | undefined>
  open(settings: Omit<ThreadSettings, 'role' | 'index'>): Promise<Storage>
  close(): Promise<void>
}

/** The data directory is this process's alone, whatever the store. */
export function lockFor(config: Config): DataDirectoryOutcome {
  const open = config.store.postgres === undefined ? openDataDirectory : lockDataDirectory
  return open(config.dataDirectory)
}

/** Throws StartError, StoreError. */
export function beginStore(config: Config, supervisor: Supervisor): Promise<StoreStart> {
  return config.store.postgres === undefined ? beginSqlite(config, supervisor) : beginPostgres(config.store.postgres)
}

async function beginSqlite(config: Config, supervisor: Supervisor): Promise<StoreStart> {
  heedCopyMark(config)
  let close = async () => {}
  return {
    // The lock on the data directory keeps every other process out.
    alone: (work) => work(),
    isEmpty: () => isEmpty(config),
    bootstrapKey: async () => undefined,
    async open(settings) {
      mkdirSync(contentDirectory(config), { recursive: true, mode: 0o700 })
      await supervisor.start({ ...settings, role: 'store', index: 0 })
      const store = openSqliteThreadStore(
        config,
        supervisor.connectStore((line) => store.reconnect(line)),
      )
      close = () => store.close()
      // The same lock proves that whoever appended to a segment before is gone.
      await store.storage.write.segments.closeAll()
      return store.storage
    },
    close: () => close(),
  }
}

/** A finished copy has taken over; an unfinished one is of no use once this store is written to. */
function heedCopyMark({ dataDirectory }: Config): void {
  const mark = readCopyMark(dataDirectory)
  if (mark === undefined) return
  if (mark.finishedAt === undefined) return removeCopyMark(dataDirectory)
  throw new StartError(
    `This store was copied (${mark.to}, ${new Date(mark.finishedAt).toISOString()}): what waits in both would go out twice. ` +
      'To run on the copy, put store.postgres into the configuration. ' +
      `To go back to this store, without what has happened there since, remove ${copyMarkFile(dataDirectory)}.`,
  )
}

async function isEmpty(config: Config): Promise<boolean> {
  const database = openReader(databasePath(config))
  try {
    return hasNoTenant(createSqliteReaders(database))
  } finally {
    database.close()
  }
}

async function beginPostgres(
  config: NonNullable<Config['store']['postgres']>,
): Promise<StoreStart & { readonly storage: Storage }> {
  const pool = createPool(postgresSettings(config, MAIN_CONNECTIONS), 'main')
  try {
    const migration = await migrate(pool)
    if ('message' in migration) throw new StartError(migration.message)
  } catch (error) {
    await pool.close()
    throw error
  }
  const storage = createPostgresStore(pool)
  return {
    alone: (work) =>
      withLease(pool, 'start', async () => {
        await refuseUnfinishedCopy(pool)
        return work()
      }),
    isEmpty: () => hasNoTenant(storage.read),
    bootstrapKey: () => claimBootstrapKey(pool, randomBytes(32)),
    open: async () => storage,
    storage,
    close: () => pool.close(),
  }
}

async function refuseUnfinishedCopy(pool: PostgresPool): Promise<void> {
  const copy = await read(pool, readCopy())
  if (copy === undefined || copy.finishedAt !== undefined) return
  throw new StartError(
    'The database holds an unfinished copy of an installation. ' +
      'Finish it where it was begun: postern db copy --from sqlite --to postgres --config FILE',
  )
}

/** The store alone, for a command that needs no threads. */
export async function openStore(
  config: Config,
): Promise<Pick<StoreStart, 'alone' | 'close'> & { readonly storage: Storage }> {
  if (config.store.postgres !== undefined) return beginPostgres(config.store.postgres)
  const storage = await createInProcessStore(databasePath(config))
  return { storage, alone: (work) => work(), close: () => storage.close() }
}

/** What to call the store in a message. A URL is told without what may be secret in it. */
export function describeStore({ store, dataDirectory }: Config): string {
  if (store.postgres === undefined) return dataDirectory
  const { host, pathname } = new URL(store.postgres.url)
  return `The database ${pathname.slice(1)} at ${host}`
}

const hasNoTenant = async ({ directory }: Pick<Storage['read'], 'directory'>) =>
  (await directory.listTenants()).length === 0
