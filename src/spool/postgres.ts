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
import { type ClaimRow, claimOf, inOrder, partsOf } from './claim-row.ts'
import { Rotation } from './fair-choice.ts'
import { messageIdRuns } from './message-id-runs.ts'
import { findOldest, lockFairly } from './postgres-due.ts'
import { createEnqueueGroups, type EnqueueRow, enqueueRows, type NewContent } from './postgres-enqueue.ts'
import { settle } from './postgres-settle.ts'
import type { Claim, EnqueueOutcome, Spool } from './spool.ts'
import { ENVELOPE_COLUMNS } from './stored-message.ts'

const FOREIGN_KEY = '23503'

export function createPostgresSpool(pool: PostgresPool): Spool {
  const rotation = new Rotation()
  const nextRun = messageIdRuns()
  const enqueue = createEnqueueGroups((rows) => commitStatement(pool, () => enqueueRows(rows)))
  return {
    async enqueue(message) {
      const content = await insertable(pool, message.content)
      const row = { message, content, messageIdRun: nextRun(message.envelope.receivedAt) }
      return asStoreError(enqueue(row).catch((error: unknown) => contentGone(error, row)))
    },
    claim: (request) => claim(pool, rotation, request),
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

type ClaimRequest = Parameters<Spool['claim']>[0]

/** What is little is all lent, in one statement; of more each application and destination gets its share. */
async function claim(pool: PostgresPool, rotation: Rotation, request: ClaimRequest): Promise<readonly Claim[]> {
  const { at, limit } = request
  const oldest = await read(pool, findOldest(at, limit))
  if (oldest.length === 0) return []
  if (oldest.length < limit) return asStoreError(commitStatement(pool, () => take(oldest, request)))
  return transact(pool, () => claimFairly(rotation, oldest, request))
}

function* claimFairly(rotation: Rotation, oldest: readonly string[], request: ClaimRequest): Sql<readonly Claim[]> {
  const { at, limit } = request
  const fair = yield* lockFairly(rotation, at, limit)
  return yield* take([...fair.union(new Set(oldest))].slice(0, limit), request)
}

/**
 * Of these, what is still due and nobody else is taking. COALESCE keeps the planner from the indexes on what is due, which look empty to
 * it when nothing waited at its last count.
 */
const TAKE = `
  UPDATE messages SET next_due = ?, lease_until = ?, claims = claims + 1
  WHERE queue_id = ANY(ARRAY(
    SELECT queue_id FROM messages
    WHERE queue_id = ANY(CAST(? AS TEXT[])) AND COALESCE(next_due <= ?, false) FOR UPDATE SKIP LOCKED))
  RETURNING ${ENVELOPE_COLUMNS}, size, claims, progress`

function* take(ids: readonly string[], { at, leaseUntil }: ClaimRequest): Sql<readonly Claim[]> {
  const rows = yield* allArrays<ClaimRow>(TAKE, leaseUntil, leaseUntil, arrayLiteral(ids), at)
  return inOrder(rows).map((row) => claimOf(row, at, leaseUntil))
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
