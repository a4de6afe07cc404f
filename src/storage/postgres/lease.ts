// A right that one node has at a time: a row with an end. An advisory lock would belong to a session, which a pooler may hand to
// anybody. Whoever holds it renews it while it works; when its node dies, another takes over when the lease is over. Times are the
// database's, since the clocks of nodes differ.

import { randomUUID } from 'node:crypto'
import { StoreError } from '../store-error.ts'
import { run, type Sql } from '../sql/sql.ts'
import type { PostgresPool } from './pool.ts'
import { transact } from './transaction.ts'

/** In milliseconds. */
const LEASE = 30_000
const RENEWAL = 10_000
const BETWEEN_LOOKS = 250
const LOOKS = 480

const NOW = 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)'

/** Waits for its turn, two minutes or so. Throws StoreError. */
export async function withLease<T>(pool: PostgresPool, name: string, work: () => Promise<T>): Promise<T> {
  const holder = randomUUID()
  for (let look = 0; !((await transact(pool, () => take(name, holder))) > 0); look += 1) {
    if (look === LOOKS)
      throw new StoreError('unavailable', `another node holds "${name}" and does not come to an end. Look at its log.`)
    await pool.pause(BETWEEN_LOOKS * (0.5 + pool.random()))
  }
  const renewal = setInterval(() => void transact(pool, () => renew(name, holder)).catch(() => {}), RENEWAL)
  try {
    return await work()
  } finally {
    clearInterval(renewal)
    // Without this the others wait until the lease is over; nothing else depends on it.
    await transact(pool, () => giveUp(name, holder)).catch(() => {})
  }
}

const take = (name: string, holder: string): Sql<number> =>
  run(
    `INSERT INTO leases (name, holder, until) VALUES (?, ?, ${NOW} + ${LEASE})
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE leases.until < ${NOW}`,
    name,
    holder,
  )

const renew = (name: string, holder: string): Sql<number> =>
  run(`UPDATE leases SET until = ${NOW} + ${LEASE} WHERE name = ? AND holder = ?`, name, holder)

const giveUp = (name: string, holder: string): Sql<number> =>
  run('DELETE FROM leases WHERE name = ? AND holder = ?', name, holder)
