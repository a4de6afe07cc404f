// Event subscriptions as the API tells them, and where they are found. A scope is `/` for the tenant, or the id of a communication service.

import { addressOf, isResourceId } from '../../resource/resource-id.ts'

export const SCHEMAS = ['EventGridSchema', 'CloudEventSchemaV1_0'] as const
export type Schema = (typeof SCHEMAS)[number]

export type EventSubscription = {
  readonly id: string
  readonly name: string
  readonly properties: {
    readonly endpointBaseUrl: string
    readonly eventSchema: Schema
    readonly eventTypes: readonly string[]
    readonly headerNames: readonly string[]
    readonly ca?: string
    readonly state: 'Validated' | 'AwaitingManualAction'
    readonly validationEndsAt?: string
    readonly createdAt: string
    readonly oldSecretsEndAt?: string
    readonly secret?: string
  }
}

export type Delivery = {
  readonly eventId: string
  readonly eventType: string
  readonly subject: string
  readonly eventTime: string
  readonly status: 'pending' | 'delivered' | 'dead'
  readonly nextAttemptAt?: string
  readonly attempts: readonly { readonly at: string; readonly status?: number; readonly detail: string }[]
}

const RIGHTS = 'Postern.Mail/eventSubscriptions'
export const MAY = {
  write: { action: `${RIGHTS}/write` },
  delete: { action: `${RIGHTS}/delete` },
  replay: { action: `${RIGHTS}/replay/action` },
  rotate: { action: `${RIGHTS}/rotateSecret/action` },
} as const

/** A scope may come from an address that somebody else made. */
const prefixOf = (scope: string): string => (isResourceId(scope) ? scope : '')

export const eventsPath = (scope: string): string => `${prefixOf(scope)}/providers/Postern.Mail/events`
export const subscriptionsPath = (scope: string): string =>
  `${prefixOf(scope)}/providers/Postern.Mail/eventSubscriptions`
export const subscriptionPath = (scope: string, name: string): string =>
  `${subscriptionsPath(scope)}/${encodeURIComponent(name)}`

const withScope = (path: string, scope: string): string =>
  scope === '/' ? path : `${path}?${new URLSearchParams({ scope }).toString()}`

/** Pages of the portal. */
export const subscriptionAddress = (scope: string, name: string): string =>
  withScope(`/events/subscriptions/${encodeURIComponent(name)}`, scope)
export const editAddress = (scope: string, name: string): string =>
  withScope(`/events/subscriptions/${encodeURIComponent(name)}/edit`, scope)
export const createAddress = (scope: string): string => withScope('/events/subscriptions/new', scope)
export const listAddress = (scope: string): string =>
  `${scope === '/' ? '/events' : addressOf(scope, 'events')}?view=subscriptions`
