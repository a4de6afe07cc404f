// Fixture: stores in databases that are gone when the test is over.

import { randomUUID } from 'node:crypto'
import { sharedPostgres, testSettings } from '../../../test/fixtures/postgres-server.ts'
import { createPostgresContentStore } from '../../content/postgres.ts'
import type { MailStore } from '../mail-store.fixture.ts'
import { AT } from '../two-tenants.fixture.ts'
import { createPool, type PostgresPool, type PostgresSettings } from './pool.ts'
import { createPostgresStore } from './postgres-store.ts'

/** A new, empty store; closing it removes its database. `settingsOf` says how to reach it. */
export async function openTemporaryMailStore(
  settingsOf: (url: string) => PostgresSettings = testSettings,
): Promise<MailStore & { readonly pool: PostgresPool; readonly url: string }> {
  const server = await sharedPostgres()
  const url = await server.createMigratedDatabase()
  const pool = createPool(settingsOf(url), 'test')
  return {
    ...createPostgresStore(pool),
    content: createPostgresContentStore({ pool, now: () => AT, newId: randomUUID }),
    pool,
    url,
    close: async () => {
      await pool.close()
      await server.dropDatabase(url)
    },
  }
}
