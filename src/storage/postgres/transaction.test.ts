import assert from 'node:assert/strict'
import { eventually } from '../../../test/fixtures/eventually.ts'
import { allArrays, firstArray, lock, run, snapshot, type Sql } from '../sql/sql.ts'
import { openNetwork } from './network.fixture.ts'
import { everyPoolerTest, poolTest } from './pool.fixture.ts'
import type { PostgresConnection } from './connection.ts'
import type { PostgresPool } from './pool.ts'
import { read, runSql } from './run-sql.ts'
import { inTransaction, transact } from './transaction.ts'

const add = (id: string, count: number): Sql<number> =>
  run('UPDATE items SET count = count + ? WHERE id = ?', count, id)
const counts = (): Sql<number[][]> => allArrays('SELECT count FROM items ORDER BY id')

const perform = <T>(connection: PostgresConnection, sql: Sql<T>): Promise<T> => runSql(connection, sql, 'BEGIN')

const WAITING = `SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`

function somebodyWaits(pool: PostgresPool): Promise<true> {
  const look = async () => ((await read(pool, firstArray<[number]>(WAITING)))?.[0] === 0 ? undefined : true)
  return eventually(look, 'waiting for a lock')
}

/** Resolves for all when `parties` have come. */
function barrier(parties: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let missing = parties
  return () => {
    missing -= 1
    if (missing <= 0) resolve()
    return promise
  }
}

everyPoolerTest('work that fails leaves nothing, and its finally blocks run', async ({ pool }) => {
  const events: string[] = []
  function* fails(): Sql<void> {
    try {
      yield* add('a', 1)
      yield* run('UPDATE nowhere SET x = 1')
    } finally {
      events.push('finally')
    }
  }
  await assert.rejects(transact(pool, fails), { code: '42P01' })
  assert.deepEqual(events, ['finally'])
  assert.deepEqual(await read(pool, counts()), [[0], [0]])
})

everyPoolerTest('what the program throws comes out as it is', async ({ pool }) => {
  const bug = new Error('a bug')
  await assert.rejects(
    transact(pool, function* () {
      yield* add('a', 1)
      throw bug
    }),
    (error) => error === bug,
  )
  assert.deepEqual(await read(pool, counts()), [[0], [0]])
})

everyPoolerTest('work that swallows the failure of a statement has not been committed', async ({ pool }) => {
  function* swallows(): Sql<string> {
    yield* add('a', 1)
    try {
      yield* run('UPDATE nowhere SET x = 1')
    } catch {
      return 'done'
    }
    return 'not reached'
  }
  await assert.rejects(transact(pool, swallows), /went on after a statement/)
  assert.deepEqual(await read(pool, counts()), [[0], [0]])
})

everyPoolerTest('a deadlock: one gives way and runs again', async ({ pool, pauses }) => {
  const met = barrier(2)
  let attempts = 0
  const cross = (from: string, to: string) =>
    inTransaction(pool, async (connection) => {
      attempts += 1
      await perform(connection, add(from, 1))
      await met()
      await perform(connection, add(to, 1))
    })
  await Promise.all([cross('a', 'b'), cross('b', 'a')])
  assert.deepEqual(await read(pool, counts()), [[2], [2]])
  // It may come upon the other before that has gone on, and give way again.
  assert.ok(attempts >= 3)
  assert.equal(pauses.length, attempts - 2)
})

/** Adds in an isolation that notices what others changed since its first look; `disturb` runs after that look. */
function addSerially(pool: PostgresPool, disturb: () => Promise<unknown>): Promise<void> {
  return inTransaction(pool, async (connection) => {
    await perform(connection, run('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'))
    await perform(connection, counts())
    await disturb()
    await perform(connection, add('a', 1))
  })
}

poolTest('a serialization failure: the work runs again', {}, async ({ pool, pauses }) => {
  let rounds = 0
  await addSerially(pool, async () => {
    rounds += 1
    if (rounds <= 2) await transact(pool, () => add('a', 10))
  })
  assert.deepEqual(await read(pool, counts()), [[21], [0]])
  assert.equal(rounds, 3)
  assert.deepEqual(pauses, [5, 10])
})

poolTest('work that never wins a race gives up', {}, async ({ pool, pauses }) => {
  const losing = addSerially(pool, () => transact(pool, () => add('a', 10)))
  await assert.rejects(losing, { name: 'StoreError', code: 'unavailable', message: /40001/ })
  assert.deepEqual(pauses, [5, 10, 20, 40, 80])
})

everyPoolerTest('a key taken between check and write: the checks see it the second time', async ({ pool }) => {
  let attempts = 0
  const outcome = await inTransaction(pool, async (connection) => {
    attempts += 1
    const taken = await perform(connection, firstArray('SELECT 1 FROM items WHERE id = ?', 'c'))
    if (taken !== undefined) return 'taken'
    await transact(pool, () => run(`INSERT INTO items VALUES ('c', 1)`))
    await perform(connection, run(`INSERT INTO items VALUES ('c', 2)`))
    return 'inserted'
  })
  assert.equal(outcome, 'taken')
  assert.equal(attempts, 2)
})

