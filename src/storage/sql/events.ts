// Events and the marks that keep one from being told twice. The mark is set in the transaction that stores the event, so of any number
// of nodes one stores it; it outlives the event.

import type { EventReader, EventWriter, NewEvent, StoredEvent } from '../events.ts'
import { all, type InSql, run, type Sql } from './sql.ts'

export const eventReader: InSql<EventReader> = {
  *listEvents({ tenantId, type, limit, before = LAST }) {
    const chosen = `SELECT event_id, tenant_id, source, subject, type, at, data FROM events
      WHERE tenant_id = ? AND event_id < ?`
    const newest = 'ORDER BY event_id DESC LIMIT ?'
    const rows =
      type === undefined
        ? yield* all<EventRow>(`${chosen} ${newest}`, tenantId, before, limit)
        : yield* all<EventRow>(`${chosen} AND type = ? ${newest}`, tenantId, before, type, limit)
    return rows.map(storedEvent)
  },
}

export const eventWriter: InSql<EventWriter> = {
  appendEvents,
}

/** Also as a part of other writes. */
export function* appendEvents(events: readonly NewEvent[]): Sql<readonly string[]> {
  const stored: string[] = []
  for (const event of events) if (yield* appendEvent(event)) stored.push(event.eventId)
  return stored
}

/** Above every id. */
const LAST = 'g'

type EventRow = Omit<StoredEvent, 'eventId' | 'tenantId' | 'data'> & {
  event_id: string
  tenant_id: string
  data: string
}

function storedEvent({ event_id: eventId, tenant_id: tenantId, data, ...rest }: EventRow): StoredEvent {
  return { eventId, tenantId, ...rest, data: JSON.parse(data) as StoredEvent['data'] }
}

function* appendEvent({ eventId, tenantId, source, subject, type, at, data, once }: NewEvent): Sql<boolean> {
  if (once !== undefined && !(yield* isFirst(tenantId, once))) return false
  yield* run(
    'INSERT INTO events (event_id, tenant_id, source, subject, type, at, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
    eventId,
    tenantId,
    source,
    subject,
    type,
    at,
    JSON.stringify(data),
  )
  return true
}

function* isFirst(tenantId: string, { mark, until }: NonNullable<NewEvent['once']>): Sql<boolean> {
  const made = yield* run(
    'INSERT INTO event_marks (tenant_id, mark, until) VALUES (?, ?, ?) ON CONFLICT (tenant_id, mark) DO NOTHING',
    tenantId,
    mark,
    until,
  )
  return made > 0
}
