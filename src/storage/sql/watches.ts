// Turns at what one node does for all: one row each, which whoever takes a turn has until it ends.

import type { WatchWriter } from '../watches.ts'
import { first, type InSql, run } from './sql.ts'

export const watchWriter: InSql<WatchWriter> = {
  *takeTurn({ name, holder, at, until }) {
    yield* run(
      `INSERT INTO watches (name, holder, until, position, due_at) VALUES (?, '', 0, '', 0)
       ON CONFLICT (name) DO NOTHING`,
      name,
    )
    const taken = yield* run(
      'UPDATE watches SET holder = ?, until = ? WHERE name = ? AND due_at <= ? AND until <= ?',
      holder,
      until,
      name,
      at,
      at,
    )
    if (taken === 0) return undefined
    return yield* first<{ position: string }>('SELECT position FROM watches WHERE name = ?', name)
  },
  *keepTurn({ name, holder, until, position }) {
    const kept = yield* run(
      'UPDATE watches SET until = ?, position = ? WHERE name = ? AND holder = ?',
      until,
      position,
      name,
      holder,
    )
    return kept > 0
  },
  *endTurn({ name, holder, dueAt, position }) {
    yield* run(
      `UPDATE watches SET holder = '', until = 0, due_at = ?, position = ? WHERE name = ? AND holder = ?`,
      dueAt,
      position,
      name,
      holder,
    )
  },
}
