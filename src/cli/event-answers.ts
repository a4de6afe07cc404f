// What the API answers about events and who is told of them, as far as commands show it.

import { z } from 'zod'
import { type Column, type Entry, showTime } from './table.ts'

export const eventSubscription = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    endpointBaseUrl: z.string(),
    eventSchema: z.string(),
    eventTypes: z.array(z.string()),
    headerNames: z.array(z.string()),
    state: z.string(),
    validationEndsAt: z.string().optional(),
    createdAt: z.string(),
    oldSecretsEndAt: z.string().optional(),
    secret: z.string().optional(),
  }),
})
export type EventSubscriptionAnswer = z.infer<typeof eventSubscription>
export const eventSubscriptionList = z.object({ value: z.array(eventSubscription) })

export const SUBSCRIPTION_COLUMNS: readonly Column<EventSubscriptionAnswer>[] = [
  { heading: 'Name', value: ({ name }) => name },
  { heading: 'State', value: ({ properties }) => properties.state },
  { heading: 'Schema', value: ({ properties }) => properties.eventSchema },
  { heading: 'Types', value: ({ properties }) => properties.eventTypes.join(', ') || 'all' },
  { heading: 'Endpoint', value: ({ properties }) => properties.endpointBaseUrl, flexible: true },
]

export function entriesOfSubscription({ id, name, properties }: EventSubscriptionAnswer): readonly Entry[] {
  return [
    ['Name', name],
    ['Endpoint', properties.endpointBaseUrl],
    ['Schema', properties.eventSchema],
    ['Types', properties.eventTypes.length === 0 ? 'all' : properties.eventTypes],
    ['Headers', properties.headerNames.length === 0 ? undefined : properties.headerNames],
    ['State', properties.state],
    ['To be validated until', showTime(properties.validationEndsAt)],
    ['Created', showTime(properties.createdAt)],
    ['Id', id],
    ['Signed with old secrets until', showTime(properties.oldSecretsEndAt)],
    ['Signing secret, shown once', properties.secret],
  ]
}

const delivery = z.object({
  eventId: z.string(),
  eventType: z.string(),
  subject: z.string(),
  eventTime: z.string(),
  status: z.string(),
  nextAttemptAt: z.string().optional(),
  attempts: z.array(z.object({ at: z.string(), detail: z.string() })),
})
export const deliveryList = z.object({ value: z.array(delivery), nextLink: z.string().optional() })

export const DELIVERY_COLUMNS: readonly Column<z.infer<typeof delivery>>[] = [
  { heading: 'When', value: ({ eventTime }) => showTime(eventTime) },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Attempts', value: ({ attempts }) => String(attempts.length) },
  { heading: 'Next', value: ({ nextAttemptAt }) => showTime(nextAttemptAt) },
  { heading: 'Event', value: ({ eventId }) => eventId },
  { heading: 'Type', value: ({ eventType }) => eventType },
  { heading: 'Last answer', value: ({ attempts }) => attempts.at(-1)?.detail, flexible: true },
]

const event = z.object({ id: z.string(), subject: z.string(), type: z.string(), time: z.string() })
export const eventList = z.object({ value: z.array(event), nextLink: z.string().optional() })

export const EVENT_COLUMNS: readonly Column<z.infer<typeof event>>[] = [
  { heading: 'When', value: ({ time }) => showTime(time) },
  { heading: 'Event', value: ({ id }) => id },
  { heading: 'Type', value: ({ type }) => type },
  { heading: 'Subject', value: ({ subject }) => subject, flexible: true },
]
