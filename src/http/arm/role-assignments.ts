// Role assignments over HTTP: who holds which role on which scope. Assignments of other tenants do not exist here. Conditions are
// refused rather than ignored, since ignoring one would grant more than was asked. Azure: control-plane reference §6.1, §6.3, §6.9.

import { z } from 'zod'
import type { RoleAssignment } from '../../access/access.ts'
import { comparableScope, scopeChain } from '../../access/scope.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import type { Storage } from '../../storage/storage.ts'
import { parseFilter } from '../odata-filter.ts'
import { badRequest, notFound, type Refusal, refused } from '../refusal.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { ROLE_ASSIGNMENTS } from './arm-target.ts'
import { findRole, isAssignableAt, roleDefinitionIdAt } from './role-definitions.ts'
import { checkScopeExists } from './scope-existence.ts'

const none = z.object({})
const listQuery = z.object({ $filter: z.string().optional() })
const unsupported = (what: string) => z.null({ error: `${what} is not supported` }).optional()
const putBody = z.object({
  properties: z.object({
    roleDefinitionId: z.string(),
    principalId: z.string(),
    principalType: z.string().optional(),
    description: z.string().max(1024).nullish(),
    condition: unsupported('a condition'),
    delegatedManagedIdentityResourceId: unsupported('a delegated managed identity'),
  }),
})
type ListRequest = ArmRequest<z.output<typeof listQuery>, object>
type ItemRequest = ArmRequest<object, object>
type PutRequest = ArmRequest<object, z.output<typeof putBody>>

export function roleAssignmentRoutes(storage: Storage): readonly ArmRoute[] {
  const types = [ROLE_ASSIGNMENTS]
  const item = { types, shape: 'item', query: none } as const
  return [
    armRoute({
      method: 'GET',
      types,
      shape: 'collection',
      query: listQuery,
      body: none,
      handle: (r) => list(storage, r),
    }),
    armRoute({ ...item, method: 'GET', body: none, handle: (request) => read(storage, request) }),
    armRoute({ ...item, method: 'PUT', body: putBody, handle: (request) => put(storage, request) }),
    armRoute({ ...item, method: 'DELETE', body: none, handle: (request) => remove(storage, request) }),
  ]
}

async function list(storage: Storage, { caller, target, query }: ListRequest): Promise<ArmAnswer> {
  const filter = await readFilter(storage, caller.tenantId, query.$filter)
  if (filter.type === 'refused') return filter
  const isInView = (scope: string) =>
    isAtOrAbove(scope, target.parent) || (!filter.atScope && isAtOrAbove(target.parent, scope))
  const listed = (await storage.read.roles.listRoleAssignments(caller.tenantId)).filter(
    ({ scope, principalId }) => isInView(scope) && filter.principals.every((ids) => ids.includes(principalId)),
  )
  return answer(200, { value: listed.map(wireForm) })
}

/** `atScope` leaves out what is below. Each set of principals must hold that of the assignment. */
type ListFilter = {
  readonly type: 'filter'
  readonly atScope: boolean
  readonly principals: readonly (readonly string[])[]
}

async function readFilter(
  { read: { roles } }: Storage,
  tenantId: string,
  text: string | undefined,
): Promise<ListFilter | Refusal> {
  const unsupported = badRequest('BadRequestFormat', 'The filter is not supported.')
  const principals: string[][] = []
  let atScope = false
  for (const term of parseFilter(text) ?? [undefined]) {
    if (term?.type === 'equals' && term.name === 'principalid') {
      principals.push([guidOf(term.value)])
    } else if (term?.type === 'call' && term.name === 'assignedto' && term.argument !== undefined) {
      const { principalId, groupIds } = await roles.readAccessFacts(tenantId, guidOf(term.argument))
      principals.push([principalId, ...groupIds])
    } else if (term?.type === 'call' && term.name === 'atscope' && term.argument === undefined) {
      atScope = true
    } else {
      return unsupported
    }
  }
  return { type: 'filter', atScope, principals }
}

const guidOf = (text: string) => canonicalGuid(text) ?? ''

function isAtOrAbove(upper: string, lower: string): boolean {
  return scopeChain(lower).includes(comparableScope(upper))
}

async function read(storage: Storage, { caller, target }: ItemRequest): Promise<ArmAnswer> {
  const assignment = await findAt(storage, caller.tenantId, target)
  if (assignment !== undefined) return answer(200, wireForm(assignment))
  return notFound('RoleAssignmentNotFound', `The role assignment '${target.name}' is not found.`)
}

