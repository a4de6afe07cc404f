// Work that writes, in one transaction: all of it or nothing. Work that lost a race to somebody else's (a deadlock, a serialization
// failure, a key taken between check and write) was rolled back whole and runs again a few times; its checks see then who won.
// A COMMIT whose answer never came may have happened: that is `unavailable`, and never run again here.

import { DatabaseError } from 'pg'
import type { Sql } from '../sql/sql.ts'
import type { PostgresConnection } from './connection.ts'
import type { PostgresPool } from './pool.ts'
import { isFatal, isRaceLost, sqlState, toStoreError, unavailable } from './postgres-error.ts'
import { runSql } from './run-sql.ts'

const ATTEMPTS = 6

/** Before the second attempt, in milliseconds at most; doubled for each one after. */
const FIRST_PAUSE = 10

const COMPLETION_UNKNOWN = new Set(['40003', '08007'])

/** `program` may run several times, each time from the beginning. Throws StoreError. */
export function transact<T>(pool: PostgresPool, program: () => Sql<T>): Promise<T> {
  return inTransaction(pool, (connection) => runSql(connection, program(), pool.begin.snapshot))
}

/** The same for work that needs the connection itself. */
export async function inTransaction<T>(
  pool: PostgresPool,
  work: (connection: PostgresConnection) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(pool, work)
    } catch (error) {
      if (attempt === ATTEMPTS || !isRaceLost(error)) throw toStoreError(error)
    }
    await pool.pause(pool.random() * FIRST_PAUSE * 2 ** (attempt - 1))
  }
}

async function attemptOnce<T>(pool: PostgresPool, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
  const connection = await pool.checkOut()
  try {
    await connection.command(pool.begin.write)
    const result = await work(connection)
    await commit(connection)
    return result
  } catch (error) {
    await rollBack(connection)
    throw error
  } finally {
    connection.release()
  }
}

async function commit(connection: PostgresConnection): Promise<void> {
  let tag: string
  try {
    tag = await connection.command('COMMIT')
  } catch (error) {
    throw isDecided(error) ? error : unavailable('whether the work was committed is not known', error)
  }
  if (tag !== 'COMMIT') throw new Error('work went on after a statement of its transaction had failed')
}

/** An ordinary error to a COMMIT says that it did not happen. */
function isDecided(error: unknown): boolean {
  return error instanceof DatabaseError && !isFatal(error) && !COMPLETION_UNKNOWN.has(sqlState(error) ?? '')
}

/** The first error is the one to tell; a connection that cannot be rolled back is closed by its release. */
async function rollBack(connection: PostgresConnection): Promise<void> {
  if (!connection.usable || !connection.inTransaction) return
  await connection.command('ROLLBACK').catch(() => {})
}
