// Counting on PostgreSQL in one statement where a thread's shards are as it left them, and the long way where they are not.

import assert from 'node:assert/strict'
import { usagesOf } from '../quota/counter.ts'
import { packTerms } from '../quota/packed-terms.ts'
import type { QuotaTerm } from '../quota/quota.ts'
import { inline, type MailStore, mailTests, message } from '../storage/mail-store.fixture.ts'
import { commitStatement } from '../storage/postgres/commit-statement.ts'
import type { PostgresPool } from '../storage/postgres/pool.ts'
import { openTemporaryMailStore } from '../storage/postgres/temporary-store.fixture.ts'
import { inTransaction, transact } from '../storage/postgres/transaction.ts'
import { run } from '../storage/sql/sql.ts'
import { A, AT, change } from '../storage/two-tenants.fixture.ts'
import { createCountedEnqueue } from './postgres-counted.ts'
import type { NewMessage } from './spool.ts'

type Store = MailStore & { readonly pool: PostgresPool }

const countedTest = mailTests('postgres counting', openTemporaryMailStore)
const term: QuotaTerm = {
  subject: { kind: 'application', key: A.applicationId },
  limits: { messages: { day: 5000 }, recipients: { day: 60_000 } },
}

/** As a thread does it that counts on shard `shard`; `ways` says how each group went. */
function openThread({ pool }: Store, shard: number) {
  const ways: string[] = []
  const enqueue = createCountedEnqueue(
    (program) => {
      ways.push('transaction')
      return transact(pool, program)
    },
    async (program) => {
      const outcome = await commitStatement(pool, program)
      ways.push(outcome === true ? 'statement' : 'in vain')
      return outcome
    },
    shard,
  )
  let run = 0
  return {
    enqueue: async (given: NewMessage) => {
      run += 1
      const counted = { ...given, terms: packTerms([term]) }
      return (await enqueue({ message: counted, content: inline('x') as never, messageIdRun: run })).type
    },
    ways: () => ways.splice(0).join(', '),
  }
}

async function counted(store: Store): Promise<number | undefined> {
  const [counter] = await store.read.quotas.readCounters(A.tenantId, [term.subject])
  return usagesOf(counter?.shards ?? new Map(), term, AT)[0]?.used
}

/** The first message makes the shards, the second one learns what is in them. */
async function openKnowing(store: Store, shard = 3) {
  const thread = openThread(store, shard)
  for (let sent = 0; sent < 2; sent += 1) assert.equal(await thread.enqueue(await message(store)), 'queued')
  thread.ways()
  return thread
}

countedTest('a thread that knows its shards counts in the statement that enqueues', async (store) => {
  const { enqueue, ways } = await openKnowing(store)
  assert.equal(await enqueue(await message(store)), 'queued')
  assert.equal(ways(), 'statement')
  const many = await Promise.all(Array.from({ length: 7 }, () => message(store)))
  assert.deepEqual(new Set(await Promise.all(many.map(enqueue))), new Set(['queued']))
  assert.equal(ways(), 'statement, statement, statement')
  assert.equal(await counted(store), 10)
})

countedTest('who has been judged under what is no more is stored nowhere and counted nowhere', async (store) => {
  const { enqueue, ways } = await openKnowing(store)
  const stale = await message(store)
  await store.write.directory.setApplicationDisabled(change(), A.tenantId, A.applicationObjectId, true)
  const fresh = await message(store)
  assert.deepEqual(await Promise.all([enqueue(stale), enqueue(fresh)]), ['stale', 'queued'])
  assert.equal(ways(), 'in vain, transaction')
  assert.equal(await counted(store), 3)
  assert.equal(await enqueue(await message(store)), 'queued')
  assert.equal(ways(), 'statement')
})

countedTest('two threads that have the same shard lose no count to each other', async (store) => {
  const [one, other] = [await openKnowing(store), await openKnowing(store)]
  for (let turn = 0; turn < 3; turn += 1)
    for (const { enqueue } of [one, other]) assert.equal(await enqueue(await message(store)), 'queued')
  const crowd = await Promise.all(Array.from({ length: 40 }, () => message(store)))
  await Promise.all(crowd.map((each, index) => (index % 2 === 0 ? one : other).enqueue(each)))
  assert.equal(await counted(store), 4 + 6 + 40)
})

countedTest('a shard that was swept away is made again', async (store) => {
  const { enqueue, ways } = await openKnowing(store)
  await transact(store.pool, () => run('DELETE FROM quota_counters'))
  assert.equal(await enqueue(await message(store)), 'queued')
  assert.match(ways(), /^in vain, transaction, /)
  assert.equal(await counted(store), 1)
})

countedTest('a message that cannot be stored is not counted, and what is known is learnt again', async (store) => {
  const { enqueue, ways } = await openKnowing(store)
  const stored = await message(store)
  assert.equal(await enqueue(stored), 'queued')
  ways()
  await assert.rejects(enqueue(stored))
  assert.equal(await counted(store), 3)
  assert.equal(await enqueue(await message(store)), 'queued')
  assert.match(ways(), /transaction$/)
  assert.equal(await enqueue(await message(store)), 'queued')
  assert.equal(ways(), 'statement')
  assert.equal(await counted(store), 5)
})

countedTest('a shard that somebody holds is not waited for', async (store) => {
  const { enqueue, ways } = await openKnowing(store)
  const waiting = await inTransaction(store.pool, async (connection) => {
    await connection.command('SELECT 1 FROM quota_counters FOR UPDATE')
    const queued = enqueue(await message(store))
    // Its thread goes the long way, which in the end is the one that waits, in a group of the application alone.
    for (let look = 0; ; look += 1) {
      const seen = ways()
      if (seen !== '') return { queued, seen }
      assert(look < 10_000)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  })
  assert.match(waiting.seen, /^in vain/)
  assert.equal(await waiting.queued, 'queued')
  assert.equal(await counted(store), 3)
})
