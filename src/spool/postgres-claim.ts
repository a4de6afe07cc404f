// Lends what is due on PostgreSQL. What is little is all lent, in one statement; of more each application and destination gets its share.
// While looks are slow, see claim-pace.ts, the oldest go first. What a hold stops is taken like the rest and then parked, by a second
// transaction: until then it is the taker's.

import { arrayLiteral } from '../storage/postgres/array-literal.ts'
import { commitStatement } from '../storage/postgres/commit-statement.ts'
import type { PostgresPool } from '../storage/postgres/pool.ts'
import { asStoreError } from '../storage/postgres/postgres-error.ts'
import { read } from '../storage/postgres/run-sql.ts'
import { transact } from '../storage/postgres/transaction.ts'
import { letGo, lockHolds, readHoldsAtClaim } from '../storage/sql/holds.ts'
import { allArrays, run, type Sql } from '../storage/sql/sql.ts'
import { ClaimPace } from './claim-pace.ts'
import { Rotation } from './fair-choice.ts'
import { CLAIMED_COLUMNS, type ClaimRow, type HoldAtClaim, inOrder, lend, type Lending, partsOf } from './lending.ts'
import { type Due, findOldest, lockFairly, lockOldestSince } from './postgres-due.ts'
import type { Claim, Spool } from './spool.ts'
import { ENVELOPE_COLUMNS } from './stored-message.ts'

type ClaimRequest = Parameters<Spool['claim']>[0]

/** Looks of one claim, where holds take what it found. */
const ROUNDS = 10

/** `elapsed`: milliseconds since some moment. */
export function createPostgresClaim(pool: PostgresPool, elapsed: () => number): Spool['claim'] {
  const rotation = new Rotation()
  const pace = new ClaimPace(elapsed)

  async function takeThoroughly(request: ClaimRequest, oldest: readonly Due[]): Promise<readonly ClaimRow[]> {
    pace.found(oldest[0]?.due ?? request.at)
    const ids = oldest.map(({ id }) => id)
    if (ids.length === 0) return []
    if (ids.length < request.limit) return asStoreError(commitStatement(pool, () => take(ids, request)))
    return transact(pool, () => takeFairly(rotation, ids, request))
  }

  async function takeOldest(request: ClaimRequest): Promise<readonly ClaimRow[]> {
    let oldest: readonly Due[] = []
    const rows = await transact(pool, function* () {
      oldest = yield* lockOldestSince(pace.from, request.at, request.limit)
      return oldest.length === 0
        ? []
        : yield* take(
            oldest.map(({ id }) => id),
            request,
          )
    })
    pace.found(oldest[0]?.due ?? request.at)
    return rows
  }

  async function claimOnce(request: ClaimRequest): Promise<readonly Lending[]> {
    const { isThorough } = pace
    const look = async () => {
      const { holds, oldest } = await read(pool, lookAround(request, isThorough))
      for (const { holdId, isUndone } of holds) if (isUndone) await transact(pool, () => letGo(holdId, request.at))
      return { holds, rows: isThorough ? await takeThoroughly(request, oldest) : await takeOldest(request) }
    }
    const { holds, rows } = await (isThorough ? pace.measure(look) : look())
    return settleHolds(pool, inOrder([...rows]), holds, request)
  }

  return async (request) => {
    const claims: Claim[] = []
    for (let round = 0; round < ROUNDS && claims.length < request.limit; round += 1) {
      const lendings = await claimOnce({ ...request, limit: request.limit - claims.length })
      for (const lending of lendings) if (lending.type === 'lent') claims.push(lending.claim)
      if (lendings.every(({ type }) => type === 'lent')) break
    }
    return claims
  }
}

function* lookAround({ at, limit }: ClaimRequest, isThorough: boolean) {
  const holds = yield* readHoldsAtClaim()
  return { holds, oldest: isThorough ? yield* findOldest(at, limit) : [] }
}

async function settleHolds(
  pool: PostgresPool,
  rows: readonly ClaimRow[],
  holds: readonly HoldAtClaim[],
  { at, leaseUntil }: ClaimRequest,
): Promise<readonly Lending[]> {
  const lendings = rows.map((row) => lend(row, holds, at, leaseUntil))
  if (lendings.some((lending) => lending.type === 'parked' || lending.mark !== null))
    await transact(pool, () => park(lendings))
  return lendings
}

/** Nobody has marked it, or taken its mark away, since it was taken; else the claim lapses, and the next one sees. */
const PARK = `
  UPDATE messages SET next_due = COALESCE(CAST(? AS BIGINT), CASE WHEN CAST(? AS TEXT) IS NULL THEN received_at END),
    hold_id = ?, lease_until = NULL
  WHERE queue_id = ? AND claims = ? AND lease_until IS NOT NULL AND hold_id IS NOT DISTINCT FROM CAST(? AS TEXT)`

const UNMARK = 'UPDATE messages SET hold_id = NULL WHERE queue_id = ? AND claims = ? AND hold_id = ?'

function* park(lendings: readonly Lending[]): Sql<void> {
  const stopped = lendings.flatMap((lending) => (lending.type === 'parked' ? lending : []))
  const inForce = yield* lockHolds(stopped.flatMap(({ holdId }) => holdId ?? []))
  for (const { queueId, claim, due, holdId, holdBefore } of stopped) {
    // Undone meanwhile: it is due again, as what was parked under it is.
    const mark = holdId !== null && inForce.has(holdId) ? holdId : null
    yield* run(PARK, due, mark, mark, queueId, claim, holdBefore)
  }
  for (const lending of lendings)
    if (lending.type === 'lent' && lending.mark !== null)
      yield* run(UNMARK, ...partsOf(lending.claim.token), lending.mark)
}

function* takeFairly(rotation: Rotation, oldest: readonly string[], request: ClaimRequest): Sql<readonly ClaimRow[]> {
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
  RETURNING ${ENVELOPE_COLUMNS}, ${CLAIMED_COLUMNS}`

const take = (ids: readonly string[], { at, leaseUntil }: ClaimRequest): Sql<readonly ClaimRow[]> =>
  allArrays<ClaimRow>(TAKE, leaseUntil, leaseUntil, arrayLiteral(ids), at)
