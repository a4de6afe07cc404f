// What the store of the delivery run says, read beside whoever works on it, whichever engine it is on.

import type { Config } from '../../src/config/schema.ts'
import { databasePath } from '../../src/server/places.ts'
import { openReader } from '../../src/storage/sqlite/database.ts'

/** Gives the columns of each row in their order; numbers may come as text. */
export type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>

/** Of a message. `progress` is that of its recipients as it is stored. */
export type Row = {
  readonly queueId: string
  readonly messageId: string
  readonly receivedAt: number
  readonly count: number
  readonly progress: string | null
}

/** Of one claim of a message; `outcomes` is JSON. */
export type Timeline = { readonly queueId: string; readonly outcomes: string }

export async function readRows(query: Query): Promise<readonly Row[]> {
  const rows = await query('SELECT queue_id, internet_message_id, received_at, recipient_count, progress FROM messages')
  return rows.map(([queueId, messageId, receivedAt, count, progress]) => ({
    queueId: String(queueId),
    messageId: String(messageId),
    receivedAt: Number(receivedAt),
    count: Number(count),
    progress: progress as string | null,
  }))
}

export async function readTimelines(query: Query): Promise<readonly Timeline[]> {
  const rows = await query('SELECT queue_id, outcomes FROM message_events')
  return rows.map(([queueId, outcomes]) => ({ queueId: String(queueId), outcomes: String(outcomes) }))
}

/** Messages of which somebody waits. */
export async function countWaiting(query: Query): Promise<number> {
  const [row] = await query("SELECT count(*) FROM messages WHERE status = 'queued'")
  return Number(row?.[0])
}

/** Of SQLite, in this process. */
export function sqliteQuery(config: Config): Query {
  return async (sql) => {
    const database = openReader(databasePath(config))
    const rows = database.prepareArrays(sql).all()
    database.close()
    return rows
  }
}
