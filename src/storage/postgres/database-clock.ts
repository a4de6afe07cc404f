// A clock that goes as the database's does. Leases are compared between nodes, and a node whose own clock is ahead would take messages
// away from claimants that are alive; so whoever claims tells the time by the one clock that all nodes share.

import type { Clock } from '../../config/clock.ts'
import { first, type Sql } from '../sql/sql.ts'
import type { PostgresPool } from './pool.ts'
import { read } from './run-sql.ts'

const BETWEEN_READINGS = 60_000

/** Starts with a reading. Throws StoreError. */
export async function openDatabaseClock(
  pool: PostgresPool,
  own: Clock,
): Promise<{ readonly clock: Clock; stop(): void }> {
  let ahead = await measure(pool, own)
  let cancel = () => {}
  const again = () => {
    cancel = own.after(BETWEEN_READINGS, () => {
      // Without an answer the last reading stands.
      measure(pool, own)
        .then(
          (reading) => (ahead = reading),
          () => {},
        )
        .finally(again)
    })
  }
  again()
  return {
    clock: { now: () => own.now() + ahead, after: (delay, callback) => own.after(delay, callback) },
    stop: () => cancel(),
  }
}

/** By how much the database's clock is ahead, to within half of what the question took. */
async function measure(pool: PostgresPool, own: Clock): Promise<number> {
  const asked = own.now()
  const time = await read(pool, readTime())
  return Math.round(time - (asked + own.now()) / 2)
}

function* readTime(): Sql<number> {
  const text = 'SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now'
  return (yield* first<{ now: number }>(text))?.now ?? 0
}
