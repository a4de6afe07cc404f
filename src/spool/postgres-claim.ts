// Lends what is due on PostgreSQL. What is little is all lent, in one statement; of more each application and destination gets its share.
// While looks are slow, see claim-pace.ts, the oldest go first.

import { arrayLiteral } from '../storage/postgres/array-literal.ts'
import { commitStatement } from '../storage/postgres/commit-statement.ts'
import type { PostgresPool } from '../storage/postgres/pool.ts'
import { asStoreError } from '../storage/postgres/postgres-error.ts'
import { read } from '../storage/postgres/run-sql.ts'
import { transact } from '../storage/postgres/transaction.ts'
import { allArrays, type Sql } from '../storage/sql/sql.ts'
import { ClaimPace } from './claim-pace.ts'
import { type ClaimRow, claimOf, inOrder } from './claim-row.ts'
import { Rotation } from './fair-choice.ts'
import { type Due, findOldest, lockFairly, lockOldestSince } from './postgres-due.ts'
import type { Claim, Spool } from './spool.ts'
import { ENVELOPE_COLUMNS } from './stored-message.ts'

type ClaimRequest = Parameters<Spool['claim']>[0]

/** `elapsed`: milliseconds since some moment. */
export function createPostgresClaim(pool: PostgresPool, elapsed: () => number): Spool['claim'] {
  const rotation = new Rotation()
  const pace = new ClaimPace(elapsed)

  async function claimThoroughly(request: ClaimRequest): Promise<readonly Claim[]> {
    const oldest = await read(pool, findOldest(request.at, request.limit))
    pace.found(oldest[0]?.due ?? request.at)
    const ids = oldest.map(({ id }) => id)
    if (ids.length === 0) return []
    if (ids.length < request.limit) return asStoreError(commitStatement(pool, () => take(ids, request)))
    return transact(pool, () => takeFairly(rotation, ids, request))
  }

  async function claimOldest(request: ClaimRequest): Promise<readonly Claim[]> {
    let oldest: readonly Due[] = []
    const claims = await transact(pool, function* () {
      oldest = yield* lockOldestSince(pace.from, request.at, request.limit)
      return oldest.length === 0
        ? []
        : yield* take(
            oldest.map(({ id }) => id),
            request,
          )
    })
    pace.found(oldest[0]?.due ?? request.at)
    return claims
  }

  return (request) => (pace.isThorough ? pace.measure(() => claimThoroughly(request)) : claimOldest(request))
}

function* takeFairly(rotation: Rotation, oldest: readonly string[], request: ClaimRequest): Sql<readonly Claim[]> {
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
