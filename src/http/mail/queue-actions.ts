// Trying queued mail again at once, and giving it up. One call acts on a bounded number of messages, the newest first, and says from where
// to go on, so that no transaction is as long as the queue is. What the caller may not touch is as absent as what never was.

import type { Context } from 'hono'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import type { DeleteOutcome, Deletion, QueuedMessage } from '../../spool/queue.ts'
import { controlAction, type Operation } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, type Refusal } from '../refusal.ts'
import { changeOf, type HttpEnv } from '../request-context.ts'
import { readBody } from '../validation.ts'
import { present } from './queue-forms.ts'
import { ACTED_ON, type Acting, deleteBody, retryBody } from './queue-schemas.ts'
import { resourcesOpenTo } from './readable-scopes.ts'

const RETRY = controlAction(MAIL_ACTIONS.retryQueue)
const DELETE = controlAction(MAIL_ACTIONS.deleteQueue)

type Dependencies = Pick<HttpDependencies, 'storage' | 'concludeDeletion'>

/** Some of a message may be delivered between the look at it and its end; then it is looked at again. */
const ROUNDS = 3

export function retryQueued({ storage }: Pick<Dependencies, 'storage'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const body = readBody(c, retryBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    const found = await findQueued(storage, c, RETRY, body.value)
    if (found.type === 'refused') return answerRefusal(c, found)
    const { messages, ...rest } = found
    const ids = messages.map(({ queueId }) => queueId)
    const outcomes = await storage.write.queue.retryQueued(changeOf(c), c.var.caller.tenantId, ids)
    const value = messages.map(({ queueId, state }, index) => {
      const outcome = outcomes[index] ?? 'missing'
      return { id: queueId, outcome: outcome === 'due' && state === 'held' ? 'held' : outcome }
    })
    return c.json(answerOf(value, rest))
  }
}

export function deleteQueued({ storage, concludeDeletion }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const body = readBody(c, deleteBody)
    if (body.type === 'refused') return answerRefusal(c, body)
    const { report, ...asked } = body.value
    const found = await findQueued(storage, c, DELETE, asked)
    if (found.type === 'refused') return answerRefusal(c, found)
    const { messages, ...rest } = found
    const { tenantId } = c.var.caller
    const change = changeOf(c)
    const outcomes = new Map<string, DeleteOutcome>(messages.map(({ queueId }) => [queueId, 'changed']))
    for (let round = 0; round < ROUNDS; round += 1) {
      const left = messages.filter(({ queueId }) => outcomes.get(queueId) === 'changed')
      const deletions: Deletion[] = []
      for (const { queueId } of left) {
        const detail = await storage.read.messages.find(tenantId, queueId)
        if (detail === undefined) outcomes.set(queueId, 'missing')
        else deletions.push(await concludeDeletion(detail, { at: change.at, report }))
      }
      if (deletions.length === 0) break
      const done = await storage.write.queue.deleteQueued(change, tenantId, deletions)
      for (const [index, { queueId }] of deletions.entries()) outcomes.set(queueId, done[index] ?? 'missing')
    }
    const value = messages.map(({ queueId }) => ({ id: queueId, outcome: outcomes.get(queueId) ?? 'missing' }))
    return c.json(answerOf(value, rest))
  }
}

type Found = {
  readonly type: 'found'
  readonly messages: readonly QueuedMessage[]
  readonly missing: readonly string[]
  readonly next: string | undefined
}

async function findQueued(
  { read }: Dependencies['storage'],
  c: Context<HttpEnv>,
  operation: Operation,
  { ids, applicationId, sender, destination, state, before }: Acting,
): Promise<Found | Refusal> {
  const open = await resourcesOpenTo({ read }, c.var.caller, operation)
  if (open.type === 'refused') return open
  const named = ids === undefined ? {} : { queueIds: ids }
  const query = {
    ...open.where,
    ...present({ applicationId, sender, destination, state, before }),
    ...named,
    limit: ACTED_ON,
  }
  const { messages, next } = await read.queue.listQueue(query)
  const missing = (ids ?? []).filter((id) => !messages.some(({ queueId }) => queueId === id))
  return { type: 'found', messages, missing, next: ids === undefined ? next : undefined }
}

function answerOf(value: readonly object[], { missing, next }: Omit<Found, 'messages'>): object {
  return { value: [...value, ...missing.map((id) => ({ id, outcome: 'missing' }))], next }
}
