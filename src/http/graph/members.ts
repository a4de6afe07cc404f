// Who is in a group: users, service principals and other groups, directly or through them. Groups may contain each other in circles; a
// group may only not contain itself. Azure: control-plane reference §7.

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { DirectoryReader, Writers } from '../../storage/storage.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import { ADMINISTRATOR_ROLES, lastAdministrator } from '../administrators.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { done, ok } from '../responses.ts'
import { type GraphCall, graphRoute, noContent } from './graph-route.ts'
import { directoryObjectSchema, pagedListOf, references } from './graph-schemas.ts'
import { idListQuery, listObjectsById, listReferences, type ShowObjects } from './object-list.ts'
import { guidParameter, objectNotFound, objectUrlBody } from './object-reference.ts'

/**
 * Writes a group and all of its new members, or nothing. `writeGroup` says how the group itself is written, or why it cannot be; it may
 * run several times and does nothing but read. The refusal, if it cannot be.
 */
export function writeWithMembers(
  { dependencies, directory, caller: { tenantId }, change }: GraphCall,
  groupId: string,
  memberIds: readonly string[],
  writeGroup: () => Promise<{ readonly type: 'group'; readonly record?: (write: Writers) => void } | Refusal>,
): Promise<Refusal | undefined> {
  return writeUndisturbed<Refusal | undefined>(dependencies.storage, tenantId, async () => {
    const group = await writeGroup()
    if (group.type === 'refused') return { result: group }
    const refusal = await refuseMembers(directory, tenantId, groupId, memberIds)
    if (refusal !== undefined) return { result: refusal }
    const record = (write: Writers) => {
      group.record?.(write)
      for (const memberId of new Set(memberIds)) void write.directory.addMember(change, tenantId, groupId, memberId)
    }
    return { result: undefined, record }
  })
}

/** The ids that may not become members, as a refusal; undefined when all may. */
async function refuseMembers(
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
  if (memberIds.includes(groupId)) return badRequest('Request_BadRequest', 'A group cannot be a member of itself.')
  const groups = await Promise.all(memberIds.map((id) => directory.listMemberOf(tenantId, id, 'direct')))
  return groups.flat().includes(groupId) ? alreadyMember : undefined
}

const alreadyMember = badRequest(
  'Request_BadRequest',
  "One or more added object references already exist for the following modified properties: 'members'.",
)

const list =
  <Query>(depth: 'direct' | 'transitive', show: ShowObjects<Query>) =>
  async (call: GraphCall<unknown, Query>): Promise<Response | Refusal> => {
    const groupId = guidParameter(call.c, 'objectId')
    const { tenantId } = call.caller
    if ((await call.directory.readGroup(tenantId, groupId)) === undefined) return objectNotFound('group', groupId)
    return show(call, await call.directory.listMembers(tenantId, groupId, depth))
  }

async function add(call: GraphCall<{ readonly '@odata.id': string }>): Promise<Response | Refusal> {
  const groupId = guidParameter(call.c, 'objectId')
  const refusal = await writeWithMembers(call, groupId, [call.body['@odata.id']], async () => {
    const group = await call.directory.readGroup(call.caller.tenantId, groupId)
    return group === undefined ? objectNotFound('group', groupId) : { type: 'group' }
  })
  return refusal ?? noContent(call)
}

async function remove(call: GraphCall): Promise<Response | Refusal> {
  const groupId = guidParameter(call.c, 'objectId')
  const memberId = guidParameter(call.c, 'memberId')
  const { directory } = call.dependencies.storage.write
  const { tenantId } = call.caller
  const { type } = await directory.removeMember(call.change, tenantId, groupId, memberId, ADMINISTRATOR_ROLES)
  if (type === 'last') return lastAdministrator
  return type === 'missing' ? objectNotFound('member', memberId) : noContent(call)
}

export const memberRoutes = [
  graphRoute('GET', '/groups/{objectId}/members', {
    summary: 'List members',
    right: DIRECTORY_ACTIONS.readGroups,
    query: idListQuery,
    response: ok(pagedListOf(directoryObjectSchema)),
    handle: list('direct', listObjectsById),
  }),
  graphRoute('GET', '/groups/{objectId}/transitiveMembers', {
    summary: 'List members, those of nested groups included',
    right: DIRECTORY_ACTIONS.readGroups,
    query: idListQuery,
    response: ok(pagedListOf(directoryObjectSchema)),
    handle: list('transitive', listObjectsById),
  }),
  graphRoute('GET', '/groups/{objectId}/members/$ref', {
    summary: 'List addresses of members',
    right: DIRECTORY_ACTIONS.readGroups,
    response: ok(references),
    handle: list('direct', listReferences),
  }),
  graphRoute('POST', '/groups/{objectId}/members/$ref', {
    summary: 'Add a member',
    right: DIRECTORY_ACTIONS.writeGroupMembers,
    body: objectUrlBody,
    response: done,
    handle: add,
  }),
  graphRoute('DELETE', '/groups/{objectId}/members/{memberId}/$ref', {
    summary: 'Remove a member',
    right: DIRECTORY_ACTIONS.writeGroupMembers,
    response: done,
    handle: remove,
  }),
]
