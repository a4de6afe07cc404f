// Reads roles, assignments and what a decision about one principal rests on. `readAccessFacts` runs at each login and after each
// change: every statement goes by index from the principal, so it does not slow down with the number of other principals.

import { findBuiltInRole } from '../../access/built-in-roles.ts'
import type { AccessFacts, PrincipalType, RoleAssignment, RoleDefinition } from '../../access/access.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import type { RoleReader } from '../storage.ts'
import type { Database, Value } from './database.ts'
import { atOrBelow, conditionAtOrBelow } from './resource-row.ts'
import {
  ASSIGNMENT_COLUMNS,
  DEFINITION_COLUMNS,
  DENY_COLUMNS,
  type DenyAssignmentRow,
  denyAssignmentOf,
  type RoleAssignmentRow,
  type RoleDefinitionRow,
  roleAssignmentOf,
  roleDefinitionOf,
  type StampRow,
  storedDenyAssignmentOf,
  storedRoleAssignmentOf,
  storedRoleDefinitionOf,
} from './role-row.ts'
import type { Synchronous } from './synchronous.ts'

export function createRoleReader(database: Database): Synchronous<RoleReader> {
  return {
    readAccessFacts: (tenantId, principalId): AccessFacts =>
      database.snapshot(() => ({
        principalId,
        ...readMemberships(database, tenantId, principalId),
        denyAssignments: database.prepare<DenyRow>(DENY_ASSIGNMENTS).all(tenantId).map(denyAssignmentOf),
      })),
    listRoleDefinitions: (tenantId) =>
      database.prepare<DefinitionRow>(ROLE_DEFINITIONS).all(tenantId).map(storedRoleDefinitionOf),
    readRoleDefinition: (tenantId, name) => readRoleDefinition(database, tenantId, name),
    countRoleDefinitions: (tenantId) =>
      database
        .prepareArrays<[number]>('SELECT count(*) FROM role_definitions WHERE tenant_id = ?')
        .get(tenantId)?.[0] ?? 0,
    listRoleAssignments: (tenantId) =>
      database.prepare<AssignmentRow>(ROLE_ASSIGNMENTS).all(tenantId).map(storedRoleAssignmentOf),
    readRoleAssignment: (tenantId, name) => readRoleAssignment(database, tenantId, name),
    countRoleAssignments: (tenantId, scope) => countRoleAssignments(database, tenantId, scope),
    listDenyAssignments: (tenantId) =>
      database.prepare<DenyRow>(DENY_ASSIGNMENTS).all(tenantId).map(storedDenyAssignmentOf),
    readDenyAssignment: (tenantId, name) => readDenyAssignment(database, tenantId, name),
    readPrincipalType: (tenantId, principalId) =>
      database
        .prepareArrays<[PrincipalType]>(PRINCIPAL_TYPE.text)
        .get(...PRINCIPAL_TYPE.values(tenantId, principalId))?.[0],
  }
}

type DefinitionRow = RoleDefinitionRow & StampRow
type AssignmentRow = RoleAssignmentRow & StampRow
type DenyRow = DenyAssignmentRow & StampRow

export function readRoleDefinition(database: Database, tenantId: string, name: string) {
  const sql = `SELECT ${DEFINITION_COLUMNS} FROM role_definitions WHERE tenant_id = ? AND name = ?`
  const row = database.prepare<DefinitionRow>(sql).get(tenantId, name.toLowerCase())
  return row && storedRoleDefinitionOf(row)
}

export function readRoleAssignment(database: Database, tenantId: string, name: string) {
  const sql = `SELECT ${ASSIGNMENT_COLUMNS} FROM role_assignments WHERE tenant_id = ? AND name = ?`
  const row = database.prepare<AssignmentRow>(sql).get(tenantId, name.toLowerCase())
  return row && storedRoleAssignmentOf(row)
}

export function readDenyAssignment(database: Database, tenantId: string, name: string) {
  const sql = `SELECT ${DENY_COLUMNS} FROM deny_assignments WHERE tenant_id = ? AND name = ?`
  const row = database.prepare<DenyRow>(sql).get(tenantId, name.toLowerCase())
  return row && storedDenyAssignmentOf(row)
}

/** At or below the scope with the key. */
export function readAssignmentsUnder(database: Database, tenantId: string, key: string) {
  const where = `WHERE tenant_id = ? AND ${conditionAtOrBelow('scope_key')} ORDER BY scope_key, name`
  const values = [tenantId, ...atOrBelow(key)]
  return {
    assignments: database
      .prepare<AssignmentRow>(`SELECT ${ASSIGNMENT_COLUMNS} FROM role_assignments ${where}`)
      .all(...values)
      .map(storedRoleAssignmentOf),
    denials: database
      .prepare<DenyRow>(`SELECT ${DENY_COLUMNS} FROM deny_assignments ${where}`)
      .all(...values)
      .map(storedDenyAssignmentOf),
  }
}

/** By the index of the unique triple, which begins with the scope. */
function countRoleAssignments(database: Database, tenantId: string, scope: string): number {
  const key = scopeKey(scope)
  if (key === undefined) return 0
  const [condition, values] = key === '/' ? ['', []] : [` AND ${conditionAtOrBelow('scope_key')}`, atOrBelow(key)]
  const sql = `SELECT count(*) FROM role_assignments WHERE tenant_id = ?${condition}`
  return database.prepareArrays<[number]>(sql).get(tenantId, ...values)?.[0] ?? 0
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

const ROLE_DEFINITIONS = `SELECT ${DEFINITION_COLUMNS} FROM role_definitions WHERE tenant_id = ? ORDER BY name`

const ROLE_ASSIGNMENTS = `SELECT ${ASSIGNMENT_COLUMNS} FROM role_assignments WHERE tenant_id = ? ORDER BY name`

const DENY_ASSIGNMENTS = `SELECT ${DENY_COLUMNS} FROM deny_assignments WHERE tenant_id = ? ORDER BY name`

/** Finds what kind of principal an object id is; no row for nobody. */
export const PRINCIPAL_TYPE = {
  text: `
    SELECT 'ServicePrincipal' FROM service_principals WHERE tenant_id = ? AND object_id = ?
    UNION ALL
    SELECT 'Group' FROM groups WHERE tenant_id = ? AND object_id = ?
    UNION ALL
    SELECT 'User' FROM users WHERE tenant_id = ? AND object_id = ?`,
  values: (tenantId: string, principalId: string): Value[] =>
    Array.from({ length: 3 }, () => [tenantId, principalId]).flat(),
}
