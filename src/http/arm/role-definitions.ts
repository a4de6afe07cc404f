// Role definitions over HTTP: the built-in ones, which nobody changes, and the custom roles of the caller's tenant. A custom role is
// written by whoever may do so on every one of its assignable scopes, those it has and those it is to have: otherwise one scope's
// owner could grant on another. Azure: control-plane reference §6.1, §6.2, §6.9.

import { z } from 'zod'
import type { RoleDefinition } from '../../access/access.ts'
import { builtInRoles, findBuiltInRole } from '../../access/built-in-roles.ts'
import { comparableScope, scopeChain } from '../../access/scope.ts'
import { parseResourceId } from '../../resources/resource-id.ts'
import type { Storage, StoredRoleDefinition } from '../../storage/storage.ts'
import { authorize, type Caller, controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { type FilterTerm, parseFilter } from '../odata-filter.ts'
import { badRequest, notFound, type Refusal, refused } from '../refusal.ts'
import { created, done, listOf, ok } from '../responses.ts'
import { pageOf, pageQuery } from './arm-page.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { ROLE_DEFINITIONS } from './arm-target.ts'
import { roleDefinitionSchema } from './authorization-schemas.ts'
import { stampAfter, stampForm } from './change-stamp.ts'
import { checkConditions, NO_ETAG } from './conditions.ts'
import { carryOut } from './resource-change.ts'
import { INVALID_TYPE, readRoleDefinition, roleDefinitionBody } from './role-definition-body.ts'
import { checkSubscription } from './scope-existence.ts'

const none = z.object({})
const listQuery = pageQuery.extend({ $filter: z.string().optional() })

/** Azure: per tenant. */
const MAX_CUSTOM_ROLES = 5000

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>
type ListRequest = ArmRequest<z.output<typeof listQuery>, object>
type ItemRequest = ArmRequest<object, object>
type PutRequest = ArmRequest<object, z.output<typeof roleDefinitionBody>>

export function roleDefinitionRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const { storage } = dependencies
  const types = [ROLE_DEFINITIONS]
  const item = { types, shape: 'item', query: none } as const
  return [
    armRoute({
      method: 'GET',
      types,
      shape: 'collection',
      query: listQuery,
      body: none,
      response: ok(listOf(roleDefinitionSchema)),
      handle: (request) => list(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'GET',
      body: none,
      response: ok(roleDefinitionSchema),
      handle: (request) => read(storage, request),
    }),
    armRoute({
      ...item,
      method: 'PUT',
      body: roleDefinitionBody,
      response: created(roleDefinitionSchema),
      handle: (request) => put(storage, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: { ...ok(roleDefinitionSchema), ...done },
      handle: (request) => remove(storage, request),
    }),
  ]
}

// The one call with two arguments becomes an equality of its own.
const CONTAINS = /contains\(\s*roleName\s*,\s*('(?:[^']|'')*')\s*\)/gi

/** In the order of their names. Azure: cannot search for a part of a name. */
async function list({ storage, publicUrl }: Dependencies, request: ListRequest): Promise<ArmAnswer> {
  const { caller, target, query } = request
  const terms = parseFilter(query.$filter?.replace(CONTAINS, 'roleNameContains eq $1'))
  if (terms === undefined || !terms.every(isListTerm))
    return badRequest('BadRequestFormat', 'The filter is not supported.')
  const below = terms.some(({ name }) => name === 'atscopeandbelow')
  const custom = await storage.read.roles.listRoleDefinitions(caller.tenantId)
  const listed = [...builtInRoles, ...custom]
    .filter(
      (role) =>
        (isAssignableAt(role, target.parent) || (below && isAssignableBelow(role, target.parent))) &&
        terms.every((term) => term.type === 'call' || fits(role, term)),
    )
    .toSorted((one, other) => (sortKeyOf(one) < sortKeyOf(other) ? -1 : 1))
  return pageOf(request, publicUrl(), listed, sortKeyOf, (role) => wireForm(role, target.parent))
}

/** No name holds what stands between, so that a name comes before those that begin with it. */
const sortKeyOf = ({ roleName, name }: RoleDefinition): string => `${roleName.toLowerCase()}\0${name}`

function isListTerm(term: FilterTerm): boolean {
  if (term.type === 'call') return term.name === 'atscopeandbelow' && term.argument === undefined
  return ['rolename', 'rolenamecontains', 'type'].includes(term.name)
}

function fits(role: RoleDefinition, { name, value }: { readonly name: string; readonly value: string }): boolean {
  if (name === 'rolenamecontains') return role.roleName.toLowerCase().includes(value.toLowerCase())
  return (name === 'type' ? role.type : role.roleName).toLowerCase() === value.toLowerCase()
}

async function read(storage: Storage, { caller, target }: ItemRequest): Promise<ArmAnswer> {
  const role = await findVisible(storage, caller, target)
  if (role !== undefined) return answer(200, wireForm(role, target.parent))
  return notFound('RoleDefinitionDoesNotExist', `The role definition '${target.name}' does not exist.`)
}

/** A role is seen from the scopes it may be assigned on and from those above them. */
async function findVisible(storage: Storage, { tenantId }: Caller, { name, parent }: ItemRequest['target']) {
  const role = await findRole(storage, tenantId, name)
  return role && (isAssignableAt(role, parent) || isAssignableBelow(role, parent)) ? role : undefined
}

async function put(storage: Storage, request: PutRequest): Promise<ArmAnswer> {
  const { caller, target, change, body, conditions } = request
  const role = readRoleDefinition(target.name, body.properties)
  if (role.type === 'refused') return role
  const { tenantId } = caller
  return carryOut(storage, request, async () => {
    const stored = await storage.read.roles.readRoleDefinition(tenantId, role.name)
    const refusal =
      authorizeAll(caller, 'write', [...role.assignableScopes, ...(stored?.assignableScopes ?? [])]) ??
      checkConditions(conditions, stored && NO_ETAG) ??
      (await checkSubscriptions(storage, tenantId, role)) ??
      checkBuiltIns(role) ??
      (await (stored === undefined ? checkLimit(storage, tenantId) : checkAssigned(storage, tenantId, role))) ??
      (await checkRoleName(storage, tenantId, role, target.parent))
    if (refusal !== undefined) return refusal
    return {
      type: 'plan',
      // Azure: 201 for an update too; clients know no other.
      answer: answer(201, wireForm({ ...role, ...stampAfter(change, stored) }, target.parent)),
      record: ({ roles }) => void roles.putRoleDefinition(change, tenantId, role),
    }
  })
}

function authorizeAll(caller: Caller, verb: 'write' | 'delete', scopes: readonly string[]): Refusal | undefined {
  const operation = controlAction(`${ROLE_DEFINITIONS}/${verb}`)
  return scopes.map((scope) => authorize(caller, operation, scope)).find((refusal) => refusal !== undefined)
}

async function checkSubscriptions(
  storage: Storage,
  tenantId: string,
  { assignableScopes }: RoleDefinition,
): Promise<Refusal | undefined> {
  const ids = new Set(assignableScopes.map((scope) => parseResourceId(scope)?.subscriptionId ?? ''))
  for (const id of ids) {
    const refusal = await checkSubscription(storage, tenantId, id)
    if (refusal !== undefined) return { ...refusal, target: 'properties.assignableScopes' }
  }
  return undefined
}

function checkBuiltIns({ name }: RoleDefinition): Refusal | undefined {
  return findBuiltInRole(name) === undefined
    ? undefined
    : refused(409, 'RoleDefinitionExists', `The name '${name}' is that of a built-in role.`)
}

async function checkRoleName(
  { read: { roles } }: Storage,
  tenantId: string,
  { name, roleName }: RoleDefinition,
  scope: string,
): Promise<Refusal | undefined> {
  const namesake = [...builtInRoles, ...(await roles.listRoleDefinitions(tenantId))].find(
    (other) => other.roleName.toLowerCase() === roleName.toLowerCase() && other.name !== name,
  )
  return namesake && sameName(roleName, namesake.name, scope)
}

/** Says which role has the name, so that nobody has to search the tenant for it. */
function sameName(roleName: string, name: string, scope: string): Refusal {
  const id = roleDefinitionIdAt(scope, name)
  const message = `A role definition with the name '${roleName}' exists already; its id is '${id}'. Role names are unique in a tenant.`
  return { ...refused(409, 'RoleDefinitionWithSameNameExists', message), target: 'properties.roleName' }
}

async function checkLimit({ read: { roles } }: Storage, tenantId: string): Promise<Refusal | undefined> {
  if ((await roles.countRoleDefinitions(tenantId)) < MAX_CUSTOM_ROLES) return undefined
  return badRequest(
    'RoleDefinitionLimitExceeded',
    `The tenant has ${MAX_CUSTOM_ROLES} custom roles, which is the most.`,
  )
}

/** Where it is assigned it stays assignable: else whoever may write the remaining scopes would grant on those that are gone. */
async function checkAssigned(
  { read: { roles } }: Storage,
  tenantId: string,
  role: RoleDefinition,
): Promise<Refusal | undefined> {
  const assigned = await roles.listRoleAssignments(tenantId, { roleDefinitionName: role.name })
  const stranded = assigned.filter(({ scope }) => !isAssignableAt(role, scope))
  return stranded.length === 0
    ? undefined
    : { ...hasAssignments(role, stranded.length), target: 'properties.assignableScopes' }
}

function hasAssignments({ name }: RoleDefinition, count: number): Refusal {
  return badRequest(
    'RoleDefinitionHasAssignments',
    `The role definition '${name}' is in use by ${count} role assignments. Delete them first.`,
  )
}

async function remove(storage: Storage, { caller, target, change, conditions }: ItemRequest): Promise<ArmAnswer> {
  const role = await findVisible(storage, caller, target)
  if (role === undefined) return checkConditions(conditions, undefined) ?? { type: 'no content' }
  if (role.type === 'BuiltInRole') return INVALID_TYPE
  const refusal = authorizeAll(caller, 'delete', role.assignableScopes) ?? checkConditions(conditions, NO_ETAG)
  if (refusal !== undefined) return refusal
  const outcome = await storage.write.roles.deleteRoleDefinition(change, caller.tenantId, role.name)
  if (outcome.type === 'missing') return { type: 'no content' }
  if (outcome.type === 'deleted') return answer(200, wireForm(outcome.role, target.parent))
  return hasAssignments(role, outcome.count)
}

/** `name` is a GUID in any case. */
export async function findRole(
  { read: { roles } }: Storage,
  tenantId: string,
  name: string,
): Promise<StoredRoleDefinition | undefined> {
  return findBuiltInRole(name) ?? (await roles.readRoleDefinition(tenantId, name))
}

/** Whether the role may be assigned on the scope: one of its own assignable scopes is there or above. */
export function isAssignableAt({ assignableScopes }: RoleDefinition, scope: string): boolean {
  const chain = scopeChain(scope)
  return assignableScopes.some((assignable) => chain.includes(comparableScope(assignable)))
}

function isAssignableBelow({ assignableScopes }: RoleDefinition, scope: string): boolean {
  return assignableScopes.some((assignable) => scopeChain(assignable).includes(comparableScope(scope)))
}

/** Azure: ids carry the subscription they were asked in; clients compare them by the GUID at their end. */
export function roleDefinitionIdAt(scope: string, name: string): string {
  const subscriptionId = parseResourceId(scope)?.subscriptionId
  const base = subscriptionId === undefined ? '' : `/subscriptions/${subscriptionId}`
  return `${base}/providers/${ROLE_DEFINITIONS}/${name}`
}

function wireForm(
  { name, roleName, type, description, permissions, assignableScopes, stamp }: StoredRoleDefinition,
  scope: string,
): object {
  return {
    properties: { roleName, type, description, assignableScopes, permissions, ...stampForm(stamp) },
    id: roleDefinitionIdAt(scope, name),
    type: ROLE_DEFINITIONS,
    name,
  }
}
