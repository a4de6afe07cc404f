// What is asked of an object whatever its kind: what it is, which groups it is in, what it owns. The caller must be allowed to read
// objects of that kind; who may not learns nothing of what exists. Azure: control-plane reference §7.

import { z } from 'zod'
import { canonicalGuid } from '../../resources/guid.ts'
import type { DirectoryObject } from '../../storage/storage.ts'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { Refusal } from '../refusal.ts'
import { ok } from '../responses.ts'
import { directoryObjectForm, formOf, mayRead, READ_ACTIONS } from './graph-forms.ts'
import { anyCaller, contextUrl, entity, type GraphCall, graphRoute, refuseUnless, selectQuery } from './graph-route.ts'
import { directoryObjectSchema, idList, pagedListOf, wholeListOf } from './graph-schemas.ts'
import { type IdListCall, idListQuery, listObjectsById } from './object-list.ts'
import { objectNotFound, readReference } from './object-reference.ts'

const MAX_IDS = 1000
const guids = (max: number) => z.array(z.guid().toLowerCase()).max(max, `must name at most ${max} ids`)

const getByIdsBody = z.object({ ids: guids(MAX_IDS), types: z.array(z.string()).max(20).nullish() })
const memberGroupsBody = z.object({ securityEnabledOnly: z.boolean().nullish() })
const checkGroupsBody = z.object({ groupIds: guids(20) })
const checkObjectsBody = z.object({ ids: guids(20) })

/** Azure: tools print the names of principals by this. Kinds that the caller may not read are left out. */
async function getByIds(call: GraphCall<z.output<typeof getByIdsBody>>): Promise<Response> {
  const { ids, types } = call.body
  const wanted = types?.map((type) => type.toLowerCase()) ?? []
  const readable = KINDS.filter(
    (kind) =>
      (wanted.length === 0 || wanted.includes(kind.toLowerCase()) || wanted.includes('directoryobject')) &&
      mayRead(call.caller, kind),
  )
  const found = readable.length === 0 ? [] : await call.directory.readObjects(call.caller.tenantId, [...new Set(ids)])
  const value = found.filter(({ type }) => readable.includes(type)).map((one) => directoryObjectForm(call.caller, one))
  return call.c.json({ '@odata.context': contextUrl(call.dependencies, 'directoryObjects'), value })
}

const KINDS = Object.keys(READ_ACTIONS) as DirectoryObject['type'][]

type Named = { readonly type: 'named'; readonly found: DirectoryObject }

/**
 * The object that the path names, if the caller may read its kind; of a kind that the path demands, when it does. Whatever there is, a
 * refusal names the first kind that the caller may not read.
 */
const nameObject =
  (kind?: DirectoryObject['type']) =>
  async (call: GraphCall): Promise<Named | Refusal> => {
    const id = await objectIdOf(call, kind)
    const [found] = await call.directory.readObjects(call.caller.tenantId, [id])
    const isOpen = kind !== undefined || (found !== undefined && mayRead(call.caller, found.type))
    const unreadable = isOpen ? undefined : KINDS.find((one) => !mayRead(call.caller, one))
    const refusal = unreadable && refuseUnless(READ_ACTIONS[unreadable])(call)
    if (refusal !== undefined) return refusal
    return found === undefined || (kind !== undefined && found.type !== kind)
      ? objectNotFound(kind ?? 'object', id)
      : { type: 'named', found }
  }

async function objectIdOf({ c, caller, directory }: GraphCall, kind?: DirectoryObject['type']): Promise<string> {
  const { by, id } = readReference(c)
  if (by === 'appId') return (await directory.findServicePrincipal(caller.tenantId, id))?.objectId ?? ''
  const name = c.req.param('objectId') ?? ''
  if (kind !== 'user' || canonicalGuid(name) !== undefined) return id
  return (await directory.findUser(caller.tenantId, name))?.objectId ?? ''
}

/** The principal that calls. Deviates: Azure knows `me` only where a user has signed in; here programs are who signs in. */
async function myself({ caller, directory }: GraphCall): Promise<Named | Refusal> {
  const [found] = await directory.readObjects(caller.tenantId, [caller.principalId])
  return found === undefined ? objectNotFound('object', caller.principalId) : { type: 'named', found }
}

type FindObject = (call: GraphCall) => Promise<Named | Refusal>

const whenNamed =
  <Body, Query>(
    find: FindObject,
    handle: (call: GraphCall<Body, Query>, found: DirectoryObject) => Promise<Response | Refusal>,
  ) =>
  async (call: GraphCall<Body, Query>): Promise<Response | Refusal> => {
    const named = await find(call)
    return named.type === 'refused' ? named : handle(call, named.found)
  }

const memberOf =
  (depth: 'direct' | 'transitive') =>
  async (call: IdListCall, { object }: DirectoryObject): Promise<Response | Refusal> =>
    listObjectsById(call, await call.directory.listMemberOf(call.caller.tenantId, object.objectId, depth))

