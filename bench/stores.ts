// Real stores for measurements, on either engine, behind the ports that the service itself uses, and filled by SQL: what would take hours
// a call at a time takes seconds.

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPostgresContentStore } from '../src/content/postgres.ts'
import { createSegmentContentStore } from '../src/content/sqlite.ts'
import type { MailStore } from '../src/storage/mail-store.fixture.ts'
import { createPool } from '../src/storage/postgres/pool.ts'
import { createPostgresStore } from '../src/storage/postgres/postgres-store.ts'
import { openReader } from '../src/storage/sqlite/database.ts'
import { createInProcessStore } from '../src/storage/sqlite/in-process-store.ts'
import type { Storage } from '../src/storage/storage.ts'
import { seedTwoTenants } from '../src/storage/two-tenants.fixture.ts'
import { databaseOf, startPostgres, testSettings } from '../test/fixtures/postgres-server.ts'
import { postgresCpu } from './postgres-cpu.ts'

/** SQL for octets, which the engines spell in their own ways. */
export type Octets = { zeros(size: number): string; literal(octets: Uint8Array): string }

export type Engine = {
  readonly name: 'sqlite' | 'postgres'
  /** A store with the two tenants, and what the statements put into it. */
  open(fill: (octets: Octets) => readonly string[]): Promise<MailStore>
  /** CPU milliseconds so far of processes other than ours. */
  serverCpu(): number
  close(): Promise<void>
}

/** Gives the CPU milliseconds that passed since, of this process and of the engine's own. */
export function cpuSince(engine: Engine): () => { readonly client: number; readonly server: number } {
  const [clientBefore, serverBefore] = [process.cpuUsage(), engine.serverCpu()]
  return () => {
    const { user, system } = process.cpuUsage(clientBefore)
    return { client: (user + system) / 1000, server: engine.serverCpu() - serverBefore }
  }
}

/** The engines that are asked for. */
export function enginesOf(choice: string): readonly (() => Promise<Engine>)[] {
  const engines = { sqlite: openSqlite, postgres: openPostgres }
  if (choice === 'both') return Object.values(engines)
  if (choice === 'sqlite' || choice === 'postgres') return [engines[choice]]
  throw new Error(`--engine is sqlite, postgres or both, not ${choice}`)
}

/** As a machine of this size would have it; the tests' own server is smaller. */
const POSTGRES_SETTINGS = ['shared_buffers=1GB', 'max_wal_size=4GB', 'autovacuum_naptime=10s']

/** As many as an edge thread may have. */
const CONNECTIONS = 5

const POSTGRES_OCTETS: Octets = {
  zeros: (size) => `decode(repeat('00', ${size}), 'hex')`,
  literal: (octets) => `decode('${Buffer.from(octets).toString('hex')}', 'hex')`,
}

async function openPostgres(): Promise<Engine> {
  const server = await startPostgres(POSTGRES_SETTINGS)
  return {
    name: 'postgres',
    async open(fill) {
      const url = await server.createMigratedDatabase()
      const own = createPool(testSettings(url, { max: CONNECTIONS }), 'bench')
      const store = await seedTwoTenants(createPostgresStore(own))
      for (const statement of fill(POSTGRES_OCTETS)) await server.execute(statement, url)
      await server.execute('VACUUM (ANALYZE)', url)
      return {
        ...store,
        content: createPostgresContentStore({ pool: own, now: Date.now, newId: randomUUID }),
        close: async () => {
          await own.close()
          await server.execute(`DROP DATABASE ${databaseOf(url)} WITH (FORCE)`)
        },
      }
    },
    serverCpu: await postgresCpu(server),
    close: () => server.stop(),
  }
}

const SQLITE_OCTETS: Octets = {
  zeros: (size) => `zeroblob(${size})`,
  literal: (octets) => `x'${Buffer.from(octets).toString('hex')}'`,
}

async function openSqlite(): Promise<Engine> {
  return {
    name: 'sqlite',
    async open(fill) {
      const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
      const path = join(directory, 'postern.db')
      const seeded = await seedTwoTenants(await createInProcessStore(path))
      await seeded.close()
      fillSqlite(path, fill(SQLITE_OCTETS))
      return openSqliteStore(directory, await createInProcessStore(path), path)
    },
    serverCpu: () => 0,
    close: async () => {},
  }
}

/** Nothing is lost if this crashes, so nothing needs to be synced. */
function fillSqlite(path: string, statements: readonly string[]): void {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA synchronous = OFF')
  for (const statement of statements) database.exec(statement)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

function openSqliteStore(directory: string, store: Storage, path: string): MailStore {
  const reader = openReader(path)
  const { segments } = store.write
  const content = createSegmentContentStore({ directory, segments, database: reader, now: Date.now })
  return {
    ...store,
    content,
    close: async () => {
      await content.close()
      await store.close()
      reader.close()
      rmSync(directory, { recursive: true })
    },
  }
}
