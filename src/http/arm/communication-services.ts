// Communication services: what mail is sent through, the domains it is sent for, and the endpoint it is reached at. Their names are
// unique over the installation, because logins and endpoints carry nothing else. Azure: control-plane reference §5.4.
// Deviates: a PUT without `linkedDomains` keeps the links, so that running a creation again does not stop mail; an empty list unlinks.
// Managed identities and closed networks are refused, not ignored: there is nothing here that they could mean.

import { z } from 'zod'
import { linksOf } from '../../domains/linked-services.ts'
import { canonicalDataLocation, dataLocationNames } from '../../resources/data-locations.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import { COMMUNICATION_SERVICES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Storage } from '../../storage/storage.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { deleted, ok, written } from '../responses.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { newAccessKeys } from './communication-keys.ts'
import { checkLinks } from './linked-domains.ts'
import { idBelow, readParent } from './parents.ts'
import {
  carryOut,
  deleteStored,
  type Plan,
  planPut,
  readForChange,
  readForWrite,
  stampResource,
} from './resource-change.ts'
import { resourceSchemas } from './resource-schemas.ts'
import { checkSameLocation, checkUnchanged, readLocation, tagsOf, trackedMembers } from './tracked-members.ts'

const none = z.object({})
const MAX_LINKS = 1000
const noIdentity = z.object({ type: z.literal('None', { error: 'managed identities are not supported' }) }).nullish()
const changeable = {
  linkedDomains: z.array(z.string().max(2048)).max(MAX_LINKS).nullish(),
  disableLocalAuth: z.boolean().nullish(),
  publicNetworkAccess: z.literal('Enabled', { error: "only 'Enabled' is supported" }).nullish(),
}
const body = z.object({
  ...trackedMembers,
  identity: noIdentity,
  properties: z.object({ ...changeable, dataLocation: z.string().max(100).nullish() }).nullish(),
})
type Body = z.output<typeof body>
type WriteRequest = ArmRequest<object, Body>
type Dependencies = Pick<HttpDependencies, 'storage' | 'random' | 'sealer' | 'dataPlaneSuffix'>

export function communicationServiceRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { types: [COMMUNICATION_SERVICES], shape: 'item', query: none } as const
  const { storage } = dependencies
  const service = resourceSchemas[COMMUNICATION_SERVICES]
  return [
    armRoute({
      ...item,
      method: 'PUT',
      longRunning: true,
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
      longRunning: true,
      body: none,
      response: deleted,
      handle: (request) => deleteStored(storage, request),
    }),
  ]
}

async function put(dependencies: Dependencies, request: WriteRequest): Promise<ArmAnswer> {
  const { storage } = dependencies
  return carryOut(storage, request, async () => {
    const place = await readParent(storage, request.caller.tenantId, request.target)
    if (place.type === 'refused') return place
    const read = await readForWrite(storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const location = readLocation(request.body.location, stored)
    if (location.type === 'refused') return location
    const id = stored?.id ?? idBelow(place.parent, COMMUNICATION_SERVICES, request.target.name)
    const taken = await checkNameFree(storage, request.target.name, id)
    if (taken !== undefined) return taken
    const kept = stored === undefined ? undefined : { type: 'fixed' as const, properties: stored.properties }
    const fixed = kept ?? fixedProperties(dependencies, request)
    if (fixed.type === 'refused') return fixed
    const parts = { location: location.location, ...tagsOf(request.body.tags) }
    return planWrite(dependencies, request, stored, { id, fixed: fixed.properties, parts })
  })
}

type Properties = Resource['properties']

/** What a new service has once and for all. */
function fixedProperties(
  { random, dataPlaneSuffix }: Dependencies,
  { target, body }: WriteRequest,
): { readonly type: 'fixed'; readonly properties: Properties } | Refusal {
  const given = body.properties?.dataLocation ?? ''
  const dataLocation = canonicalDataLocation(given)
  if (dataLocation === undefined) return badDataLocation(given)
  const properties = {
    provisioningState: 'Succeeded',
    hostName: `${target.name.toLowerCase()}.${dataPlaneSuffix}`,
    immutableResourceId: newGuid(random),
    dataLocation,
    linkedDomains: [],
  }
  return { type: 'fixed', properties }
}

export function badDataLocation(given: string): Refusal {
  const what = given === '' ? 'A data location is required' : `'${given}' is no data location`
  return badMember('properties.dataLocation', `${what}. Use one of: ${dataLocationNames.join(', ')}.`)
}

async function checkNameFree({ read }: Storage, name: string, id: string): Promise<Refusal | undefined> {
  const holder = await read.resources.findCommunicationService(name)
  if (holder === undefined || scopeKey(holder.id) === scopeKey(id)) return undefined
  return { ...refused(409, 'Conflict', `The name '${name}' is already in use. Names are unique.`), target: 'name' }
}

type Writing = {
  readonly id: string
  readonly fixed: Properties
  readonly parts: Pick<Resource, 'location' | 'tags'>
}

async function planWrite(
  dependencies: Dependencies,
  request: WriteRequest,
  stored: Resource | undefined,
  { id, fixed, parts }: Writing,
): Promise<Plan | Refusal> {
  const { storage, random } = dependencies
  const given = request.body.properties ?? {}
  const moved = checkUnchanged('properties.dataLocation', given.dataLocation, fixed['dataLocation'])
  if (moved !== undefined) return moved
  const service = { id, dataLocation: fixed['dataLocation'] }
  const links = given.linkedDomains
    ? await checkLinks(storage, request.caller, service, given.linkedDomains)
    : { type: 'links' as const, linkedDomains: linksOf({ properties: fixed }) }
  if (links.type === 'refused') return links
  const properties = { ...fixed, ...settingsOf(given), linkedDomains: links.linkedDomains }
  const { subscriptionId = '' } = request.target
  const type = stored?.type ?? COMMUNICATION_SERVICES
  const name = stored?.name ?? request.target.name
  const resource = stampResource(request, random, { id, name, type, subscriptionId, ...parts, properties }, stored)
  const keys = stored === undefined ? newAccessKeys(dependencies, resource, request.change.at) : []
  return planPut(request, resource, stored, (write) => {
    for (const key of keys) void write.sealed.putSealed(key)
  })
}

function settingsOf({ disableLocalAuth, publicNetworkAccess }: NonNullable<Body['properties']>): Properties {
  return {
    ...(typeof disableLocalAuth === 'boolean' ? { disableLocalAuth } : {}),
    ...(publicNetworkAccess ? { publicNetworkAccess } : {}),
  }
}

async function patch(dependencies: Dependencies, request: WriteRequest): Promise<ArmAnswer> {
  return carryOut(dependencies.storage, request, async () => {
    const read = await readForChange(dependencies.storage, request)
    if (read.type === 'refused') return read
    const { stored } = read
    const moved = checkSameLocation(request.body.location, stored)
    if (moved !== undefined) return moved
    const tags = request.body.tags ?? stored.tags
    const location = stored.location === undefined ? {} : { location: stored.location }
    const parts = { ...location, ...tagsOf(tags) }
    return planWrite(dependencies, request, stored, { id: stored.id, fixed: stored.properties, parts })
  })
}
