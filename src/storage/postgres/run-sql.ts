// Runs SQL rooms on PostgreSQL: the counterpart of `sqlite/run-sql.ts`. A failed statement is thrown into the generator at its `yield`,
// so that its finally blocks run; catching it there is of no use, because the transaction is lost already.

import type { Sql, Statement, Step, Value } from '../sql/sql.ts'
import type { PostgresConnection } from './connection.ts'
import type { PostgresPool } from './pool.ts'
import { toStoreError } from './postgres-error.ts'

/** Throws what the connection throws. `begin` starts a snapshot where the work is not in a transaction already. */
export async function runSql<T>(connection: PostgresConnection, sql: Sql<T>, begin: string): Promise<T> {
  let next = sql.next()
  while (next.done !== true) {
    let answer: unknown
    try {
      answer = await perform(connection, next.value, begin)
    } catch (error) {
      next = sql.throw(error)
      continue
    }
    next = sql.next(answer)
  }
  return next.value
}

/** Runs what only reads; a snapshot in it gets a transaction of its own. Throws StoreError. */
export async function read<T>(pool: PostgresPool, sql: Sql<T>): Promise<T> {
  const connection = await pool.checkOut()
  try {
    return await runSql(connection, sql, pool.begin.snapshot)
  } catch (error) {
    throw toStoreError(error)
  } finally {
    connection.release()
  }
}

async function perform(connection: PostgresConnection, step: Step, begin: string): Promise<unknown> {
  switch (step.type) {
    case 'statement':
      return connection.execute(step)
    case 'snapshot':
      return connection.inTransaction
        ? runSql(connection, step.read, begin)
        : inSnapshot(connection, begin, () => runSql(connection, step.read, begin))
    case 'lock':
      if (!connection.inTransaction) throw new Error('rows can only be locked in a transaction')
      await connection.execute(locking(step.text, step.values))
      return undefined
  }
}

function locking(text: string, values: readonly Value[]): Statement {
  return { type: 'statement', text: `${text} FOR UPDATE`, values, rows: 'none', shape: 'arrays' }
}

async function inSnapshot<T>(connection: PostgresConnection, begin: string, work: () => Promise<T>): Promise<T> {
  await connection.command(begin)
  try {
    return await work()
  } finally {
    await endTransaction(connection)
  }
}

/** Nothing was written, so COMMIT and ROLLBACK are the same. What cannot be ended is closed by its release. */
async function endTransaction(connection: PostgresConnection): Promise<void> {
  if (connection.usable) await connection.command('ROLLBACK')
}
