// Reads roles, assignments and what a decision about one principal rests on. `readAccessFacts` runs at each login and after each
// change: every statement goes by index from the principal, so it does not slow down with the number of other principals.

import { findBuiltInRole } from '../../access/built-in-roles.ts'
import type { AccessFacts, PrincipalType, RoleAssignment, RoleDefinition } from '../../access/access.ts'
import type { RoleReader } from '../storage.ts'
import type { Database } from './database.ts'
import {
  ASSIGNMENT_COLUMNS,
  type DenyAssignmentRow,
  denyAssignmentOf,
  type RoleAssignmentRow,
  type RoleDefinitionRow,
  roleAssignmentOf,
  roleDefinitionOf,
} from './role-row.ts'
import type { Synchronous } from './synchronous.ts'

export function createRoleReader(database: Database): Synchronous<RoleReader> {
  const listDenyAssignments = (tenantId: string) =>
    database.prepare<DenyAssignmentRow>(DENY_ASSIGNMENTS).all(tenantId).map(denyAssignmentOf)
  return {
    readAccessFacts: (tenantId, principalId): AccessFacts =>
      database.snapshot(() => ({
        principalId,
        ...readMemberships(database, tenantId, principalId),
        denyAssignments: listDenyAssignments(tenantId),
      })),
    listRoleDefinitions: (tenantId) =>
      database.prepare<RoleDefinitionRow>(ROLE_DEFINITIONS).all(tenantId).map(roleDefinitionOf),
    listRoleAssignments: (tenantId) =>
      database.prepare<RoleAssignmentRow>(`${ROLE_ASSIGNMENTS} ORDER BY name`).all(tenantId).map(roleAssignmentOf),
    readRoleAssignment: (tenantId, name) =>
      database
        .prepare<RoleAssignmentRow>(`${ROLE_ASSIGNMENTS} AND name = ?`)
        .all(tenantId, name.toLowerCase())
        .map(roleAssignmentOf)[0],
    listDenyAssignments,
    readPrincipalType: (tenantId, principalId) =>
      database.prepareArrays<[PrincipalType]>(PRINCIPAL_TYPE).get(tenantId, principalId, tenantId, principalId)?.[0],
  }
}

/**
 * The principal and every group it is in, nested ones included, each with its assignments; a member without any has one row of
 * nulls. UNION ends the walk where groups contain each other. Joins keep this order (CROSS JOIN binds SQLite's planner to it),
 * because a walk from the assignments would take in those of everybody.
 */
const MEMBERSHIPS_WITH_ASSIGNMENTS = `
  WITH RECURSIVE memberships (object_id) AS (
    SELECT CAST(? AS TEXT)
    UNION
    SELECT m.group_id FROM memberships CROSS JOIN group_members m
    WHERE m.tenant_id = ? AND m.member_id = memberships.object_id
  )
  SELECT memberships.object_id, a.name, a.scope, a.role_definition_name, a.principal_type, a.description,
    r.role_name, r.description, r.permissions, r.assignable_scopes
  FROM memberships
  LEFT JOIN role_assignments a ON a.tenant_id = ? AND a.principal_id = memberships.object_id
  LEFT JOIN role_definitions r ON r.tenant_id = a.tenant_id AND r.name = a.role_definition_name`

type MembershipRow = [
  objectId: string,
  name: string | null,
  scope: string,
  roleDefinitionName: string,
  principalType: string,
  description: string | null,
  roleName: string | null,
  roleDescription: string,
  permissions: string,
  assignableScopes: string,
]

function readMemberships(
  database: Database,
  tenantId: string,
  principalId: string,
): Pick<AccessFacts, 'groupIds' | 'assignments'> {
  const rows = database.prepareArrays<MembershipRow>(MEMBERSHIPS_WITH_ASSIGNMENTS).all(principalId, tenantId, tenantId)
  const members = new Set(rows.map(([objectId]) => objectId))
  members.delete(principalId)
  return { groupIds: [...members], assignments: rows.flatMap(assignmentWithRole) }
}

function assignmentWithRole(row: MembershipRow): { assignment: RoleAssignment; role: RoleDefinition | undefined }[] {
  const [principal_id, name, scope, role_definition_name, principal_type, description] = row
  if (name === null) return []
  const assignment = roleAssignmentOf({ name, scope, role_definition_name, principal_id, principal_type, description })
  // A built-in role cannot be shadowed by a custom one of its name.
  return [{ assignment, role: findBuiltInRole(role_definition_name) ?? customRole(row) }]
}

function customRole(row: MembershipRow): RoleDefinition | undefined {
  const [, , , name, , , role_name, description, permissions, assignable_scopes] = row
  if (role_name === null) return undefined
  return roleDefinitionOf({ name, role_name, description, permissions, assignable_scopes })
}

const ROLE_DEFINITIONS = `
  SELECT name, role_name, description, permissions, assignable_scopes
  FROM role_definitions WHERE tenant_id = ? ORDER BY name`

const ROLE_ASSIGNMENTS = `SELECT ${ASSIGNMENT_COLUMNS} FROM role_assignments WHERE tenant_id = ?`

const DENY_ASSIGNMENTS = `
  SELECT name, deny_assignment_name, description, scope, do_not_apply_to_child_scopes, permissions, principals,
    exclude_principals
  FROM deny_assignments WHERE tenant_id = ? ORDER BY name`

const PRINCIPAL_TYPE = `
  SELECT 'ServicePrincipal' FROM service_principals WHERE tenant_id = ? AND object_id = ?
  UNION ALL
  SELECT 'Group' FROM groups WHERE tenant_id = ? AND object_id = ?`
