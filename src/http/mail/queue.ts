// What waits in the queue, one by one and counted. Who may see a queue sees that of the resources on which the right stands, and no
// other tenant's. Metadata only.

import type { Context } from 'hono'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import { isHeld } from '../../spool/hold-matching.ts'
import type { QueuedMessage, QueueGroup } from '../../spool/queue.ts'
import type { Hold } from '../../storage/holds.ts'
import type { Storage } from '../../storage/storage.ts'
import { controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, notFound } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { readQuery } from '../validation.ts'
import { summaryForm } from './messages.ts'
import { nextLink, present, selectionForm } from './queue-forms.ts'
import { groupsQuery, guid, queueQuery } from './queue-schemas.ts'
import { resourcesOpenTo } from './readable-scopes.ts'

const READ = controlAction(MAIL_ACTIONS.readQueue)
export const QUEUE_PATH = '/providers/Postern.Mail/queue'

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function listQueue({ storage, publicUrl }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const query = readQuery(c.req.url, queueQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const open = await resourcesOpenTo(storage, c.var.caller, READ)
    if (open.type === 'refused') return answerRefusal(c, open)
    const { messages, next } = await storage.read.queue.listQueue({ ...open.where, ...present(query.value) })
    return c.json({ value: messages.map(queuedForm), ...nextLink(c.req.url, publicUrl(), QUEUE_PATH, next) })
  }
}

export function readQueued({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const id = guid.safeParse(c.req.param('id'))
    const open = await resourcesOpenTo(storage, c.var.caller, READ)
    if (open.type === 'refused') return answerRefusal(c, open)
    const queueIds = id.success ? [id.data] : []
    const { messages } = await storage.read.queue.listQueue({ ...open.where, queueIds, limit: 1 })
    const [message] = messages
    if (message === undefined) return answerRefusal(c, NOT_QUEUED)
    const holds = (await findHolds(storage, message)).map(stoppingForm)
    return c.json({ ...queuedForm(message), holds })
  }
}

const NOT_QUEUED = notFound('MessageNotFound', 'There is no such message in the queue, or it may not be read.')

/** Those that stop somebody of it; one that was made because its sender may not send any more is known by its mark alone. */
async function findHolds({ read }: Storage, { queueId, tenantId, recipients, ...message }: QueuedMessage) {
  const detail = await read.messages.find(tenantId, queueId)
  const left = recipients.filter(({ status }) => status === 'queued' || status === 'deferred')
  const holds = await read.holds.findHolds([queueId])
  const stopping = holds.filter((hold) =>
    left.some(({ forwardPath }) => detail !== undefined && isHeld(hold, detail.envelope, forwardPath)),
  )
  const { holdId } = message
  if (holdId === undefined || stopping.some((hold) => hold.holdId === holdId)) return stopping
  return [...stopping, { holdId, selection: { applicationId: message.applicationId }, reason: 'its sender' }]
}

const stoppingForm = ({ holdId, selection, reason }: Pick<Hold, 'holdId' | 'selection' | 'reason'>) => ({
  id: holdId,
  selection: selectionForm(selection),
  reason,
})

function queuedForm(message: QueuedMessage): object {
  const { state, holdId, nextAttemptAt: next } = message
  const nextAttemptAt = next === undefined ? undefined : new Date(next).toISOString()
  return { ...summaryForm(message), state, holdId, nextAttemptAt }
}

export function countQueue({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const query = readQuery(c.req.url, groupsQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const open = await resourcesOpenTo(storage, c.var.caller, READ)
    if (open.type === 'refused') return answerRefusal(c, open)
    const counted = await storage.read.queue.countQueue({ ...open.where, ...present(query.value) })
    const { messages, isComplete, groups } = counted
    return c.json({ messages, isComplete, value: groups.map(groupForm) })
  }
}

function groupForm({ oldestAt, nextAttemptAt: next, ...group }: QueueGroup): object {
  const nextAttemptAt = next === undefined ? undefined : new Date(next).toISOString()
  return { ...group, oldestAt: new Date(oldestAt).toISOString(), nextAttemptAt }
}
