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
  StoredRoleAssignment,
} from '../storage.ts'
import type { Database, Value } from './database.ts'
import { recordChange } from './record-change.ts'
import { atOrBelow, conditionAtOrBelow } from './resource-row.ts'
import {
  PRINCIPAL_TYPE,
  readAssignmentsUnder,
  readDenyAssignment,
  readRoleAssignment,
  readRoleDefinition,
} from './role-reader.ts'
import type { Synchronous } from './synchronous.ts'

export function createRoleWriter(database: Database): Synchronous<RoleWriter> {
  return {
    putRoleDefinition: (change, tenantId, role) => putRoleDefinition(database, change, tenantId, role),
    deleteRoleDefinition: (change, tenantId, name) => deleteRoleDefinition(database, change, tenantId, name),
    putRoleAssignment: (change, tenantId, assignment) => putRoleAssignment(database, change, tenantId, assignment),
    deleteRoleAssignment: (change, tenantId, name, keepOne = []) =>
      deleteRoleAssignment(database, change, tenantId, name, keepOne),
    putDenyAssignment: (change, tenantId, assignment) => putDenyAssignment(database, change, tenantId, assignment),
    deleteDenyAssignment: (change, tenantId, name) => deleteDenyAssignment(database, change, tenantId, name),
  }
}

type AuthorizationType = 'roleDefinitions' | 'roleAssignments' | 'denyAssignments'
type Named = { readonly name: string; readonly scope?: string }

type Transition =
  | { readonly before: Named | undefined; readonly after: Named }
  | { readonly before: Named; readonly after?: undefined }

