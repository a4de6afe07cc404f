// Subscriptions to events as rows: found by their scope and name, without regard to case, each in its tenant.

import { MAIL_ACTIONS } from '../../access/operations.ts'
import type { EventSubscription, WebhookReader, WebhookWriter } from '../webhooks.ts'
import { appendAudit } from './record-change.ts'
import { all, first, type InSql, lockTenant, run, type Sql } from './sql.ts'

export const SUBSCRIPTION_COLUMNS =
  'subscription_id, tenant_id, scope, name, settings, sealed, validation_code, validation_until, created_at'

/**
 * Who may be told of what happens at a moment: also whoever may still agree, so that a receiver that is asked anew, or in vain, misses
 * nothing meanwhile. It is sent nothing before.
 */
export const LISTENING = '(validation_code IS NULL OR validation_until > ?)'

export type EventSubscriptionRow = {
  readonly subscription_id: string
  readonly tenant_id: string
  readonly scope: string
  readonly name: string
  readonly settings: string
  readonly sealed: Uint8Array
  readonly validation_code: string | null
  readonly validation_until: number | null
  readonly created_at: number
}

type Settings = Pick<
  EventSubscription,
  'endpoint' | 'eventSchema' | 'eventTypes' | 'headerNames' | 'ca' | 'oldSecretsEndAt'
>

export function eventSubscriptionOf(row: EventSubscriptionRow): EventSubscription {
  const { validation_code: code, validation_until: until } = row
  return {
    subscriptionId: row.subscription_id,
    tenantId: row.tenant_id,
    scope: row.scope,
    name: row.name,
    ...(JSON.parse(row.settings) as Settings),
    validation: code === null ? undefined : { code, until: until ?? 0 },
    createdAt: row.created_at,
    sealed: row.sealed,
  }
}

type Reader = Pick<WebhookReader, 'listEventSubscriptions' | 'readEventSubscription'>
type Writer = Pick<
  WebhookWriter,
  'putEventSubscription' | 'rotateWebhookSecret' | 'deleteEventSubscription' | 'validateEventSubscription'
>

export const eventSubscriptionReader: InSql<Reader> = {
  *listEventSubscriptions(tenantId, scope) {
    const chosen = `SELECT ${SUBSCRIPTION_COLUMNS} FROM event_subscriptions WHERE tenant_id = ?`
    const rows =
      scope === undefined
        ? yield* all<EventSubscriptionRow>(`${chosen} ORDER BY scope_key, name_key`, tenantId)
        : yield* all<EventSubscriptionRow>(
            `${chosen} AND scope_key = ? ORDER BY name_key`,
            tenantId,
            scope.toLowerCase(),
          )
    return rows.map(eventSubscriptionOf)
  },
  readEventSubscription,
}

export const eventSubscriptionWriter: InSql<Writer> = {
  *putEventSubscription(change, subscription, basis) {
    const { subscriptionId, tenantId, scope, name } = subscription
    yield* lockTenant(tenantId)
    const before = yield* readEventSubscription(tenantId, scope, name)
    if (before !== undefined && before.subscriptionId !== subscriptionId) return { type: 'taken' }
    if (basis !== undefined && !isSealedAs(before, basis)) return { type: 'taken' }
    yield* before === undefined ? insert(subscription) : update(subscription)
    const states = { before: before && shown(before), after: shown(subscription) }
    yield* appendAudit(change, tenantId, MAIL_ACTIONS.writeEventSubscriptions, targetOf(subscription), states)
    return { type: before === undefined ? 'created' : 'updated' }
  },
  *rotateWebhookSecret(change, subscription, basis) {
    const { tenantId, scope, name } = subscription
    yield* lockTenant(tenantId)
    const before = yield* readEventSubscription(tenantId, scope, name)
    if (before === undefined || !isSealedAs(before, basis)) return false
    yield* update(subscription)
    const states = { before: shown(before), after: shown(subscription) }
    yield* appendAudit(change, tenantId, MAIL_ACTIONS.rotateWebhookSecret, targetOf(subscription), states)
    return true
  },
  *deleteEventSubscription(change, tenantId, scope, name) {
    yield* lockTenant(tenantId)
    const before = yield* readEventSubscription(tenantId, scope, name)
    if (before === undefined) return false
    yield* run('DELETE FROM event_subscriptions WHERE subscription_id = ?', before.subscriptionId)
    const states = { before: shown(before) }
    yield* appendAudit(change, tenantId, MAIL_ACTIONS.deleteEventSubscriptions, targetOf(before), states)
    return true
  },
  *validateEventSubscription(subscriptionId, code, at) {
    const validated = yield* run(
      `UPDATE event_subscriptions SET validation_code = NULL, validation_until = NULL
       WHERE subscription_id = ? AND validation_code = ? AND validation_until > ?`,
      subscriptionId,
      code,
      at,
    )
    return validated > 0
  },
}

function* readEventSubscription(tenantId: string, scope: string, name: string): Sql<EventSubscription | undefined> {
  const row = yield* first<EventSubscriptionRow>(
    `SELECT ${SUBSCRIPTION_COLUMNS} FROM event_subscriptions WHERE tenant_id = ? AND scope_key = ? AND name_key = ?`,
    tenantId,
    scope.toLowerCase(),
    name.toLowerCase(),
  )
  return row && eventSubscriptionOf(row)
}

/** Each sealing differs from every other, also of the same. */
const isSealedAs = (subscription: EventSubscription | undefined, sealed: Uint8Array): boolean =>
  subscription !== undefined && Buffer.compare(subscription.sealed, sealed) === 0

function* insert(subscription: EventSubscription): Sql<void> {
  const { subscriptionId, tenantId, scope, name, sealed, validation, createdAt } = subscription
  yield* run(
    `INSERT INTO event_subscriptions (${SUBSCRIPTION_COLUMNS}, scope_key, name_key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    subscriptionId,
    tenantId,
    scope,
    name,
    settingsText(subscription),
    sealed,
    validation?.code ?? null,
    validation?.until ?? null,
    createdAt,
    scope.toLowerCase(),
    name.toLowerCase(),
  )
}

function* update(subscription: EventSubscription): Sql<void> {
  const { subscriptionId, sealed, validation } = subscription
  yield* run(
    `UPDATE event_subscriptions SET settings = ?, sealed = ?, validation_code = ?, validation_until = ?
     WHERE subscription_id = ?`,
    settingsText(subscription),
    sealed,
    validation?.code ?? null,
    validation?.until ?? null,
    subscriptionId,
  )
}

/** Members without a value are left out. */
function settingsText(subscription: EventSubscription): string {
  const { endpoint, eventSchema, eventTypes, headerNames, ca, oldSecretsEndAt } = subscription
  return JSON.stringify({ endpoint, eventSchema, eventTypes, headerNames, ca, oldSecretsEndAt })
}

/** For the audit log: neither what is sealed nor the code by which somebody could agree. */
function shown({ sealed: _sealed, validation, ...rest }: EventSubscription): object {
  return { ...rest, validated: validation === undefined }
}

export const targetOf = ({ scope, name }: Pick<EventSubscription, 'scope' | 'name'>): string =>
  `${scope === '/' ? '' : scope}/providers/Postern.Mail/eventSubscriptions/${name}`

/** Goes with the resource that it is on. `range` is that of the resource and all below it. */
export function* deleteEventSubscriptionsUnder(
  tenantId: string,
  condition: string,
  range: readonly string[],
): Sql<void> {
  yield* run(`DELETE FROM event_subscriptions WHERE tenant_id = ? AND ${condition}`, tenantId, ...range)
}
