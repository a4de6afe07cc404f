// The single writer's rhythm: what was asked for while one commit ran is done in the next transaction, all of it together, and
// nobody is answered before the commit. So the sync that makes mail durable is paid once per group, not once per message. It
// decides who fails with whom; it knows no table and no caller.
//
// A group runs without savepoints first, because they cost more than what they guard. Only when a call throws is the whole group
// rolled back and run again with one savepoint per call, so that the thrower fails alone. A call may therefore run twice: it must
// do nothing but read and write the database, and keep back what `WriteBehind` writes. A disk that is full or failing is everybody's fault: the whole group fails, and
// after a failed COMMIT nothing is reported as done.

import { StoreError } from '../store-error.ts'
import type { Database } from './database.ts'
import { toStoreError } from './sqlite-error.ts'

export type CallOutcome =
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly error: StoreError }

export interface GroupCommit {
  /** Queues a call for the next transaction. `settle` is called once, after the commit or its failure, and must not throw. */
  submit(call: () => unknown, settle: (outcome: CallOutcome) => void): void
}

/** What the calls of a group keep in memory to write it once for all of them. */
export interface WriteBehind {
  /** Writes what was kept back, in the transaction that is about to end well. */
  flush(): void
  /** The transaction was undone, or part of it: what is kept may be more than what is stored. */
  forget(): void
}

type Submission = { readonly call: () => unknown; readonly settle: (outcome: CallOutcome) => void }

/** `database` is the connection that writes; nobody else may use it. `kept`: all that its calls keep back. */
export function createGroupCommit(database: Database, kept: WriteBehind): GroupCommit {
  let gathering: Submission[] = []
  const flush = () => {
    const group = gathering
    gathering = []
    const outcomes = commitGroup(
      { database, kept },
      group.map(({ call }) => call),
    )
    for (const [index, outcome] of outcomes.entries()) group[index]?.settle(outcome)
  }
  return {
    submit: (call, settle) => {
      // After the poll phase: every port that has something to say has been read by then.
      if (gathering.length === 0) setImmediate(flush)
      gathering.push({ call, settle })
    },
  }
}

type Writing = { readonly database: Database; readonly kept: WriteBehind }

function commitGroup(writing: Writing, calls: readonly (() => unknown)[]): readonly CallOutcome[] {
  try {
    return transact(writing, () => calls.map((call) => done(call())))
  } catch (error) {
    const problem = toStoreError(error)
    if (problem instanceof StoreError || calls.length === 1) return allFailed(calls, problem)
  }
  try {
    return transact(writing, () => calls.map((call) => runAlone(writing, call)))
  } catch (error) {
    return allFailed(calls, toStoreError(error))
  }
}

function transact<T>({ database, kept }: Writing, work: () => T): T {
  database.prepare('BEGIN IMMEDIATE').run()
  try {
    const result = work()
    kept.flush()
    database.prepare('COMMIT').run()
    return result
  } catch (error) {
    kept.forget()
    // SQLite ends the transaction by itself after some errors.
    if (database.inTransaction) database.prepare('ROLLBACK').run()
    throw error
  }
}

function runAlone({ database, kept }: Writing, call: () => unknown): CallOutcome {
  database.prepare('SAVEPOINT one_call').run()
  try {
    const value = call()
    kept.flush()
    database.prepare('RELEASE one_call').run()
    return done(value)
  } catch (error) {
    const problem = toStoreError(error)
    if (problem instanceof StoreError || !database.inTransaction) throw problem
    database.exec('ROLLBACK TO one_call; RELEASE one_call')
    kept.forget()
    return failed(problem)
  }
}

const done = (value: unknown): CallOutcome => ({ type: 'done', value })

function allFailed(calls: readonly unknown[], problem: unknown): readonly CallOutcome[] {
  return calls.map(() => failed(problem))
}

function failed(problem: unknown): CallOutcome {
  if (problem instanceof StoreError) return { type: 'failed', error: problem }
  const message = problem instanceof Error ? problem.message : String(problem)
  return { type: 'failed', error: new StoreError('internal', message, { cause: problem }) }
}