const answerIds = ({ c, dependencies }: GraphCall, value: readonly string[]): Response =>
  c.json({ '@odata.context': contextUrl(dependencies, 'Collection(Edm.String)'), value })

const groupsOf = ({ directory, caller }: GraphCall, { object }: DirectoryObject): Promise<readonly string[]> =>
  directory.listMemberOf(caller.tenantId, object.objectId, 'transitive')

const groupRoutesOf = (base: string, right: string | typeof anyCaller, find: FindObject) => [
  graphRoute('GET', `${base}/memberOf`, {
    summary: 'List the groups it is in',
    right,
    query: idListQuery,
    response: ok(pagedListOf(directoryObjectSchema)),
    handle: whenNamed(find, memberOf('direct')),
  }),
  graphRoute('GET', `${base}/transitiveMemberOf`, {
    summary: 'List the groups it is in, directly or through others',
    right,
    query: idListQuery,
    response: ok(pagedListOf(directoryObjectSchema)),
    handle: whenNamed(find, memberOf('transitive')),
  }),
  ...['getMemberGroups', 'getMemberObjects'].map((name) =>
    graphRoute('POST', `${base}/${name}`, {
      summary: 'Ids of the groups it is in, directly or through others',
      right,
      body: memberGroupsBody,
      response: ok(idList),
      handle: whenNamed(find, async (call, found) => answerIds(call, await groupsOf(call, found))),
    }),
  ),
  graphRoute('POST', `${base}/checkMemberGroups`, {
    summary: 'Those of the given groups that it is in, directly or through others',
    right,
    body: checkGroupsBody,
    response: ok(idList),
    handle: whenNamed(find, async (call: GraphCall<z.output<typeof checkGroupsBody>>, found) => {
      const groups = await groupsOf(call, found)
      return answerIds(
        call,
        call.body.groupIds.filter((id) => groups.includes(id)),
      )
    }),
  }),
  graphRoute('POST', `${base}/checkMemberObjects`, {
    summary: 'Those of the given objects that it is in, directly or through others',
    right,
    body: checkObjectsBody,
    response: ok(idList),
    handle: whenNamed(find, async (call: GraphCall<z.output<typeof checkObjectsBody>>, found) => {
      const groups = await groupsOf(call, found)
      return answerIds(
        call,
        call.body.ids.filter((id) => groups.includes(id)),
      )
    }),
  }),
]

const ownedRoute = (base: string, right: string | typeof anyCaller, find: FindObject) =>
  graphRoute('GET', `${base}/ownedObjects`, {
    summary: 'List what it owns',
    right,
    query: idListQuery,
    response: ok(pagedListOf(directoryObjectSchema)),
    handle: whenNamed(find, async (call, { object }) =>
      listObjectsById(call, await call.directory.listOwned(call.caller.tenantId, object.objectId)),
    ),
  })

const { readServicePrincipals, readUsers, readGroups } = DIRECTORY_ACTIONS
const servicePrincipal = nameObject('servicePrincipal')
const user = nameObject('user')

export const directoryObjectRoutes = [
  graphRoute('POST', '/directoryObjects/getByIds', {
    summary: 'Read objects of any kind by their ids',
    right: anyCaller,
    body: getByIdsBody,
    response: ok(wholeListOf(directoryObjectSchema)),
    handle: getByIds,
  }),
  graphRoute('GET', '/directoryObjects/{objectId}', {
    summary: 'Read an object of any kind',
    right: anyCaller,
    query: selectQuery,
    response: ok(directoryObjectSchema),
    handle: whenNamed(nameObject(), async (call, found) =>
      entity(call, 'directoryObjects', directoryObjectForm(call.caller, found)),
    ),
  }),
  graphRoute('GET', '/me', {
    summary: 'Read the calling principal',
    right: anyCaller,
    query: selectQuery,
    response: ok(directoryObjectSchema),
    handle: whenNamed(myself, async (call, found) =>
      entity(call, 'directoryObjects', { '@odata.type': `#microsoft.graph.${found.type}`, ...formOf(found) }),
    ),
  }),
  ...groupRoutesOf('/directoryObjects/{objectId}', readGroups, nameObject()),
  ...groupRoutesOf('/servicePrincipals/{objectId}', readServicePrincipals, servicePrincipal),
  ...groupRoutesOf('/groups/{objectId}', readGroups, nameObject('group')),
  ...groupRoutesOf('/users/{objectId}', readUsers, user),
  ...groupRoutesOf('/me', anyCaller, myself),
  ownedRoute('/servicePrincipals/{objectId}', readServicePrincipals, servicePrincipal),
  ownedRoute('/users/{objectId}', readUsers, user),
  ownedRoute('/me', anyCaller, myself),
]
