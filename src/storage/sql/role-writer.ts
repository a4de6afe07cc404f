// Changes role definitions, role assignments and deny assignments. An assignment is known by its name and by its triple of scope,
// principal and role; neither may be taken twice in a tenant, nor may the name that a role is shown by. What must not be left
// behind (a role without its assignments, a scope without an administrator) is looked at in the transaction that would do it.

import type { DenyAssignment, RoleAssignment, RoleDefinition } from '../../access/access.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import type {
  Change,
  DeleteRoleAssignmentOutcome,
  DeleteRoleDefinitionOutcome,
  PutRoleAssignmentOutcome,
  PutRoleDefinitionOutcome,
  RoleWriter,
  StoredDenyAssignment,
} from '../storage.ts'
import { isLastHolder } from './directory-administrators.ts'
import { recordChange } from './record-change.ts'
import { atOrBelow, conditionAtOrBelow } from './resource-row.ts'
import { readAssignmentsUnder, readDenyAssignment, readRoleAssignment, readRoleDefinition } from './role-reader.ts'
import { firstArray, type InSql, lockTenant, run, type Sql, type Value } from './sql.ts'

export const roleWriter: InSql<RoleWriter> = {
  putRoleDefinition,
  deleteRoleDefinition,
  putRoleAssignment,
  deleteRoleAssignment,
  putDenyAssignment,
  deleteDenyAssignment,
}

type AuthorizationType = 'roleDefinitions' | 'roleAssignments' | 'denyAssignments'
type Named = { readonly name: string; readonly scope?: string }

type Transition =
  | { readonly before: Named | undefined; readonly after: Named }
  | { readonly before: Named; readonly after?: undefined }

function* record(change: Change, tenantId: string, type: AuthorizationType, states: Transition): Sql<void> {
  const { name, scope = '/' } = states.after ?? states.before
  const verb = states.after === undefined ? 'delete' : 'write'
  const id = `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/${type}/${name}`
  yield* recordChange(change, tenantId, `Microsoft.Authorization/${type}/${verb}`, id, states)
}

function keyOfScope(scope: string): string {
  const key = scopeKey(scope)
  if (key === undefined) throw new Error(`not a scope: ${JSON.stringify(scope)}`)
  return key
}

/** In the order of the columns at the end of each statement here. */
function stampValues({ at, principalId }: Change): Value[] {
  return [at, at, principalId, principalId]
}

const PUT_DEFINITION = `
  INSERT INTO role_definitions (tenant_id, name, role_name, role_name_key, description, permissions, assignable_scopes,
    created_at, updated_at, created_by, updated_by)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (tenant_id, name) DO UPDATE SET role_name = excluded.role_name, role_name_key = excluded.role_name_key,
    description = excluded.description, permissions = excluded.permissions,
    assignable_scopes = excluded.assignable_scopes, updated_at = excluded.updated_at, updated_by = excluded.updated_by`

function* putRoleDefinition(change: Change, tenantId: string, role: RoleDefinition): Sql<PutRoleDefinitionOutcome> {
  yield* lockTenant(tenantId)
  const { name, roleName, description, permissions, assignableScopes } = role
  const roleNameKey = roleName.toLowerCase()
  const namesake = yield* firstArray<[string]>(
    'SELECT name FROM role_definitions WHERE tenant_id = ? AND role_name_key = ? AND name <> ?',
    tenantId,
    roleNameKey,
    name,
  )
  if (namesake !== undefined) return { type: 'role name taken', name: namesake[0] }
  const before = yield* readRoleDefinition(tenantId, name)
  const shapes = [JSON.stringify(permissions), JSON.stringify(assignableScopes)]
  const values = [tenantId, name, roleName, roleNameKey, description, ...shapes, ...stampValues(change)]
  yield* run(PUT_DEFINITION, ...values)
  const after = yield* readRoleDefinition(tenantId, name)
  if (after === undefined) throw new Error('a role that was put is not there')
  yield* record(change, tenantId, 'roleDefinitions', { before, after })
  return { type: before === undefined ? 'created' : 'updated', role: after }
}

function* deleteRoleDefinition(change: Change, tenantId: string, name: string): Sql<DeleteRoleDefinitionOutcome> {
  yield* lockTenant(tenantId)
  const role = yield* readRoleDefinition(tenantId, name)
  if (role === undefined) return { type: 'missing' }
  const counted = yield* firstArray<[number]>(
    'SELECT count(*) FROM role_assignments WHERE tenant_id = ? AND role_definition_name = ?',
    tenantId,
    role.name,
  )
  const [count] = counted ?? [0]
  if (count > 0) return { type: 'assigned', count }
  yield* run('DELETE FROM role_definitions WHERE tenant_id = ? AND name = ?', tenantId, role.name)
  yield* record(change, tenantId, 'roleDefinitions', { before: role })
  return { type: 'deleted', role }
}

const PUT_ASSIGNMENT = `
  INSERT INTO role_assignments (tenant_id, name, scope, scope_key, role_definition_name, principal_id, principal_type,
    description, created_at, updated_at, created_by, updated_by)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (tenant_id, name) DO UPDATE SET description = excluded.description, updated_at = excluded.updated_at,
    updated_by = excluded.updated_by`