everyPoolerTest('who locks a row waits for who locked it before', async ({ pool }) => {
  const locked = barrier(2)
  const order: string[] = []
  const first = inTransaction(pool, async (connection) => {
    await perform(connection, lock('SELECT 1 FROM items WHERE id = ?', 'a'))
    await locked()
    await somebodyWaits(pool)
    order.push('first')
  })
  const second = locked().then(() =>
    transact(pool, function* () {
      yield* lock('SELECT 1 FROM items WHERE id = ?', 'a')
      order.push('second')
    }),
  )
  await Promise.all([first, second])
  assert.deepEqual(order, ['first', 'second'])
})
everyPoolerTest('a lock outside a transaction is a bug', async ({ pool }) => {
  await assert.rejects(read(pool, lock('SELECT 1 FROM items')), /only be locked in a transaction/)
})

everyPoolerTest('a lock that is not given in time is unavailable', async ({ pool, open }) => {
  const hasty = open({ lockTimeout: 100 })
  await inTransaction(pool, async (connection) => {
    await perform(connection, add('a', 1))
    await assert.rejects(
      transact(hasty, () => add('a', 1)),
      { code: 'unavailable', message: /55P03/ },
    )
  })
  assert.deepEqual(await read(pool, counts()), [[1], [0]])
})

everyPoolerTest(
  'a statement that takes too long is unavailable, and its connection is used again',
  async ({ open }) => {
    const hasty = open({ statementTimeout: 300, max: 1 })
    const pid = () => transact(hasty, () => firstArray('SELECT pg_backend_pid()'))
    const before = await pid()
    await assert.rejects(
      transact(hasty, () => run('SELECT pg_sleep(60)')),
      { code: 'unavailable', message: /57014/ },
    )
    assert.deepEqual(await pid(), before)
  },
)

everyPoolerTest('a snapshot is of one moment', async ({ pool }) => {
  function* twice(): Sql<unknown[]> {
    const before = yield* counts()
    yield* run('SELECT pg_advisory_xact_lock(1)')
    return [before, yield* counts()]
  }
  const reading = await inTransaction(pool, async (connection) => {
    await perform(connection, run('SELECT pg_advisory_xact_lock(1)'))
    const reading = read(pool, snapshot(twice()))
    await somebodyWaits(pool)
    await transact(pool, () => add('a', 1))
    return { reading }
  })
  const unchanged = [[0], [0]]
  assert.deepEqual(await reading.reading, [unchanged, unchanged])
  assert.deepEqual(await read(pool, counts()), [[1], [0]])
})

everyPoolerTest('a snapshot gives its connection back clean, whether it fails or not', async ({ open }) => {
  const pool = open({ max: 1 })
  const pid = () => read(pool, firstArray('SELECT pg_backend_pid()'))
  const before = await pid()
  await assert.rejects(read(pool, snapshot(run('SELECT nonsense'))), { code: '42703' })
  assert.deepEqual(await read(pool, snapshot(counts())), [[0], [0]])
  assert.deepEqual(await pid(), before)
  assert.equal(await transact(pool, () => add('a', 1)), 1)
})

everyPoolerTest('a snapshot writes nothing', async ({ pool }) => {
  await assert.rejects(read(pool, snapshot(add('a', 1))), { code: 'unavailable', message: /25006/ })
  assert.deepEqual(await read(pool, counts()), [[0], [0]])
})

everyPoolerTest(
  'a connection that is lost in the middle of work is unavailable, and the work undone',
  async ({ pool, server }) => {
    const work = inTransaction(pool, async (connection) => {
      await perform(connection, add('a', 1))
      const [pid] = (await perform(connection, firstArray<[number]>('SELECT pg_backend_pid()'))) ?? []
      await server.execute(`SELECT pg_terminate_backend(${pid}, 5000)`)
      await perform(connection, add('b', 1))
    })
    await assert.rejects(work, { name: 'StoreError', code: 'unavailable' })
    assert.deepEqual(await read(pool, counts()), [[0], [0]])
  },
)

everyPoolerTest('a COMMIT whose answer is lost is unknown, and not run again', async ({ pool, url, open }) => {
  const network = await openNetwork(url)
  try {
    const far = open({ url: network.through(url) })
    let attempts = 0
    network.cutAfter('COMMIT\0')
    const work = transact(far, function* () {
      attempts += 1
      yield* add('a', 1)
    })
    await assert.rejects(work, { name: 'StoreError', code: 'unavailable', message: /whether .* is not known/ })
    assert.equal(attempts, 1)
    assert.deepEqual(await read(pool, counts()), [[1], [0]])
  } finally {
    await network.close()
  }
})
