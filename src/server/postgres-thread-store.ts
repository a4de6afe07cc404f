// A thread's own view of an installation on PostgreSQL: a pool of its own, for everything.

import { randomBytes, randomUUID } from 'node:crypto'
import { systemClock } from '../config/clock.ts'
import type { Config } from '../config/schema.ts'
import { createPostgresContentStore } from '../content/postgres.ts'
import { createQueueIds } from '../spool/queue-id.ts'
import { createSpoolClient } from '../spool/spool-client.ts'
import { openDatabaseClock } from '../storage/postgres/database-clock.ts'
import { createPool } from '../storage/postgres/pool.ts'
import { createPostgresStore } from '../storage/postgres/postgres-store.ts'
import { connectionsPerThread, postgresSettings } from './postgres-settings.ts'
import type { Role } from './thread-protocol.ts'
import type { ThreadStore } from './thread-store.ts'

/** Throws StoreError when the database does not answer. */
export async function openPostgresThreadStore(
  config: Config,
  postgres: NonNullable<Config['store']['postgres']>,
  role: Role,
): Promise<ThreadStore> {
  const pool = createPool(postgresSettings(postgres, connectionsPerThread(config, postgres)), role)
  const clock = await openDatabaseClock(pool, systemClock)
  const storage = createPostgresStore(pool)
  return {
    storage,
    spool: createSpoolClient(storage.write.spool),
    content: createPostgresContentStore({ pool, now: () => clock.clock.now(), newId: randomUUID }),
    nextQueueId: createQueueIds(Date.now, randomBytes),
    clock: clock.clock,
    reconnect: (line) => line.close(),
    async close() {
      clock.stop()
      await pool.close()
    },
  }
}
