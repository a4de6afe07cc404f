// Events and the marks that keep one from being told twice. The mark is set in the transaction that stores the event, so of any number
// of nodes one stores it; it outlives the event. What somebody may want to be told of is marked to be spread: nothing else is done here.

import { firstQueueIdAt } from '../../spool/queue-id.ts'
import type { EventReader, EventWriter, NewEvent, StoredEvent } from '../events.ts'
import { LISTENING } from './event-subscriptions.ts'
import { allInList } from './in-list.ts'
import { allArrays, type InSql, run, type Sql } from './sql.ts'

/** Nearly all events are of this type, so they are found by going through all; the others have an index, which has to be named. */
const COMMON = 'Microsoft.Communication.EmailDeliveryReportReceived'
const RARE = `type = ? AND type <> '${COMMON}'`

export const eventReader: InSql<EventReader> = {
  *listEvents({ tenantId, type, source, since, until, limit, before = LAST }) {
    const wanted = [
      ...(type === undefined ? [] : [[type === COMMON ? 'type = ?' : RARE, type]]),
      ...(source === undefined ? [] : [['lower(source) = ?', source.toLowerCase()]]),
      ...(since === undefined ? [] : [['event_id >= ?', firstQueueIdAt(since)]]),
      ...(until === undefined ? [] : [['event_id < ?', firstQueueIdAt(until)]]),
    ] as const
    const conditions = wanted.map(([condition]) => `AND ${condition}`).join(' ')
    const rows = yield* allArrays<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events e
       WHERE tenant_id = ? AND event_id < ? ${conditions} ORDER BY event_id DESC LIMIT ?`,
      tenantId,
      before,
      ...wanted.map(([, value]) => value ?? ''),
      limit,
    )
    return rows.map(eventOf)
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
  const text = `SELECT DISTINCT ${EVENT_COLUMNS} FROM events e WHERE event_id IN (?…) AND tenant_id = ?`
  const rows = yield* allInList<EventRow>(text, eventIds, { behind: [tenantId] })
  return rows.map(eventOf).sort((one, other) => (one.eventId < other.eventId ? -1 : 1))
}

/** Of events that are called `e`. */
export const EVENT_COLUMNS = 'e.event_id, e.tenant_id, e.source, e.subject, e.type, e.at, e.data'

export type EventRow = [
  eventId: string,
  tenantId: string,
  source: string,
  subject: string,
  type: string,
  at: number,
  data: string,
]

export const eventOf = ([eventId, tenantId, source, subject, type, at, data]: EventRow): StoredEvent => ({
  ...{ eventId, tenantId, source, subject, type, at },
  data: JSON.parse(data) as StoredEvent['data'],
})

/** Above every id. */
const LAST = 'g'

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
