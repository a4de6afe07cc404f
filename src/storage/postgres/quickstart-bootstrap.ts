// What several quickstarts on one database must share and no file can hold for them: the installation key. It lies beside what it seals,
// so a copy of the database gives everything away; only quickstarts, which are for development, use it.

import { firstArray, run, type Sql } from '../sql/sql.ts'
import type { PostgresPool } from './pool.ts'
import { transact } from './transaction.ts'

/** The key that is there, or `key` from now on. */
export function claimBootstrapKey(pool: PostgresPool, key: Uint8Array): Promise<Uint8Array> {
  return transact(pool, () => claim(key))
}

function* claim(key: Uint8Array): Sql<Uint8Array> {
  yield* run(
    `INSERT INTO quickstart_bootstrap (name, value) VALUES ('installation-key', ?) ON CONFLICT (name) DO NOTHING`,
    key,
  )
  const text = `SELECT value FROM quickstart_bootstrap WHERE name = 'installation-key'`
  const row = yield* firstArray<[Uint8Array]>(text)
  if (row === undefined) throw new Error('a key that was put is not there')
  return row[0]
}
