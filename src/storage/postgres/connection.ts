// One connection out of the pool, for one piece of work. It knows how a statement is put to the server (numbered placeholders, a name
// where names are kept) and whether the connection may be used again: one that was lost, or timed out with an answer still to come,
// or is left inside a transaction, is closed instead of handed to the next.

import { createHash } from 'node:crypto'
import { DatabaseError, type PoolClient } from 'pg'
import type { Statement } from '../sql/sql.ts'
import { numberPlaceholders } from './placeholders.ts'
import { isFatal, sqlState, unavailable } from './postgres-error.ts'

/** A statement as this pool puts it; without a name it is parsed each time. */
type Prepared = { readonly text: string; readonly name?: string }

const READ_ONLY = '25006'

/** What `pg` says of a connection that is of no use any more, without an event from it. */
const LOST = new Set([
  // Its own timer was faster than the server's.
  'Query read timeout',
  // It was lost, or closed, in the very moment in which the pool handed it out.
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
])

/** Texts as the server gets them. Kept, since a room has few. */
export class StatementCache {
  readonly #named: boolean
  readonly #prepared = new Map<string, Prepared>()

  constructor(named: boolean) {
    this.#named = named
  }

  prepare(source: string): Prepared {
    let prepared = this.#prepared.get(source)
    if (prepared === undefined) {
      const text = numberPlaceholders(source)
      prepared = this.#named ? { text, name: nameOf(text) } : { text }
      this.#prepared.set(source, prepared)
    }
    return prepared
  }
}

export class PostgresConnection {
  readonly #client: PoolClient
  readonly #statements: StatementCache
  #usable = true

  constructor(client: PoolClient, statements: StatementCache) {
    this.#client = client
    this.#statements = statements
    client.once('error', this.#lose)
  }

  /** False after a failure that leaves its state unknown; whatever is asked of it then fails. */
  get usable(): boolean {
    return this.#usable
  }

  get inTransaction(): boolean {
    return this.#client.getTransactionStatus() !== 'I'
  }

  /** Gives what the statement asks for: all rows, the first, or how many changed. Throws DatabaseError, or StoreError when lost. */
  async execute({ text, values, rows, shape }: Statement): Promise<unknown> {
    const query = { ...this.#statements.prepare(text), values: values as unknown[] }
    const result = await this.#answer(
      shape === 'arrays' ? this.#client.query({ ...query, rowMode: 'array' }) : this.#client.query(query),
    )
    if (rows === 'none') return result.rowCount ?? 0
    return rows === 'all' ? result.rows : result.rows[0]
  }

  /**
   * Runs commands without values, in one round trip; gives the tag of the last: a COMMIT of a failed transaction answers ROLLBACK.
   * `patience`: how long to wait for the answer, in milliseconds, where the pool's own limit is too short.
   */
  async command(text: string, patience?: number): Promise<string> {
    const query = patience === undefined ? { text } : { text, query_timeout: patience }
    const result: { command: string } | { command: string }[] = await this.#answer(this.#client.query(query))
    return (Array.isArray(result) ? result.at(-1) : result)?.command ?? ''
  }

  /** To be called once, whatever happened. */
  release(): void {
    const again = this.#usable && !this.inTransaction
    this.#client.removeListener('error', this.#lose)
    this.#client.release(!again)
  }

  readonly #lose = (): void => {
    this.#usable = false
  }

  async #answer<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      throw this.#judge(error)
    }
  }

  #judge(error: unknown): unknown {
    if (error instanceof DatabaseError) {
      if (isFatal(error) || sqlState(error) === READ_ONLY) this.#usable = false
      return error
    }
    const lost = !this.#usable || LOST.has((error as Error).message)
    this.#usable = false
    return lost ? unavailable((error as Error).message, error) : error
  }
}

function nameOf(text: string): string {
  return `p${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}
