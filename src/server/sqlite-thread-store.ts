// A thread's own view of a SQLite installation: its read-only connection, its line to the store thread, and its own segment file for
// large content.

import { randomBytes } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'
import { systemClock } from '../config/clock.ts'
import type { Config } from '../config/schema.ts'
import { createSegmentContentStore } from '../content/sqlite.ts'
import { createQueueIds } from '../spool/queue-id.ts'
import { createSpoolClient } from '../spool/spool-client.ts'
import { openReader } from '../storage/sqlite/database.ts'
import { createSqliteReaders } from '../storage/sqlite/readers.ts'
import { connectStore } from '../storage/sqlite/store-client.ts'
import type { Storage } from '../storage/storage.ts'
import { contentDirectory, databasePath } from './places.ts'
import type { ThreadStore } from './thread-store.ts'

export function openSqliteThreadStore(config: Config, line: MessagePort): ThreadStore {
  const database = openReader(databasePath(config))
  const connection = connectStore(line)
  const storage: Storage = {
    read: createSqliteReaders(database),
    write: connection.write,
    atomically: (record, guard) => connection.atomically(record, guard),
    close: () => connection.close(),
  }
  const content = createSegmentContentStore({
    directory: contentDirectory(config),
    segments: connection.write.segments,
    database,
    now: Date.now,
  })
  return {
    storage,
    spool: createSpoolClient(connection.write.spool),
    content,
    nextQueueId: createQueueIds(Date.now, randomBytes),
    clock: systemClock,
    reconnect: (port) => connection.reconnect(port),
    async close() {
      await content.close()
      await connection.close()
      database.close()
    },
  }
}
