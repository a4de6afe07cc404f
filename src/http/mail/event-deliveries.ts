// What became of the events that a subscription was to be told: each with its attempts in their order, those that were given up apart;
// and telling them again.

import { z } from 'zod'
import { parentOf } from '../../resources/resource-id.ts'
import type { DeliveryChoice, EventSubscription, WebhookDelivery } from '../../storage/webhooks.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { type ArmTarget, EVENT_DELIVERIES, REPLAY_EVENTS } from '../arm/arm-target.ts'
import { baseUrlOf } from '../audiences.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { limitQuery, readPage } from '../paging.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { listOf, named, ok, time } from '../responses.ts'
import { readSubscription } from './event-subscriptions.ts'

const STATUSES = ['pending', 'delivered', 'dead'] as const
const query = z.object({ limit: limitQuery, before: z.guid().optional(), status: z.enum(STATUSES).optional() })
const moment = z.iso.datetime({ offset: true }).transform(Date.parse)
/** One of them. */
const body = z.strictObject({
  status: z.literal('dead').optional(),
  eventIds: z
    .array(z.guid().transform((id) => id.toLowerCase()))
    .max(500)
    .optional(),
  from: moment.optional(),
  to: moment.optional(),
})

const deliverySchema = named(
  'EventDelivery',
  z.object({
    eventId: z.guid(),
    eventType: z.string(),
    subject: z.string(),
    eventTime: time,
    status: z.enum(STATUSES),
    nextAttemptAt: time.optional(),
    attempts: z.array(z.object({ at: time, status: z.int().optional(), detail: z.string() })),
  }),
)
/** `more`: there are more than are replayed at once; asked again the same, what is dead goes on. */
const replayed = named('ReplayedEvents', z.object({ replayed: z.int(), more: z.boolean() }))

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>
type ListRequest = ArmRequest<z.output<typeof query>, object>
type ReplayRequest = ArmRequest<object, z.output<typeof body>>

export function eventDeliveryRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const shape = 'collection' as const
  return [
    armRoute({
      method: 'GET',
      types: [EVENT_DELIVERIES],
      shape,
      query,
      body: z.object({}),
      response: ok(listOf(deliverySchema)),
      handle: (request) => list(dependencies, request),
    }),
    armRoute({
      method: 'POST',
      types: [REPLAY_EVENTS],
      shape,
      query: z.object({}),
      body,
      response: ok(replayed),
      handle: (request) => replay(dependencies, request),
    }),
  ]
}

/** The subscription that the target is below. */
function findSubscription({ storage }: Dependencies, tenantId: string, { parent, names }: ArmTarget) {
  return readSubscription(storage, tenantId, parentOf(parent) ?? '/', names[0] ?? '')
}

async function list(dependencies: Dependencies, { caller, target, query, url }: ListRequest): Promise<ArmAnswer> {
  const found = await findSubscription(dependencies, caller.tenantId, target)
  if (found.type === 'refused') return found
  const { subscriptionId } = found.subscription
  const { status } = query
  const { rows, more } = await readPage(query, (window) =>
    dependencies.storage.read.webhooks.listDeliveries({
      subscriptionId,
      ...window,
      ...(status === undefined ? {} : { status }),
    }),
  )
  const value = rows.map(deliveryForm)
  const last = rows.at(-1)
  if (!more || last === undefined) return answer(200, { value })
  const parameters = new URLSearchParams(url.search)
  parameters.set('before', last.event.eventId)
  const nextLink = `${baseUrlOf(dependencies.publicUrl())}${url.pathname}?${parameters.toString()}`
  return answer(200, { value, nextLink })
}

function deliveryForm({ event, status, nextAt, attempts }: WebhookDelivery): object {
  return {
    eventId: event.eventId,
    eventType: event.type,
    subject: event.subject,
    eventTime: new Date(event.at).toISOString(),
    status,
    nextAttemptAt: nextAt === undefined ? undefined : new Date(nextAt).toISOString(),
    attempts: attempts.map(({ at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() })),
  }
}

/** Events that one transaction looks at, and transactions of one request. */
const PAGE = 200
const PAGES = 25

async function replay(dependencies: Dependencies, { caller, target, change, body }: ReplayRequest): Promise<ArmAnswer> {
  const found = await findSubscription(dependencies, caller.tenantId, target)
  if (found.type === 'refused') return found
  const choice = choiceOf(body, change.at)
  if (choice.type === 'refused') return choice
  let count = 0
  let next: DeliveryChoice | undefined = choice
  for (let page = 0; page < PAGES && next !== undefined; page += 1) {
    const limit = choice.type === 'events' ? choice.eventIds.length : PAGE
    const done = await replayPage(dependencies, change, found.subscription, next, limit)
    count += done.count
    next = done.next
  }
  return answer(200, { replayed: count, more: next !== undefined })
}

async function replayPage(
  { storage }: Dependencies,
  change: ReplayRequest['change'],
  subscription: EventSubscription,
  choice: DeliveryChoice,
  limit: number,
): Promise<{ readonly count: number; readonly next: DeliveryChoice | undefined }> {
  const { eventIds, last } = await storage.write.webhooks.replayDeliveries(change, subscription, choice, limit)
  const count = eventIds.length
  if (last === undefined || choice.type === 'events') return { count, next: undefined }
  return { count, next: choice.type === 'time' ? { ...choice, after: last } : choice }
}

function choiceOf({ status, eventIds, from, to }: ReplayRequest['body'], now: number): DeliveryChoice | Refusal {
  const chosen: (DeliveryChoice | undefined)[] = [
    status && { type: 'dead' },
    eventIds && { type: 'events', eventIds },
    from === undefined ? undefined : { type: 'time', from, to: to ?? now + 1 },
  ]
  const [choice, ...others] = chosen.filter((one) => one !== undefined)
  if (choice !== undefined && others.length === 0 && (to === undefined || from !== undefined)) return choice
  return badRequest(
    'InvalidRequestContent',
    "Say what to replay: 'status' dead, 'eventIds', or 'from' with or without 'to'.",
  )
}
