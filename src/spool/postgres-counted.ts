// Enqueues that count against quotas, many in one transaction. The first look waits for nobody: it takes the shard of this thread of each
// counter, unless somebody has it. A message that this does not do for is looked at again with all shards of its counters held, in a
// group of its own application alone; so an application at its limit, or whose rows somebody holds, keeps no other one waiting.
//
// What is stored is inserted before anything is counted, and only what was inserted is counted: refused and stale messages never are.
// Rows are locked in one order, so that two transactions never wait for each other.

import { dayOf, readShard, shardCount, writeShard } from '../quota/counter.ts'
import { subjectText, windowStart } from '../quota/quota.ts'
import { arrayLiteral } from '../storage/postgres/array-literal.ts'
import { findRepeatedOperation } from '../storage/sql/email-operations.ts'
import type { ShardRow } from '../storage/sql/quotas.ts'
import { allArrays, firstArray, run, type Sql } from '../storage/sql/sql.ts'
import { StoreError } from '../storage/store-error.ts'
import { type Counters, counterKey, countMessage, type CountedMessage, termsOf } from './counting.ts'
import { type CountAtOnce, createOwnShards, type OwnShards } from './postgres-count-at-once.ts'
import { createEnqueueGroups, type EnqueueRow, enqueueRows, SIZES } from './postgres-enqueue.ts'
import type { EnqueueOutcome } from './spool.ts'

/** As many as `shardCount` gives at most, so that every own shard is somebody's. */
const SHARDS = 16

type CountedOutcome = EnqueueOutcome | { readonly type: 'look at all' }

type Transact = <T>(program: () => Sql<T>) => Promise<T>

/**
 * `commit` runs what is one statement. `shard`: the one that this thread counts on, of many threads that hardly ever have the same.
 */
export function createCountedEnqueue(
  transact: Transact,
  commit: Transact,
  shard: number,
): (row: EnqueueRow) => Promise<EnqueueOutcome> {
  const own = shard % SHARDS
  const ownShards = createOwnShards(own, SHARDS)
  const simple = createEnqueueGroups<CountedOutcome>((rows) => enqueueSimply(transact, commit, ownShards, rows, own), 1)
  const exact = new Map<string, { readonly enqueue: (row: EnqueueRow) => Promise<CountedOutcome>; waiting: number }>()

  async function lookAtAll(row: EnqueueRow): Promise<CountedOutcome> {
    const { tenantId, applicationId } = row.message.envelope
    const key = `${tenantId} ${applicationId}`
    const group = exact.get(key) ?? {
      enqueue: createEnqueueGroups<CountedOutcome>((rows) => enqueueExactly(transact, rows, own), 1),
      waiting: 0,
    }
    exact.set(key, group)
    group.waiting += 1
    try {
      return await group.enqueue(row)
    } finally {
      group.waiting -= 1
      if (group.waiting === 0) exact.delete(key)
    }
  }

  return async (row) => {
    const first = await simple(row)
    const outcome = first.type === 'look at all' ? await lookAtAll(row) : first
    if (outcome.type === 'look at all') throw new StoreError('unavailable', 'the counters of a quota keep vanishing')
    return outcome
  }
}

/** On own shards alone. */
async function enqueueSimply(
  transact: Transact,
  commit: Transact,
  ownShards: OwnShards,
  rows: readonly EnqueueRow[],
  own: number,
): Promise<readonly CountedOutcome[]> {
  if (await isCountedAtOnce(commit, ownShards.plan(rows))) return rows.map(() => ({ type: 'queued' }))
  const { outcomes, counters } = await transact(() => enqueueCounted(rows, own, false))
  ownShards.remember(counters)
  return outcomes
}

async function isCountedAtOnce(commit: Transact, plan: CountAtOnce | undefined): Promise<boolean> {
  let isDone = false
  try {
    isDone = plan !== undefined && (await commit(plan.statement))
  } finally {
    // Whether a statement that failed has been committed is not known.
    plan?.settle(isDone)
  }
  return isDone
}

/** Shards that are not there cannot be held: they are made in a transaction of their own before. */
async function enqueueExactly(
  transact: Transact,
  rows: readonly EnqueueRow[],
  own: number,
): Promise<readonly CountedOutcome[]> {
  const { outcomes } = await transact(() => enqueueCounted(rows, own, true))
  if (!outcomes.some(({ type }) => type === 'look at all')) return outcomes
  await transact(() => makeShards(rows))
  return (await transact(() => enqueueCounted(rows, own, true))).outcomes
}

