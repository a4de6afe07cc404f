// Resources of every type at once, below a subscription or in a group: what inventories and generic tools list. Only tracked ones, those
// with a location, and only what the caller may read. Azure: control-plane reference §4.1, §4.2.

import { z } from 'zod'
import { isSameType, RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import { authorize, type Caller, controlAction, mayDo } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { listOf, ok } from '../responses.ts'
import { answerPage, pageQuery } from './arm-page.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { GENERIC_RESOURCES, operationOf } from './arm-target.ts'
import { readResourceFilter } from './resource-filter.ts'
import { readPage } from './resource-list.ts'
import { genericResourceSchema } from './resource-schemas.ts'
import { checkScopeExists } from './scope-existence.ts'

const query = pageQuery.extend({ $filter: z.string().optional(), $expand: z.string().max(200).optional() })
const FILTERED = ['name', 'namecontains', 'resourcetype', 'resourcegroup', 'location', 'tagname', 'tagvalue']

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>
type Request = ArmRequest<z.output<typeof query>, object>

export function genericResourceRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const route = { method: 'GET', types: [GENERIC_RESOURCES], shape: 'collection', authorizesItself: true } as const
  const response = ok(listOf(genericResourceSchema))
  return [armRoute({ ...route, query, body: z.object({}), response, handle: (request) => list(dependencies, request) })]
}

async function list({ storage, publicUrl }: Dependencies, { caller, target, query, url }: Request): Promise<ArmAnswer> {
  const { action, scope } = operationOf('GET', target)
  const filter = readResourceFilter(query.$filter, FILTERED)
  if (filter.type === 'refused') return filter
  let mayReadAny = false
  const isShown = (resource: Resource) => {
    const readable = !isSameType(resource.type, RESOURCE_GROUPS) && mayRead(caller, resource)
    mayReadAny ||= readable
    return readable && filter.matches(resource)
  }
  const selection = { tenantId: caller.tenantId, under: target.parent, isTracked: true, isShown } as const
  const { shown, last } = await readPage(storage, selection, query.$top, query.$skipToken)
  const refusal = mayReadAny ? undefined : authorize(caller, controlAction(action), scope)
  const missing = refusal ?? (await checkScopeExists(storage, caller.tenantId, target))
  const expand = (query.$expand ?? '').toLowerCase().split(',')
  return (
    missing ??
    answerPage(
      url,
      publicUrl(),
      shown.map((resource) => itemForm(resource, expand)),
      last,
    )
  )
}

const mayRead = (caller: Caller, { type, id }: Resource) => mayDo(caller, controlAction(`${type}/read`), id)

/** Times and state only when asked for. */
function itemForm(
  { id, name, type, location, tags, properties, systemData }: Resource,
  expand: readonly string[],
): object {
  const all = {
    createdTime: systemData.createdAt,
    changedTime: systemData.lastModifiedAt,
    provisioningState: properties['provisioningState'],
  }
  const asked = Object.entries(all).filter(([member]) => expand.some((part) => part.trim() === member.toLowerCase()))
  return { id, name, type, location, tags, ...Object.fromEntries(asked) }
}
