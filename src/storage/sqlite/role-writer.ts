// Changes role definitions, role assignments and deny assignments. An assignment is known by its name and by its triple of scope,
// principal and role; neither may be taken twice in a tenant.

import type { DenyAssignment, RoleAssignment, RoleDefinition } from '../../access/access.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import type { Change, PutRoleAssignmentOutcome, RoleWriter } from '../storage.ts'
import type { Database } from './database.ts'
import { recordChange } from './record-change.ts'
import { ASSIGNMENT_COLUMNS, type RoleAssignmentRow, roleAssignmentOf } from './role-row.ts'
import type { Synchronous } from './synchronous.ts'

export function createRoleWriter(database: Database): Synchronous<RoleWriter> {
  return {
    putRoleDefinition: (change, tenantId, role) => putRoleDefinition(database, change, tenantId, role),
    deleteRoleDefinition: (change, tenantId, name) =>
      deleteNamed(database, change, tenantId, name, 'role_definitions', 'roleDefinitions'),
    putRoleAssignment: (change, tenantId, assignment) => putRoleAssignment(database, change, tenantId, assignment),
    deleteRoleAssignment: (change, tenantId, name) => deleteRoleAssignment(database, change, tenantId, name),
    putDenyAssignment: (change, tenantId, assignment) => putDenyAssignment(database, change, tenantId, assignment),
    deleteDenyAssignment: (change, tenantId, name) =>
      deleteNamed(database, change, tenantId, name, 'deny_assignments', 'denyAssignments'),
  }
}

type AuthorizationType = 'roleDefinitions' | 'roleAssignments' | 'denyAssignments'

function record(
  database: Database,
  change: Change,
  tenantId: string,
  type: AuthorizationType,
  verb: 'write' | 'delete',
  target: { readonly name: string; readonly scope?: string },
): void {
  const scope = target.scope === undefined || target.scope === '/' ? '' : target.scope
  const id = `${scope}/providers/Microsoft.Authorization/${type}/${target.name}`
  recordChange(database, change, tenantId, `Microsoft.Authorization/${type}/${verb}`, id)
}

function keyOfScope(scope: string): string {
  const key = scopeKey(scope)
  if (key === undefined) throw new Error(`not a scope: ${JSON.stringify(scope)}`)
  return key
}

function putRoleDefinition(database: Database, change: Change, tenantId: string, role: RoleDefinition): void {
  database
    .prepare(
      `INSERT INTO role_definitions (tenant_id, name, role_name, description, permissions, assignable_scopes)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant_id, name) DO UPDATE SET role_name = excluded.role_name, description = excluded.description,
         permissions = excluded.permissions, assignable_scopes = excluded.assignable_scopes`,
    )
    .run(
      tenantId,
      role.name,
      role.roleName,
      role.description,
      JSON.stringify(role.permissions),
      JSON.stringify(role.assignableScopes),
    )
  record(database, change, tenantId, 'roleDefinitions', 'write', role)
}

function deleteNamed(
  database: Database,
  change: Change,
  tenantId: string,
  name: string,
  table: 'role_definitions' | 'deny_assignments',
  type: AuthorizationType,
): boolean {
  const deleted = database.prepare(`DELETE FROM ${table} WHERE tenant_id = ? AND name = ?`).run(tenantId, name)
  if (deleted.changes === 0) return false
  record(database, change, tenantId, type, 'delete', { name })
  return true
}

function putRoleAssignment(
  database: Database,
  change: Change,
  tenantId: string,
  assignment: RoleAssignment,
): PutRoleAssignmentOutcome {
  const key = keyOfScope(assignment.scope)
  const stored = findByName(database, tenantId, assignment.name)
  if (stored !== undefined) return { type: isSame(stored, assignment) ? 'unchanged' : 'update not permitted' }
  const twin = database
    .prepareArrays<[string]>(
      `SELECT name FROM role_assignments
       WHERE tenant_id = ? AND scope_key = ? AND principal_id = ? AND role_definition_name = ?`,
    )
    .get(tenantId, key, assignment.principalId, assignment.roleDefinitionName)
  if (twin !== undefined) return { type: 'exists', name: twin[0] }
  insertRoleAssignment(database, tenantId, key, assignment)
  record(database, change, tenantId, 'roleAssignments', 'write', assignment)
  return { type: 'created' }
}

function findByName(database: Database, tenantId: string, name: string): RoleAssignment | undefined {
  const row = database
    .prepare<RoleAssignmentRow>(`SELECT ${ASSIGNMENT_COLUMNS} FROM role_assignments WHERE tenant_id = ? AND name = ?`)
    .get(tenantId, name)
  return row && roleAssignmentOf(row)
}

function isSame(stored: RoleAssignment, given: RoleAssignment): boolean {
  return (
    keyOfScope(stored.scope) === keyOfScope(given.scope) &&
    stored.principalId === given.principalId &&
    stored.principalType === given.principalType &&
    stored.roleDefinitionName === given.roleDefinitionName &&
    stored.description === given.description
  )
}

function insertRoleAssignment(database: Database, tenantId: string, key: string, assignment: RoleAssignment): void {
  const { name, scope, roleDefinitionName, principalId, principalType, description } = assignment
  database
    .prepare(
      `INSERT INTO role_assignments (tenant_id, name, scope, scope_key, role_definition_name, principal_id,
         principal_type, description)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(tenantId, name, scope, key, roleDefinitionName, principalId, principalType, description ?? null)
}

function deleteRoleAssignment(
  database: Database,
  change: Change,
  tenantId: string,
  name: string,
): RoleAssignment | undefined {
  const stored = findByName(database, tenantId, name)
  if (stored === undefined) return undefined
  database.prepare('DELETE FROM role_assignments WHERE tenant_id = ? AND name = ?').run(tenantId, name)
  record(database, change, tenantId, 'roleAssignments', 'delete', stored)
  return stored
}

function putDenyAssignment(database: Database, change: Change, tenantId: string, assignment: DenyAssignment): void {
  const { name, denyAssignmentName, description, scope, permissions, principals, excludePrincipals } = assignment
  database
    .prepare(
      `INSERT INTO deny_assignments (tenant_id, name, deny_assignment_name, description, scope, scope_key,
         do_not_apply_to_child_scopes, permissions, principals, exclude_principals)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant_id, name) DO UPDATE SET deny_assignment_name = excluded.deny_assignment_name,
         description = excluded.description, scope = excluded.scope, scope_key = excluded.scope_key,
         do_not_apply_to_child_scopes = excluded.do_not_apply_to_child_scopes, permissions = excluded.permissions,
         principals = excluded.principals, exclude_principals = excluded.exclude_principals`,
    )
    .run(
      tenantId,
      name,
      denyAssignmentName,
      description,
      scope,
      keyOfScope(scope),
      Number(assignment.doNotApplyToChildScopes),
      JSON.stringify(permissions),
      JSON.stringify(principals),
      JSON.stringify(excludePrincipals),
    )
  record(database, change, tenantId, 'denyAssignments', 'write', assignment)
}
