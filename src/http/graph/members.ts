// Who is in a group: users, service principals and other groups, directly or through them. Groups may contain each other in circles; a
// group may only not contain itself. Azure: control-plane reference §7.

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { DirectoryReader } from '../../storage/storage.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { type GraphCall, graphRoute, noContent } from './graph-route.ts'
import { listObjectsById, listReferences } from './object-list.ts'
import { guidParameter, objectNotFound, objectUrlBody } from './object-reference.ts'

/** The ids that may not become members, as a refusal; undefined when all may. */
export async function refuseMembers(
  directory: DirectoryReader,
  tenantId: string,
  groupId: string,
  memberIds: readonly string[],
): Promise<Refusal | undefined> {
  const found = await directory.readObjects(tenantId, memberIds)
  const missing = memberIds.find((id) => !found.some(({ object }) => object.objectId === id))
  if (missing !== undefined) return objectNotFound('object', missing)
  if (found.some(({ type }) => type === 'application'))
    return badRequest('Request_BadRequest', 'A member is a user, a group or a service principal.')
  return memberIds.includes(groupId)
    ? badRequest('Request_BadRequest', 'A group cannot be a member of itself.')
    : undefined
}

export const alreadyMember = badRequest(
  'Request_BadRequest',
  "One or more added object references already exist for the following modified properties: 'members'.",
)

const list =
  (
    depth: 'direct' | 'transitive',
    show: (call: GraphCall, ids: readonly string[]) => Response | Promise<Response | Refusal>,
  ) =>
  async (call: GraphCall): Promise<Response | Refusal> => {
    const groupId = guidParameter(call.c, 'objectId')
    const { tenantId } = call.caller
    if ((await call.directory.readGroup(tenantId, groupId)) === undefined) return objectNotFound('group', groupId)
    return show(call, await call.directory.listMembers(tenantId, groupId, depth))
  }

async function add(call: GraphCall<{ readonly '@odata.id': string }>): Promise<Response | Refusal> {
  const groupId = guidParameter(call.c, 'objectId')
  const memberId = call.body['@odata.id']
  const { tenantId } = call.caller
  if ((await call.directory.readGroup(tenantId, groupId)) === undefined) return objectNotFound('group', groupId)
  const refusal = await refuseMembers(call.directory, tenantId, groupId, [memberId])
  if (refusal !== undefined) return refusal
  const { directory } = call.dependencies.storage.write
  const added = await directory.addMember(call.change, tenantId, groupId, memberId)
  return added ? noContent(call) : alreadyMember
}

async function remove(call: GraphCall): Promise<Response | Refusal> {
  const groupId = guidParameter(call.c, 'objectId')
  const memberId = guidParameter(call.c, 'memberId')
  const { directory } = call.dependencies.storage.write
  const removed = await directory.removeMember(call.change, call.caller.tenantId, groupId, memberId)
  return removed ? noContent(call) : objectNotFound('member', memberId)
}

export const memberRoutes = [
  graphRoute('GET', '/groups/{objectId}/members', {
    summary: 'List members',
    right: DIRECTORY_ACTIONS.readGroups,
    handle: list('direct', listObjectsById),
  }),
  graphRoute('GET', '/groups/{objectId}/transitiveMembers', {
    summary: 'List members, those of nested groups included',
    right: DIRECTORY_ACTIONS.readGroups,
    handle: list('transitive', listObjectsById),
  }),
  graphRoute('GET', '/groups/{objectId}/members/$ref', {
    summary: 'List addresses of members',
    right: DIRECTORY_ACTIONS.readGroups,
    handle: list('direct', listReferences),
  }),
  graphRoute('POST', '/groups/{objectId}/members/$ref', {
    summary: 'Add a member',
    right: DIRECTORY_ACTIONS.writeGroupMembers,
    body: objectUrlBody,
    handle: add,
  }),
  graphRoute('DELETE', '/groups/{objectId}/members/{memberId}/$ref', {
    summary: 'Remove a member',
    right: DIRECTORY_ACTIONS.writeGroupMembers,
    handle: remove,
  }),
]