/** `counters`: those that were written. */
type Counted = { readonly outcomes: readonly CountedOutcome[]; readonly counters: Counters }

function* enqueueCounted(rows: readonly EnqueueRow[], own: number, isExact: boolean): Sql<Counted> {
  const stored = yield* isExact ? lockAll(rows) : lockOwn(rows, own)
  if (isExact && lacksShards(stored, rows))
    return { outcomes: rows.map(() => ({ type: 'look at all' })), counters: new Map() }
  const counting = { own, most: SHARDS, isExact }
  const planned = countersIn(stored, rows)
  const counted = rows.map(({ message }) => countMessage(planned, message, counting))
  const fitting = rows.filter((_, index) => counted[index]?.type === 'counted')
  const outcomes = yield* insert(fitting)
  const queued = fitting.filter((row) => outcomes.get(row)?.type === 'queued')
  // A part of what fitted together fits as well.
  const counters = countersIn(stored, rows)
  for (const { message } of queued)
    if (countMessage(counters, message, counting).type !== 'counted') throw new Error('what was stored is not counted')
  yield* writeShards(counters, stored)
  return { outcomes: yield* concluded(rows, counted, outcomes), counters }
}

function* concluded(
  rows: readonly EnqueueRow[],
  counted: readonly CountedMessage[],
  outcomes: ReadonlyMap<EnqueueRow, EnqueueOutcome>,
): Sql<readonly CountedOutcome[]> {
  const concluded: CountedOutcome[] = []
  for (const [index, row] of rows.entries()) {
    const one = counted[index]
    const inserted = outcomes.get(row)
    if (inserted !== undefined) concluded.push(inserted)
    else if (one?.type === 'over quota') concluded.push(yield* refused(row, one))
    else concluded.push({ type: 'look at all' })
  }
  return concluded
}

/** Nobody is refused who has his answer already, or under limits that are not any more. */
function* refused(row: EnqueueRow, over: EnqueueOutcome): Sql<EnqueueOutcome> {
  const { envelope, operation } = row.message
  const repeated = operation && (yield* findRepeatedOperation(envelope.resourceId, operation))
  if (repeated !== undefined) return { type: 'repeated', operation: repeated }
  return (yield* isStale(row)) ? { type: 'stale' } : over
}

function* isStale({ message: { envelope, epoch } }: EnqueueRow): Sql<boolean> {
  const row = yield* firstArray<[number]>('SELECT epoch FROM tenants WHERE tenant_id = ?', envelope.tenantId)
  return row?.[0] !== epoch
}

function* insert(rows: readonly EnqueueRow[]): Sql<ReadonlyMap<EnqueueRow, EnqueueOutcome>> {
  const outcomes = new Map<EnqueueRow, EnqueueOutcome>()
  for (let at = 0; at < rows.length; ) {
    const size = SIZES.find((one) => one <= rows.length - at) ?? 1
    const piece = rows.slice(at, at + size)
    const given = yield* enqueueRows(piece)
    for (const [index, row] of piece.entries()) outcomes.set(row, given[index] as EnqueueOutcome)
    at += size
  }
  return outcomes
}

type Named = readonly [tenantId: string, subject: string, shard: number]

const COLUMNS = 'c.tenant_id, c.subject, c.shard, c.tallies'
const LOCKED = `SELECT ${COLUMNS} FROM quota_counters c
  JOIN unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS BIGINT[])) AS given (tenant_id, subject, shard)
    ON c.tenant_id = given.tenant_id AND c.subject = given.subject`
const IN_ORDER = 'ORDER BY c.tenant_id, c.subject, c.shard FOR UPDATE OF c'

const lockOwn = (rows: readonly EnqueueRow[], own: number): Sql<ShardRow[]> =>
  allArrays<ShardRow>(
    `${LOCKED} AND c.shard = given.shard ${IN_ORDER} SKIP LOCKED`,
    ...arraysOf(named(rows, (count) => [own % count])),
  )

