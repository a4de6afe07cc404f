// The whole store in one thread: for tests, and for programs of one process and one thread. The same writers, the same group
// commit and the same separate connection for reading as with a store thread; only the port between them is missing.

import { dirname, join } from 'node:path'
import type { Storage, Writers } from '../storage.ts'
import { StoreError } from '../store-error.ts'
import { openReader, openWriter } from './database.ts'
import type { GroupCommit } from './group-commit.ts'
import { createSqliteReaders } from './readers.ts'
import { atomicOutcome, recordCalls, type StoreCall, writersOver } from '../recorded-calls.ts'
import { perform } from './store-protocol.ts'
import type { Synchronous } from './synchronous.ts'
import { createWriting } from './writers.ts'

/**
 * `path` is a database file; it is created when missing, its directory is not. Segment files belong into `content` beside it.
 * Throws StoreError when the file cannot be used.
 */
export async function createInProcessStore(path: string): Promise<Storage> {
  const opened = openWriter(path)
  if (opened.type !== 'opened') throw new StoreError('unavailable', opened.message)
  const { database } = opened
  const reader = openReader(path)
  const { writers, groupCommit } = createWriting(database, join(dirname(path), 'content'))
  const call = callInGroups(groupCommit, writers)
  return {
    read: createSqliteReaders(reader),
    write: writersOver((one) => call([one])),
    atomically: async (record, guard) => atomicOutcome(await call(recordCalls(record, guard))),
    close: async () => {
      // Goes with the last group: what was asked for before is done.
      await call([])
      reader.close()
      database.close()
    },
  }
}

function callInGroups(groupCommit: GroupCommit, writers: Synchronous<Writers>) {
  return (calls: readonly StoreCall[]) =>
    new Promise<unknown>((resolve, reject) => {
      groupCommit.submit(
        () => perform(writers, calls),
        (outcome) => (outcome.type === 'done' ? resolve(outcome.value) : reject(outcome.error)),
      )
    })
}
