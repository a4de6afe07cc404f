// One statement that is a transaction by itself: no BEGIN and COMMIT travel. Behind a pooler timeouts and durability are set in each
// transaction, so there it is an ordinary one.

import { StoreError } from '../store-error.ts'
import type { Sql } from '../sql/sql.ts'
import type { PostgresPool } from './pool.ts'
import { isRaceLost } from './postgres-error.ts'
import { read } from './run-sql.ts'
import { transact } from './transaction.ts'

/** `program` is one statement. It may run several times. Throws StoreError; after `unavailable` it may have been committed. */
export async function commitStatement<T>(pool: PostgresPool, program: () => Sql<T>): Promise<T> {
  if (pool.pooler === 'transaction') return transact(pool, program)
  try {
    return await read(pool, program())
  } catch (error) {
    const cause = error instanceof StoreError ? error.cause : error
    if (!isRaceLost(cause)) throw error
    return transact(pool, program)
  }
}