const lockAll = (rows: readonly EnqueueRow[]): Sql<ShardRow[]> =>
  allArrays<ShardRow>(`${LOCKED} ${IN_ORDER}`, ...arraysOf(named(rows, () => [0])))

function* makeShards(rows: readonly EnqueueRow[]): Sql<void> {
  const wanted = named(rows, everyShard)
  const day = windowStart('day', Math.min(...rows.map(({ message }) => message.envelope.receivedAt)))
  const text = `INSERT INTO quota_counters (tenant_id, subject, shard, day, tallies)
    SELECT given.tenant_id, given.subject, given.shard, CAST(? AS BIGINT), CAST(? AS TEXT)
    FROM unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS BIGINT[])) AS given (tenant_id, subject, shard)
    WHERE NOT EXISTS (SELECT 1 FROM quota_counters c
      WHERE c.tenant_id = given.tenant_id AND c.subject = given.subject AND c.shard = given.shard)
    ORDER BY given.tenant_id, given.subject, given.shard ON CONFLICT DO NOTHING`
  yield* run(text, day, writeShard({ rule: '', tallies: [] }), ...arraysOf(wanted))
}

const everyShard = (count: number): readonly number[] => Array.from({ length: count }, (_, shard) => shard)

function lacksShards(stored: readonly ShardRow[], rows: readonly EnqueueRow[]): boolean {
  const there = new Set(stored.map(([tenantId, subject, shard]) => `${tenantId} ${subject} ${shard}`))
  return named(rows, everyShard).some((name) => !there.has(name.join(' ')))
}

/** Shards of the counters of some messages, each once, in order. */
function named(rows: readonly EnqueueRow[], shardsOf: (count: number) => readonly number[]): readonly Named[] {
  const all = new Map<string, Named>()
  for (const { message } of rows)
    for (const term of termsOf(message))
      for (const shard of shardsOf(shardCount(term, SHARDS))) {
        const { tenantId } = message.envelope
        all.set(`${counterKey(tenantId, term.subject)} ${shard}`, [tenantId, subjectText(term.subject), shard])
      }
  return [...all.values()]
}

const arraysOf = (shards: readonly Named[]): [string, string, string] => [
  arrayLiteral(shards.map(([tenantId]) => tenantId)),
  arrayLiteral(shards.map(([, subject]) => subject)),
  arrayLiteral(shards.map(([, , shard]) => shard)),
]

function countersIn(stored: readonly ShardRow[], rows: readonly EnqueueRow[]): Counters {
  const byCounter = Map.groupBy(stored, ([tenantId, subject]) => `${tenantId} ${subject}`)
  const counters: Counters = new Map()
  for (const { message } of rows)
    for (const { subject } of termsOf(message)) {
      const { tenantId } = message.envelope
      const key = counterKey(tenantId, subject)
      const shards = byCounter.get(key)?.map(([, , shard, text]) => [shard, readShard(text)] as const)
      counters.set(key, { tenantId, subject, shards: new Map(shards) })
    }
  return counters
}

/** Those that changed. */
function* writeShards(counters: Counters, stored: readonly ShardRow[]): Sql<void> {
  const before = new Map(stored.map(([tenantId, subject, shard, text]) => [`${tenantId} ${subject} ${shard}`, text]))
  const changed = [...counters].flatMap(([key, { tenantId, subject, shards }]) =>
    [...shards]
      .map(([number, shard]) => ({
        name: [tenantId, subjectText(subject), number] as const,
        before: before.get(`${key} ${number}`),
        shard,
        text: writeShard(shard),
      }))
      .filter((one) => one.before !== one.text),
  )
  if (changed.length === 0) return
  const written = yield* run(
    UPDATE,
    ...arraysOf(changed.map(({ name }) => name)),
    arrayLiteral(changed.map(({ shard }) => dayOf(shard))),
    arrayLiteral(changed.map(({ text }) => text)),
  )
  if (written !== changed.length) throw new Error('a shard of a quota that was counted on is not there')
}

const UPDATE = `UPDATE quota_counters SET day = given.day, tallies = given.tallies
  FROM unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS BIGINT[]), CAST(? AS BIGINT[]), CAST(? AS TEXT[]))
    AS given (tenant_id, subject, shard, day, tallies)
  WHERE quota_counters.tenant_id = given.tenant_id AND quota_counters.subject = given.subject
    AND quota_counters.shard = given.shard`
