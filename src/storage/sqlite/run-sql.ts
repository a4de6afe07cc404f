// Runs SQL rooms on a SQLite connection, in the call. Locks mean nothing here: the store thread is the only writer.

import type { InSql, Sql, Step } from '../sql/sql.ts'
import type { Database } from './database.ts'
import type { Synchronous } from './synchronous.ts'

/** Throws what SQLite throws. */
export function runSql<T>(database: Database, sql: Sql<T>): T {
  let next = sql.next()
  while (next.done !== true) next = sql.next(perform(database, next.value))
  return next.value
}

function perform(database: Database, step: Step): unknown {
  switch (step.type) {
    case 'lock':
      return undefined
    case 'snapshot':
      return database.snapshot(() => runSql(database, step.read))
    case 'statement': {
      const { text, values, rows, shape } = step
      const statement = shape === 'arrays' ? database.prepareArrays(text) : database.prepare(text)
      if (rows === 'none') return Number(statement.run(...values).changes)
      return rows === 'all' ? statement.all(...values) : statement.get(...values)
    }
  }
}

/** A room of SQL whose methods answer in the call. */
export function synchronous<Port extends object>(database: Database, room: InSql<Port>): Synchronous<Port> {
  const methods = Object.entries(room as Readonly<Record<string, (...args: unknown[]) => Sql<unknown>>>)
  return Object.fromEntries(
    methods.map(([name, method]) => [name, (...args: unknown[]) => runSql(database, method(...args))]),
  ) as Synchronous<Port>
}
