import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { databaseOf, testSettings } from '../../../test/fixtures/postgres-server.ts'
import { all, allArrays, first, firstArray, run, type Value } from '../sql/sql.ts'
import { openNetwork } from './network.fixture.ts'
import { everyPoolerTest, poolTest } from './pool.fixture.ts'
import { createPool } from './pool.ts'
import { read } from './run-sql.ts'
import { transact } from './transaction.ts'

const types: readonly [expression: string, expected: Value][] = [
  [`true`, 1],
  [`false`, 0],
  [`NULL::boolean`, null],
  [`9007199254740991::bigint`, Number.MAX_SAFE_INTEGER],
  [`(-1)::bigint`, -1],
  [`7::smallint`, 7],
  [`7::integer`, 7],
  [`(SELECT SUM(n) FROM (VALUES (1::bigint), (2)) AS v (n))`, 3],
  [`(SELECT COUNT(*) FROM items)`, 2],
  [`1.5::numeric`, 1.5],
  [`0.25::float8`, 0.25],
  [`'text'`, 'text'],
  [`'{"a":1}'::json`, '{"a":1}'],
  [`''::bytea`, new Uint8Array()],
  [`'\\x00ff10'::bytea`, new Uint8Array([0, 255, 16])],
]

everyPoolerTest('every type of column becomes a value', async ({ pool }) => {
  const row = await read(pool, firstArray(`SELECT ${types.map(([expression]) => expression).join(', ')}`))
  assert.deepEqual(
    row,
    types.map(([, expected]) => expected),
  )
})

everyPoolerTest('values come back as they went', async ({ pool }) => {
  const octets = Uint8Array.from({ length: 256 }, (_, index) => index)
  const values: Value[] = ['ü\u{1F4E7}\n\\x', '', 1, -1, octets.subarray(3, 200), null]
  const row = await read(
    pool,
    firstArray(
      'SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BYTEA), CAST(? AS TEXT)',
      ...values,
    ),
  )
  assert.deepEqual(
    row,
    values.map((value) => (value instanceof Uint8Array ? Uint8Array.from(value) : value)),
  )
})

everyPoolerTest('each shape of an answer', async ({ pool }) => {
  assert.deepEqual(await read(pool, all('SELECT id, count FROM items ORDER BY id')), [
    { id: 'a', count: 0 },
    { id: 'b', count: 0 },
  ])
  assert.deepEqual(await read(pool, allArrays('SELECT id, count FROM items WHERE id = ?', 'b')), [['b', 0]])
  assert.deepEqual(await read(pool, first('SELECT id FROM items ORDER BY id')), { id: 'a' })
  assert.equal(await read(pool, first('SELECT id FROM items WHERE id = ?', 'c')), undefined)
  assert.equal(await transact(pool, () => run('UPDATE items SET count = count + ?', 2)), 2)
})

everyPoolerTest('a number that does not fit is refused, not rounded', async ({ pool }) => {
  await assert.rejects(read(pool, firstArray('SELECT 9007199254740993::bigint')), RangeError)
  await assert.rejects(read(pool, firstArray('SELECT -9007199254740993::numeric')), RangeError)
  assert.deepEqual(await read(pool, firstArray('SELECT 1')), [1])
})

const TIMEOUTS = `SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
  current_setting('idle_in_transaction_session_timeout'), current_setting('synchronous_commit'), current_setting('application_name')`

everyPoolerTest('a transaction has its timeouts, and a COMMIT that means durable', async ({ pool, server, url }) => {
  await server.execute(`ALTER DATABASE ${databaseOf(url)} SET synchronous_commit = off`)
  const seen = await transact(pool, () => firstArray(TIMEOUTS))
  assert.deepEqual(seen, ['20s', '10s', '22s', 'on', 'postern/test'])
})

everyPoolerTest('what is stronger than asked for is left alone', async ({ pool, server, url }) => {
  await server.execute(`ALTER DATABASE ${databaseOf(url)} SET synchronous_commit = remote_apply`)
  assert.deepEqual(await transact(pool, () => firstArray(`SELECT current_setting('synchronous_commit')`)), [
    'remote_apply',
  ])
})