function record(
  database: Database,
  change: Change,
  tenantId: string,
  type: AuthorizationType,
  states: Transition,
): void {
  const { name, scope = '/' } = states.after ?? states.before
  const verb = states.after === undefined ? 'delete' : 'write'
  const id = `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/${type}/${name}`
  recordChange(database, change, tenantId, `Microsoft.Authorization/${type}/${verb}`, id, states)
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

function putRoleDefinition(
  database: Database,
  change: Change,
  tenantId: string,
  role: RoleDefinition,
): PutRoleDefinitionOutcome {
  const { name, roleName, description, permissions, assignableScopes } = role
  const roleNameKey = roleName.toLowerCase()
  const namesake = database
    .prepareArrays<[string]>(
      'SELECT name FROM role_definitions WHERE tenant_id = ? AND role_name_key = ? AND name <> ?',
    )
    .get(tenantId, roleNameKey, name)
  if (namesake !== undefined) return { type: 'role name taken', name: namesake[0] }
  const before = readRoleDefinition(database, tenantId, name)
  const shapes = [JSON.stringify(permissions), JSON.stringify(assignableScopes)]
  const values = [tenantId, name, roleName, roleNameKey, description, ...shapes, ...stampValues(change)]
  database.prepare(PUT_DEFINITION).run(...values)
  const after = readRoleDefinition(database, tenantId, name)
  if (after === undefined) throw new Error('a role that was put is not there')
  record(database, change, tenantId, 'roleDefinitions', { before, after })
  return { type: before === undefined ? 'created' : 'updated', role: after }
}

function deleteRoleDefinition(
  database: Database,
  change: Change,
  tenantId: string,
  name: string,
): DeleteRoleDefinitionOutcome {
  const role = readRoleDefinition(database, tenantId, name)
  if (role === undefined) return { type: 'missing' }
  const [count] = database
    .prepareArrays<[number]>('SELECT count(*) FROM role_assignments WHERE tenant_id = ? AND role_definition_name = ?')
    .get(tenantId, role.name) ?? [0]
  if (count > 0) return { type: 'assigned', count }
  database.prepare('DELETE FROM role_definitions WHERE tenant_id = ? AND name = ?').run(tenantId, role.name)
  record(database, change, tenantId, 'roleDefinitions', { before: role })
  return { type: 'deleted', role }
}

const PUT_ASSIGNMENT = `
  INSERT INTO role_assignments (tenant_id, name, scope, scope_key, role_definition_name, principal_id, principal_type,
    description, created_at, updated_at, created_by, updated_by)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (tenant_id, name) DO UPDATE SET description = excluded.description, updated_at = excluded.updated_at,
    updated_by = excluded.updated_by`

function putRoleAssignment(
  database: Database,
  change: Change,
  tenantId: string,
  assignment: RoleAssignment,
): PutRoleAssignmentOutcome {
  const { name, scope, roleDefinitionName, principalId, principalType, description } = assignment
  const key = keyOfScope(scope)
  const before = readRoleAssignment(database, tenantId, name)
  if (before !== undefined && !isSameGrant(before, assignment)) return { type: 'update not permitted' }
  if (before !== undefined && before.description === description) return { type: 'unchanged', assignment: before }
  const twin = before === undefined ? findTwin(database, tenantId, key, assignment) : undefined
  if (twin !== undefined) return { type: 'exists', name: twin }
  const grant = [scope, key, roleDefinitionName, principalId, principalType]
  database.prepare(PUT_ASSIGNMENT).run(tenantId, name, ...grant, description ?? null, ...stampValues(change))
  const after = readRoleAssignment(database, tenantId, name)
  if (after === undefined) throw new Error('an assignment that was put is not there')
  record(database, change, tenantId, 'roleAssignments', { before, after })
  return { type: before === undefined ? 'created' : 'updated', assignment: after }
}

function findTwin(
  database: Database,
  tenantId: string,
  key: string,
  { principalId, roleDefinitionName }: RoleAssignment,
): string | undefined {
  return database
    .prepareArrays<[string]>(
      `SELECT name FROM role_assignments
       WHERE tenant_id = ? AND scope_key = ? AND principal_id = ? AND role_definition_name = ?`,
    )
    .get(tenantId, key, principalId, roleDefinitionName)?.[0]
}

function isSameGrant(stored: RoleAssignment, given: RoleAssignment): boolean {
  return (
    keyOfScope(stored.scope) === keyOfScope(given.scope) &&
    stored.principalId === given.principalId &&
    stored.principalType === given.principalType &&
    stored.roleDefinitionName === given.roleDefinitionName
  )
}

function deleteRoleAssignment(
  database: Database,
  change: Change,
  tenantId: string,
  name: string,
  keepOne: readonly string[],
): DeleteRoleAssignmentOutcome {
  const assignment = readRoleAssignment(database, tenantId, name)
  if (assignment === undefined) return { type: 'missing' }
  if (isLast(database, tenantId, assignment, keepOne)) return { type: 'last' }
  database.prepare('DELETE FROM role_assignments WHERE tenant_id = ? AND name = ?').run(tenantId, assignment.name)
  record(database, change, tenantId, 'roleAssignments', { before: assignment })
  return { type: 'deleted', assignment }
}

/** Whether no other of these roles is held on the scope by anyone who is there. */
function isLast(
  database: Database,
  tenantId: string,
  { name, scope, roleDefinitionName }: StoredRoleAssignment,
  keepOne: readonly string[],
): boolean {
  if (!keepOne.includes(roleDefinitionName)) return false
  const others = database
    .prepareArrays<[principalId: string, roleDefinitionName: string]>(
      'SELECT principal_id, role_definition_name FROM role_assignments WHERE tenant_id = ? AND scope_key = ? AND name <> ?',
    )
    .all(tenantId, keyOfScope(scope), name)
  const kind = database.prepareArrays(PRINCIPAL_TYPE.text)
  return !others.some(
    ([principalId, role]) => keepOne.includes(role) && kind.get(...PRINCIPAL_TYPE.values(tenantId, principalId)),
  )
}

/** What is assigned or denied at a scope that is going, and below it. */
export function deleteAssignmentsUnder(database: Database, change: Change, tenantId: string, key: string): void {
  const { assignments, denials } = readAssignmentsUnder(database, tenantId, key)
  for (const before of assignments) record(database, change, tenantId, 'roleAssignments', { before })
  for (const before of denials) record(database, change, tenantId, 'denyAssignments', { before })
  for (const table of ['role_assignments', 'deny_assignments'])
    database
      .prepare(`DELETE FROM ${table} WHERE tenant_id = ? AND ${conditionAtOrBelow('scope_key')}`)
      .run(tenantId, ...atOrBelow(key))
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

function putDenyAssignment(
  database: Database,
  change: Change,
  tenantId: string,
  assignment: DenyAssignment,
): StoredDenyAssignment {
  const { name, denyAssignmentName, description, scope, doNotApplyToChildScopes } = assignment
  const { permissions, principals, excludePrincipals } = assignment
  const before = readDenyAssignment(database, tenantId, name)
  const lists = [permissions, principals, excludePrincipals].map((list) => JSON.stringify(list))
  const head = [tenantId, name, denyAssignmentName, description, scope, keyOfScope(scope)]
  database.prepare(PUT_DENY).run(...head, Number(doNotApplyToChildScopes), ...lists, ...stampValues(change))
  const after = readDenyAssignment(database, tenantId, name)
  if (after === undefined) throw new Error('a deny assignment that was put is not there')
  record(database, change, tenantId, 'denyAssignments', { before, after })
  return after
}

function deleteDenyAssignment(
  database: Database,
  change: Change,
  tenantId: string,
  name: string,
): StoredDenyAssignment | undefined {
  const before = readDenyAssignment(database, tenantId, name)
  if (before === undefined) return undefined
  database.prepare('DELETE FROM deny_assignments WHERE tenant_id = ? AND name = ?').run(tenantId, before.name)
  record(database, change, tenantId, 'denyAssignments', { before })
  return before
}
