// Fixture: a database that tells which statements were prepared and may be told to fail one of them.

import type { Database, Statement } from './database.ts'

export type WatchedDatabase = {
  readonly database: Database
  /** Every text, in the order of preparation. */
  readonly texts: readonly string[]
  /** Makes every statement of this text throw; undefined ends it. */
  fail(text: string | undefined, error?: Error): void
}

export function watchDatabase(database: Database): WatchedDatabase {
  const texts: string[] = []
  let failing: { readonly text: string; readonly error: Error } | undefined
  const watch = <Row>(text: string, statement: Statement<Row>): Statement<Row> => {
    texts.push(text)
    if (failing?.text !== text) return statement
    const { error } = failing
    const fail = () => {
      throw error
    }
    return { all: fail, get: fail, run: fail }
  }
  return {
    database: {
      prepare: <Row>(text: string) => watch(text, database.prepare<Row>(text)),
      prepareArrays: (text) => watch(text, database.prepareArrays(text)),
      exec: (text) => database.exec(text),
      snapshot: (read) => database.snapshot(read),
      get inTransaction() {
        return database.inTransaction
      },
      close: () => database.close(),
    },
    texts,
    fail: (text, error = new Error('injected')) => {
      failing = text === undefined ? undefined : { text, error }
    },
  }
}
