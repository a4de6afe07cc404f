// Writing custom roles, and what is said of one that was written. Azure: control-plane reference §6.2.

import type { Api } from './api.ts'
import type { Answer } from './command.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import type { Failure } from './failure.ts'
import { AUTHORIZATION_API_VERSION, authorizationPath, type PermissionAnswer, parseRole } from './role-lookup.ts'
import { renderEntries } from './table.ts'

export type RoleProperties = {
  readonly roleName: string
  readonly description: string
  readonly permissions: readonly PermissionAnswer[]
  readonly assignableScopes: readonly string[]
}

/** At the first of its assignable scopes. */
export async function putRoleDefinition(api: Api, name: string, properties: RoleProperties): Promise<Answer | Failure> {
  const path = authorizationPath(properties.assignableScopes[0] ?? '/', `roleDefinitions/${name}`)
  const body = { name, properties: { ...properties, type: 'CustomRole' } }
  const answer = await api.call('PUT', path, { 'api-version': AUTHORIZATION_API_VERSION }, body)
  if (answer.type === 'failed') return answer
  const role = parseRole(answer.body)
  if (role === undefined) return unexpectedAnswer('the role')
  const actionsOf = (kind: keyof PermissionAnswer): readonly string[] =>
    role.properties.permissions.flatMap((permission) => permission[kind])
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) =>
      renderEntries(
        [
          ['Role', role.properties.roleName],
          ['Name', role.name],
          ['Actions', actionsOf('actions')],
          ['Not actions', actionsOf('notActions')],
          ['Data actions', actionsOf('dataActions')],
          ['Not data actions', actionsOf('notDataActions')],
          ['Assignable at', role.properties.assignableScopes],
          ['Id', role.id],
        ],
        paper,
      ),
  }
}
