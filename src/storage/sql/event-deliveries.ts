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
import { allInList } from './in-list.ts'
import { appendAudit } from './record-change.ts'
import { all, allArrays, first, type InSql, lock, run, type Sql } from './sql.ts'

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
    const chosen = `SELECT ${DELIVERY_COLUMNS}, ${EVENT_COLUMNS} FROM event_deliveries d JOIN events e ON e.event_id = d.event_id
      WHERE d.subscription_id = ? AND d.event_id < ?`
    const newest = 'ORDER BY d.event_id DESC LIMIT ?'
    const rows =
      status === undefined
        ? yield* all<DeliveryRow>(`${chosen} ${newest}`, subscriptionId, before, limit)
        : yield* all<DeliveryRow>(`${chosen} AND ${KEPT_AS[status]} ${newest}`, subscriptionId, before, limit)
    return rows.map((row) => ({ event: eventOf(row), ...progressOf(row) }))
  },
  *listDeliveriesOf(tenantId, eventIds) {
    const rows = yield* allInList<OfEventRow>(OF_EVENTS, eventIds.slice(0, MOST_EVENTS), { behind: [tenantId] })
    return rows.slice(0, MOST_DELIVERIES).map(deliveryOfEvent)
  },
}

/** For one answer. */
const MOST_EVENTS = 512
const MOST_DELIVERIES = 512
type OfEventRow = [
  eventId: string,
  scope: string,
  name: string,
  status: ProgressRow['status'],
  nextAt: number | null,
  createdAt: number,
  attempts: string,
]
const OF_EVENTS = `
  SELECT d.event_id, s.scope, s.name, d.status, d.next_at, d.created_at, d.attempts
  FROM event_deliveries d JOIN event_subscriptions s ON s.subscription_id = d.subscription_id
  WHERE d.event_id IN (?…) AND s.tenant_id = ? ORDER BY d.event_id, s.scope_key, s.name_key LIMIT ${MOST_DELIVERIES}`

const deliveryOfEvent = (row: OfEventRow): DeliveryOfEvent => {
  const [eventId, scope, name, status, next_at, created_at, attempts] = row
  return { eventId, subscription: { scope, name }, ...progressOf({ status, next_at, created_at, attempts }) }
}

const KEPT_AS: Readonly<Record<WebhookDelivery['status'], string>> = {
  pending: "d.status IN ('pending', 'sending')",
  delivered: "d.status = 'delivered'",
  dead: "d.status = 'dead'",
}

/** Above every id. */
const LAST = 'g'

const DELIVERY_COLUMNS = 'd.status, d.next_at, d.claims, d.tries, d.attempts, d.created_at'
const EVENT_COLUMNS = 'e.event_id, e.tenant_id, e.source, e.subject, e.type, e.at, e.data'

type EventRow = {
  readonly event_id: string
  readonly tenant_id: string
  readonly source: string
  readonly subject: string
  readonly type: string
  readonly at: number
  readonly data: string
}
type ProgressRow = {
  readonly status: WebhookDelivery['status'] | 'sending'
  readonly next_at: number | null
  readonly claims: number
  readonly tries: number
  readonly attempts: string
  readonly created_at: number
}
type DeliveryRow = EventRow & ProgressRow

const eventOf = ({
  event_id: eventId,
  tenant_id: tenantId,
  source,
  subject,
  type,
  at,
  data,
}: EventRow): StoredEvent => ({
  eventId,
  tenantId,
  source,
  subject,
  type,
  at,
  data: JSON.parse(data) as StoredEvent['data'],
})

const progressOf = (row: Omit<ProgressRow, 'claims' | 'tries'>): Omit<WebhookDelivery, 'event'> => ({
  status: row.status === 'sending' ? 'pending' : row.status,
  createdAt: row.created_at,
  ...(row.next_at === null ? {} : { nextAt: row.next_at }),
  attempts: JSON.parse(row.attempts) as readonly WebhookAttempt[],
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
  const row = yield* first<DeliveryRow>(
    `SELECT ${DELIVERY_COLUMNS}, ${EVENT_COLUMNS} FROM event_deliveries d JOIN events e ON e.event_id = d.event_id
     WHERE d.event_id = ? AND d.subscription_id = ?`,
    eventId,
    subscriptionId,
  )
  if (row !== undefined)
    return { event: eventOf(row), token: row.claims, createdAt: row.created_at, attempts: row.tries }
  yield* run('DELETE FROM event_deliveries WHERE event_id = ? AND subscription_id = ?', eventId, subscriptionId)
  return undefined
}

function* choose(subscription: EventSubscription, choice: DeliveryChoice, limit: number): Sql<ReplayedPage> {
  const { tenantId, subscriptionId } = subscription
  if (choice.type === 'dead') {
    const rows = yield* allArrays<[string]>(
      `SELECT event_id FROM event_deliveries WHERE subscription_id = ? AND status = 'dead' ORDER BY event_id LIMIT ?`,
      subscriptionId,
      limit,
    )
    return pageOf(
      rows.map(([eventId]) => eventId),
      limit,
    )
  }
  const rows: EventRow[] = []
  if (choice.type === 'time')
    rows.push(
      ...(yield* all<EventRow>(
        `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.tenant_id = ? AND e.event_id >= ? AND e.event_id > ? AND e.event_id < ?
         ORDER BY e.event_id LIMIT ?`,
        tenantId,
        firstQueueIdAt(choice.from),
        choice.after ?? '',
        firstQueueIdAt(choice.to),
        limit,
      )),
    )
  else
    for (const eventId of choice.eventIds.slice(0, limit)) {
      const text = `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.tenant_id = ? AND e.event_id = ?`
      const row = yield* first<EventRow>(text, tenantId, eventId)
      if (row !== undefined) rows.push(row)
    }
  const { last } =
    choice.type === 'time'
      ? pageOf(
          rows.map((row) => row.event_id),
          limit,
        )
      : {}
  const eventIds = rows.filter((row) => wants(subscription, row)).map((row) => row.event_id)
  return { eventIds, ...(last === undefined ? {} : { last }) }
}

function pageOf(eventIds: readonly string[], limit: number): ReplayedPage {
  const last = eventIds.length < limit ? undefined : eventIds.at(-1)
  return { eventIds, ...(last === undefined ? {} : { last }) }
}

/** Those of events as old as whose time is over, at most `batch`. */
export const sweepEventDeliveries = (before: number, batch: number): Sql<number> =>
  run(
    `DELETE FROM event_deliveries WHERE (event_id, subscription_id) IN
       (SELECT event_id, subscription_id FROM event_deliveries WHERE event_id < ? ORDER BY event_id LIMIT ?)`,
    firstQueueIdAt(before),
    batch,
  )
