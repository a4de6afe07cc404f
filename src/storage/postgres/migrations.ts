// Brings a database to this program's schema: numbered, append-only steps, each in a transaction of its own. One node migrates, the
// others wait for it. The right to migrate is a row with a lease: an advisory lock would belong to a session, which a pooler may hand
// to anybody. Every step first renews the lease, by which it also holds the row until the step is over: a step may take as long as it
// needs, and a node that lost the lease meanwhile stops. Times are the database's, since the clocks of nodes differ.

import { randomUUID } from 'node:crypto'
import { StoreError } from '../store-error.ts'
import { first, run, type Sql } from '../sql/sql.ts'
import type { PostgresConnection } from './connection.ts'
import { schemaMigration } from './migrations/000006-schema.ts'
import { identityProvidersMigration } from './migrations/000007-identity-providers.ts'
import { loginLimitsMigration } from './migrations/000008-login-limits.ts'
import { credentialLifecycleMigration } from './migrations/000009-credential-lifecycle.ts'
import { devicePasswordMigration } from './migrations/000010-device-passwords.ts'
import { deliveryMigration } from './migrations/000011-delivery.ts'
import { destinationsMigration } from './migrations/000012-destinations.ts'
import { transportPoliciesMigration } from './migrations/000013-transport-policies.ts'
import { upstreamOperationsMigration } from './migrations/000014-upstream-operations.ts'
import { watchesMigration } from './migrations/000015-watches.ts'
import { quotasMigration } from './migrations/000016-quotas.ts'
import { emailOperationsMigration } from './migrations/000017-email-operations.ts'
import { eventSubscriptionsMigration } from './migrations/000018-event-subscriptions.ts'
import { faultsMigration } from './migrations/000019-faults.ts'
import { engagementMigration } from './migrations/000020-engagement.ts'
import { signInsMigration } from './migrations/000021-sign-ins.ts'
import { decisionListMigration } from './migrations/000022-decision-list.ts'
import { statisticsMigration } from './migrations/000023-statistics.ts'
import { providerSignInsMigration } from './migrations/000024-provider-sign-ins.ts'
import { credentialDevicesMigration } from './migrations/000025-credential-devices.ts'
import { largeListsMigration } from './migrations/000026-large-lists.ts'
import type { PostgresPool } from './pool.ts'
import { sqlState } from './postgres-error.ts'
import { read, runSql } from './run-sql.ts'
import { type Migration, readStatus, type SchemaStatus, schemaStatus } from './schema-status.ts'
import { inTransaction, transact } from './transaction.ts'

/** In the order of their numbers, without a gap. */
export const migrations: readonly Migration[] = [
  { version: 6, name: 'schema', sql: schemaMigration, oldestProgram: 6 },
  { version: 7, name: 'identity providers', sql: identityProvidersMigration, oldestProgram: 6 },
  { version: 8, name: 'login limits', sql: loginLimitsMigration, oldestProgram: 6 },
  { version: 9, name: 'credential lifecycle', sql: credentialLifecycleMigration, oldestProgram: 6 },
  { version: 10, name: 'device passwords', sql: devicePasswordMigration, oldestProgram: 6 },
  { version: 11, name: 'delivery', sql: deliveryMigration, oldestProgram: 6 },
  { version: 12, name: 'destinations', sql: destinationsMigration, oldestProgram: 6 },
  { version: 13, name: 'transport policies', sql: transportPoliciesMigration, oldestProgram: 6 },
  { version: 14, name: 'upstream operations', sql: upstreamOperationsMigration, oldestProgram: 6 },
  { version: 15, name: 'watches', sql: watchesMigration, oldestProgram: 6 },
  { version: 16, name: 'quotas', sql: quotasMigration, oldestProgram: 6 },
  { version: 17, name: 'email operations', sql: emailOperationsMigration, oldestProgram: 6 },
  { version: 18, name: 'event subscriptions', sql: eventSubscriptionsMigration, oldestProgram: 6 },
  { version: 19, name: 'faults', sql: faultsMigration, oldestProgram: 6 },
  { version: 20, name: 'engagement', sql: engagementMigration, oldestProgram: 6 },
  { version: 21, name: 'sign-ins', sql: signInsMigration, oldestProgram: 6 },
  { version: 22, name: 'decision list', sql: decisionListMigration, oldestProgram: 6 },
  { version: 23, name: 'statistics', sql: statisticsMigration, oldestProgram: 6 },
  { version: 24, name: 'provider sign-ins', sql: providerSignInsMigration, oldestProgram: 6 },
  { version: 25, name: 'credential devices', sql: credentialDevicesMigration, oldestProgram: 6 },
  { version: 26, name: 'large lists', sql: largeListsMigration, oldestProgram: 6 },
]

export type MigrationOutcome =
  /** `applied`: the steps that this call made. */
  | { readonly type: 'current'; readonly applied: readonly number[] }
  /** The schema is one step further than this program, which works with it nevertheless. */
  | { readonly type: 'ahead'; readonly version: number }
  /** `message` says what is wrong and what to do. */
  | { readonly type: 'newer' | 'foreign' | 'locked'; readonly message: string }

export type MigrationOptions = {
  readonly steps?: readonly Migration[]
  /** Who holds the lease: unique. */
  readonly holder?: string
  /** How often to look whether whoever migrates is done, before giving up. */
  readonly looks?: number
}

/** Until others may take over from a node that vanished between two steps. In milliseconds. */
const LEASE = 30_000

const BETWEEN_LOOKS = 500
const LOOKS = 240

