// Role assignments as the API answers them, and how to ask for them.

import { z } from 'zod'

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
