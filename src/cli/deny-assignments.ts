// Deny assignments as the API answers them.

import { z } from 'zod'
import type { Column } from './table.ts'

const denyAssignment = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    denyAssignmentName: z.string(),
    scope: z.string(),
    principals: z.array(z.object({ id: z.string() })).default([]),
  }),
})
const denyAssignmentList = z.object({ value: z.array(denyAssignment) })
export type DenyAnswer = z.infer<typeof denyAssignment>

export const DENY_COLUMNS: readonly Column<DenyAnswer>[] = [
  { heading: 'Denies', value: ({ properties }) => properties.denyAssignmentName, flexible: true },
  { heading: 'To', value: ({ properties }) => properties.principals.map(({ id }) => id).join(', '), flexible: true },
  { heading: 'Id', value: ({ id }) => id },
]

export function parseDenyAssignments(body: unknown): readonly DenyAnswer[] | undefined {
  return denyAssignmentList.safeParse(body).data?.value
}
