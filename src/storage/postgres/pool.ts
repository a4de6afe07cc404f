// A bounded pool of connections to the primary. It decides what a connection must be before it is used: one that reads and writes, and
// whose COMMIT means durable. Behind a pooler in transaction mode nothing may stick to a connection, so statements have no names there
// and timeouts are set in each transaction; without one they are set once. A connection that dies while idle is replaced in silence.

import { Client, Pool, type ClientBase, type PoolConfig } from 'pg'
import { columnTypes } from './column-types.ts'
import { PostgresConnection, StatementCache } from './connection.ts'
import { POOLER_HINT, unavailable } from './postgres-error.ts'

/** Times are in milliseconds. */
export type PostgresSettings = {
  readonly url: string
  /** Asked for each connection, since a password changes while a node runs. Without it the password is the URL's. */
  readonly readPassword?: () => string
  /** Connections at most. */
  readonly max: number
  /** `transaction`: PgBouncer or its like hands server connections out by transaction. */
  readonly pooler: 'none' | 'transaction'
  readonly statementTimeout: number
  readonly lockTimeout: number
  /** For a new connection, and for a free one when all are in use. */
  readonly connectTimeout: number
}

/** How to wait before work that lost a race runs again. */
export type Pause = (milliseconds: number) => Promise<void>

export interface PostgresPool {
  /** Throws StoreError. */
  checkOut(): Promise<PostgresConnection>
  /** What begins a transaction that writes, and one whose reads are of one moment. */
  readonly begin: { readonly write: string; readonly snapshot: string }
  readonly pooler: PostgresSettings['pooler']
  readonly pause: Pause
  /** From 0 to below 1. */
  readonly random: () => number
  /** When everything checked out has come back. */
  close(): Promise<void>
}

/** A silent peer is found out by the first probes after this. */
const KEEP_ALIVE_DELAY = 10_000
const IDLE_TIMEOUT = 60_000

/** The server's own timeout should come first, since it leaves the connection whole. */
const NETWORK_ALLOWANCE = 2_000

/** PgBouncer's words about the timeouts that a connection of its own would have. */
const UNSUPPORTED = /unsupported startup parameter/

/** With `off` or `local` a COMMIT would answer before the message is where the operator's standbys are, or even on disk. */
const durableCommit = (local: boolean): string =>
  `CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN set_config('synchronous_commit', 'on', ${local}) END`

/**
 * Statements have names here, and their plans live as long as the connection. One that was made while a table held little would read
 * all of it, by itself or for a join, when a million messages wait; there is an index for every statement. Settings that a database
 * of this protocol lacks are left out.
 */
const BY_INDEX = `(SELECT count(set_config(name, 'off', false)) FROM pg_settings
  WHERE name IN ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material'))`

/** `role` tells connections apart in `pg_stat_activity`. */
export function createPool(
  settings: PostgresSettings,
  role: string,
  { pause = wait, random = Math.random }: { readonly pause?: Pause; readonly random?: () => number } = {},
): PostgresPool {
  const pool = new Pool(poolConfig(settings, role))
  // Without listeners a connection that dies idle, or between two statements, would be an uncaught exception.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const statements = new StatementCache(settings.pooler === 'none')
  return {
    checkOut: async () => {
      try {
        return new PostgresConnection(await pool.connect(), statements)
      } catch (error) {
        const text = reason(error)
        const hint = UNSUPPORTED.test(text) ? `; ${POOLER_HINT}` : ''
        throw unavailable(`no connection: ${text}${hint}`, error)
      }
    },
    begin: {
      write: begin(settings, 'READ COMMITTED'),
      snapshot: begin(settings, 'REPEATABLE READ READ ONLY'),
    },
    pooler: settings.pooler,
    pause,
    random,
    close: () => pool.end(),
  }
}

/** The pool waits for its hook, which its types do not say. */
type Config = Omit<PoolConfig, 'onConnect'> & { readonly onConnect?: (client: ClientBase) => Promise<void> }

/** The driver's settings have room for such a question too, but the URL's password, even when it has none, goes before. */
function asking(readPassword: () => string): new () => ClientBase {
  return class extends Client {
    constructor(config?: PoolConfig) {
      super(config)
      Object.assign(this, { password: readPassword })
    }
  }
}

function poolConfig(settings: PostgresSettings, role: string): Config {
  const common: Config = {
    connectionString: settings.url,
    ...(settings.readPassword === undefined ? {} : { Client: asking(settings.readPassword) }),
    max: settings.max,
    application_name: `postern/${role}`,
    connectionTimeoutMillis: settings.connectTimeout,
    idleTimeoutMillis: IDLE_TIMEOUT,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY,
    query_timeout: settings.statementTimeout + NETWORK_ALLOWANCE,
    types: columnTypes,
  }
  if (settings.pooler === 'transaction') return common
  return {
    ...common,
    statement_timeout: settings.statementTimeout,
    lock_timeout: settings.lockTimeout,
    idle_in_transaction_session_timeout: idleTimeout(settings),
    onConnect: requirePrimary,
  }
}

/** What libpq calls `target_session_attrs=read-write`. */
async function requirePrimary(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ read_only: string }>(
    `SELECT current_setting('transaction_read_only') AS read_only, ${durableCommit(false)}, ${BY_INDEX}`,
  )
  if (rows[0]?.read_only !== 'off') throw new Error('this server only reads; the primary is wanted')
}

/** Timeouts included where they cannot be the connection's. */
function begin(settings: PostgresSettings, isolation: string): string {
  const command = `BEGIN ISOLATION LEVEL ${isolation}`
  if (settings.pooler === 'none') return command
  const limits = [
    ['statement_timeout', settings.statementTimeout],
    ['lock_timeout', settings.lockTimeout],
    ['idle_in_transaction_session_timeout', idleTimeout(settings)],
  ]
  const limited = limits.map(([name, value]) => `set_config('${name}', '${value}', true)`)
  return `${command}; SELECT ${[...limited, durableCommit(true)].join(', ')}`
}

/** Between two statements: a client that is gone without a word must not keep its locks. */
function idleTimeout({ statementTimeout }: PostgresSettings): number {
  return statementTimeout + NETWORK_ALLOWANCE
}

/** Every address that a name stands for may have failed in its own way. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ')
  return error instanceof Error ? error.message : String(error)
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