/** A step is waited for however long it takes: three weeks, the longest that a timer can. In milliseconds. */
const PATIENCE = 2 ** 31 - 1

const IN_THE_WAY = new Set([
  '55P03', // lock not available in time
  '42P07', // table exists
  '42710', // so does the type of its rows, which comes first
])

/** Throws StoreError, and whatever a step is refused with. */
export async function migrate(pool: PostgresPool, options: MigrationOptions = {}): Promise<MigrationOutcome> {
  const { steps = migrations, holder = randomUUID(), looks = LOOKS } = options
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await pool.pause(BETWEEN_LOOKS * (0.5 + pool.random()))
    const status = await schemaStatus(pool, steps)
    if (status.state !== 'empty' && status.state !== 'behind') return conclude(status, [])
    if (status.state === 'empty' && !(await makeOwnTables(pool))) continue
    if (await takeLease(pool, holder)) return migrateAsHolder(pool, steps, holder)
  }
  return {
    type: 'locked',
    message:
      'Another node is migrating the database and has not come to an end. Look at its log, and start this one again.',
  }
}

async function migrateAsHolder(
  pool: PostgresPool,
  steps: readonly Migration[],
  holder: string,
): Promise<MigrationOutcome> {
  const applied: number[] = []
  try {
    for (const step of steps) if (await apply(pool, steps, step, holder)) applied.push(step.version)
    return conclude(await schemaStatus(pool, steps), applied)
  } finally {
    // Without this the others wait until the lease is over; nothing else depends on it.
    await transact(pool, () => giveLeaseUp(holder)).catch(() => {})
  }
}

/** False when the database has the step. */
function apply(pool: PostgresPool, steps: readonly Migration[], step: Migration, holder: string): Promise<boolean> {
  return inTransaction(pool, async (connection) => {
    const inRoom = <T>(sql: Sql<T>): Promise<T> => runSql(connection, sql, pool.begin.snapshot)
    if ((await inRoom(renewLease(holder))) === 0)
      throw new StoreError('unavailable', 'another node took over the migration of the database')
    const { version } = await inRoom(readStatus(steps))
    if (version >= step.version) return false
    await applyStep(connection, step.sql)
    await inRoom(recordStep(step))
    await inRoom(renewLease(holder))
    return true
  })
}

/** Waiting for a lock stays bounded: behind a step that waits for a table, everybody else who wants the table waits too. */
async function applyStep(connection: PostgresConnection, sql: string): Promise<void> {
  await connection.command(
    `SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; ${sql}`,
    PATIENCE,
  )
}

/** Several nodes may come to an empty database at once. False for those who lose that race: they look again. */
async function makeOwnTables(pool: PostgresPool): Promise<boolean> {
  return (await unlessInTheWay(inTransaction(pool, (connection) => connection.command(OWN_TABLES)))) !== undefined
}

const OWN_TABLES = `
CREATE TABLE IF NOT EXISTS schema_migrations (
  version BIGINT NOT NULL PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  applied_at BIGINT NOT NULL,
  oldest_program BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS leases (
  name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  holder TEXT COLLATE "C" NOT NULL,
  until BIGINT NOT NULL
)`

const NOW = 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)'

/** Looks first: even asking for a lease locks its row, on which its holder would wait. */
async function takeLease(pool: PostgresPool, holder: string): Promise<boolean> {
  if ((await read(pool, readLease())) !== undefined) return false
  return ((await unlessInTheWay(transact(pool, () => insertLease(holder)))) ?? 0) > 0
}

/** Undefined when somebody else kept a lock for too long, or made first what is made here. */
async function unlessInTheWay<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (IN_THE_WAY.has(sqlState(error instanceof StoreError ? error.cause : error) ?? '')) return undefined
    throw error
  }
}

const readLease = (): Sql<unknown> => first(`SELECT 1 FROM leases WHERE name = 'migration' AND until >= ${NOW}`)

const insertLease = (holder: string): Sql<number> =>
  run(
    `INSERT INTO leases (name, holder, until) VALUES ('migration', ?, ${NOW} + ${LEASE})
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE leases.until < ${NOW}`,
    holder,
  )

const renewLease = (holder: string): Sql<number> =>
  run(`UPDATE leases SET until = ${NOW} + ${LEASE} WHERE name = 'migration' AND holder = ?`, holder)

const giveLeaseUp = (holder: string): Sql<number> =>
  run(`DELETE FROM leases WHERE name = 'migration' AND holder = ?`, holder)

const recordStep = ({ version, name, oldestProgram }: Migration): Sql<number> =>
  run(
    `INSERT INTO schema_migrations (version, name, applied_at, oldest_program) VALUES (?, ?, ${NOW}, ?)`,
    version,
    name,
    oldestProgram,
  )

function conclude({ state, version, known }: SchemaStatus, applied: readonly number[]): MigrationOutcome {
  switch (state) {
    case 'current':
      return { type: 'current', applied }
    case 'ahead':
      return { type: 'ahead', version }
    case 'newer':
      return {
        type: 'newer',
        message: `The database has schema ${version}, this version of Postern knows up to ${known}. Run the newer version again, or restore a backup from before the upgrade.`,
      }
    case 'foreign':
      return {
        type: 'foreign',
        message:
          'The database has tables that are not Postern’s. Choose an empty database, or give the login a schema of its own (ALTER ROLE … SET search_path).',
      }
    case 'empty':
    case 'behind':
      throw new Error(`the schema is still ${state} after every step`)
  }
}
