// The outbox of events as rows. An event that somebody wants to hear of carries a mark from the transaction that stores it on, and loses
// it in the transaction that makes its deliveries: whichever node does that, in whatever order events became visible, none is passed
// over. Claims of one subscription exclude each other by its row. A delivery that is claimed is kept as 'sending', so that it can be told
// from one that waits; to everybody else both are pending.

import { MAIL_ACTIONS } from '../../access/operations.ts'
import { firstQueueIdAt } from '../../spool/queue-id.ts'
import type { StoredEvent } from '../events.ts'
import type {
  ClaimedDelivery,
  DeliveryChoice,
  DeliveryOfEvent,
  EventSubscription,
  ReplayedPage,
  WebhookAttempt,
  WebhookDelivery,
  WebhookReader,
  WebhookWriter,
} from '../webhooks.ts'
import {
  type EventSubscriptionRow,
  eventSubscriptionOf,
  LISTENING,
  SUBSCRIPTION_COLUMNS,
  targetOf,
} from './event-subscriptions.ts'
import { EVENT_COLUMNS, type EventRow, eventOf, findEvents } from './events.ts'
import { allInList } from './in-list.ts'
import { appendAudit } from './record-change.ts'
import { all, allArrays, first, firstArray, type InSql, lock, run, type Sql } from './sql.ts'

type Reader = Pick<WebhookReader, 'lookForWork' | 'listDeliveries' | 'listDeliveriesOf'>
type Writer = Pick<WebhookWriter, 'spreadEvents' | 'claimDeliveries' | 'settleDelivery' | 'replayDeliveries'>

/** Attempts that are kept of one delivery. */
const ATTEMPTS = 50

export const eventDeliveryReader: InSql<Reader> = {
  *lookForWork() {
    const waiting = yield* first('SELECT 1 FROM events WHERE to_spread = 1 LIMIT 1')
    // One look into the index for each subscription, however much waits.
    const rows = yield* all<EventSubscriptionRow & { readonly due: number | null }>(
      `SELECT ${SUBSCRIPTION_COLUMNS},
         (SELECT min(next_at) FROM event_deliveries
          WHERE event_deliveries.subscription_id = event_subscriptions.subscription_id AND next_at IS NOT NULL) AS due
       FROM event_subscriptions WHERE validation_code IS NULL`,
    )
    const due = rows.flatMap((row) =>
      row.due === null ? [] : [{ subscription: eventSubscriptionOf(row), nextAt: row.due }],
    )
    return { toSpread: waiting !== undefined, due }
  },
  *listDeliveries({ subscriptionId, status, limit, before = LAST }) {
    const chosen = `SELECT ${EVENT_COLUMNS}, ${DELIVERY_COLUMNS} FROM event_deliveries d JOIN events e ON e.event_id = d.event_id
      WHERE d.subscription_id = ? AND d.event_id < ?`
    const newest = 'ORDER BY d.event_id DESC LIMIT ?'
    const rows =
      status === undefined
        ? yield* allArrays<DeliveryRow>(`${chosen} ${newest}`, subscriptionId, before, limit)
        : yield* allArrays<DeliveryRow>(`${chosen} AND ${KEPT_AS[status]} ${newest}`, subscriptionId, before, limit)
    return rows.map((row) => {
      const { event, progress } = readDelivery(row)
      const [kept, nextAt, createdAt, attempts] = progress
      return { event, ...progressOf([kept, nextAt, createdAt, attempts]) }
    })
  },
  *listDeliveriesOf(tenantId, eventIds) {
    const rows = yield* allInList<OfEventRow>(OF_EVENTS, eventIds.slice(0, MOST_EVENTS), { behind: [tenantId] })
    return rows.slice(0, MOST_DELIVERIES).map(deliveryOfEvent)
  },
}

/** For one answer. */
const MOST_EVENTS = 512
const MOST_DELIVERIES = 512
type OfEventRow = [eventId: string, scope: string, name: string, ...ProgressRow]
const OF_EVENTS = `
  SELECT d.event_id, s.scope, s.name, d.status, d.next_at, d.created_at, d.attempts
  FROM event_deliveries d JOIN event_subscriptions s ON s.subscription_id = d.subscription_id
  WHERE d.event_id IN (?…) AND s.tenant_id = ? ORDER BY d.event_id, s.scope_key, s.name_key LIMIT ${MOST_DELIVERIES}`

const deliveryOfEvent = ([eventId, scope, name, ...progress]: OfEventRow): DeliveryOfEvent => ({
  eventId,
  subscription: { scope, name },
  ...progressOf(progress),
})

const KEPT_AS: Readonly<Record<WebhookDelivery['status'], string>> = {
  pending: "d.status IN ('pending', 'sending')",
  delivered: "d.status = 'delivered'",
  dead: "d.status = 'dead'",
}

/** Above every id. */
const LAST = 'g'