/** By name and scope: an assignment is no part of a scope other than its own. */
async function findAt(
  { read: { roles } }: Storage,
  tenantId: string,
  { name, parent }: { readonly name: string; readonly parent: string },
): Promise<RoleAssignment | undefined> {
  const assignment = await roles.readRoleAssignment(tenantId, name.toLowerCase())
  const isHere = assignment !== undefined && comparableScope(assignment.scope) === comparableScope(parent)
  return isHere ? assignment : undefined
}

async function put(storage: Storage, { caller, target, change, body }: PutRequest): Promise<ArmAnswer> {
  const { tenantId } = caller
  const missing = await checkScopeExists(storage, tenantId, target)
  if (missing !== undefined) return missing
  const assignment = await readAssignment(storage, tenantId, target, body.properties)
  if ('type' in assignment) return assignment
  const outcome = await storage.write.roles.putRoleAssignment(change, tenantId, assignment)
  if (outcome.type === 'created') return answer(201, wireForm(assignment))
  if (outcome.type === 'unchanged') return answer(200, wireForm(assignment))
  return outcome.type === 'exists' ? alreadyExists(outcome.name) : UPDATE_NOT_PERMITTED
}

const UPDATE_NOT_PERMITTED = badRequest(
  'RoleAssignmentUpdateNotPermitted',
  'Principal, role, scope and description of a role assignment are not allowed to be updated. Delete it and create another.',
)

/** Azure: az looks for these words and takes the existing one then. */
function alreadyExists(name: string): Refusal {
  return refused(409, 'RoleAssignmentExists', `The role assignment already exists. Its name is '${name}'.`)
}

/** From what was written to what would be stored; every part of it must exist in the caller's own tenant. */
async function readAssignment(
  storage: Storage,
  tenantId: string,
  target: ArmRequest<object, object>['target'],
  properties: z.output<typeof putBody>['properties'],
): Promise<RoleAssignment | Refusal> {
  const name = canonicalGuid(target.name)
  if (name === undefined) return badRequest('InvalidRoleAssignmentId', `The role assignment name must be a GUID.`)
  const principalId = canonicalGuid(properties.principalId)
  if (principalId === undefined)
    return badRequest('InvalidPrincipalId', 'The principal id must be a GUID, the object id.')
  const roleName = canonicalGuid(properties.roleDefinitionId.split('/').at(-1) ?? '')
  if (roleName === undefined) return badRequest('InvalidRoleDefinitionId', 'The role definition id must end in a GUID.')
  const role = await findRole(storage, tenantId, roleName)
  if (role === undefined || !isAssignableAt(role, target.parent)) {
    return notFound('RoleDefinitionDoesNotExist', `The role definition '${roleName}' does not exist at this scope.`)
  }
  const principalType = await storage.read.roles.readPrincipalType(tenantId, principalId)
  if (principalType === undefined) {
    // Azure: az looks for the words around the directory, and tries again for a principal that is new.
    const hint = 'It must be the object id of a service principal, user or group; check principalType.'
    return badRequest(
      'PrincipalNotFound',
      `Principal ${principalId} does not exist in the directory ${tenantId}. ${hint}`,
    )
  }
  const declared = properties.principalType
  if (declared !== undefined && declared.toLowerCase() !== principalType.toLowerCase()) {
    return badRequest('UnmatchedPrincipalType', `The principal ${principalId} is of type '${principalType}'.`)
  }
  const { description } = properties
  const assignment = { name, scope: target.parent, roleDefinitionName: roleName, principalId, principalType }
  return description ? { ...assignment, description } : assignment
}

async function remove(storage: Storage, { caller, target, change }: ItemRequest): Promise<ArmAnswer> {
  const found = await findAt(storage, caller.tenantId, target)
  const deleted = found && (await storage.write.roles.deleteRoleAssignment(change, caller.tenantId, found.name))
  return deleted === undefined ? { type: 'no content' } : answer(200, wireForm(deleted))
}

function wireForm({
  name,
  scope,
  roleDefinitionName,
  principalId,
  principalType,
  description,
}: RoleAssignment): object {
  const base = scope === '/' ? '' : scope
  return {
    properties: {
      roleDefinitionId: roleDefinitionIdAt(scope, roleDefinitionName),
      principalId,
      principalType,
      scope,
      description: description ?? null,
      condition: null,
      conditionVersion: null,
    },
    id: `${base}/providers/${ROLE_ASSIGNMENTS}/${name}`,
    type: ROLE_ASSIGNMENTS,
    name,
  }
}
