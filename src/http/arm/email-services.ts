// Email services: what domains belong to. Azure: control-plane reference §5.6.

import { z } from 'zod'
import { canonicalDataLocation } from '../../resources/data-locations.ts'
import { EMAIL_SERVICES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Refusal } from '../refusal.ts'
import { deleted, ok, written } from '../responses.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { EXCHANGE_DOMAINS } from './arm-target.ts'
import { badDataLocation } from './communication-services.ts'
import { refuseWhileLinked } from './linked-domains.ts'
import { idBelow, readParent } from './parents.ts'
import { carryOut, deleteStored, planPut, readForChange, readForWrite, stampResource } from './resource-change.ts'
import { resourceSchemas } from './resource-schemas.ts'
import { checkSameLocation, checkUnchanged, readLocation, tagsOf, trackedMembers } from './tracked-members.ts'

const none = z.object({})
const body = z.object({
  ...trackedMembers,
  properties: z.object({ dataLocation: z.string().max(100).nullish() }).nullish(),
})
type WriteRequest = ArmRequest<object, z.output<typeof body>>
type Dependencies = Pick<HttpDependencies, 'storage' | 'random'>

export function emailServiceRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { types: [EMAIL_SERVICES], shape: 'item', query: none, longRunning: true } as const
  const { storage } = dependencies
  const service = resourceSchemas[EMAIL_SERVICES]
  return [
    armRoute({
      ...item,
      method: 'PUT',
      body,
      response: written(service),
      handle: (request) => put(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'PATCH',
      body,
      response: ok(service),
      handle: (request) => patch(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: deleted,
      handle: (request) => deleteStored(storage, request, ({ id }) => refuseWhileLinked(storage, request.caller, id)),
    }),
    // There is no Exchange Online here that could know any.
    armRoute({
      method: 'POST',
      types: [EXCHANGE_DOMAINS],
      shape: 'collection',
      query: none,
      body: none,
      response: ok(z.array(z.string())),
      handle: async () => answer(200, []),
    }),
  ]
}

async function put({ storage, random }: Dependencies, request: WriteRequest): Promise<ArmAnswer> {
  return carryOut(storage, request, async () => {
    const { caller, target, body } = request
    const place = await readParent(storage, caller.tenantId, target)
    if (place.type === 'refused') return place
    const read = await readForWrite(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const location = readLocation(body.location, stored)
    if (location.type === 'refused') return location
    const dataLocation = readDataLocation(body.properties?.dataLocation, stored)
    if (typeof dataLocation !== 'string') return dataLocation
    const parts = {
      id: stored?.id ?? idBelow(place.parent, EMAIL_SERVICES, target.name),
      name: stored?.name ?? target.name,
      type: stored?.type ?? EMAIL_SERVICES,
      subscriptionId: place.parent.subscriptionId,
      location: location.location,
      ...tagsOf(body.tags),
      properties: { provisioningState: 'Succeeded', dataLocation },
    }
    return planPut(request, stampResource(request, random, parts, stored), stored)
  })
}

function readDataLocation(given: string | null | undefined, stored: Resource | undefined): string | Refusal {
  const its = stored?.properties['dataLocation']
  if (typeof its === 'string') return checkUnchanged('properties.dataLocation', given, its) ?? its
  return canonicalDataLocation(given ?? '') ?? badDataLocation(given ?? '')
}

/** Only tags change. */
async function patch({ storage, random }: Dependencies, request: WriteRequest): Promise<ArmAnswer> {
  return carryOut(storage, request, async () => {
    const read = await readForChange(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const { location, tags, properties } = request.body
    const refusal =
      checkSameLocation(location, stored) ??
      checkUnchanged('properties.dataLocation', properties?.dataLocation, stored.properties['dataLocation'])
    if (refusal !== undefined) return refusal
    const parts = { ...stored, ...tagsOf(tags ?? stored.tags) }
    return planPut(request, stampResource(request, random, parts, stored), stored)
  })
}