const DELIVERY_COLUMNS = 'd.status, d.next_at, d.created_at, d.attempts, d.claims, d.tries'

type ProgressRow = [
  status: WebhookDelivery['status'] | 'sending',
  nextAt: number | null,
  createdAt: number,
  attempts: string,
]
type DeliveryRow = [...EventRow, ...ProgressRow, claims: number, tries: number]

const progressOf = ([status, nextAt, createdAt, attempts]: ProgressRow): Omit<WebhookDelivery, 'event'> => ({
  status: status === 'sending' ? 'pending' : status,
  createdAt,
  ...(nextAt === null ? {} : { nextAt }),
  attempts: JSON.parse(attempts) as readonly WebhookAttempt[],
})

const readDelivery = ([eventId, tenantId, source, subject, type, at, data, ...progress]: DeliveryRow) => ({
  event: eventOf([eventId, tenantId, source, subject, type, at, data]),
  progress,
})

export const eventDeliveryWriter: InSql<Writer> = {
  *spreadEvents(limit, at) {
    const rows = yield* allArrays<[eventId: string, tenantId: string, source: string, type: string]>(
      'SELECT event_id, tenant_id, source, type FROM events WHERE to_spread = 1 ORDER BY event_id LIMIT ?',
      limit,
    )
    const subscriptions = new Map<string, readonly EventSubscription[]>()
    for (const [eventId, tenantId, source, type] of rows) {
      const known = subscriptions.get(tenantId) ?? (yield* listListening(tenantId, at))
      subscriptions.set(tenantId, known)
      for (const subscription of known)
        if (wants(subscription, { source, type })) yield* addDelivery(eventId, subscription.subscriptionId, at)
      yield* run('UPDATE events SET to_spread = NULL WHERE event_id = ?', eventId)
    }
    return rows.length
  },
  *claimDeliveries({ subscriptionId, at, leaseUntil, limit }) {
    yield* lock('SELECT 1 FROM event_subscriptions WHERE subscription_id = ?', subscriptionId)
    const due = yield* allArrays<[eventId: string]>(
      `SELECT event_id FROM event_deliveries WHERE subscription_id = ? AND next_at <= ? AND next_at IS NOT NULL
       ORDER BY next_at, event_id LIMIT ?`,
      subscriptionId,
      at,
      limit,
    )
    const claimed: ClaimedDelivery[] = []
    for (const [eventId] of due) {
      const one = yield* claim(subscriptionId, eventId, leaseUntil)
      if (one !== undefined) claimed.push(one)
    }
    return claimed
  },
  *settleDelivery({ subscriptionId, eventId, token, attempt, outcome }) {
    const row = yield* first<{ readonly attempts: string }>(
      'SELECT attempts FROM event_deliveries WHERE event_id = ? AND subscription_id = ?',
      eventId,
      subscriptionId,
    )
    const before = JSON.parse(row?.attempts ?? '[]') as readonly WebhookAttempt[]
    const settled = yield* run(
      `UPDATE event_deliveries SET status = ?, next_at = ?, tries = tries + 1, attempts = ?
       WHERE event_id = ? AND subscription_id = ? AND claims = ? AND status = 'sending'`,
      outcome.type,
      outcome.type === 'pending' ? outcome.nextAt : null,
      JSON.stringify([...before, attempt].slice(-ATTEMPTS)),
      eventId,
      subscriptionId,
      token,
    )
    return settled > 0
  },
  *replayDeliveries(change, subscription, choice, limit) {
    const page = yield* choose(subscription, choice, limit)
    const { eventIds } = page
    for (const eventId of eventIds) yield* renewDelivery(eventId, subscription.subscriptionId, change.at)
    const target = targetOf(subscription)
    yield* appendAudit(change, subscription.tenantId, MAIL_ACTIONS.replayEvents, target, {
      after: { choice, events: eventIds.length },
    })
    return page
  },
}

/** Where whoever sends is known to be dead: what it had is due at once. */
export const voidDeliveryClaims = (): Sql<number> =>
  run(
    "UPDATE event_deliveries SET status = 'pending', next_at = created_at WHERE status = 'sending' AND next_at IS NOT NULL",
  )

function* listListening(tenantId: string, at: number): Sql<readonly EventSubscription[]> {
  const rows = yield* all<EventSubscriptionRow>(
    `SELECT ${SUBSCRIPTION_COLUMNS} FROM event_subscriptions WHERE tenant_id = ? AND ${LISTENING}`,
    tenantId,
    at,
  )
  return rows.map(eventSubscriptionOf)
}

function wants({ scope, eventTypes }: EventSubscription, event: Pick<StoredEvent, 'source' | 'type'>): boolean {
  if (scope !== '/' && scope.toLowerCase() !== event.source.toLowerCase()) return false
  return eventTypes.length === 0 || eventTypes.some((type) => type.toLowerCase() === event.type.toLowerCase())
}

