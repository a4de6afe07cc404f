// Scopes as paths, and roles by whatever name they are given. Azure: `{scope}/providers/Microsoft.Authorization/…`; role ids with any
// prefix are the same role when their last parts agree.

import { z } from 'zod'
import type { Api } from './api.ts'
import { odataText } from './applications.ts'
import { isGuid, unexpectedAnswer } from './directory-lookup.ts'
import { type Failure, misused, notFound } from './failure.ts'
import { armPath, findSubscription } from './resource-lookup.ts'

export const AUTHORIZATION_API_VERSION = '2022-04-01'

const texts = z.array(z.string()).default([])
export const permission = z.object({ actions: texts, notActions: texts, dataActions: texts, notDataActions: texts })
export type PermissionAnswer = z.infer<typeof permission>

const roleDefinition = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    roleName: z.string(),
    type: z.string(),
    description: z.string().nullish(),
    permissions: z.array(permission).default([]),
    assignableScopes: z.array(z.string()),
  }),
})
export const roleDefinitionList = z.object({ value: z.array(roleDefinition) })
export type RoleDefinitionAnswer = z.infer<typeof roleDefinition>

/** The path of something of Microsoft.Authorization at a scope; `/` is the root of the tenant. */
export function authorizationPath(scope: string, rest: string): string {
  const parts = scope.split('/').filter((part) => part !== '')
  return `/${[...parts.map(encodeURIComponent), 'providers', 'Microsoft.Authorization', rest].join('/')}`
}

type ChosenScope = { readonly type: 'scope'; readonly scope: string }

/** What `chooseScope` takes when no scope is given. */
export const DEFAULT_SCOPE = 'the subscription of the quickstart, or the only one, else the tenant root /'

/** Where there is no one subscription that is meant, it is the root of the tenant. */
export async function chooseScope(api: Api, scope: string | undefined): Promise<ChosenScope | Failure> {
  if (scope?.startsWith('/') === false) return notAScope(scope)
  if (scope !== undefined) return { type: 'scope', scope }
  const subscription = await findSubscription(api, {})
  if (subscription.type === 'found') return { type: 'scope', scope: subscription.id }
  const isNone = subscription.status === 404
  return isNone || subscription.misused === true ? { type: 'scope', scope: '/' } : subscription
}

export function notAScope(text: string): Failure {
  return misused(`${text} is not a scope.`, 'A scope begins with a slash: / or /subscriptions/<id>')
}

export type FoundRole = { readonly type: 'role'; readonly roleDefinitionId: string }

/** `role` is a role name, the GUID of a role, or its full id. */
export async function findRole(api: Api, scope: string, role: string): Promise<FoundRole | Failure> {
  if (role.startsWith('/')) return { type: 'role', roleDefinitionId: role }
  if (isGuid(role))
    return { type: 'role', roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role}` }
  const answer = await api.list(authorizationPath(scope, 'roleDefinitions'), {
    'api-version': AUTHORIZATION_API_VERSION,
    $filter: `roleName eq ${odataText(role)}`,
  })
  if (answer.type === 'failed') return answer
  const parsed = roleDefinitionList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer(`role ${role}`)
  const [found] = parsed.data.value
  if (found !== undefined) return { type: 'role', roleDefinitionId: found.id }
  return notFound(
    `There is no role named ${role} at ${scope}.`,
    `See the roles: postern role definition list --scope ${scope}`,
  )
}

export type ReadRole = { readonly type: 'role'; readonly role: RoleDefinitionAnswer }

export async function readRole(api: Api, id: string): Promise<ReadRole | Failure> {
  const answer = await api.call('GET', armPath(id), { 'api-version': AUTHORIZATION_API_VERSION })
  if (answer.type === 'failed') return answer
  const role = parseRole(answer.body)
  return role === undefined ? unexpectedAnswer(`role ${id}`) : { type: 'role', role }
}

export function parseRole(body: unknown): RoleDefinitionAnswer | undefined {
  return roleDefinition.safeParse(body).data
}

/** What the permissions allow and these actions too; repeated ones once. */
export function withActions(
  permissions: readonly PermissionAnswer[],
  {
    addActions = [],
    addDataActions = [],
  }: { readonly addActions?: readonly string[]; readonly addDataActions?: readonly string[] },
): readonly PermissionAnswer[] {
  const [first = { actions: [], notActions: [], dataActions: [], notDataActions: [] }, ...others] = permissions
  const joined = (own: readonly string[], added: readonly string[]): string[] => [...new Set([...own, ...added])]
  const { actions, dataActions } = first
  return [
    { ...first, actions: joined(actions, addActions), dataActions: joined(dataActions, addDataActions) },
    ...others,
  ]
}

/** The last part of an id, by which roles are compared. */
export function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1).toLowerCase()
}
