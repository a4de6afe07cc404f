// What waits, as the API tells of it: messages, groups of them, holds and destinations; and what can be selected of it.

import type { Query } from '../../api/api.ts'
import type { Message } from '../messages/message.ts'

const MAIL = '/providers/Postern.Mail'
export const QUEUE = `${MAIL}/queue`
export const QUEUE_GROUPS = `${MAIL}/queueGroups`
export const HOLDS = `${MAIL}/holds`
export const DESTINATIONS = `${MAIL}/destinations`

export const QUEUE_STATES = ['waiting', 'active', 'held'] as const
export type QueueState = (typeof QUEUE_STATES)[number]

export type QueuedMessage = Message & {
  readonly state: QueueState
  readonly holdId?: string
  readonly nextAttemptAt?: string
}

export type QueueGroup = {
  readonly applicationId: string
  readonly destination: string
  readonly messages: number
  readonly recipients: number
  readonly held: number
  readonly oldestAt: string
  readonly nextAttemptAt?: string
  readonly lastReply?: string
}
/** Without `isComplete` the groups are of the oldest messages alone. */
export type QueueGroups = {
  readonly messages: number
  readonly isComplete: boolean
  readonly value: readonly QueueGroup[]
}

export type HoldSelection = {
  readonly id?: string
  readonly applicationId?: string
  readonly sender?: string
  readonly destination?: string
}
export type Hold = {
  readonly id: string
  readonly selection: HoldSelection
  readonly reason: string
  readonly createdAt: string
  readonly createdBy: string
  /** Counted to a thousand. */
  readonly parked: number
}

export type Destination = {
  readonly destination: string
  readonly window: number
  readonly connections: number
  readonly failures: number
  readonly pausedUntil?: string
  readonly lastReply: string
  readonly updatedAt: string
}

export type QueueFilter = {
  readonly applicationId?: string
  readonly sender?: string
  readonly destination?: string
  readonly state?: QueueState
}

/** Some messages by name, or all that fit; without a member of the filter everything. */
export type Selected =
  | { readonly type: 'named'; readonly ids: readonly string[] }
  | { readonly type: 'fitting'; readonly filter: QueueFilter }

/** As many as one call takes by name. */
export const MOST_NAMED = 50

const FILTERS = ['applicationId', 'sender', 'destination'] as const

/** As retrying and deleting take it. */
export function bodyOf(selected: Selected): Readonly<Record<string, unknown>> {
  if (selected.type === 'named') return { ids: selected.ids }
  const { filter } = selected
  return FILTERS.some((name) => filter[name] !== undefined) ? filter : { ...filter, everything: true }
}

/** A hold also stops what comes later, so it knows no state. */
export function holdBodyOf(selected: Selected): Readonly<Record<string, unknown>> {
  if (selected.type === 'named') return bodyOf(selected)
  const { state: _state, ...filter } = selected.filter
  return bodyOf({ type: 'fitting', filter })
}

export function filterOf(search: URLSearchParams): QueueFilter {
  const entries = [...FILTERS, 'state']
    .map((name) => [name, search.get(name) ?? ''])
    .filter(([, value]) => value !== '')
  return Object.fromEntries(entries) as QueueFilter
}

export const queryOf = (filter: QueueFilter): Query => ({ ...filter })

export const addressOfQueue = (filter: QueueFilter): string =>
  `/queue/messages?${new URLSearchParams(Object.entries(filter)).toString()}`

export const RETRY = { action: 'Postern.Mail/queue/retry/action' } as const
export const HOLD = { action: 'Postern.Mail/queue/hold/action' } as const
export const RELEASE = { action: 'Postern.Mail/queue/release/action' } as const
export const DELETE = { action: 'Postern.Mail/queue/delete/action' } as const
