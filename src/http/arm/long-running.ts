// Azure's long-running shape for what is done at once: where `compatibility: azure` asks for it, a finished write is answered with the
// address of an operation, which says that it runs when it is first polled and that it succeeded from the second time on.
// Azure: control-plane reference §1.7, §5.5. Deviates: by default there is none of this, and every client takes that.

import type { Context } from 'hono'
import { z } from 'zod'
import type { AsyncOperation } from '../../storage/storage.ts'
import { baseUrlOf } from '../audiences.ts'
import { authorize, controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound } from '../refusal.ts'
import { type HttpEnv, newGuid } from '../request-context.ts'
import { named, type Responses, time } from '../responses.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { type ArmTarget, OPERATION_STATUSES } from './arm-target.ts'

type Dependencies = Pick<HttpDependencies, 'storage' | 'random' | 'publicUrl'>

/** In seconds. */
const RETRY_AFTER = '1'
const FIRST_SUCCEEDING_POLL = 2
/** The operation is a resource of Microsoft.Communication, whatever the write was: a group's own version would be refused there. */
const POLL_VERSION = '2025-09-01'

const VERBS: Readonly<Record<string, AsyncOperation['verb']>> = {
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
  POST: 'action',
}

/** The answer to a write that was just done, as if it had only begun. What changed nothing stays as it is. */
export async function answerAsBegun(
  { storage, random, publicUrl }: Dependencies,
  c: Context<HttpEnv>,
  { id, subscriptionId }: ArmTarget,
  done: ArmAnswer,
): Promise<ArmAnswer> {
  const verb = VERBS[c.req.method]
  const hasWritten = done.type === 'answer' || (done.type === 'no content' && done.status === 200)
  if (verb === undefined || subscriptionId === undefined || !hasWritten) return done
  const { caller, receivedAt } = c.var
  const operation = { operationId: newGuid(random), tenantId: caller.tenantId, subscriptionId, verb }
  await storage.write.resources.createAsyncOperation({
    ...operation,
    principalId: caller.principalId,
    resourceId: id,
    startedAt: receivedAt,
  })
  const address = `${baseUrlOf(publicUrl())}${pathOf(operation)}?api-version=${POLL_VERSION}`
  if (verb === 'action') return accepted({ location: address })
  if (verb === 'delete') return accepted({ 'azure-asyncoperation': address, location: address })
  const headers = { 'azure-asyncoperation': address, 'retry-after': RETRY_AFTER }
  return done.type === 'answer' ? { ...done, status: 201, body: asAccepted(done.body), headers } : done
}

function accepted(headers: Readonly<Record<string, string>>): ArmAnswer {
  return { type: 'answer', status: 202, body: null, headers: { ...headers, 'retry-after': RETRY_AFTER } }
}

function asAccepted(body: object | null): object | null {
  if (body === null || !('properties' in body)) return body
  return { ...body, properties: { ...(body.properties as object), provisioningState: 'Accepted' } }
}

function pathOf({ subscriptionId, operationId }: Pick<AsyncOperation, 'subscriptionId' | 'operationId'>): string {
  return `/subscriptions/${subscriptionId}/providers/Microsoft.Communication/locations/global/operationStatuses/${operationId}`
}

const operationStatus = named(
  'OperationStatus',
  z.object({
    id: z.string(),
    name: z.guid(),
    resourceId: z.string(),
    status: z.enum(['Accepted', 'Deleting', 'Running', 'Succeeded']),
    startTime: time,
    endTime: time.optional(),
    properties: z.null().optional(),
  }),
)

/** What a route answers where it has only begun. */
export function begunResponses({ method, response }: Pick<ArmRoute, 'method' | 'response'>): Responses {
  if (method === 'DELETE' || method === 'POST') return { 202: z.null() }
  return { 201: response[200] ?? 'empty' }
}

export function operationStatusRoutes({ storage }: Pick<HttpDependencies, 'storage'>): readonly ArmRoute[] {
  const none = z.object({})
  const item = { types: [OPERATION_STATUSES], shape: 'item', authorizesItself: true, query: none, body: none } as const
  return [
    armRoute({
      ...item,
      method: 'GET',
      response: { 200: operationStatus, 202: operationStatus },
      handle: async ({ caller, target }: ArmRequest<object, object>) => {
        const operation = await storage.write.resources.pollAsyncOperation(caller.tenantId, target.name.toLowerCase())
        // Whoever began it may see how it goes, whatever else that caller may see.
        if (operation?.principalId !== caller.principalId) {
          const refusal = authorize(caller, controlAction(`${OPERATION_STATUSES}/read`), scopeOf(target))
          if (refusal !== undefined) return refusal
        }
        if (operation === undefined || operation.subscriptionId.toLowerCase() !== target.subscriptionId?.toLowerCase())
          return notFound('ResourceNotFound', `The operation '${target.name}' was not found.`)
        return answerPoll(operation)
      },
    }),
  ]
}

const scopeOf = ({ subscriptionId }: ArmTarget) =>
  subscriptionId === undefined ? '/' : `/subscriptions/${subscriptionId}`

const RUNNING: Readonly<Record<AsyncOperation['verb'], string>> = {
  write: 'Accepted',
  delete: 'Deleting',
  action: 'Running',
}

/** A client that polls the location goes by the HTTP status, one that polls the operation by what it says. */
function answerPoll(operation: AsyncOperation & { readonly polls: number }): ArmAnswer {
  const { operationId, resourceId, startedAt, verb } = operation
  const isRunning = operation.polls < FIRST_SUCCEEDING_POLL
  const startTime = new Date(startedAt).toISOString()
  const named = { id: pathOf(operation), name: operationId, resourceId }
  if (!isRunning) return answer(200, { ...named, status: 'Succeeded', startTime, endTime: startTime, properties: null })
  const body = { ...named, status: RUNNING[verb], startTime }
  return { type: 'answer', status: verb === 'write' ? 200 : 202, body, headers: { 'retry-after': RETRY_AFTER } }
}
