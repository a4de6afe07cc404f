// Counting on SQLite, in the transaction that enqueues. One thread writes, so a counter is one shard and every look at it is exact; and
// because nobody else writes counters, those in use are kept in memory. Each is written once for all messages of a group, just before
// the group is committed; so what is committed is always both, the messages and their count. When a transaction is undone, all that is
// kept is forgotten and read again.

import { dayOf, readShard, type Shard, type Shards, writeShard } from '../quota/counter.ts'
import { type QuotaSubject, subjectText } from '../quota/quota.ts'
import type { Database } from '../storage/sqlite/database.ts'
import type { WriteBehind } from '../storage/sqlite/group-commit.ts'
import { counterKey, type CountedMessage, planCount, termsOf } from './counting.ts'
import type { NewMessage } from './spool.ts'

export interface KeptCounters extends WriteBehind {
  plan(message: NewMessage): PlannedCount
}

export type PlannedCount = {
  readonly outcome: CountedMessage
  /** To be called once the message is stored, in the call that planned. */
  readonly count: () => void
}

/** Counters kept between groups, some hundred octets each. A group may have more. */
const KEPT = 4096

type Kept = {
  readonly tenantId: string
  readonly subject: string
  /** As the database has it. */
  stored: Shards
  shards: Shards
}

export function keepCounters(database: Database): KeptCounters {
  const kept = new Map<string, Kept>()
  /** Those of a sender, by its tenant and terms: one look for each message. */
  const ofSenders = new Map<string, readonly Kept[]>()
  const changed = new Set<Kept>()
  const read = prepareRead(database)
  const write = prepareWrite(database)

  function find(tenantId: string, subject: QuotaSubject): Kept {
    const key = counterKey(tenantId, subject)
    const counter = kept.get(key) ?? read(tenantId, subject)
    kept.set(key, counter)
    return counter
  }
  function findAll(message: NewMessage): readonly Kept[] {
    const { tenantId } = message.envelope
    const key = `${tenantId} ${message.terms}`
    const counters = ofSenders.get(key) ?? termsOf(message).map(({ subject }) => find(tenantId, subject))
    ofSenders.set(key, counters)
    return counters
  }
  const forget = () => {
    kept.clear()
    ofSenders.clear()
    changed.clear()
  }

  return {
    plan(message) {
      const counters = findAll(message)
      const before = counters.map(({ shards }) => shards)
      const outcome = planCount(before, message, COUNTING)
      const count = () => {
        if (outcome.type !== 'counted') return
        for (const [index, counter] of counters.entries()) {
          counter.shards = outcome.shards[index] ?? counter.shards
          changed.add(counter)
        }
      }
      return { outcome, count }
    },
    flush() {
      for (const counter of changed) {
        write(counter)
        counter.stored = counter.shards
      }
      changed.clear()
      if (kept.size + ofSenders.size > KEPT) forget()
    },
    forget,
  }
}

const COUNTING = { own: 0, most: 1, isExact: true } as const

function prepareRead(database: Database): (tenantId: string, subject: QuotaSubject) => Kept {
  const read = database.prepareArrays<[number, string]>(
    'SELECT shard, tallies FROM quota_counters WHERE tenant_id = ? AND subject = ?',
  )
  return (tenantId, subject) => {
    const text = subjectText(subject)
    const stored = new Map(read.all(tenantId, text).map(([shard, tallies]) => [shard, readShard(tallies)]))
    return { tenantId, subject: text, stored, shards: stored }
  }
}

/** What an index holds of a row is left alone but once a day. */
function prepareWrite(database: Database): (counter: Kept) => void {
  const update = database.prepareArrays(
    'UPDATE quota_counters SET tallies = ? WHERE tenant_id = ? AND subject = ? AND shard = ?',
  )
  const put = database.prepareArrays(
    `INSERT INTO quota_counters (tenant_id, subject, shard, day, tallies) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenant_id, subject, shard) DO UPDATE SET day = excluded.day, tallies = excluded.tallies`,
  )
  return ({ tenantId, subject, stored, shards }) => {
    const isUpdated = (number: number, shard: Shard, old: Shard | undefined) =>
      old !== undefined &&
      dayOf(old) === dayOf(shard) &&
      // Retention may have removed it.
      update.run(writeShard(shard), tenantId, subject, number).changes !== 0
    for (const [number, shard] of shards) {
      const old = stored.get(number)
      if (old !== shard && !isUpdated(number, shard, old))
        put.run(tenantId, subject, number, dayOf(shard), writeShard(shard))
    }
  }
}
