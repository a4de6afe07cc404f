// Role assignments of a tenant by role and name, out of an index that has the scope as well: a page walks past what lies elsewhere without
// reading it. What is assigned to somebody is looked up by them.

import { scopeKey } from '../../resources/resource-id.ts'
import type { RoleAssignmentQuery, StoredRoleAssignment } from '../storage.ts'
import { allObjectsInList } from './in-list.ts'
import { atOrBelow, conditionAtOrBelow } from './resource-row.ts'
import { ASSIGNMENT_COLUMNS, type RoleAssignmentRow, type StampRow, storedRoleAssignmentOf } from './role-row.ts'
import { all, type Sql, type Value } from './sql.ts'

type Row = RoleAssignmentRow & StampRow

/** More than any list has, and a number every engine takes. */
const ALL = 2_147_483_647
/** Scopes one above the other are hardly ever more, so that texts are few. */
const SCOPES = 16

export function* listRoleAssignments(
  tenantId: string,
  query: RoleAssignmentQuery = {},
): Sql<readonly StoredRoleAssignment[]> {
  const { principalIds, roleDefinitionName, after, limit = ALL } = query
  const conditions = [
    scopeCondition(query),
    roleDefinitionName === undefined
      ? NOTHING
      : { text: ' AND role_definition_name = ?', values: [roleDefinitionName] },
    after === undefined
      ? NOTHING
      : { text: ' AND (role_definition_name, name) > (?, ?)', values: [after.roleDefinitionName, after.name] },
  ]
  const values = conditions.flatMap((condition) => condition.values)
  const where = `WHERE tenant_id = ?${conditions.map(({ text }) => text).join('')}`
  const select = (more: string) =>
    `SELECT ${ASSIGNMENT_COLUMNS} FROM role_assignments ${where}${more} ORDER BY role_definition_name, name LIMIT ?`
  if (principalIds === undefined)
    return (yield* all<Row>(select(''), tenantId, ...values, limit)).map(storedRoleAssignmentOf)
  // One after the other is in a piece of its own: together they have to be put in order.
  const around = { before: [tenantId, ...values], behind: [limit] }
  const rows = yield* allObjectsInList<Row>(select(' AND principal_id IN (?…)'), [...new Set(principalIds)], around)
  return rows.map(storedRoleAssignmentOf).toSorted(inOrder).slice(0, limit)
}

const inOrder = (one: StoredRoleAssignment, other: StoredRoleAssignment): number =>
  orderOf(one) < orderOf(other) ? -1 : 1
const orderOf = ({ roleDefinitionName, name }: StoredRoleAssignment): string => `${roleDefinitionName} ${name}`

type Condition = { readonly text: string; readonly values: readonly Value[] }
const NOTHING: Condition = { text: '', values: [] }

const BELOW = conditionAtOrBelow('scope_key')

/** A choice of values, so that no engine looks up by it: it would sort all that is at the scopes to show a page. */
function scopeCondition({ at, under }: RoleAssignmentQuery): Condition {
  const key = under === undefined ? undefined : scopeKey(under)
  if (at === undefined || key === '/') return NOTHING
  const length = Math.max(SCOPES, at.length)
  const keys = Array.from({ length }, (_, index) => at[Math.min(index, at.length - 1)] ?? '')
  const isAt = `scope_key IN (${keys.map(() => '?').join(', ')})`
  if (key === undefined) return { text: ` AND CASE WHEN ${isAt} THEN 1 ELSE 0 END = 1`, values: keys }
  const text = ` AND CASE WHEN ${isAt} OR (${BELOW}) THEN 1 ELSE 0 END = 1`
  return { text, values: [...keys, ...atOrBelow(key)] }
}
