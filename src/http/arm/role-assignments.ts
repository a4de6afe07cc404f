// Role assignments over HTTP: who holds which role on which scope. Assignments of other tenants do not exist here. Conditions are
// refused rather than ignored, since ignoring one would grant more than was asked. The root of a tenant never loses the last one who
// could assign anything there. Azure: control-plane reference §6.1, §6.3, §6.9.

import { z } from 'zod'
import type { RoleAssignment } from '../../access/access.ts'
import { comparableScope } from '../../access/scope.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import { parseResourceId, ROOT_SCOPE } from '../../resources/resource-id.ts'
import type { Storage, StoredRoleAssignment } from '../../storage/storage.ts'
import { ADMINISTRATOR_ROLES } from '../administrators.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badRequest, notFound, type Refusal, refused } from '../refusal.ts'
import { done, listOf, ok, written } from '../responses.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { ROLE_ASSIGNMENTS } from './arm-target.ts'
import { roleAssignmentSchema } from './authorization-schemas.ts'
import { stampAfter } from './change-stamp.ts'
import { checkConditions, NO_ETAG } from './conditions.ts'
import { unsupported } from './permission-body.ts'
import { findPrincipalType } from './principals.ts'
import { carryOut } from './resource-change.ts'
import { listRoleAssignments, roleAssignmentForm, roleAssignmentsQuery } from './role-assignment-list.ts'
import { findRole, isAssignableAt } from './role-definitions.ts'
import { checkScopeExists } from './scope-existence.ts'

const none = z.object({})
const putBody = z.object({
  properties: z.object({
    roleDefinitionId: z.string().optional(),
    principalId: z.string().optional(),
    principalType: z.string().nullish(),
    description: z.string().max(1024).nullish(),
    condition: unsupported('a condition'),
    delegatedManagedIdentityResourceId: unsupported('a delegated managed identity'),
  }),
})

/** Azure: per subscription. */
const MAX_ASSIGNMENTS = 4000

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl' | 'configuredProviders'>
type ItemRequest = ArmRequest<object, object>
type PutRequest = ArmRequest<object, z.output<typeof putBody>>

