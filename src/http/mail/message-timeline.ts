// The whole life of one message in one answer, by its queue id, its Message-ID, the id of the operation that brought it over HTTP, or the
// reference of a refusal. A reference gives the decision, to whoever may read decisions, and the message it names, where that was accepted
// after all, to whoever may read messages; what webhooks were told of it goes to whoever may read their subscriptions. What may not be
// read and what never was are told alike.

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import type { MessageDetail, TimelineEntry } from '../../spool/spool.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import type { StoredDecision } from '../../storage/storage.ts'
import type { DeliveryOfEvent } from '../../storage/webhooks.ts'
import { type Caller, controlAction, mayDo } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, notFound } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { decisionForm, findReadableDecision, isReference } from './decisions.ts'
import { detailForm, idInPath, summaryForm, timelineForm } from './messages.ts'

const READ = controlAction(MAIL_ACTIONS.readMessages)
const READ_SUBSCRIPTIONS = controlAction(MAIL_ACTIONS.readEventSubscriptions)

type Dependencies = Pick<HttpDependencies, 'storage' | 'requiredActions'>

export function readTimeline(dependencies: Dependencies) {
  const { storage } = dependencies
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { caller } = c.var
    const id = idInPath(c.req.url, -2) ?? ''
    const decision = isReference(id) ? await findReadableDecision(storage, caller, id) : undefined
    const messages = await findMessages(storage, caller, queueIdOf(decision) ?? id)
    if (decision === undefined && messages.length === 0) return answerRefusal(c, NOT_FOUND)
    if (messages.length > 1) return c.json({ messages: messages.map(summaryForm), timeline: [] })
    const [message] = messages
    const timeline = [
      ...(decision === undefined ? [] : [refusedEntry(decision)]),
      ...(message?.timeline ?? []),
      ...(await webhookEntries(storage, caller, message?.timeline ?? [])),
    ]
    return c.json({
      ...(message && { message: detailForm(message) }),
      ...(decision && { decision: await decisionForm(dependencies, id, decision) }),
      timeline: timelineForm(timeline.sort((one, other) => one.at - other.at)),
    })
  }
}

const NOT_FOUND = notFound('MessageNotFound', 'There is no such message or reference, or it may not be read.')

/** Several only by the id of an operation: each resource has its own. */
async function findMessages(
  storage: Dependencies['storage'],
  caller: Caller,
  id: string,
): Promise<readonly MessageDetail[]> {
  const message = await findReadable(storage, caller, id)
  if (message !== undefined) return [message]
  const operationId = canonicalGuid(id)
  if (operationId === undefined) return []
  const queueIds = await storage.read.emailOperations.listByOperation(caller.tenantId, operationId)
  const found = await Promise.all(queueIds.map((queueId) => findReadable(storage, caller, queueId)))
  return found.filter((one) => one !== undefined)
}

async function findReadable(
  { read }: Dependencies['storage'],
  caller: Caller,
  id: string,
): Promise<MessageDetail | undefined> {
  const message = id === '' ? undefined : await read.messages.find(caller.tenantId, id)
  return message !== undefined && mayDo(caller, READ, message.resourceId) ? message : undefined
}

/** Of a trace that we wrote, at some time. */
const tracedRefusal = z.looseObject({
  reply: z.string(),
  reason: z.string(),
  queueId: z.string().optional(),
  steps: z.array(z.looseObject({ passed: z.boolean(), detail: z.string() })),
})

function queueIdOf(decision: StoredDecision | undefined): string | undefined {
  const trace = tracedRefusal.safeParse(decision && JSON.parse(decision.trace))
  return trace.success ? trace.data.queueId : undefined
}

type WebhookEntry = Omit<TimelineEntry, 'kind'> & { readonly kind: 'webhook' }

/** What became of telling the events of the timeline. */
async function webhookEntries(
  { read }: Dependencies['storage'],
  caller: Caller,
  timeline: readonly TimelineEntry[],
): Promise<readonly WebhookEntry[]> {
  const eventIds = timeline.flatMap(({ kind, id }) => (kind === 'event' && id !== undefined ? [id] : []))
  const deliveries = eventIds.length === 0 ? [] : await read.webhooks.listDeliveriesOf(caller.tenantId, eventIds)
  return deliveries
    .filter(({ subscription }) => mayDo(caller, READ_SUBSCRIPTIONS, subscription.scope))
    .map(webhookEntry)
}

function webhookEntry({ eventId, subscription, status, createdAt, nextAt, attempts }: DeliveryOfEvent): WebhookEntry {
  const last = attempts.at(-1)
  const count = `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`
  const next = status === 'pending' && nextAt !== undefined ? `, the next at ${new Date(nextAt).toISOString()}` : ''
  const said = last === undefined ? 'not told yet' : `${last.detail}; ${count}${next}`
  return { at: last?.at ?? createdAt, kind: 'webhook', id: eventId, status, detail: `${subscription.name}: ${said}` }
}

type Refused = Omit<TimelineEntry, 'kind'> & { readonly kind: 'refused' }

function refusedEntry({ at, trace }: StoredDecision): Refused {
  const traced = tracedRefusal.safeParse(JSON.parse(trace))
  if (!traced.success) return { at, kind: 'refused', detail: '' }
  const { reply, reason, steps } = traced.data
  const why = steps.find(({ passed }) => !passed)?.detail
  return { at, kind: 'refused', status: reason, detail: why === undefined ? reply : `${reply}; ${why}` }
}
