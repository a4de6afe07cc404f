import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../../test/fixtures/eventually.ts'
import { sharedPostgres, testSettings, type PostgresServer } from '../../../test/fixtures/postgres-server.ts'
import { allArrays } from '../sql/sql.ts'
import { migrate, migrations } from './migrations.ts'
import { POOLERS } from './pool.fixture.ts'
import { createPool, type PostgresPool, type PostgresSettings } from './pool.ts'
import { read } from './run-sql.ts'
import { type Migration, schemaStatus } from './schema-status.ts'

type Fixture = {
  readonly server: PostgresServer
  readonly url: string
  readonly pool: PostgresPool
  /** As of another node. */
  open(changes?: Partial<PostgresSettings>): PostgresPool
}

/** Made once; these tests run one after the other. */
let database: Promise<string> | undefined

for (const pooler of POOLERS) {
  const migrationTest = (name: string, body: (fixture: Fixture) => Promise<void>): void =>
    void test(`pooler ${pooler}: ${name}`, async () => {
      const server = await sharedPostgres()
      database ??= server.createDatabase()
      const url = await database
      await server.execute('DROP SCHEMA public CASCADE; CREATE SCHEMA public', url)
      const pools: PostgresPool[] = []
      const open = (changes: Partial<PostgresSettings> = {}) => {
        // A pause lets others get on; how long it is does not matter here.
        const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 10))
        pools.push(createPool(testSettings(url, { pooler, max: 2, ...changes }), 'test', { pause }))
        return pools.at(-1) as PostgresPool
      }
      try {
        await body({ server, url, pool: open(), open })
      } finally {
        await Promise.all(pools.map((pool) => pool.close()))
      }
    })

  migrationTest('steps run once, in order', async ({ pool }) => {
    const first = { steps: [step(5, 'CREATE TABLE one (x BIGINT)')] }
    const second = {
      steps: [step(5, 'fails when run'), step(6, 'CREATE TABLE two (x BIGINT); ALTER TABLE one ADD y TEXT')],
    }
    assert.deepEqual(await migrate(pool, first), { type: 'current', applied: [5] })
    assert.deepEqual(await migrate(pool, second), { type: 'current', applied: [6] })
    assert.deepEqual(await migrate(pool, second), { type: 'current', applied: [] })
    assert.deepEqual(await tables(pool), ['leases', 'one', 'schema_migrations', 'two'])
  })

  migrationTest('a failing step leaves what the steps before it made, and holds nobody up', async ({ pool }) => {
    const failing = [step(5, 'CREATE TABLE one (x BIGINT)'), step(6, 'CREATE TABLE two (x BIGINT); nonsense')]
    await assert.rejects(migrate(pool, { steps: failing }), { code: '42601' })
    assert.deepEqual(await tables(pool), ['leases', 'one', 'schema_migrations'])
    const mended = [step(5, 'fails when run'), step(6, 'CREATE TABLE two (x BIGINT)')]
    assert.deepEqual(await migrate(pool, { steps: mended, looks: 1 }), { type: 'current', applied: [6] })
  })

  migrationTest('nodes that start together migrate once', async ({ open, pool }) => {
    const slow = 'SELECT pg_sleep(0.05)'
    const steps = [
      step(5, `CREATE TABLE one (x BIGINT); INSERT INTO one VALUES (5); ${slow}`),
      step(6, `INSERT INTO one VALUES (6); ${slow}`),
      step(7, `INSERT INTO one VALUES (7); ${slow}`),
    ]
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => migrate(open(), { steps })))
    assert.deepEqual(new Set(outcomes.map(({ type }) => type)), new Set(['current']))
    const applied = outcomes.flatMap((outcome) => (outcome.type === 'current' ? outcome.applied : []))
    assert.deepEqual(applied, [5, 6, 7])
    assert.deepEqual(await read(pool, allArrays('SELECT x FROM one ORDER BY x')), [[5], [6], [7]])
    assert.deepEqual(await read(pool, allArrays('SELECT name FROM leases')), [])
  })

  migrationTest('one connection is enough', async ({ open }) => {
    const applied = migrations.map(({ version }) => version)
    assert.deepEqual(await migrate(open({ max: 1 })), { type: 'current', applied })
  })

  migrationTest('a step may take longer than any other statement', async ({ open }) => {
    const hasty = open({ statementTimeout: 300 })
    assert.deepEqual(await migrate(hasty, { steps: [step(5, 'SELECT pg_sleep(0.5)')] }), {
      type: 'current',
      applied: [5],
    })
  })

  migrationTest(
    'a node that vanished between two steps is waited for until its lease is over',
    async ({ pool, server, url, open }) => {
      const steps = [step(5, 'CREATE TABLE one (x BIGINT)'), step(6, 'CREATE TABLE two (x BIGINT)')]
      await migrate(pool, { steps: steps.slice(0, 1) })
      await server.execute(`INSERT INTO leases VALUES ('migration', 'vanished', ${inSeconds(60)})`, url)
      const early = await migrate(open(), { steps, looks: 3 })
      assert.equal(early.type, 'locked')
      await server.execute(`UPDATE leases SET until = ${inSeconds(-1)}`, url)
      assert.deepEqual(await migrate(open(), { steps, looks: 1 }), { type: 'current', applied: [6] })
    },
  )

  migrationTest('a node whose connection breaks in a step leaves the step to another', async ({ pool, open }) => {
    const breaks = [
      step(5, 'CREATE TABLE one (x BIGINT)'),
      step(6, 'CREATE TABLE two (x BIGINT); SELECT pg_terminate_backend(pg_backend_pid())'),
    ]
    await assert.rejects(migrate(pool, { steps: breaks }), { name: 'StoreError', code: 'unavailable' })
    assert.deepEqual(await tables(open()), ['leases', 'one', 'schema_migrations'])
    const whole = [step(5, 'fails when run'), step(6, 'CREATE TABLE two (x BIGINT)')]
    assert.deepEqual(await migrate(open(), { steps: whole }), { type: 'current', applied: [6] })
  })

  migrationTest('a node that lost its lease stops before it changes anything', async ({ pool }) => {
    const steps = [
      step(5, `CREATE TABLE one (x BIGINT); UPDATE leases SET holder = 'usurper'`),
      step(6, 'CREATE TABLE two (x BIGINT)'),
    ]
    await assert.rejects(migrate(pool, { steps }), { code: 'unavailable', message: /took over/ })
    assert.equal((await tables(pool)).includes('two'), false)
  })

  migrationTest('nobody takes over while a step runs, whatever its lease says', async ({ pool, open, server, url }) => {
    const steps = [step(4, ALWAYS_LAPSED), step(5, 'CREATE TABLE one (x BIGINT); SELECT pg_advisory_xact_lock(1)')]
    await migrate(pool, { steps: steps.slice(0, 1) })
    const gate = await pool.checkOut()
    await gate.command('BEGIN; SELECT pg_advisory_xact_lock(1)')
    const slow = migrate(open(), { steps })
    const waits = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`
    await eventually(async () => (await server.execute(waits, url))[0], 'waiting in the step')
    const other = await migrate(open({ lockTimeout: 20 }), { steps: [step(5, 'fails when run')], looks: 3 }).finally(
      () => gate.release(),
    )
    assert.equal(other.type, 'locked')
    assert.deepEqual(await slow, { type: 'current', applied: [5] })
  })

  migrationTest('a schema one step ahead is worked with where its step only added', async ({ pool }) => {
    const five = step(5, 'CREATE TABLE one (x BIGINT)')
    await migrate(pool, { steps: [five, step(6, 'CREATE TABLE two (x BIGINT)', 5)] })
    assert.deepEqual(await migrate(pool, { steps: [five] }), { type: 'ahead', version: 6 })
  })

  migrationTest('a schema one step ahead that breaks older programs is refused', async ({ pool }) => {
    const five = step(5, 'CREATE TABLE one (x BIGINT)')
    await migrate(pool, { steps: [five, step(6, 'CREATE TABLE two (x BIGINT)', 6)] })
    const outcome = await migrate(pool, { steps: [five] })
    assert.equal(outcome.type, 'newer')
    assert.match(outcome.type === 'newer' ? outcome.message : '', /schema 6, .* knows up to 5/)
  })

  migrationTest('a schema two steps ahead is refused', async ({ pool }) => {
    const five = step(5, 'CREATE TABLE one (x BIGINT)')
    await migrate(pool, { steps: [five, step(6, 'SELECT 1', 5), step(7, 'SELECT 1', 5)] })
    assert.equal((await migrate(pool, { steps: [five] })).type, 'newer')
  })

  for (const [what, sql] of [
    ['tables', 'CREATE TABLE accounts (x BIGINT)'],
    ['migrations', 'CREATE TABLE schema_migrations (version TEXT)'],
  ] as const)
    migrationTest(`${what} of another program are left alone`, async ({ pool, server, url }) => {
      await server.execute(sql, url)
      const before = await tables(pool)
      assert.equal((await migrate(pool)).type, 'foreign')
      assert.deepEqual(await tables(pool), before)
    })

  migrationTest('the status says what is there and what is to come', async ({ pool }) => {
    const steps = [step(5, 'SELECT 1'), step(6, 'SELECT 1', 5)]
    const states = [(await schemaStatus(pool, steps)).state]
    await migrate(pool, { steps: steps.slice(0, 1) })
    const behind = await schemaStatus(pool, steps)
    await migrate(pool, { steps })
    states.push(behind.state, (await schemaStatus(pool, steps)).state)
    assert.deepEqual(states, ['empty', 'behind', 'current'])
    assert.deepEqual([behind.version, behind.known, behind.oldestProgram], [5, 6, 5])
    assert.deepEqual(
      behind.pending.map(({ version }) => version),
      [6],
    )
    assert.deepEqual(
      behind.applied.map(({ version, name }) => [version, name]),
      [[5, 'step 5']],
    )
    assert.ok((behind.applied[0]?.appliedAt ?? 0) > 1_600_000_000_000)
  })
}

test('numbers have no gap, and no step shuts out more than itself', () => {
  const first = migrations[0]?.version ?? 0
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, index) => first + index),
  )
  for (const { version, oldestProgram } of migrations) assert.ok(oldestProgram <= version)
})

/** Every lease on this database is over when it begins. */
const ALWAYS_LAPSED = `
  CREATE FUNCTION lapse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.until := 0; RETURN NEW; END';
  CREATE TRIGGER lapse BEFORE INSERT OR UPDATE ON leases FOR EACH ROW EXECUTE FUNCTION lapse()`

function step(version: number, sql: string, oldestProgram = version): Migration {
  return { version, name: `step ${version}`, sql, oldestProgram }
}

async function tables(pool: PostgresPool): Promise<unknown[]> {
  const sql = 'SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename'
  return (await read(pool, allArrays(sql))).map(([name]) => name)
}

const inSeconds = (seconds: number): string =>
  `CAST(extract(epoch FROM clock_timestamp()) + ${seconds} AS BIGINT) * 1000`