export function roleAssignmentRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const { storage } = dependencies
  const types = [ROLE_ASSIGNMENTS]
  const item = { types, shape: 'item', query: none } as const
  return [
    armRoute({
      method: 'GET',
      types,
      shape: 'collection',
      query: roleAssignmentsQuery,
      body: none,
      response: ok(listOf(roleAssignmentSchema)),
      handle: (request) => listRoleAssignments(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'GET',
      body: none,
      response: ok(roleAssignmentSchema),
      handle: (request) => read(storage, request),
    }),
    armRoute({
      ...item,
      method: 'PUT',
      body: putBody,
      response: written(roleAssignmentSchema),
      handle: (request) => put(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: { ...ok(roleAssignmentSchema), ...done },
      handle: (request) => remove(storage, request),
    }),
  ]
}

async function read(storage: Storage, { caller, target }: ItemRequest): Promise<ArmAnswer> {
  const assignment = await findAt(storage, caller.tenantId, target)
  if (assignment !== undefined) return answer(200, roleAssignmentForm(assignment))
  return notFound('RoleAssignmentNotFound', `The role assignment '${target.name}' is not found.`)
}

/** By name and scope: an assignment is no part of a scope other than its own. */
async function findAt(
  { read: { roles } }: Storage,
  tenantId: string,
  { name, parent }: { readonly name: string; readonly parent: string },
): Promise<StoredRoleAssignment | undefined> {
  const assignment = await roles.readRoleAssignment(tenantId, name.toLowerCase())
  const isHere = assignment !== undefined && comparableScope(assignment.scope) === comparableScope(parent)
  return isHere ? assignment : undefined
}

/** Everything it rests on (scope, role, principal, the limit) still holds when it is written. */
async function put(dependencies: Dependencies, request: PutRequest): Promise<ArmAnswer> {
  const { storage } = dependencies
  const { caller, target, change, body, conditions } = request
  const { tenantId } = caller
  return carryOut(storage, request, async () => {
    const missing = await checkScopeExists(storage, tenantId, target)
    if (missing !== undefined) return missing
    const asked = await readAssignment(dependencies, tenantId, target, body.properties)
    if ('status' in asked) return asked
    const known = await storage.read.roles.readRoleAssignment(tenantId, asked.name)
    const failed = checkConditions(conditions, known && NO_ETAG)
    if (failed !== undefined) return failed
    if (known !== undefined && !isSameGrant(known, asked)) return UPDATE_NOT_PERMITTED
    if (known !== undefined && known.description === asked.description) return answer(200, roleAssignmentForm(known))
    const refusal = known === undefined ? await refuseNew(storage, tenantId, asked) : undefined
    if (refusal !== undefined) return refusal
    const assignment = { ...asked, scope: known?.scope ?? asked.scope }
    return {
      type: 'plan',
      answer: answer(
        known === undefined ? 201 : 200,
        roleAssignmentForm({ ...assignment, ...stampAfter(change, known) }),
      ),
      record: ({ roles }) => void roles.putRoleAssignment(change, tenantId, assignment),
    }
  })
}

/** Only the description may differ. */
function isSameGrant(one: RoleAssignment, other: RoleAssignment): boolean {
  return (
    comparableScope(one.scope) === comparableScope(other.scope) &&
    one.principalId === other.principalId &&
    one.roleDefinitionName === other.roleDefinitionName
  )
}

async function refuseNew(storage: Storage, tenantId: string, asked: RoleAssignment): Promise<Refusal | undefined> {
  const { assignments } = await storage.read.roles.readAccessFacts(tenantId, asked.principalId)
  const twin = assignments.find(({ assignment }) => isSameGrant(assignment, asked))
  return twin === undefined ? checkLimit(storage, tenantId, asked.scope) : alreadyExists(twin.assignment.name)
}

const UPDATE_NOT_PERMITTED = badRequest(
  'RoleAssignmentUpdateNotPermitted',
  'Principal, role and scope of a role assignment are not allowed to be updated. Delete it and create another.',
)

/** Azure: az looks for these words and takes the existing one then. */
function alreadyExists(name: string): Refusal {
  return refused(409, 'RoleAssignmentExists', `The role assignment already exists. Its name is '${name}'.`)
}

async function checkLimit({ read: { roles } }: Storage, tenantId: string, scope: string): Promise<Refusal | undefined> {
  const subscriptionId = parseResourceId(scope)?.subscriptionId
  if (subscriptionId === undefined) return undefined
  const count = await roles.countRoleAssignments(tenantId, `/subscriptions/${subscriptionId}`)
  if (count < MAX_ASSIGNMENTS) return undefined
  return badRequest(
    'RoleAssignmentLimitExceeded',
    `The subscription has ${MAX_ASSIGNMENTS} role assignments, which is the most.`,
  )
}

type PutProperties = z.output<typeof putBody>['properties']

/** From what was written to what would be stored; every part of it must exist in the caller's own tenant. */
async function readAssignment(
  dependencies: Dependencies,
  tenantId: string,
  target: ItemRequest['target'],
  properties: PutProperties,
): Promise<RoleAssignment | Refusal> {
  const name = canonicalGuid(target.name)
  if (name === undefined) return badRequest('InvalidRoleAssignmentId', 'The role assignment name must be a GUID.')
  const role = await readRole(dependencies.storage, tenantId, target.parent, properties)
  if (role.type === 'refused') return role
  const principal = await readPrincipal(dependencies, tenantId, properties)
  if (principal.type === 'refused') return principal
  const { principalId, principalType } = principal
  const assignment = { name, scope: target.parent, roleDefinitionName: role.name, principalId, principalType }
  return properties.description ? { ...assignment, description: properties.description } : assignment
}

function incomplete(member: string): Refusal {
  const target = `properties.${member}`
  return { ...badRequest('InvalidCreateRoleAssignmentRequest', `The request needs '${target}'.`), target }
}

async function readRole(
  storage: Storage,
  tenantId: string,
  scope: string,
  { roleDefinitionId }: PutProperties,
): Promise<{ readonly type: 'role'; readonly name: string } | Refusal> {
  if (roleDefinitionId === undefined) return incomplete('roleDefinitionId')
  const target = 'properties.roleDefinitionId'
  const name = canonicalGuid(roleDefinitionId.split('/').at(-1) ?? '')
  if (name === undefined)
    return { ...badRequest('InvalidRoleDefinitionId', 'The role definition id must end in a GUID.'), target }
  const role = await findRole(storage, tenantId, name)
  if (role !== undefined && isAssignableAt(role, scope)) return { type: 'role', name }
  const message = `The role definition '${name}' does not exist at this scope.`
  return { ...notFound('RoleDefinitionDoesNotExist', message), target }
}

async function readPrincipal(
  dependencies: Dependencies,
  tenantId: string,
  { principalId: given, principalType: declared }: PutProperties,
): Promise<({ readonly type: 'principal' } & Pick<RoleAssignment, 'principalId' | 'principalType'>) | Refusal> {
  if (given === undefined) return incomplete('principalId')
  const target = 'properties.principalId'
  const principalId = canonicalGuid(given)
  if (principalId === undefined)
    return { ...badRequest('InvalidPrincipalId', 'The principal id must be a GUID, the object id.'), target }
  const principalType = await findPrincipalType(dependencies, tenantId, principalId, declared)
  if (principalType === undefined) {
    // Azure: az looks for the words around the directory, and tries again for a principal that is new.
    const hint = 'It must be the object id of a service principal, user or group; check principalType.'
    const message = `Principal ${principalId} does not exist in the directory ${tenantId}. ${hint}`
    return { ...badRequest('PrincipalNotFound', message), target }
  }
  if (declared && declared.toLowerCase() !== principalType.toLowerCase()) {
    const message = `The principal ${principalId} is of type '${principalType}'.`
    return { ...badRequest('UnmatchedPrincipalType', message), target: 'properties.principalType' }
  }
  return { type: 'principal', principalId, principalType }
}

async function remove(storage: Storage, { caller, target, change, conditions }: ItemRequest): Promise<ArmAnswer> {
  const found = await findAt(storage, caller.tenantId, target)
  const failed = checkConditions(conditions, found && NO_ETAG)
  if (failed !== undefined) return failed
  if (found === undefined) return { type: 'no content' }
  const keepOne = comparableScope(found.scope) === ROOT_SCOPE ? ADMINISTRATOR_ROLES : []
  const outcome = await storage.write.roles.deleteRoleAssignment(change, caller.tenantId, found.name, keepOne)
  if (outcome.type === 'deleted') return answer(200, roleAssignmentForm(outcome.assignment))
  return outcome.type === 'missing' ? { type: 'no content' } : LAST_ADMINISTRATOR
}

const LAST_ADMINISTRATOR = badRequest(
  'LastAdministratorAssignment',
  'Cannot delete the last administrator assignment at the root of the tenant. Assign another administrator there first.',
)
