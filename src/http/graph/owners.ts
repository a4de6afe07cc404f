// Owners of applications, service principals and groups. An owner of an application may write its credentials, so naming one takes the
// right to do that; an owner of a group is a note. Azure: control-plane reference §7.

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { done, ok } from '../responses.ts'
import { type GraphCall, graphRoute, noContent } from './graph-route.ts'
import { directoryObjectSchema, pagedListOf, references } from './graph-schemas.ts'
import { idListQuery, listObjectsById, listReferences, type ShowObjects } from './object-list.ts'
import { guidParameter, objectNotFound, objectUrlBody, readReference } from './object-reference.ts'
import {
  findApplication,
  findPrincipal,
  refuseUnlessOwnerOfApplication,
  refuseUnlessOwnerOfPrincipal,
} from './owner-rights.ts'

type FindOwned = (call: GraphCall) => Promise<{ readonly objectId: string } | undefined>

const sets = [
  {
    set: 'applications',
    find: findApplication,
    read: DIRECTORY_ACTIONS.readApplications,
    write: refuseUnlessOwnerOfApplication,
  },
  {
    set: 'servicePrincipals',
    find: findPrincipal,
    read: DIRECTORY_ACTIONS.readServicePrincipals,
    write: refuseUnlessOwnerOfPrincipal,
  },
  {
    set: 'groups',
    find: ({ c, caller, directory }: GraphCall) => directory.readGroup(caller.tenantId, guidParameter(c, 'objectId')),
    read: DIRECTORY_ACTIONS.readGroups,
    write: DIRECTORY_ACTIONS.writeGroups,
  },
] as const

const missing = (call: GraphCall): Refusal => objectNotFound('object', readReference(call.c).id)

const list =
  <Query>(find: FindOwned, show: ShowObjects<Query>) =>
  async (call: GraphCall<unknown, Query>): Promise<Response | Refusal> => {
    const owned = await find(call)
    if (owned === undefined) return missing(call)
    return show(call, await call.directory.listOwners(call.caller.tenantId, owned.objectId))
  }

const add =
  (find: FindOwned) =>
  async (call: GraphCall<{ readonly '@odata.id': string }>): Promise<Response | Refusal> => {
    const { tenantId } = call.caller
    const ownerId = call.body['@odata.id']
    const refusal = await writeUndisturbed<Refusal | undefined>(call.dependencies.storage, tenantId, async () => {
      const owned = await find(call)
      if (owned === undefined) return { result: missing(call) }
      const refused = await refuseOwner(call, owned.objectId, ownerId)
      return refused === undefined
        ? {
            result: undefined,
            record: ({ directory }) => void directory.addOwner(call.change, tenantId, owned.objectId, ownerId),
          }
        : { result: refused }
    })
    return refusal ?? noContent(call)
  }

async function refuseOwner(
  { caller: { tenantId }, directory }: GraphCall,
  ownedId: string,
  ownerId: string,
): Promise<Refusal | undefined> {
  const [owner] = await directory.readObjects(tenantId, [ownerId])
  if (owner === undefined) return objectNotFound('object', ownerId)
  if (owner.type !== 'user' && owner.type !== 'servicePrincipal')
    return badRequest('Request_BadRequest', 'An owner is a user or a service principal.')
  return (await directory.listOwners(tenantId, ownedId)).includes(ownerId) ? alreadyThere : undefined
}

/** Azure: the words that tools know a repetition by. */
const alreadyThere = badRequest(
  'Request_BadRequest',
  "One or more added object references already exist for the following modified properties: 'owners'.",
)

const remove =
  (find: FindOwned) =>
  async (call: GraphCall): Promise<Response | Refusal> => {
    const owned = await find(call)
    const ownerId = guidParameter(call.c, 'ownerId')
    if (owned === undefined) return missing(call)
    const { directory } = call.dependencies.storage.write
    const removed = await directory.removeOwner(call.change, call.caller.tenantId, owned.objectId, ownerId)
    return removed ? noContent(call) : objectNotFound('owner', ownerId)
  }

export const ownerRoutes = sets.flatMap(({ set, find, read, write }) => [
  graphRoute('GET', `/${set}/{objectId}/owners`, {
    summary: 'List owners',
    right: read,
    query: idListQuery,
    response: ok(pagedListOf(directoryObjectSchema)),
    handle: list(find, listObjectsById),
  }),
  graphRoute('GET', `/${set}/{objectId}/owners/$ref`, {
    summary: 'List addresses of owners',
    right: read,
    response: ok(references),
    handle: list(find, listReferences),
  }),
  graphRoute('POST', `/${set}/{objectId}/owners/$ref`, {
    summary: 'Add an owner',
    right: write,
    body: objectUrlBody,
    response: done,
    handle: add(find),
  }),
  graphRoute('DELETE', `/${set}/{objectId}/owners/{ownerId}/$ref`, {
    summary: 'Remove an owner',
    right: write,
    response: done,
    handle: remove(find),
  }),
])
