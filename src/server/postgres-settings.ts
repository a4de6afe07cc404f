// A node's connections to PostgreSQL, as its configuration has them, shared out between its threads.

import { readFileSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import type { PostgresSettings } from '../storage/postgres/pool.ts'

type PostgresConfig = NonNullable<Config['store']['postgres']>

/** A change waits for another change of its tenant; that takes no longer than statements do. */
const lockTimeoutOf = ({ statementTimeout }: PostgresConfig) => Math.ceil(statementTimeout / 2)

/** The main thread has its connections while it starts, before the others open theirs. */
export const MAIN_CONNECTIONS = 4

/** The API and the dispatch thread count as one each. */
export function connectionsPerThread(config: Pick<Config, 'smtp'>, { connections }: PostgresConfig): number {
  return Math.max(2, Math.floor(connections / (config.smtp.workers + 2)))
}

export function postgresSettings(config: PostgresConfig, max: number): PostgresSettings {
  const { url, passwordFile, pooler, connectTimeout, statementTimeout } = config
  return {
    url,
    ...(passwordFile === undefined ? {} : { readPassword: () => readFileSync(passwordFile, 'utf8').trim() }),
    max,
    pooler,
    connectTimeout,
    statementTimeout,
    lockTimeout: lockTimeoutOf(config),
  }
}
