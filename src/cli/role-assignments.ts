// Role assignments as the API answers them, and how to ask for them.

import { z } from 'zod'
import type { Api } from './api.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import type { Failure } from './failure.ts'
import { AUTHORIZATION_API_VERSION, authorizationPath, lastPart } from './role-lookup.ts'

const roleAssignment = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    roleDefinitionId: z.string(),
    principalId: z.string(),
    principalType: z.string().optional(),
    scope: z.string(),
  }),
})
const roleAssignmentList = z.object({ value: z.array(roleAssignment) })
export type AssignmentAnswer = z.infer<typeof roleAssignment>

export function parseAssignments(body: unknown): readonly AssignmentAnswer[] | undefined {
  return roleAssignmentList.safeParse(body).data?.value
}

export function parseAssignment(body: unknown): AssignmentAnswer | undefined {
  return roleAssignment.safeParse(body).data
}

/** The `$filter` for the assignments of one principal (`groups`: also through groups) or of all, at and above a scope, or `below` too. */
export function filterOf(
  principalId: string | undefined,
  { below, groups = false }: { readonly below: boolean; readonly groups?: boolean },
): string | undefined {
  const ofPrincipal = groups ? `assignedTo('${principalId}')` : `principalId eq '${principalId}'`
  const terms = [...(below ? [] : ['atScope()']), ...(principalId === undefined ? [] : [ofPrincipal])]
  return terms.length === 0 ? undefined : terms.join(' and ')
}

export type FoundAssignments = { readonly type: 'assignments'; readonly assignments: readonly AssignmentAnswer[] }

/** Those of one principal at exactly this scope; without `roleDefinitionId` of every role. */
export async function findAssignments(
  api: Api,
  wanted: { readonly principalId: string; readonly scope: string; readonly roleDefinitionId: string | undefined },
): Promise<FoundAssignments | Failure> {
  const { principalId, scope, roleDefinitionId } = wanted
  const query = { 'api-version': AUTHORIZATION_API_VERSION, $filter: filterOf(principalId, { below: true }) }
  const answer = await api.list(authorizationPath(scope, 'roleAssignments'), query)
  if (answer.type === 'failed') return answer
  const listed = parseAssignments(answer.body)
  if (listed === undefined) return unexpectedAnswer('role assignments')
  const assignments = listed
    .filter(({ properties }) => properties.principalId.toLowerCase() === principalId.toLowerCase())
    .filter(({ properties }) => sameScope(properties.scope, scope))
    .filter(
      ({ properties: { roleDefinitionId: id } }) => !roleDefinitionId || lastPart(id) === lastPart(roleDefinitionId),
    )
  return { type: 'assignments', assignments }
}

function sameScope(one: string, other: string): boolean {
  const key = (scope: string): string => scope.replace(/\/+$/, '').toLowerCase()
  return key(one) === key(other)
}
