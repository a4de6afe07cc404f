// Whether a change would take the last one away who holds one of some roles at the root of a tenant. Asked in the transaction that makes
// the change. A holder is a service principal that could sign in, itself or through groups in groups: it and its application are there
// and enabled. Whether it has a secret left is not asked, since secrets come and go; nor are deny assignments.
// A person does not count: whether one can sign in is decided by passwords or by a provider elsewhere, and either may end at any time.

import { firstArray, type Sql } from './sql.ts'

/** What is about to go: a principal or a group with its memberships, one membership, or one assignment. */
export type Loss =
  | { readonly objectId: string }
  | { readonly groupId: string; readonly memberId: string }
  | { readonly assignmentName: string }

/** Where nobody holds them now, nothing is lost. */
export function* isLastHolder(tenantId: string, roles: readonly string[], loss: Loss): Sql<boolean> {
  if (roles.length === 0) return false
  return !(yield* areHeld(tenantId, roles, loss)) && (yield* areHeld(tenantId, roles))
}

/** UNION ends the walk where groups contain each other. `roles` are a handful, so there are as few texts. */
const holders = (roles: readonly string[]) => `
  WITH RECURSIVE found (object_id) AS (
    SELECT principal_id FROM role_assignments
    WHERE tenant_id = ? AND scope_key = '/' AND role_definition_name IN (${roles.map(() => '?').join(', ')})
      AND principal_id <> ? AND name <> ?
    UNION
    SELECT m.member_id FROM found CROSS JOIN group_members m
    WHERE m.tenant_id = ? AND m.group_id = found.object_id AND m.member_id <> ?
      AND (m.group_id <> ? OR m.member_id <> ?)
  )
  SELECT 1 FROM found CROSS JOIN service_principals s
  JOIN applications a ON a.tenant_id = s.tenant_id AND a.application_id = s.application_id
  WHERE s.tenant_id = ? AND s.object_id = found.object_id AND s.account_enabled AND NOT a.disabled
  LIMIT 1`

const NOTHING = { objectId: '', groupId: '', memberId: '', assignmentName: '' }

function* areHeld(tenantId: string, roles: readonly string[], without?: Loss): Sql<boolean> {
  const { objectId, groupId, memberId, assignmentName } = { ...NOTHING, ...without }
  const values = [...roles, objectId, assignmentName, tenantId, objectId, groupId, memberId, tenantId]
  return (yield* firstArray(holders(roles), tenantId, ...values)) !== undefined
}
