// The whole store on PostgreSQL, on a pool that the caller opened. Any number of them share one database: what one of them wrote is
// there for the others with its commit, and nothing is remembered in between.

import { createPostgresSpool } from '../../spool/postgres.ts'
import { atomicOutcome, goesOn, recordCalls, type StoreCall } from '../recorded-calls.ts'
import { readers } from '../sql/readers.ts'
import { sweepRows } from '../sql/retention.ts'
import type { Sql } from '../sql/sql.ts'
import { createWriters } from '../sql/writers.ts'
import type { Readers, Storage, Writers } from '../storage.ts'
import type { PostgresPool } from './pool.ts'
import { asStoreError } from './postgres-error.ts'
import { releaseContent, sweepUploads } from './release-content.ts'
import { reading, writing } from './rooms.ts'
import { transact } from './transaction.ts'

const writers = createWriters(releaseContent)

/** The pool stays the caller's to close. */
export function createPostgresStore(pool: PostgresPool): Storage {
  return {
    read: createReaders(pool),
    write: createAllWriters(pool),
    async atomically(record, guard) {
      const calls = recordCalls(record, guard)
      return atomicOutcome(calls.length > 0 ? await asStoreError(transact(pool, () => perform(calls))) : undefined)
    },
    close: async () => {},
  }
}

const createReaders = (pool: PostgresPool): Readers => ({
  directory: reading(pool, readers.directory),
  resources: reading(pool, readers.resources),
  roles: reading(pool, readers.roles),
  sealed: reading(pool, readers.sealed),
  decisions: reading(pool, readers.decisions),
  audit: reading(pool, readers.audit),
  captures: reading(pool, readers.captures),
  messages: reading(pool, readers.messages),
  loginLimits: reading(pool, readers.loginLimits),
  destinations: reading(pool, readers.destinations),
  transportPolicies: reading(pool, readers.transportPolicies),
  emailOperations: reading(pool, readers.emailOperations),
  upstreamOperations: reading(pool, readers.upstreamOperations),
  credentials: reading(pool, readers.credentials),
  events: reading(pool, readers.events),
  engagement: reading(pool, readers.engagement),
  webhooks: reading(pool, readers.webhooks),
  faults: reading(pool, readers.faults),
  holds: reading(pool, readers.holds),
  queue: reading(pool, readers.queue),
  suppressions: reading(pool, readers.suppressions),
  quotas: reading(pool, readers.quotas),
  statistics: reading(pool, readers.statistics),
  signIns: reading(pool, readers.signIns),
})

const createAllWriters = (pool: PostgresPool): Writers => ({
  directory: writing(pool, writers.directory),
  resources: writing(pool, writers.resources),
  roles: writing(pool, writers.roles),
  sealed: writing(pool, writers.sealed),
  decisions: writing(pool, writers.decisions),
  captures: writing(pool, writers.captures),
  loginLimits: writing(pool, writers.loginLimits),
  destinations: writing(pool, writers.destinations),
  transportPolicies: writing(pool, writers.transportPolicies),
  upstreamOperations: writing(pool, writers.upstreamOperations),
  watches: writing(pool, writers.watches),
  credentials: writing(pool, writers.credentials),
  events: writing(pool, writers.events),
  engagement: writing(pool, writers.engagement),
  webhooks: writing(pool, writers.webhooks),
  faults: writing(pool, writers.faults),
  signIns: writing(pool, writers.signIns),
  holds: writing(pool, writers.holds),
  queue: writing(pool, writers.queue),
  suppressions: writing(pool, writers.suppressions),
  quotas: writing(pool, writers.quotas),
  statistics: writing(pool, writers.statistics),
  audit: writing(pool, writers.audit),
  spool: createPostgresSpool(pool),
  segments: noSegments,
  retention: {
    sweep: async (at, limits) => {
      await transact(pool, () => sweepUploads(at))
      return transact(pool, () => sweepRows(at, limits, releaseContent))
    },
  },
})

/** Large content is in rows. */
const noSegments: Writers['segments'] = {
  openSegment: () => Promise.reject(new Error('no segment is on PostgreSQL')),
  closeSegment: async () => {},
  closeAll: async () => {},
}

/** Performs the calls in order and gives what the last one that was made did. */
function* perform(calls: readonly StoreCall[]): Sql<unknown> {
  const rooms = writers as unknown as Record<string, Record<string, (...args: readonly unknown[]) => Sql<unknown>>>
  let value: unknown
  for (const [index, [room, method, args]] of calls.entries()) {
    const write = rooms[room]?.[method]
    if (write === undefined) throw new TypeError(`${room}.${method} cannot be part of a transaction`)
    value = yield* write(...args)
    if (!goesOn(value, index, calls)) break
  }
  return value
}
