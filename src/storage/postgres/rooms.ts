// A room of SQL as the port it implements, on a pool: its readers each on any connection, its writers each in a transaction. Whatever
// fails is a StoreError, as it is with a store thread.

import type { InSql, Sql } from '../sql/sql.ts'
import type { PostgresPool } from './pool.ts'
import { asStoreError } from './postgres-error.ts'
import { read } from './run-sql.ts'
import { transact } from './transaction.ts'

export function reading<Port extends object>(pool: PostgresPool, room: InSql<Port>): Port {
  return lift(room, (method) => read(pool, method()))
}

export function writing<Port extends object>(pool: PostgresPool, room: InSql<Port>): Port {
  return lift(room, (method) => transact(pool, method))
}

type Methods = Readonly<Record<string, (...args: unknown[]) => Sql<unknown>>>

function lift<Port extends object>(room: InSql<Port>, run: (method: () => Sql<unknown>) => Promise<unknown>): Port {
  const methods = Object.entries(room as Methods)
  return Object.fromEntries(
    methods.map(([name, method]) => [name, (...args: unknown[]) => asStoreError(run(() => method(...args)))]),
  ) as Port
}
