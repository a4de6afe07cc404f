// The webhook part of the storage port: who wants to hear of which events, and the outbox from which they are told. An event waits to be
// spread from the transaction that stores it on; spreading makes one delivery for each subscription that wants it. A delivery is lent to
// one sender at a time, and is due again when its lease is over, so that a sender that dies loses nothing. When to try again is not
// decided here. None of this moves an epoch.

import type { StoredEvent } from './events.ts'
import type { Change } from './storage.ts'

export const EVENT_SCHEMAS = ['EventGridSchema', 'CloudEventSchemaV1_0'] as const
export type EventSchema = (typeof EVENT_SCHEMAS)[number]

export type EventSubscription = {
  readonly subscriptionId: string
  readonly tenantId: string
  /** What it hears of: a communication service, as an ARM id, or `/` for everything in the tenant. */
  readonly scope: string
  /** Unique on its scope, without regard to case. */
  readonly name: string
  /** Where events go, without the query, which may be a secret. */
  readonly endpoint: string
  readonly eventSchema: EventSchema
  /** Empty for all. Compared without regard to case. */
  readonly eventTypes: readonly string[]
  /** Names of the headers that are sent along; their values are sealed. */
  readonly headerNames: readonly string[]
  /** Trusted instead of the public authorities. PEM. */
  readonly ca?: string
  /** Until the endpoint has agreed nothing is sent to it. By the code, until the moment, somebody can agree for it. */
  readonly validation: { readonly code: string; readonly until: number } | undefined
  readonly createdAt: number
  /** Until then requests are signed with secrets from before, too. */
  readonly oldSecretsEndAt?: number
  /** The whole endpoint, the values of the headers and the secrets that are signed with. */
  readonly sealed: Uint8Array
}

/** `pending`: to be tried, again or for the first time. `dead`: given up; it can be replayed. */
export type DeliveryStatus = 'pending' | 'delivered' | 'dead'

/** `detail`: in our own words. */
export type WebhookAttempt = { readonly at: number; readonly status?: number; readonly detail: string }

export type WebhookDelivery = {
  readonly event: StoredEvent
  readonly status: DeliveryStatus
  readonly createdAt: number
  /** Of a pending one: when it is tried, or when whoever tries it now has lost it. */
  readonly nextAt?: number
  /** In their order; of very many the last ones. */
  readonly attempts: readonly WebhookAttempt[]
}

export type DeliveryOfEvent = Omit<WebhookDelivery, 'event'> & {
  readonly eventId: string
  readonly subscription: Pick<EventSubscription, 'scope' | 'name'>
}

export type ClaimedDelivery = {
  readonly event: StoredEvent
  /** Fences a sender that outlived its lease. */
  readonly token: number
  readonly createdAt: number
  /** Since it was made, or replayed. */
  readonly attempts: number
}

export type DeliverySettlement = {
  readonly subscriptionId: string
  readonly eventId: string
  readonly token: number
  readonly attempt: WebhookAttempt
  readonly outcome: { readonly type: 'delivered' | 'dead' } | { readonly type: 'pending'; readonly nextAt: number }
}

/** What waits: events to be spread, and of each subscription that has any when the first delivery is due. */
export type WebhookWork = {
  readonly toSpread: boolean
  readonly due: readonly { readonly subscription: EventSubscription; readonly nextAt: number }[]
}

export interface WebhookReader {
  /** By name; of one scope where it is given. */
  listEventSubscriptions(tenantId: string, scope?: string): Promise<readonly EventSubscription[]>
  readEventSubscription(tenantId: string, scope: string, name: string): Promise<EventSubscription | undefined>
  lookForWork(): Promise<WebhookWork>
  /** To whom the events were to be told, by event and subscription; of very many the first ones. */
  listDeliveriesOf(tenantId: string, eventIds: readonly string[]): Promise<readonly DeliveryOfEvent[]>
  /** Newest event first; `before` is the id of an event to page on from. */
  listDeliveries(query: {
    readonly subscriptionId: string
    readonly status?: DeliveryStatus
    readonly limit: number
    readonly before?: string
  }): Promise<readonly WebhookDelivery[]>
}

export type DeliveryChoice =
  | { readonly type: 'dead' }
  | { readonly type: 'events'; readonly eventIds: readonly string[] }
  /** Every event of the time that the subscription wants, told before or not; `after` is the id of one to go on behind. */
  | { readonly type: 'time'; readonly from: number; readonly to: number; readonly after?: string }

/** `last`: the last event that was looked at, when there may be more behind it. */
export type ReplayedPage = { readonly eventIds: readonly string[]; readonly last?: string }

export interface WebhookWriter {
  /**
   * `taken`: meanwhile somebody else made one of that name, or changed it; `basis` is what was sealed when the change was decided. Told to
   * the audit log.
   */
  putEventSubscription(
    change: Change,
    subscription: EventSubscription,
    basis?: Uint8Array,
  ): Promise<{ readonly type: 'created' | 'updated' | 'taken' }>
  /** The same, told to the audit log as what it is; false when it is gone or was changed meanwhile. */
  rotateWebhookSecret(change: Change, subscription: EventSubscription, basis: Uint8Array): Promise<boolean>
  /** False when there was none. What was not told yet is forgotten. Told to the audit log. */
  deleteEventSubscription(change: Change, tenantId: string, scope: string, name: string): Promise<boolean>
  /** The endpoint has agreed. False for another code, or one whose time is over. */
  validateEventSubscription(subscriptionId: string, code: string, at: number): Promise<boolean>
  /** Makes the deliveries of the oldest waiting events; gives how many events that were. */
  spreadEvents(limit: number, at: number): Promise<number>
  /** Due deliveries, the longest due first; each is this sender's until `leaseUntil`. */
  claimDeliveries(request: {
    readonly subscriptionId: string
    readonly at: number
    readonly leaseUntil: number
    readonly limit: number
  }): Promise<readonly ClaimedDelivery[]>
  /** False when the claim had passed to somebody else, or what was told is gone: nothing was changed. */
  settleDelivery(settlement: DeliverySettlement): Promise<boolean>
  /** Makes them due now, as if never tried; looks at `limit` events at most. Told to the audit log. */
  replayDeliveries(
    change: Change,
    subscription: EventSubscription,
    choice: DeliveryChoice,
    limit: number,
  ): Promise<ReplayedPage>
}
