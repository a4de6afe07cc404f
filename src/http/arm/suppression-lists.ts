// Suppression lists and their addresses: whom mail of a sender, or of a whole domain, does not go to. Azure: control-plane reference
// §5.9.

import { z } from 'zod'
import { lookupKeyOf } from '../../resources/lookup-key.ts'
import { isMailAddress } from '../../resources/mail-address.ts'
import { isSameResource } from '../../resources/resource-id.ts'
import { SENDER_USERNAMES, SUPPRESSION_LIST_ADDRESSES, SUPPRESSION_LISTS } from '../../resources/resource-types.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, refused } from '../refusal.ts'
import { deleted, written } from '../responses.ts'
import { type ArmRequest, type ArmRoute, armRoute } from './arm-route.ts'
import { type DecideChild, putChild } from './child-resource.ts'
import { deleteStored } from './resource-change.ts'
import { resourceSchemas } from './resource-schemas.ts'

const none = z.object({})
const listBody = z.object({ properties: z.object({ listName: z.string().max(253).nullish() }).nullish() })
const text = z.string().max(256).nullish()
const addressBody = z.object({
  properties: z.object({ email: z.string(), firstName: text, lastName: text, notes: z.string().max(2048).nullish() }),
})
type ListRequest = ArmRequest<object, z.output<typeof listBody>>
type AddressRequest = ArmRequest<object, z.output<typeof addressBody>>
type Dependencies = Pick<HttpDependencies, 'storage' | 'random'>

export function suppressionListRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const item = { shape: 'item', query: none } as const
  const list = { ...item, types: [SUPPRESSION_LISTS] } as const
  const address = { ...item, types: [SUPPRESSION_LIST_ADDRESSES] } as const
  return [
    armRoute({
      ...list,
      method: 'PUT',
      body: listBody,
      response: written(resourceSchemas[SUPPRESSION_LISTS]),
      handle: (request) => putChild(dependencies, request, SUPPRESSION_LISTS, decideList(dependencies, request)),
    }),
    armRoute({
      ...address,
      method: 'PUT',
      body: addressBody,
      response: written(resourceSchemas[SUPPRESSION_LIST_ADDRESSES]),
      handle: (request) => putChild(dependencies, request, SUPPRESSION_LIST_ADDRESSES, decideAddress(request)),
    }),
    armRoute({
      ...item,
      types: [SUPPRESSION_LISTS, SUPPRESSION_LIST_ADDRESSES],
      method: 'DELETE',
      body: none,
      response: deleted,
      handle: (request) => deleteStored(dependencies.storage, request),
    }),
  ]
}

/** A list is for one sender username of the domain, or without a name for the domain as a whole; there is one list for each. */
function decideList({ storage }: Dependencies, { caller, target, change, body }: ListRequest): DecideChild {
  const listName = body.properties?.listName ?? ''
  return async (domain, stored) => {
    const selection = { tenantId: caller.tenantId, under: domain.id }
    const senders = await storage.read.resources.listResources({ ...selection, type: SENDER_USERNAMES })
    if (listName !== '' && !senders.some((sender) => lookupKeyOf(sender) === listName.toLowerCase())) {
      const message = 'The list name must be a sender username of the domain, or empty for the whole domain.'
      return badMember('properties.listName', message)
    }
    const lists = await storage.read.resources.listResources({ ...selection, type: SUPPRESSION_LISTS })
    const isTwin = ({ id, properties }: (typeof lists)[number]) =>
      !isSameResource(id, target.id) && String(properties['listName']).toLowerCase() === listName.toLowerCase()
    const twin = lists.find(isTwin)
    if (twin !== undefined) {
      const message = `The domain has a list of this list name already: '${twin.name}'.`
      return { ...refused(409, 'Conflict', message), target: 'properties.listName' }
    }
    const at = new Date(change.at).toISOString()
    const createdTimeStamp = stored?.properties['createdTimeStamp'] ?? at
    const { dataLocation } = domain.properties
    return { type: 'properties', properties: { listName, createdTimeStamp, lastUpdatedTimeStamp: at, dataLocation } }
  }
}

function decideAddress({ change, body }: AddressRequest): DecideChild {
  const { email, firstName, lastName, notes } = body.properties
  return async (list) => {
    if (!isMailAddress(email)) return badMember('properties.email', 'The member must be an e-mail address.')
    const { dataLocation } = list.properties
    const lastModified = new Date(change.at).toISOString()
    const given = { email, firstName: firstName ?? '', lastName: lastName ?? '', notes: notes ?? '' }
    return { type: 'properties', properties: { ...given, lastModified, dataLocation } }
  }
}