function* putRoleAssignment(
  change: Change,
  tenantId: string,
  assignment: RoleAssignment,
): Sql<PutRoleAssignmentOutcome> {
  yield* lockTenant(tenantId)
  const { name, scope, roleDefinitionName, principalId, principalType, description } = assignment
  const key = keyOfScope(scope)
  const before = yield* readRoleAssignment(tenantId, name)
  if (before !== undefined && !isSameGrant(before, assignment)) return { type: 'update not permitted' }
  if (before !== undefined && before.description === description) return { type: 'unchanged', assignment: before }
  const twin = before === undefined ? yield* findTwin(tenantId, key, assignment) : undefined
  if (twin !== undefined) return { type: 'exists', name: twin }
  const grant = [scope, key, roleDefinitionName, principalId, principalType]
  yield* run(PUT_ASSIGNMENT, tenantId, name, ...grant, description ?? null, ...stampValues(change))
  const after = yield* readRoleAssignment(tenantId, name)
  if (after === undefined) throw new Error('an assignment that was put is not there')
  yield* record(change, tenantId, 'roleAssignments', { before, after })
  return { type: before === undefined ? 'created' : 'updated', assignment: after }
}

function* findTwin(
  tenantId: string,
  key: string,
  { principalId, roleDefinitionName }: RoleAssignment,
): Sql<string | undefined> {
  const twin = yield* firstArray<[string]>(
    `SELECT name FROM role_assignments
     WHERE tenant_id = ? AND scope_key = ? AND principal_id = ? AND role_definition_name = ?`,
    tenantId,
    key,
    principalId,
    roleDefinitionName,
  )
  return twin?.[0]
}

function isSameGrant(stored: RoleAssignment, given: RoleAssignment): boolean {
  return (
    keyOfScope(stored.scope) === keyOfScope(given.scope) &&
    stored.principalId === given.principalId &&
    stored.principalType === given.principalType &&
    stored.roleDefinitionName === given.roleDefinitionName
  )
}

function* deleteRoleAssignment(
  change: Change,
  tenantId: string,
  name: string,
  keepOne: readonly string[] = [],
): Sql<DeleteRoleAssignmentOutcome> {
  yield* lockTenant(tenantId)
  const assignment = yield* readRoleAssignment(tenantId, name)
  if (assignment === undefined) return { type: 'missing' }
  if (yield* isLastHolder(tenantId, keepOne, { assignmentName: assignment.name })) return { type: 'last' }
  yield* run('DELETE FROM role_assignments WHERE tenant_id = ? AND name = ?', tenantId, assignment.name)
  yield* record(change, tenantId, 'roleAssignments', { before: assignment })
  return { type: 'deleted', assignment }
}

/** What is assigned or denied at a scope that is going, and below it. */
export function* deleteAssignmentsUnder(change: Change, tenantId: string, key: string): Sql<void> {
  const { assignments, denials } = yield* readAssignmentsUnder(tenantId, key)
  for (const before of assignments) yield* record(change, tenantId, 'roleAssignments', { before })
  for (const before of denials) yield* record(change, tenantId, 'denyAssignments', { before })
  for (const table of ['role_assignments', 'deny_assignments'])
    yield* run(
      `DELETE FROM ${table} WHERE tenant_id = ? AND ${conditionAtOrBelow('scope_key')}`,
      tenantId,
      ...atOrBelow(key),
    )
}

const PUT_DENY = `
  INSERT INTO deny_assignments (tenant_id, name, deny_assignment_name, description, scope, scope_key,
    do_not_apply_to_child_scopes, permissions, principals, exclude_principals,
    created_at, updated_at, created_by, updated_by)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (tenant_id, name) DO UPDATE SET deny_assignment_name = excluded.deny_assignment_name,
    description = excluded.description, scope = excluded.scope, scope_key = excluded.scope_key,
    do_not_apply_to_child_scopes = excluded.do_not_apply_to_child_scopes, permissions = excluded.permissions,
    principals = excluded.principals, exclude_principals = excluded.exclude_principals,
    updated_at = excluded.updated_at, updated_by = excluded.updated_by`

function* putDenyAssignment(change: Change, tenantId: string, assignment: DenyAssignment): Sql<StoredDenyAssignment> {
  yield* lockTenant(tenantId)
  const { name, denyAssignmentName, description, scope, doNotApplyToChildScopes } = assignment
  const { permissions, principals, excludePrincipals } = assignment
  const before = yield* readDenyAssignment(tenantId, name)
  const lists = [permissions, principals, excludePrincipals].map((list) => JSON.stringify(list))
  const head = [tenantId, name, denyAssignmentName, description, scope, keyOfScope(scope)]
  yield* run(PUT_DENY, ...head, Number(doNotApplyToChildScopes), ...lists, ...stampValues(change))
  const after = yield* readDenyAssignment(tenantId, name)
  if (after === undefined) throw new Error('a deny assignment that was put is not there')
  yield* record(change, tenantId, 'denyAssignments', { before, after })
  return after
}

function* deleteDenyAssignment(change: Change, tenantId: string, name: string): Sql<StoredDenyAssignment | undefined> {
  yield* lockTenant(tenantId)
  const before = yield* readDenyAssignment(tenantId, name)
  if (before === undefined) return undefined
  yield* run('DELETE FROM deny_assignments WHERE tenant_id = ? AND name = ?', tenantId, before.name)
  yield* record(change, tenantId, 'denyAssignments', { before })
  return before
}
