// Resource groups: what resources are made in and go with. Deleting one deletes all that is in it, and what is assigned or denied there,
// in one transaction. Azure: control-plane reference §4.1, §4.2. Deviates: nobody deletes through a group what a deny assignment or the
// lack of a right keeps; the group stays whole then.

import { z } from 'zod'
import { isResourceName, RESOURCE_GROUPS } from '../../resources/resource-types.ts'
import { formatResourceId } from '../../resources/resource-id.ts'
import type { Resource } from '../../resources/resource.ts'
import { authorize, type Caller, controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badRequest, type Refusal, refused } from '../refusal.ts'
import { listOf, ok, written } from '../responses.ts'
import { pageQuery } from './arm-page.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import type { ArmTarget } from './arm-target.ts'
import { refuseWhileLinked } from './linked-domains.ts'
import { carryOut, deleteStored, planPut, readForChange, readForWrite, stampResource } from './resource-change.ts'
import { readResourceFilter } from './resource-filter.ts'
import { listReadable } from './resource-list.ts'
import { resourceSchemas } from './resource-schemas.ts'
import { readOwnResource, resourceNotFound } from './scope-existence.ts'
import { checkSameLocation, readLocation, tagsOf, trackedMembers } from './tracked-members.ts'

const none = z.object({})
const body = z.object({
  ...trackedMembers,
  name: z.string().max(90).nullish(),
  managedBy: z.string().max(2048).nullish(),
  properties: z.object({}).nullish(),
})
const listQuery = pageQuery.extend({ $filter: z.string().optional() })

type Dependencies = Pick<HttpDependencies, 'storage' | 'random' | 'publicUrl'>
type WriteRequest = ArmRequest<object, z.output<typeof body>>
type ListRequest = ArmRequest<z.output<typeof listQuery>, object>

export function resourceGroupRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { types: [RESOURCE_GROUPS], shape: 'item', query: none } as const
  const group = resourceSchemas[RESOURCE_GROUPS]
  return [
    armRoute({
      ...item,
      method: 'PUT',
      body,
      response: written(group),
      handle: (request) => put(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'PATCH',
      body,
      response: ok(group),
      handle: (request) => patch(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      longRunning: true,
      body: none,
      response: ok('empty'),
      handle: (request) => remove(dependencies, request),
    }),
    armRoute({
      method: 'GET',
      types: [RESOURCE_GROUPS],
      shape: 'collection',
      authorizesItself: true,
      query: listQuery,
      body: none,
      response: ok(listOf(group)),
      handle: (request) => list(dependencies, request),
    }),
  ]
}

async function list(dependencies: Dependencies, request: ListRequest): Promise<ArmAnswer> {
  const filter = readResourceFilter(request.query.$filter, ['tagname', 'tagvalue'])
  return filter.type === 'refused' ? filter : listReadable(dependencies, request, filter.matches)
}

async function put({ storage, random }: Dependencies, request: WriteRequest): Promise<ArmAnswer> {
  return carryOut(storage, request, async () => {
    const { target, body } = request
    const refusal = checkGroupName(target)
    if (refusal !== undefined) return refusal
    const read = await readForWrite(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const location = readLocation(body.location, stored)
    if (location.type === 'refused') return location
    const subscriptionId = target.subscriptionId?.toLowerCase() ?? ''
    const parts = {
      id: stored?.id ?? formatResourceId(`/subscriptions/${subscriptionId}`, RESOURCE_GROUPS, [target.name]),
      name: stored?.name ?? target.name,
      type: RESOURCE_GROUPS,
      subscriptionId,
      location: location.location,
      ...tagsOf(body.tags),
      properties: groupProperties(body.managedBy),
    }
    return planPut(request, stampResource(request, random, parts, stored), stored)
  })
}

const groupProperties = (managedBy: string | null | undefined) => ({
  provisioningState: 'Succeeded',
  ...(managedBy ? { managedBy } : {}),
})

function checkGroupName({ name }: ArmTarget): Refusal | undefined {
  if (isResourceName(RESOURCE_GROUPS, name)) return undefined
  const rule = 'A name has 1 to 90 letters, digits and _ - . ( ), and does not end in a period.'
  return { ...badRequest('InvalidResourceName', `The resource group name is not valid. ${rule}`), target: 'name' }
}

async function patch({ storage, random }: Dependencies, request: WriteRequest): Promise<ArmAnswer> {
  return carryOut(storage, request, async () => {
    const read = await readForChange(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const { name, location, tags, managedBy } = request.body
    const refusal = checkSameLocation(location, stored) ?? checkSameName(name, stored)
    if (refusal !== undefined) return refusal
    const properties = managedBy === undefined ? stored.properties : groupProperties(managedBy)
    const parts = { ...stored, ...tagsOf(tags ?? stored.tags), properties }
    return planPut(request, stampResource(request, random, parts, stored), stored)
  })
}

function checkSameName(name: string | null | undefined, stored: Resource): Refusal | undefined {
  if (!name || name.toLowerCase() === stored.name.toLowerCase()) return undefined
  return { ...refused(409, 'PropertyChangeNotAllowed', 'A resource group cannot be renamed.'), target: 'name' }
}

/** Azure: unlike a resource, a group that is not there is 404. */
async function remove({ storage }: Dependencies, request: ArmRequest<object, object>): Promise<ArmAnswer> {
  const { caller, target } = request
  if ((await readOwnResource(storage, caller.tenantId, target.id)) === undefined) {
    return resourceNotFound(storage, caller.tenantId, target.id)
  }
  return deleteStored(storage, request, async ({ id }) => {
    const { tenantId } = caller
    const below = await storage.read.resources.listResources({ tenantId, under: id })
    return refuseUndeletable(caller, below) ?? (await refuseWhileLinked(storage, caller, id))
  })
}

function refuseUndeletable(caller: Caller, resources: readonly Resource[]): Refusal | undefined {
  const operationOn = ({ type }: Resource) =>
    controlAction(`${type === RESOURCE_GROUPS ? 'Microsoft.Resources/subscriptions/resourceGroups' : type}/delete`)
  return resources
    .map((resource) => authorize(caller, operationOn(resource), resource.id))
    .find((found) => found !== undefined)
}
