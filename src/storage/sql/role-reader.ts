// Reads roles, assignments and what a decision about one principal rests on. `readAccessFacts` runs at each login and after each
// change: every statement goes by index from the principal, so it does not slow down with the number of other principals.

import { findBuiltInRole } from '../../access/built-in-roles.ts'
import type { AccessFacts, PrincipalType, RoleAssignment, RoleDefinition } from '../../access/access.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import type { RoleReader, StoredDenyAssignment, StoredRoleAssignment, StoredRoleDefinition } from '../storage.ts'
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
import { all, allArrays, first, firstArray, type InSql, type Sql, snapshot } from './sql.ts'

export const roleReader: InSql<RoleReader> = {
  readAccessFacts: (tenantId, principalId) => snapshot(readAccessFacts(tenantId, principalId)),
  *listRoleDefinitions(tenantId) {
    return (yield* all<DefinitionRow>(ROLE_DEFINITIONS, tenantId)).map(storedRoleDefinitionOf)
  },
  readRoleDefinition,
  *countRoleDefinitions(tenantId) {
    const counted = yield* firstArray<[number]>('SELECT count(*) FROM role_definitions WHERE tenant_id = ?', tenantId)
    return counted?.[0] ?? 0
  },
  *listRoleAssignments(tenantId) {
    return (yield* all<AssignmentRow>(ROLE_ASSIGNMENTS, tenantId)).map(storedRoleAssignmentOf)
  },
  readRoleAssignment,
  countRoleAssignments,
  *listDenyAssignments(tenantId) {
    return (yield* all<DenyRow>(DENY_ASSIGNMENTS, tenantId)).map(storedDenyAssignmentOf)
  },
  readDenyAssignment,
  readPrincipalType,
}

function* readAccessFacts(tenantId: string, principalId: string): Sql<AccessFacts> {
  const memberships = yield* readMemberships(tenantId, principalId)
  const denials = yield* all<DenyRow>(DENY_ASSIGNMENTS, tenantId)
  return { principalId, ...memberships, denyAssignments: denials.map(denyAssignmentOf) }
}

type DefinitionRow = RoleDefinitionRow & StampRow
type AssignmentRow = RoleAssignmentRow & StampRow
type DenyRow = DenyAssignmentRow & StampRow

export function* readRoleDefinition(tenantId: string, name: string): Sql<StoredRoleDefinition | undefined> {
  const sql = `SELECT ${DEFINITION_COLUMNS} FROM role_definitions WHERE tenant_id = ? AND name = ?`
  const row = yield* first<DefinitionRow>(sql, tenantId, name.toLowerCase())
  return row && storedRoleDefinitionOf(row)
}

export function* readRoleAssignment(tenantId: string, name: string): Sql<StoredRoleAssignment | undefined> {
  const sql = `SELECT ${ASSIGNMENT_COLUMNS} FROM role_assignments WHERE tenant_id = ? AND name = ?`
  const row = yield* first<AssignmentRow>(sql, tenantId, name.toLowerCase())
  return row && storedRoleAssignmentOf(row)
}

export function* readDenyAssignment(tenantId: string, name: string): Sql<StoredDenyAssignment | undefined> {
  const sql = `SELECT ${DENY_COLUMNS} FROM deny_assignments WHERE tenant_id = ? AND name = ?`
  const row = yield* first<DenyRow>(sql, tenantId, name.toLowerCase())
  return row && storedDenyAssignmentOf(row)
}

type AssignmentsUnder = {
  readonly assignments: readonly StoredRoleAssignment[]
  readonly denials: readonly StoredDenyAssignment[]
}

/** At or below the scope with the key. */
export function* readAssignmentsUnder(tenantId: string, key: string): Sql<AssignmentsUnder> {
  const where = `WHERE tenant_id = ? AND ${conditionAtOrBelow('scope_key')} ORDER BY scope_key, name`
  const values = [tenantId, ...atOrBelow(key)]
  const assignments = yield* all<AssignmentRow>(
    `SELECT ${ASSIGNMENT_COLUMNS} FROM role_assignments ${where}`,
    ...values,
  )
  const denials = yield* all<DenyRow>(`SELECT ${DENY_COLUMNS} FROM deny_assignments ${where}`, ...values)
  return { assignments: assignments.map(storedRoleAssignmentOf), denials: denials.map(storedDenyAssignmentOf) }
}

/** By the index of the unique triple, which begins with the scope. */
function* countRoleAssignments(tenantId: string, scope: string): Sql<number> {
  const key = scopeKey(scope)
  if (key === undefined) return 0
  const [condition, values] = key === '/' ? ['', []] : [` AND ${conditionAtOrBelow('scope_key')}`, atOrBelow(key)]
  const sql = `SELECT count(*) FROM role_assignments WHERE tenant_id = ?${condition}`
  return (yield* firstArray<[number]>(sql, tenantId, ...values))?.[0] ?? 0
}

/**
 * The principal and every group it is in, nested ones included, each with its assignments; a member without any has one row of
 * nulls. UNION ends the walk where groups contain each other. Joins keep this order (CROSS JOIN binds SQLite's planner to it),
 * because a walk from the assignments would take in those of everybody.
 */
const MEMBERSHIPS_WITH_ASSIGNMENTS = `
  WITH RECURSIVE found (object_id) AS (
    SELECT group_id FROM group_members WHERE tenant_id = ? AND member_id = ?
    UNION
    SELECT m.group_id FROM found CROSS JOIN group_members m WHERE m.tenant_id = ? AND m.member_id = found.object_id
  ),
  memberships (object_id) AS (
    SELECT CAST(? AS TEXT)
    UNION
    SELECT object_id FROM found
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

function* readMemberships(tenantId: string, principalId: string): Sql<Pick<AccessFacts, 'groupIds' | 'assignments'>> {
  const values = [tenantId, principalId, tenantId, principalId, tenantId]
  const rows = yield* allArrays<MembershipRow>(MEMBERSHIPS_WITH_ASSIGNMENTS, ...values)
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

const PRINCIPAL_TYPE = `
    SELECT 'ServicePrincipal' FROM service_principals WHERE tenant_id = ? AND object_id = ?
    UNION ALL
    SELECT 'Group' FROM groups WHERE tenant_id = ? AND object_id = ?
    UNION ALL
    SELECT 'User' FROM users WHERE tenant_id = ? AND object_id = ?`

/** What kind of principal an object id is; undefined for nobody. */
export function* readPrincipalType(tenantId: string, principalId: string): Sql<PrincipalType | undefined> {
  const values = [tenantId, principalId, tenantId, principalId, tenantId, principalId]
  return (yield* firstArray<[PrincipalType]>(PRINCIPAL_TYPE, ...values))?.[0]
}
