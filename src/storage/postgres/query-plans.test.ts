// What a login and a message ask must not slow down with what else is stored. PostgreSQL keeps a plan as long as its connection, so the
// one that counts is the one it made while there was next to nothing: a service starts empty, and a queue grows faster than statistics.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedPostgres, testSettings } from '../../../test/fixtures/postgres-server.ts'
import { claimAt, enqueue, inline, type MailStore, outcome, SERVICE } from '../mail-store.fixture.ts'
import { A, AT, seedTwoTenants } from '../two-tenants.fixture.ts'
import { createPostgresContentStore } from '../../content/postgres.ts'
import { migrate } from './migrations.ts'
import { createPool, type PostgresPool } from './pool.ts'
import { createPostgresStore } from './postgres-store.ts'

const MANY = 20_000

/** As many applications, messages and their contents as MANY, like the ones that are there. */
const PILE = [
  `INSERT INTO messages SELECT 'x' || i, tenant_id, resource_key, application_id, internet_message_id, message_id_run, received_at, size,
     'queued', ${AT} + 1000 + i, 0, NULL, 1, NULL, envelope, lane + i FROM (SELECT * FROM messages LIMIT 1) m, generate_series(1, ${MANY}) i`,
  `INSERT INTO contents SELECT 'x' || i, 1, 'x' FROM generate_series(1, ${MANY}) i`,
  `INSERT INTO applications SELECT 'x' || i, 'x' || i, tenant_id, display_name, false, created_at
     FROM (SELECT * FROM applications LIMIT 1) a, generate_series(1, ${MANY}) i`,
  `INSERT INTO service_principals SELECT 'x' || i, 'x' || i, tenant_id, display_name, true, created_at
     FROM (SELECT * FROM service_principals LIMIT 1) s, generate_series(1, ${MANY}) i`,
  `INSERT INTO role_assignments SELECT tenant_id, 'x' || i, 's', 's', 'r', 'x' || i, 'ServicePrincipal'
     FROM (SELECT * FROM tenants LIMIT 1) t, generate_series(1, ${MANY}) i`,
  `INSERT INTO suppressions SELECT tenant_id, 'x' || i, 'operator', '', NULL, 0, NULL, 0
     FROM (SELECT * FROM tenants LIMIT 1) t, generate_series(1, ${MANY}) i`,
  `INSERT INTO captures SELECT 'x' || i, 't', 'r', 'r', '', '', 0, 1, '[]' FROM generate_series(1, ${MANY}) i`,
]

async function logIn({ read }: MailStore): Promise<void> {
  const { tenantId, applicationId, principalId } = A
  await read.resources.findCommunicationService('name')
  await read.resources.findSmtpUsername('name')
  await read.resources.readSenderStanding(SERVICE, 'local', 'domain')
  await read.directory.readEpoch(tenantId)
  await read.directory.readLogin(tenantId, applicationId)
  await read.roles.readAccessFacts(tenantId, principalId)
}

async function send(store: MailStore): Promise<void> {
  for (let count = 0; count < 20; count += 1) await enqueue(store, {}, inline('a'))
  const [reversePath, addresses] = ['a@b.example', ['one@example.com', 'two@example.com']]
  await store.read.suppressions.findSuppressed({
    tenantId: A.tenantId,
    reversePath,
    resourceId: SERVICE,
    addresses,
    at: AT,
  })
  // A claim of some of what is due, and one of all.
  for (const limit of [3, 100]) {
    const claims = await claimAt(store, AT, limit)
    const tokens = claims.map(({ token }) => token)
    await store.write.spool.renew(tokens, AT + 60_000)
    await store.write.spool.settle(
      claims.map(({ envelope: { queueId }, token }) => ({
        queueId,
        token,
        at: AT,
        outcomes: [outcome(0, 'delivered')],
      })),
    )
    await store.write.spool.release(tokens)
  }
}

const openStore = (pool: PostgresPool): MailStore => ({
  ...createPostgresStore(pool),
  content: createPostgresContentStore({ pool, now: () => AT, newId: () => '' }),
})

const ROWS_READ = `
  SELECT relname, seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid) AS read
  FROM pg_stat_user_tables t WHERE n_live_tup > ${MANY} / 2 ORDER BY relname`

test('logins and mail read a few rows, planned while there were few', async () => {
  const server = await sharedPostgres()
  // A new one: what the server counted of the tables of another would be there still.
  const url = await server.createDatabase()
  // One connection, so that there is one set of plans.
  const pool = createPool(testSettings(url, { max: 1 }), 'test')
  await migrate(pool)
  const store = await seedTwoTenants(openStore(pool))
  // The sixth time and after a plan is for any values.
  for (let round = 0; round < 8; round += 1) await logIn(store).then(() => send(store))
  // What a connection has read is counted when it is idle, or when this asks for it.
  for (const text of PILE) await server.execute(`${text}; SELECT pg_stat_force_next_flush()`, url)
  const before = new Map((await server.execute(ROWS_READ, url)).map(({ relname, read }) => [relname, Number(read)]))
  await logIn(store).then(() => send(store))
  await pool.close()
  const tables = await server.execute(ROWS_READ, url)
  await server.dropDatabase(url)
  assert.equal(tables.length, PILE.length)
  assert.deepEqual(
    tables.filter(({ relname, read }) => Number(read) - (before.get(relname) ?? 0) > MANY / 4),
    [],
  )
})
