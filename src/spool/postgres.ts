// The spool on PostgreSQL, on a pool of its own thread: any number of threads, processes and machines share the queue. It stores, lends
// and settles; when to try again is decided elsewhere. As on SQLite, what is due is found by an index whose key is for a claimed
// message the end of its lease, so the claims of a dead node lapse by themselves, and a claim is fenced by its number.

import { findContent } from '../content/postgres.ts'
import type { ContentRef } from '../content/content.ts'
import { arrayLiteral } from '../storage/postgres/array-literal.ts'
import { commitStatement } from '../storage/postgres/commit-statement.ts'
import type { PostgresPool } from '../storage/postgres/pool.ts'
import { asStoreError, sqlState } from '../storage/postgres/postgres-error.ts'
import { read } from '../storage/postgres/run-sql.ts'
import { transact } from '../storage/postgres/transaction.ts'
import { allArrays, run, type Sql } from '../storage/sql/sql.ts'
import { partsOf } from './lending.ts'
import { messageIdRuns } from './message-id-runs.ts'
import { createPostgresClaim } from './postgres-claim.ts'
import { createCountedEnqueue } from './postgres-counted.ts'
import { createEnqueueGroups, type EnqueueRow, enqueueRows, type NewContent } from './postgres-enqueue.ts'
import { settle } from './postgres-settle.ts'
import type { EnqueueOutcome, Spool } from './spool.ts'

const FOREIGN_KEY = '23503'

/** `elapsed`: milliseconds since some moment. */
export function createPostgresSpool(pool: PostgresPool, elapsed = () => performance.now()): Spool {
  const nextRun = messageIdRuns()
  const enqueue = createEnqueueGroups((rows) => commitStatement(pool, () => enqueueRows(rows)))
  const enqueueCounted = createCountedEnqueue(
    (program) => transact(pool, program),
    (program) => commitStatement(pool, program),
    Math.floor(pool.random() * 2 ** 16),
  )
  return {
    async enqueue(message) {
      const content = await insertable(pool, message.content)
      const row = { message, content, messageIdRun: nextRun(message.envelope.receivedAt) }
      const isCounted = message.terms !== undefined || message.operation !== undefined
      const queued = isCounted ? enqueueCounted(row) : enqueue(row)
      return asStoreError(queued.catch((error: unknown) => contentGone(error, row)))
    },
    claim: createPostgresClaim(pool, elapsed),
    renew: (tokens, leaseUntil) => transact(pool, () => renew(tokens, leaseUntil)),
    release: (tokens) => transact(pool, () => release(tokens)),
    settle: (settlements) => transact(pool, () => settle(settlements)),
    voidClaims: async () => {},
  }
}

async function insertable(pool: PostgresPool, content: ContentRef): Promise<NewContent> {
  switch (content.kind) {
    case 'inline':
    case 'upload':
      return content
    case 'stored':
      return insertable(pool, await read(pool, findContent(content.contentId)))
    case 'segment':
      throw new Error('no segment is on PostgreSQL')
  }
}

function contentGone(error: unknown, { content }: EnqueueRow): EnqueueOutcome {
  if (content.kind !== 'upload' || sqlState(error) !== FOREIGN_KEY) throw error
  return { type: 'unavailable', detail: `content upload ${content.uploadId} is gone` }
}

/** Claims that are still held, of the tokens given. */
const HELD = `
  FROM unnest(CAST(? AS TEXT[]), CAST(? AS BIGINT[])) AS given (queue_id, claims)
  WHERE messages.queue_id = given.queue_id AND messages.claims = given.claims AND lease_until IS NOT NULL`

function claimsIn(tokens: readonly string[]): [ids: string, claims: string] {
  const parts = tokens.map(partsOf).filter(([, claims]) => Number.isSafeInteger(claims))
  return [arrayLiteral(parts.map(([id]) => id)), arrayLiteral(parts.map(([, claims]) => claims))]
}

function* renew(tokens: readonly string[], leaseUntil: number): Sql<readonly string[]> {
  const text = `UPDATE messages SET next_due = ?, lease_until = ? ${HELD} RETURNING messages.queue_id, messages.claims`
  const rows = yield* allArrays<[string, number]>(text, leaseUntil, leaseUntil, ...claimsIn(tokens))
  const held = new Set(rows.map(([queueId, claims]) => `${queueId}/${claims}`))
  return tokens.filter((token) => held.has(token))
}

function* release(tokens: readonly string[]): Sql<void> {
  yield* run(`UPDATE messages SET next_due = received_at, lease_until = NULL ${HELD}`, ...claimsIn(tokens))
}
