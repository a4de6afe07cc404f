// Role definitions over HTTP, read-only: the built-in ones and those of the caller's tenant.
// Azure: control-plane reference §6.1, §6.2.

import { z } from 'zod'
import type { RoleDefinition } from '../../access/access.ts'
import { builtInRoles, findBuiltInRole } from '../../access/built-in-roles.ts'
import { comparableScope, scopeChain } from '../../access/scope.ts'
import { parseResourceId } from '../../resources/resource-id.ts'
import type { Storage } from '../../storage/storage.ts'
import { type FilterTerm, parseFilter } from '../odata-filter.ts'
import { badRequest, notFound } from '../refusal.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { ROLE_DEFINITIONS } from './arm-target.ts'

const none = z.object({})
const listQuery = z.object({ $filter: z.string().optional() })

export function roleDefinitionRoutes(storage: Storage): readonly ArmRoute[] {
  const types = [ROLE_DEFINITIONS]
  return [
    armRoute({
      method: 'GET',
      types,
      shape: 'collection',
      query: listQuery,
      body: none,
      handle: (r) => list(storage, r),
    }),
    armRoute({ method: 'GET', types, shape: 'item', query: none, body: none, handle: (r) => read(storage, r) }),
  ]
}

async function list(
  storage: Storage,
  { caller, target, query }: ArmRequest<z.output<typeof listQuery>, object>,
): Promise<ArmAnswer> {
  const terms = parseFilter(query.$filter)
  if (terms === undefined || !terms.every(isListTerm))
    return badRequest('BadRequestFormat', 'The filter is not supported.')
  const below = terms.some(({ name }) => name === 'atscopeandbelow')
  const custom = await storage.read.roles.listRoleDefinitions(caller.tenantId)
  const listed = [...builtInRoles, ...custom].filter(
    (role) =>
      (isAssignableAt(role, target.parent) || (below && isAssignableBelow(role, target.parent))) &&
      terms.every((term) => term.type === 'call' || fits(role, term)),
  )
  return answer(200, { value: listed.map((role) => wireForm(role, target.parent)) })
}

function isListTerm(term: FilterTerm): boolean {
  if (term.type === 'call') return term.name === 'atscopeandbelow' && term.argument === undefined
  return term.name === 'rolename' || term.name === 'type'
}

function fits(role: RoleDefinition, { name, value }: { readonly name: string; readonly value: string }): boolean {
  return (name === 'type' ? role.type : role.roleName).toLowerCase() === value.toLowerCase()
}

async function read(storage: Storage, { caller, target }: ArmRequest<object, object>): Promise<ArmAnswer> {
  const role = await findRole(storage, caller.tenantId, target.name.toLowerCase())
  if (role !== undefined && (isAssignableAt(role, target.parent) || isAssignableBelow(role, target.parent))) {
    return answer(200, wireForm(role, target.parent))
  }
  return notFound('RoleDefinitionDoesNotExist', `The role definition '${target.name}' does not exist.`)
}

/** `name` is a GUID in lower case. */
export async function findRole(
  { read: { roles } }: Storage,
  tenantId: string,
  name: string,
): Promise<RoleDefinition | undefined> {
  return findBuiltInRole(name) ?? (await roles.listRoleDefinitions(tenantId)).find((role) => role.name === name)
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
  { name, roleName, type, description, permissions, assignableScopes }: RoleDefinition,
  scope: string,
): object {
  return {
    properties: { roleName, type, description, assignableScopes, permissions },
    id: roleDefinitionIdAt(scope, name),
    type: ROLE_DEFINITIONS,
    name,
  }
}
