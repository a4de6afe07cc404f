// Resources over HTTP as they are stored, read-only: one by its id, or those of one type under a scope as far as the caller may read
// them. Azure: control-plane reference §1.4, §5.2, §6.6.

import { z } from 'zod'
import type { Resource } from '../../resources/resource.ts'
import { COMMUNICATION_SERVICES, DOMAINS, EMAIL_SERVICES, RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import { SENDER_USERNAMES, SMTP_USERNAMES } from '../../resources/resource-types.ts'
import type { Storage } from '../../storage/storage.ts'
import { authorize, controlAction, mayDo } from '../authorization.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { operationOf } from './arm-target.ts'
import { checkScopeExists, readOwnResource, resourceNotFound } from './scope-existence.ts'

const none = z.object({})
const TYPES = [RESOURCE_GROUPS, COMMUNICATION_SERVICES, SMTP_USERNAMES, EMAIL_SERVICES, DOMAINS, SENDER_USERNAMES]

export function resourceRoutes(storage: Storage): readonly ArmRoute[] {
  const get = { method: 'GET', types: TYPES, query: none, body: none } as const
  return [
    armRoute({ ...get, shape: 'item', handle: (request) => read(storage, request) }),
    armRoute({ ...get, shape: 'collection', authorizesItself: true, handle: (request) => list(storage, request) }),
  ]
}

type Request = ArmRequest<object, object>

async function read(storage: Storage, { caller, target }: Request): Promise<ArmAnswer> {
  const resource = await readOwnResource(storage, caller.tenantId, target.id)
  if (resource === undefined) return resourceNotFound(storage, caller.tenantId, target.id)
  return { type: 'answer', status: 200, body: wireForm(resource), etag: `"${resource.etag}"` }
}

/** Whoever may read none of them is refused, so that a list never tells whether the scope exists. */
async function list(storage: Storage, { caller, target }: Request): Promise<ArmAnswer> {
  const { action, scope } = operationOf('GET', target)
  const { tenantId } = caller
  const resources = await storage.read.resources.listResources({ tenantId, under: target.parent, type: target.type })
  const readable = resources.filter(({ id }) => mayDo(caller, controlAction(action), id))
  const refusal = readable.length > 0 ? undefined : authorize(caller, controlAction(action), scope)
  if (refusal !== undefined) return refusal
  return (await checkScopeExists(storage, tenantId, target)) ?? answer(200, { value: readable.map(wireForm) })
}

function wireForm({ id, name, type, location, tags, properties, systemData }: Resource): object {
  return { id, name, type, location, tags, properties, systemData }
}
