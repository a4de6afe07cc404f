// A custom role as it is written: what its members may be. Who may write it, and whether its name is free, is asked elsewhere.
// Azure: control-plane reference §6.2, §6.9.

import { z } from 'zod'
import type { RoleDefinition } from '../../access/access.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import { parseResourceId, scopeKey } from '../../resources/resource-id.ts'
import { badMember, badRequest, type Refusal } from '../refusal.ts'
import { checkPermissions, permissionsBody } from './permission-body.ts'

const MAX_ROLE_NAME = 512
const MAX_DESCRIPTION = 2048
const MAX_SCOPES = 2000
/** In characters, of all together: as many subscriptions as there may be scopes. */
const MAX_SCOPES_LENGTH = 128 * 1024

export const roleDefinitionBody = z.object({
  properties: z.object({
    roleName: z.string().nullish(),
    description: z.string().max(MAX_DESCRIPTION).nullish(),
    type: z.string().nullish(),
    permissions: permissionsBody,
    assignableScopes: z.array(z.string()).nullish(),
  }),
})

export function readRoleDefinition(
  text: string,
  properties: z.output<typeof roleDefinitionBody>['properties'],
): RoleDefinition | Refusal {
  const name = canonicalGuid(text)
  if (name === undefined) return badRequest('InvalidRoleDefinitionId', 'The name of a role definition must be a GUID.')
  const { type, description, permissions } = properties
  if ((type ?? 'CustomRole').toLowerCase() !== 'customrole') return INVALID_TYPE
  const roleName = (properties.roleName ?? '').trim()
  const refusal = checkRoleName(roleName) ?? checkPermissions(permissions)
  if (refusal !== undefined) return refusal
  const scopes = readAssignableScopes(properties.assignableScopes ?? [])
  if ('type' in scopes) return scopes
  return { name, roleName, description: description ?? '', type: 'CustomRole', permissions, ...scopes }
}

export const INVALID_TYPE: Refusal = {
  ...badRequest('InvalidRoleDefinitionType', "Only role definitions of type 'CustomRole' can be written or deleted."),
  target: 'properties.type',
}

function checkRoleName(roleName: string): Refusal | undefined {
  const target = 'properties.roleName'
  if (roleName === '')
    return { ...badRequest('RoleDefinitionNameNullOrEmpty', 'The role name must not be empty.'), target }
  if (roleName.length > MAX_ROLE_NAME)
    return badMember(target, `The role name must not be longer than ${MAX_ROLE_NAME} characters.`)
  if (/\p{C}/u.test(roleName)) return badMember(target, 'The role name must not hold characters that cannot be seen.')
  return undefined
}

/** Each once, as written. Below the root: a custom role is never assignable in all of a tenant at once. */
function readAssignableScopes(given: readonly string[]): Pick<RoleDefinition, 'assignableScopes'> | Refusal {
  const target = 'properties.assignableScopes'
  if (given.length === 0)
    return { ...badRequest('MissingAssignableScopes', 'A role definition needs an assignable scope.'), target }
  if (given.length > MAX_SCOPES || given.join('').length > MAX_SCOPES_LENGTH)
    return badMember(target, `A role has at most ${MAX_SCOPES} assignable scopes, of ${MAX_SCOPES_LENGTH} characters.`)
  const scopes = new Map<string, string>()
  for (const [index, scope] of given.entries()) {
    const id = scope.includes('*') ? undefined : parseResourceId(scope)
    if (id?.subscriptionId === undefined || canonicalGuid(id.subscriptionId) === undefined)
      return invalidScope(`${target}[${index}]`)
    const key = scopeKey(id.id) ?? id.id
    if (!scopes.has(key)) scopes.set(key, id.id)
  }
  return { assignableScopes: [...scopes.values()] }
}

function invalidScope(target: string): Refusal {
  const message =
    `The scope at '${target}' is invalid. It must be the id of a subscription, a resource group or a resource that starts with ` +
    `'/subscriptions/{subscriptionId}', without a wildcard. Management groups are not supported.`
  return { ...badRequest('LinkedInvalidPropertyId', message), target }
}
