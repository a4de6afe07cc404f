// Enqueueing and counting in one statement, for what is usual: the shards that a thread counts on are its own, so it knows what is in
// them. The statement changes shards that are still as this thread left them and inserts the messages; where one is not, where somebody
// holds it, or where a tenant has changed, it does nothing at all, and the group goes the long way. So nothing rests on what is
// remembered here: forgetting it costs one long way.

import { arrayLiteral } from '../storage/postgres/array-literal.ts'
import { dayOf, type Shard, shardCount, writeShard } from '../quota/counter.ts'
import { subjectText } from '../quota/quota.ts'
import { allArrays, type Sql } from '../storage/sql/sql.ts'
import { type Counters, counterKey, countMessage, termsOf } from './counting.ts'
import { type EnqueueRow, enqueueText, SIZES, type Size, valuesOf } from './postgres-enqueue.ts'

/** Shards of this thread by counter, as it wrote them last. */
export interface OwnShards {
  /** The statement, and what to remember of it once it has been committed; undefined where the long way is to be gone. */
  plan(rows: readonly EnqueueRow[]): CountAtOnce | undefined
  /** What this thread wrote, in a transaction that has been committed. */
  remember(counters: Counters): void
}

export type CountAtOnce = {
  /** False: nothing was done. */
  readonly statement: () => Sql<boolean>
  readonly settle: (isDone: boolean) => void
}

/** `text`: as it is in the row. */
type Own = {
  readonly tenantId: string
  readonly subject: string
  readonly number: number
  readonly shard: Shard
  readonly text: string
}

/** Some hundred octets each. */
const REMEMBERED = 4096

/** `own`: the shard that this thread counts on, of as many as `most`. */
export function createOwnShards(own: number, most: number): OwnShards {
  const known = new Map<string, Own>()

  /** Undefined where one is not known. */
  function findAll(rows: readonly EnqueueRow[]): ReadonlyMap<string, Own> | undefined {
    const found = new Map<string, Own>()
    for (const { message } of rows)
      for (const term of termsOf(message)) {
        const key = counterKey(message.envelope.tenantId, term.subject)
        const before = known.get(key)
        if (before?.number !== own % shardCount(term, most)) return undefined
        found.set(key, before)
      }
    return found
  }

  return {
    plan(rows) {
      const before = rows.every(isUsual) ? findAll(rows) : undefined
      const after = before && count(rows, before, own, most)
      if (before === undefined || after === undefined) return undefined
      return {
        statement: () => enqueueAtOnce(rows, [...before.values()], after),
        settle(isDone) {
          for (const [index, key] of [...before.keys()].entries()) {
            const now = after[index]
            if (isDone && now !== undefined) known.set(key, now)
            else known.delete(key)
          }
        },
      }
    },
    remember(counters) {
      if (known.size >= REMEMBERED) known.clear()
      for (const [key, { tenantId, subject, shards }] of counters) {
        const [only, ...others] = shards
        if (only === undefined || others.length > 0) continue
        const [number, shard] = only
        known.set(key, { tenantId, subject: subjectText(subject), number, shard, text: writeShard(shard) })
      }
    },
  }
}

/** Mail of a session. */
const isUsual = ({ message: { terms, epoch, operation } }: EnqueueRow): boolean =>
  terms !== undefined && epoch !== undefined && operation === undefined

/** What the shards become; undefined when that takes a look at others. */
function count(
  rows: readonly EnqueueRow[],
  before: ReadonlyMap<string, Own>,
  own: number,
  most: number,
): readonly Own[] | undefined {
  const counters: Counters = new Map()
  for (const { message } of rows)
    for (const { subject } of termsOf(message)) {
      const { tenantId } = message.envelope
      const key = counterKey(tenantId, subject)
      const { number, shard } = before.get(key) as Own
      if (!counters.has(key)) counters.set(key, { tenantId, subject, shards: new Map([[number, shard]]) })
    }
  for (const { message } of rows)
    if (countMessage(counters, message, { own, most, isExact: false }).type !== 'counted') return undefined
  return [...before].map(([key, one]) => {
    const shard = counters.get(key)?.shards.get(one.number)
    if (shard === undefined) throw new Error('a shard was lost while it was counted on')
    return { ...one, shard, text: writeShard(shard) }
  })
}

/** Rows are skipped that somebody holds, so nobody is waited for. */
const AHEAD = `
  wanted AS (
    SELECT w.tenant_id, w.subject, w.shard, w.before, w.day, w.after
    FROM unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS BIGINT[]), CAST(? AS TEXT[]), CAST(? AS BIGINT[]),
      CAST(? AS TEXT[])) AS w (tenant_id, subject, shard, before, day, after)
  ),
  held AS (
    SELECT c.tenant_id FROM quota_counters c JOIN wanted w
      ON c.tenant_id = w.tenant_id AND c.subject = w.subject AND c.shard = w.shard AND c.tallies = w.before
    FOR UPDATE OF c SKIP LOCKED
  ),
  judged AS (
    SELECT g.queue_id FROM given g JOIN tenants t ON t.tenant_id = g.tenant_id AND t.epoch = g.epoch
  ),
  agreed AS (
    SELECT 1 AS yes WHERE (SELECT count(*) FROM held) = (SELECT count(*) FROM wanted)
      AND (SELECT count(*) FROM judged) = (SELECT count(*) FROM given)
  ),
  counted AS (
    UPDATE quota_counters SET day = w.day, tallies = w.after FROM wanted w CROSS JOIN agreed
    WHERE quota_counters.tenant_id = w.tenant_id AND quota_counters.subject = w.subject AND quota_counters.shard = w.shard
  ),`

const TEXTS = new Map(SIZES.map((size) => [size, enqueueText(size, AHEAD, 'given g CROSS JOIN agreed')]))

function* enqueueAtOnce(rows: readonly EnqueueRow[], before: readonly Own[], after: readonly Own[]): Sql<boolean> {
  const statement = TEXTS.get(rows.length as Size)
  if (statement === undefined) throw new RangeError(`no statement counts ${rows.length} messages`)
  const shards = [
    arrayLiteral(before.map(({ tenantId }) => tenantId)),
    arrayLiteral(before.map(({ subject }) => subject)),
    arrayLiteral(before.map(({ number }) => number)),
    arrayLiteral(before.map(({ text }) => text)),
    arrayLiteral(after.map(({ shard }) => dayOf(shard))),
    arrayLiteral(after.map(({ text }) => text)),
  ]
  const queued = yield* allArrays<[string]>(statement, ...rows.flatMap(valuesOf), ...shards)
  if (queued.length !== 0 && queued.length !== rows.length)
    throw new Error('a group that is counted as a whole was not stored as one')
  return queued.length > 0
}