poolTest('behind a pooler nothing sticks to the connection', { pooler: 'transaction', max: 1 }, async ({ pool }) => {
  await transact(pool, () => run('UPDATE items SET count = 1 WHERE id = ?', 'a'))
  assert.deepEqual(await read(pool, firstArray(`SELECT current_setting('statement_timeout')`)), ['0'])
  assert.deepEqual(await read(pool, allArrays('SELECT name FROM pg_prepared_statements')), [])
})

poolTest('without a pooler a statement is parsed once', { max: 1 }, async ({ pool }) => {
  for (const id of ['a', 'b', 'c']) await read(pool, first('SELECT count FROM items WHERE id = ?', id))
  const kept = await read(
    pool,
    allArrays(`SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%items%$1'`),
  )
  assert.deepEqual(kept, [['SELECT count FROM items WHERE id = $1']])
})

everyPoolerTest('texts are compared in the order of the database unless a column says otherwise', async ({ pool }) => {
  const sorted = await read(pool, allArrays(`SELECT x FROM (VALUES ('B'), ('a')) AS v (x) ORDER BY x`))
  assert.deepEqual(sorted, [['a'], ['B']], 'the fixture proves nothing under a database collation of C')
})

poolTest(
  'a pool never grows beyond its bound, and says so when it is used up',
  { max: 2, connectTimeout: 500 },
  async ({ pool }) => {
    const held = [await pool.checkOut(), await pool.checkOut()]
    await assert.rejects(pool.checkOut(), { name: 'StoreError', code: 'unavailable' })
    for (const connection of held) connection.release()
    assert.deepEqual(await read(pool, firstArray('SELECT 1')), [1])
  },
)

poolTest('a server that only reads is not the primary', {}, async ({ server, url, open }) => {
  const name = databaseOf(url)
  await server.execute(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
  await assert.rejects(read(open({}), firstArray('SELECT 1')), {
    code: 'unavailable',
    message: /the primary is wanted/,
  })
  const pooled = open({ pooler: 'transaction', max: 1 })
  const write = () => transact(pooled, () => run('UPDATE items SET count = 1'))
  await assert.rejects(write(), { code: 'unavailable', message: /read-only.*25006/ })
  await server.execute(`ALTER DATABASE ${name} SET default_transaction_read_only = off`)
  assert.equal(await write(), 2, 'the connection to the standby was kept')
})

everyPoolerTest('a connection that is ended while idle is replaced', async ({ pool, server }) => {
  const own = () => read(pool, firstArray<[number]>('SELECT pg_backend_pid()'))
  const before = await own()
  await server.execute(`SELECT pg_terminate_backend(${before?.[0]}, 5000)`)
  assert.notDeepEqual(await own(), before)
})

test('a refused connection is no bug, and tells no password', async () => {
  for (const url of [
    'postgres://me:obviously-fake@127.0.0.1:1/none',
    'postgres://me:obviously-fake@nowhere.invalid/none',
    'postgres://me:obviously-fake@[:1/none',
  ]) {
    const pool = createPool(testSettings(url), 'test')
    const error: unknown = await read(pool, firstArray('SELECT 1')).catch((reason: unknown) => reason)
    assert.equal((error as { code?: string }).code, 'unavailable')
    assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /obviously-fake/)
    await pool.close()
  }
})

poolTest('a wrong password is unavailable too', {}, async ({ url, open }) => {
  const wrong = new URL(url)
  wrong.password = 'obviously-fake'
  const error: unknown = await read(open({ url: wrong.href }), firstArray('SELECT 1')).catch(
    (reason: unknown) => reason,
  )
  assert.equal((error as { code?: string }).code, 'unavailable')
  assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /obviously-fake/)
})

poolTest('an answer that never comes is not waited for', {}, async ({ url, open }) => {
  const network = await openNetwork(url)
  try {
    const pool = open({ url: network.through(url), statementTimeout: 300, max: 1, connectTimeout: 1_000 })
    assert.deepEqual(await read(pool, firstArray('SELECT 1')), [1])
    network.fallSilent()
    await assert.rejects(read(pool, firstArray('SELECT 1')), { code: 'unavailable', message: /timeout/ })
    await assert.rejects(read(pool, firstArray('SELECT 1')), { code: 'unavailable', message: /no connection/ })
  } finally {
    await network.close()
  }
})
