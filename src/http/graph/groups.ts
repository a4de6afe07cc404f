// Security groups: list, create, read, change, delete. Members may come along with either, which takes the right to members as well.
// Azure: control-plane reference §7.

import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { Facts, Group } from '../../storage/storage.ts'
import { ADMINISTRATOR_ROLES, lastAdministrator } from '../administrators.ts'
import type { Refusal } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { created, done, ok } from '../responses.ts'
import { GROUP_FACTS, changesNothing, displayName, freeMembers, longText, mergeFacts } from './facts.ts'
import { groupForm } from './graph-forms.ts'
import { countObjects, countQuery, listObjects, listQuery, type ObjectSet } from './graph-list.ts'
import { entity, type GraphCall, graphRoute, noContent, refuseUnless, selectQuery } from './graph-route.ts'
import { bareCount, groupSchema, pagedListOf } from './graph-schemas.ts'
import { writeWithMembers } from './members.ts'
import { guidParameter, objectNotFound, objectUrl } from './object-reference.ts'

const groupSet: ObjectSet<Group> = {
  name: 'groups',
  form: groupForm,
  filterable: ['id', 'displayName', 'mailNickname', 'securityEnabled', 'mailEnabled', 'description'],
  names: ['displayName'],
  list: (directory, tenantId, page) => directory.listGroups(tenantId, page),
  find: { id: (directory, tenantId, id) => directory.readGroup(tenantId, id) },
}

const MAX_BOUND = 20

const mailNickname = z.string().regex(/^[!-~]{1,64}$/, 'must have 1 to 64 printable characters without spaces')
const changes = z.strictObject({
  displayName: displayName.optional(),
  description: longText.nullish(),
  mailNickname: mailNickname.optional(),
  mailEnabled: z.literal(false, 'must be false: there are security groups only').optional(),
  securityEnabled: z.literal(true, 'must be true: there are security groups only').optional(),
  groupTypes: z.array(z.never()).max(0, 'must be empty: there are security groups only').optional(),
  'members@odata.bind': z.array(objectUrl).max(MAX_BOUND, `must name at most ${MAX_BOUND} members`).optional(),
  ...freeMembers(GROUP_FACTS),
})
const newGroup = changes.extend({
  displayName,
  mailNickname,
  mailEnabled: z.literal(false, 'must be false: there are security groups only'),
  securityEnabled: z.literal(true, 'must be true: there are security groups only'),
})
type Changes = z.output<typeof changes>

const refuseMembersWriting = refuseUnless(DIRECTORY_ACTIONS.writeGroupMembers)

/** What is told beyond what every group here is. */
function readFacts(body: Changes): Facts {
  const {
    displayName: _,
    mailEnabled: _m,
    securityEnabled: _s,
    groupTypes: _g,
    'members@odata.bind': _b,
    ...told
  } = body
  return told
}

async function create(call: GraphCall<z.output<typeof newGroup>>): Promise<Response | Refusal> {
  const { body, caller, change, dependencies } = call
  const { 'members@odata.bind': members = [], displayName } = body
  const refusal = members.length > 0 ? refuseMembersWriting(call) : undefined
  if (refusal !== undefined) return refusal
  const facts = mergeFacts({}, readFacts(body))
  if (facts.type === 'refused') return facts
  const { tenantId } = caller
  const group = {
    objectId: newGuid(dependencies.random),
    tenantId,
    displayName,
    createdAt: change.at,
    facts: facts.facts,
  }
  const refused = await writeWithMembers(call, group.objectId, members, async () => ({
    type: 'group',
    record: ({ directory }) => void directory.createGroup(change, group),
  }))
  return refused ?? entity(call, 'groups', groupForm(group), 201)
}

async function update(call: GraphCall<Changes>): Promise<Response | Refusal> {
  const { body, caller, change, directory } = call
  const { tenantId } = caller
  const objectId = guidParameter(call.c, 'objectId')
  const { 'members@odata.bind': members = [], displayName } = body
  const refusal = members.length > 0 ? refuseMembersWriting(call) : undefined
  if (refusal !== undefined) return refusal
  const told = readFacts(body)
  const refused = await writeWithMembers(call, objectId, members, async () => {
    const group = await directory.readGroup(tenantId, objectId)
    if (group === undefined) return objectNotFound('group', objectId)
    const facts = mergeFacts(group.facts, told)
    if (facts.type === 'refused') return facts
    const changed = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(Object.keys(told).length === 0 ? {} : { facts: facts.facts }),
    }
    if (changesNothing(changed)) return { type: 'group' }
    return { type: 'group', record: (write) => void write.directory.updateGroup(change, tenantId, objectId, changed) }
  })
  return refused ?? noContent(call)
}

async function read(call: GraphCall): Promise<Response | Refusal> {
  const objectId = guidParameter(call.c, 'objectId')
  const group = await call.directory.readGroup(call.caller.tenantId, objectId)
  return group === undefined ? objectNotFound('group', objectId) : entity(call, 'groups', groupForm(group))
}

async function remove(call: GraphCall): Promise<Response | Refusal> {
  const objectId = guidParameter(call.c, 'objectId')
  const { directory } = call.dependencies.storage.write
  const { type } = await directory.deleteGroup(call.change, call.caller.tenantId, objectId, ADMINISTRATOR_ROLES)
  if (type === 'last') return lastAdministrator
  return type === 'missing' ? objectNotFound('group', objectId) : noContent(call)
}

export const groupRoutes = [
  graphRoute('GET', '/groups', {
    summary: 'List groups',
    right: DIRECTORY_ACTIONS.readGroups,
    query: listQuery,
    response: ok(pagedListOf(groupSchema)),
    handle: (call) => listObjects(call, groupSet),
  }),
  graphRoute('GET', '/groups/$count', {
    summary: 'Count groups',
    right: DIRECTORY_ACTIONS.readGroups,
    query: countQuery,
    response: ok(bareCount),
    handle: (call) => countObjects(call, groupSet),
  }),
  graphRoute('POST', '/groups', {
    summary: 'Create a security group',
    right: DIRECTORY_ACTIONS.writeGroups,
    body: newGroup,
    query: selectQuery,
    response: created(groupSchema),
    handle: create,
  }),
  graphRoute('GET', '/groups/{objectId}', {
    summary: 'Read a group',
    right: DIRECTORY_ACTIONS.readGroups,
    query: selectQuery,
    response: ok(groupSchema),
    handle: read,
  }),
  graphRoute('PATCH', '/groups/{objectId}', {
    summary: 'Change a group, or add members to it',
    right: DIRECTORY_ACTIONS.writeGroups,
    body: changes,
    response: done,
    handle: update,
  }),
  graphRoute('DELETE', '/groups/{objectId}', {
    summary: 'Delete a group',
    right: DIRECTORY_ACTIONS.deleteGroups,
    response: done,
    handle: remove,
  }),
]
