// The store thread: the single writer of a SQLite installation. It opens the database, serves every line it is given, and on a stop
// lets what is on the way be committed.

import { openWriter } from '../storage/sqlite/database.ts'
import { serveStore } from '../storage/sqlite/store-server.ts'
import { createWriting } from '../storage/sqlite/writers.ts'
import { contentDirectory, databasePath } from './places.ts'
import type { StartRole } from './thread-protocol.ts'

export const runStore: StartRole = ({ config }) => {
  const opened = openWriter(databasePath(config), 'checked')
  if (opened.type !== 'opened') throw new Error(opened.message)
  const { database } = opened
  const { writers, groupCommit } = createWriting(database, contentDirectory(config))
  return {
    receive(message) {
      if (message.type === 'store') serveStore(message.port, writers, groupCommit)
    },
    // Stopped last, when nobody asks any more: a commit that is owed is made in the turn it was asked in.
    async stop() {
      await new Promise((resolve) => setImmediate(resolve))
      database.close()
    },
    metrics: async () => [],
  }
}
