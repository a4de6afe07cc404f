// Events and the marks that keep one from being told twice. The mark is set in the transaction that stores the event, so of any number
// of nodes one stores it; it outlives the event. What somebody may want to be told of is marked to be spread: nothing else is done here.

import type { EventReader, EventWriter, NewEvent, StoredEvent } from '../events.ts'
import { LISTENING } from './event-subscriptions.ts'
import { allInList } from './in-list.ts'
import { all, type InSql, run, type Sql } from './sql.ts'

export const eventReader: InSql<EventReader> = {
  *listEvents({ tenantId, type, source, limit, before = LAST }) {
    const wanted = [
      ...(type === undefined ? [] : [['type = ?', type]]),
      ...(source === undefined ? [] : [['lower(source) = ?', source.toLowerCase()]]),
    ] as const
    const conditions = wanted.map(([condition]) => `AND ${condition}`).join(' ')
    const rows = yield* all<EventRow>(
      `SELECT event_id, tenant_id, source, subject, type, at, data FROM events
       WHERE tenant_id = ? AND event_id < ? ${conditions} ORDER BY event_id DESC LIMIT ?`,
      tenantId,
      before,
      ...wanted.map(([, value]) => value ?? ''),
      limit,
    )
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

/** Those of one tenant that are still kept. */
export function* findEvents(tenantId: string, eventIds: readonly string[]): Sql<readonly StoredEvent[]> {
  const text = `SELECT DISTINCT event_id, tenant_id, source, subject, type, at, data FROM events
    WHERE event_id IN (?…) AND tenant_id = ?`
  const rows = yield* allInList<EventValues>(text, eventIds, { behind: [tenantId] })
  return rows
    .map(([eventId, tenant, source, subject, type, at, data]) => ({
      ...{ eventId, tenantId: tenant, source, subject, type, at },
      data: JSON.parse(data) as StoredEvent['data'],
    }))
    .sort((one, other) => (one.eventId < other.eventId ? -1 : 1))
}

type EventValues = [
  eventId: string,
  tenantId: string,
  source: string,
  subject: string,
  type: string,
  at: number,
  data: string,
]

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
    `INSERT INTO events (event_id, tenant_id, source, subject, type, at, data, to_spread)
     VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT CASE WHEN EXISTS
       (SELECT 1 FROM event_subscriptions WHERE tenant_id = ? AND ${LISTENING}) THEN 1 END))`,
    eventId,
    tenantId,
    source,
    subject,
    type,
    at,
    JSON.stringify(data),
    tenantId,
    at,
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
