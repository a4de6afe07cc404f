// Tells PostgreSQL's complaints about the world (no space, a lost connection, a lock held too long, a standby) from complaints about
// the program (a broken constraint, bad SQL), which stay what they are: bugs. Classes and codes: PostgreSQL manual, appendix A.
// Messages are the server's or the driver's own; neither ever holds the connection URL.

import { DatabaseError } from 'pg'
import { StoreError, type StoreErrorCode } from '../store-error.ts'

const DISK_FULL = '53100'

/** Whole classes of SQLSTATE that blame the world. */
const UNAVAILABLE_CLASSES = new Set([
  '08', // connection exception; PgBouncer's own refusals too
  '28', // the login is refused: a password that was changed on one side only
  '40', // rolled back for the sake of others, and again when run again
  '53', // insufficient resources
  '57', // operator intervention: shutdown, cancel, timeout
  '58', // the system under the server: I/O
  'XX', // the server found itself damaged
])

const UNAVAILABLE_CODES = new Set([
  '25006', // read-only: a standby, or a primary that became one
  '25P03', // idle in transaction for too long
  '25P04', // transaction timeout
  '3D000', // no such database
  '55P03', // lock not available in time
])

/** What named statements meet behind a pooler that hands a server connection to somebody else after each transaction. */
const STATEMENT_LOST = new Set(['26000', '42P05'])

export const POOLER_HINT = 'a pooler in between needs "pooler: transaction"'

/** The work was rolled back, and running it again may go well: it lost a race that it sees decided the next time. */
const RACE_LOST = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '23505', // somebody else inserted the same key between the check and the write
])

/** Undefined for what did not come from a server. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

export function isRaceLost(error: unknown): boolean {
  return RACE_LOST.has(sqlState(error) ?? '')
}

/** The server ended the connection along with the statement. */
export function isFatal(error: DatabaseError): boolean {
  return error.severity === 'FATAL' || error.severity === 'PANIC'
}

/** A StoreError where the world is to blame, the error itself otherwise. */
export function toStoreError(error: unknown): unknown {
  const state = sqlState(error)
  if (state === undefined) return error
  const { message } = error as DatabaseError
  if (STATEMENT_LOST.has(state)) return unavailable(`${message}; ${POOLER_HINT}`, error)
  const code = storeErrorCode(state)
  return code === undefined ? error : new StoreError(code, `PostgreSQL: ${message} (${state})`, { cause: error })
}

/** For failures that never reached the server or never came back. */
export function unavailable(message: string, cause: unknown): StoreError {
  return new StoreError('unavailable', `PostgreSQL: ${message}`, { cause })
}

/** As the port has it: a bug met in the store reaches its caller as `internal`. */
export async function asStoreError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof StoreError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new StoreError('internal', message, { cause: error })
  }
}

function storeErrorCode(state: string): StoreErrorCode | undefined {
  if (state === DISK_FULL) return 'full'
  return UNAVAILABLE_CLASSES.has(state.slice(0, 2)) || UNAVAILABLE_CODES.has(state) ? 'unavailable' : undefined
}
