import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type PostgresServer, startPostgres, testSettings } from '../../../test/fixtures/postgres-server.ts'
import { firstArray, run } from '../sql/sql.ts'
import type { PostgresConnection } from './connection.ts'
import { createPool, type PostgresPool } from './pool.ts'
import { POOLERS } from './pool.fixture.ts'
import { read, runSql } from './run-sql.ts'
import { inTransaction, transact } from './transaction.ts'

let server: PostgresServer
const pools: PostgresPool[] = []

before(async () => {
  server = await startPostgres()
})
after(async () => {
  await Promise.all(pools.map((pool) => pool.close()))
  await server.stop()
})

/** With idle connections, and a table `items (id, count)` with one item `a` that counts 1. */
async function openUsed(pooler: (typeof POOLERS)[number]): Promise<PostgresPool> {
  const url = await server.createDatabase()
  await server.execute(`CREATE TABLE items (id TEXT PRIMARY KEY, count BIGINT); INSERT INTO items VALUES ('a', 0)`, url)
  const pool = createPool(testSettings(url, { pooler }), 'test')
  pools.push(pool)
  await Promise.all(Array.from({ length: 4 }, () => transact(pool, () => run('SELECT pg_sleep(0.01)'))))
  assert.equal(await transact(pool, add), 1)
  return pool
}

const add = () => run(`UPDATE items SET count = count + 1 WHERE id = 'a'`)
const count = () => firstArray<[number]>('SELECT count FROM items')
const unavailable = { name: 'StoreError', code: 'unavailable' }

const interruptions: readonly [name: string, restart: () => Promise<void>][] = [
  ['an ordinary restart', () => server.restart()],
  ['a crash', () => server.kill().then(() => server.start())],
]

for (const pooler of POOLERS)
  for (const [name, restart] of interruptions)
    test(`pooler ${pooler}: after ${name} of the server, work goes on with what was committed`, async () => {
      const pool = await openUsed(pooler)
      await restart()
      assert.deepEqual(await read(pool, count()), [1])
      assert.equal(await transact(pool, add), 1)
    })

for (const pooler of POOLERS)
  test(`pooler ${pooler}: work that a crash interrupts is unavailable, and undone`, async () => {
    const pool = await openUsed(pooler)
    const work = inTransaction(pool, async (connection: PostgresConnection) => {
      await runSql(connection, add(), pool.begin.snapshot)
      await server.kill()
      await runSql(connection, add(), pool.begin.snapshot)
    })
    await assert.rejects(work, unavailable)
    await assert.rejects(transact(pool, add), unavailable)
    await assert.rejects(read(pool, count()), unavailable)
    await server.start()
    assert.deepEqual(await read(pool, count()), [1])
  })
