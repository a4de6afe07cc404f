// Fixture: a pool on a small database, on the server that all tests of a process share.

import { test } from 'node:test'
import {
  databaseOf,
  sharedPostgres,
  testSettings,
  type PostgresServer,
} from '../../../test/fixtures/postgres-server.ts'
import { createPool, type PostgresPool, type PostgresSettings } from './pool.ts'

export type Fixture = {
  readonly server: PostgresServer
  readonly url: string
  readonly pool: PostgresPool
  /** What the pools had to wait for before work ran again. */
  readonly pauses: readonly number[]
  /** Another pool on the same database, closed at the end too. */
  open(changes: Partial<PostgresSettings>): PostgresPool
}

export const POOLERS = ['none', 'transaction'] as const

/** Made once; these tests run one after the other. */
let database: Promise<string> | undefined

const ITEMS = `
  DROP TABLE IF EXISTS items;
  CREATE TABLE items (id TEXT PRIMARY KEY, count BIGINT NOT NULL);
  INSERT INTO items VALUES ('a', 0), ('b', 0)`

/** The database is empty but for a table `items (id, count)`, with the items `a` and `b` counting 0. */
export function poolTest(name: string, changes: Partial<PostgresSettings>, body: (fixture: Fixture) => Promise<void>) {
  test(name, async () => {
    const server = await sharedPostgres()
    database ??= server.createDatabase()
    const url = await database
    await server.execute(`ALTER DATABASE ${databaseOf(url)} RESET ALL`)
    await server.execute(ITEMS, url)
    const pauses: number[] = []
    const pools: PostgresPool[] = []
    const open = (more: Partial<PostgresSettings>) => {
      const pause = (milliseconds: number) => {
        pauses.push(milliseconds)
        return new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
      }
      const pool = createPool(testSettings(url, { ...changes, ...more }), 'test', { pause, random: () => 0.5 })
      pools.push(pool)
      return pool
    }
    try {
      await body({ server, url, pool: open({}), pauses, open })
    } finally {
      await Promise.all(pools.map((pool) => pool.close()))
    }
  })
}

/** In each way that statements may reach a server. */
export function everyPoolerTest(name: string, body: (fixture: Fixture) => Promise<void>): void {
  for (const pooler of POOLERS) poolTest(`pooler ${pooler}: ${name}`, { pooler }, body)
}