function* addDelivery(eventId: string, subscriptionId: string, at: number): Sql<void> {
  yield* run(
    `INSERT INTO event_deliveries (event_id, subscription_id, status, next_at, claims, tries, attempts, created_at)
     VALUES (?, ?, 'pending', ?, 0, 0, '[]', ?) ON CONFLICT (event_id, subscription_id) DO NOTHING`,
    eventId,
    subscriptionId,
    at,
    at,
  )
}

/** What is under way goes on and cannot be settled any more: it is told again. */
function* renewDelivery(eventId: string, subscriptionId: string, at: number): Sql<void> {
  yield* run(
    `INSERT INTO event_deliveries (event_id, subscription_id, status, next_at, claims, tries, attempts, created_at)
     VALUES (?, ?, 'pending', ?, 0, 0, '[]', ?)
     ON CONFLICT (event_id, subscription_id) DO UPDATE SET status = 'pending', next_at = excluded.next_at,
       claims = event_deliveries.claims + 1, tries = 0, created_at = excluded.created_at`,
    eventId,
    subscriptionId,
    at,
    at,
  )
}

/** Undefined, and forgotten, when the event is gone. */
function* claim(subscriptionId: string, eventId: string, leaseUntil: number): Sql<ClaimedDelivery | undefined> {
  yield* run(
    `UPDATE event_deliveries SET status = 'sending', next_at = ?, claims = claims + 1
     WHERE event_id = ? AND subscription_id = ?`,
    leaseUntil,
    eventId,
    subscriptionId,
  )
  const row = yield* firstArray<DeliveryRow>(
    `SELECT ${EVENT_COLUMNS}, ${DELIVERY_COLUMNS} FROM event_deliveries d JOIN events e ON e.event_id = d.event_id
     WHERE d.event_id = ? AND d.subscription_id = ?`,
    eventId,
    subscriptionId,
  )
  if (row !== undefined) {
    const { event, progress } = readDelivery(row)
    const [, , createdAt, , token, attempts] = progress
    return { event, token, createdAt, attempts }
  }
  yield* run('DELETE FROM event_deliveries WHERE event_id = ? AND subscription_id = ?', eventId, subscriptionId)
  return undefined
}

function choose(subscription: EventSubscription, choice: DeliveryChoice, limit: number): Sql<ReplayedPage> {
  if (choice.type === 'dead') return chooseDead(subscription, limit)
  return choice.type === 'time'
    ? chooseByTime(subscription, choice, limit)
    : chooseByIds(subscription, choice.eventIds.slice(0, limit))
}

function* chooseDead({ subscriptionId }: EventSubscription, limit: number): Sql<ReplayedPage> {
  const rows = yield* allArrays<[eventId: string]>(
    `SELECT event_id FROM event_deliveries WHERE subscription_id = ? AND status = 'dead' ORDER BY event_id LIMIT ?`,
    subscriptionId,
    limit,
  )
  const eventIds = rows.map(([eventId]) => eventId)
  return { eventIds, ...lastOf(eventIds, limit) }
}

/** The page ends where the events end that were looked at, wanted or not. */
function* chooseByTime(
  subscription: EventSubscription,
  { from, to, after = '' }: DeliveryChoice & { readonly type: 'time' },
  limit: number,
): Sql<ReplayedPage> {
  const rows = yield* allArrays<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.tenant_id = ? AND e.event_id >= ? AND e.event_id > ? AND e.event_id < ?
     ORDER BY e.event_id LIMIT ?`,
    subscription.tenantId,
    firstQueueIdAt(from),
    after,
    firstQueueIdAt(to),
    limit,
  )
  const seen = rows.map(([eventId]) => eventId)
  return { eventIds: wantedOf(subscription, rows.map(eventOf)), ...lastOf(seen, limit) }
}

function* chooseByIds(subscription: EventSubscription, eventIds: readonly string[]): Sql<ReplayedPage> {
  return { eventIds: wantedOf(subscription, yield* findEvents(subscription.tenantId, eventIds)) }
}

const wantedOf = (subscription: EventSubscription, events: readonly StoredEvent[]): readonly string[] =>
  events.filter((event) => wants(subscription, event)).map(({ eventId }) => eventId)

/** Where to go on from; nothing where there is no more. */
function lastOf(eventIds: readonly string[], limit: number): Pick<ReplayedPage, 'last'> {
  const last = eventIds.length < limit ? undefined : eventIds.at(-1)
  return last === undefined ? {} : { last }
}

/** Those of events as old as whose time is over, at most `batch`. */
export const sweepEventDeliveries = (before: number, batch: number): Sql<number> =>
  run(
    `DELETE FROM event_deliveries WHERE (event_id, subscription_id) IN
       (SELECT event_id, subscription_id FROM event_deliveries WHERE event_id < ? ORDER BY event_id LIMIT ?)`,
    firstQueueIdAt(before),
    batch,
  )
