// Reads roles, assignments and what a decision about one principal rests on. `readAccessFacts` runs at each login and after each
// change: every statement goes by index from the principal, so it does not slow down with the number of other principals.

import { findBuiltInRole } from '../../access/built-in-roles.ts'
import type { AccessFacts, PrincipalType, RoleDefinition } from '../../access/access.ts'
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
import { listRoleAssignments } from './role-assignment-list.ts'
import { all, allArrays, first, firstArray, type InSql, type Sql, snapshot } from './sql.ts'

export const roleReader: InSql<RoleReader> = {
  readAccessFacts: (tenantId, principalId, groupIds) => snapshot(readAccessFacts(tenantId, principalId, groupIds)),
  *listRoleDefinitions(tenantId) {
    return (yield* all<DefinitionRow>(ROLE_DEFINITIONS, tenantId)).map(storedRoleDefinitionOf)
  },
  readRoleDefinition,
  *countRoleDefinitions(tenantId) {
    const counted = yield* firstArray<[number]>('SELECT count(*) FROM role_definitions WHERE tenant_id = ?', tenantId)
    return counted?.[0] ?? 0
  },
  listRoleAssignments: (tenantId, query) => snapshot(listRoleAssignments(tenantId, query)),
  readRoleAssignment,
  countRoleAssignments,
  *listDenyAssignments(tenantId) {
    return (yield* all<DenyRow>(DENY_ASSIGNMENTS, tenantId)).map(storedDenyAssignmentOf)
  },
  readDenyAssignment,
  readPrincipalType,
}

function* readAccessFacts(tenantId: string, principalId: string, groupIds: readonly string[] = []): Sql<AccessFacts> {
  const memberships =
    groupIds.length === 0
      ? yield* readMemberships(tenantId, principalId)
      : yield* readClaimedMemberships(tenantId, principalId, groupIds)
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

const WITH_ASSIGNMENTS = `
  SELECT memberships.object_id, a.name, a.scope, a.role_definition_name, a.principal_type, a.description,
    r.role_name, r.description, r.permissions, r.assignable_scopes, a.created_at
  FROM memberships
  LEFT JOIN role_assignments a ON a.tenant_id = ? AND a.principal_id = memberships.object_id
  LEFT JOIN role_definitions r ON r.tenant_id = a.tenant_id AND r.name = a.role_definition_name`

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
  ) ${WITH_ASSIGNMENTS}`

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
  createdAt: number | null,
]

function* readMemberships(tenantId: string, principalId: string): Sql<Pick<AccessFacts, 'groupIds' | 'assignments'>> {
  const values = [tenantId, principalId, tenantId, principalId, tenantId]
  return membershipsOf(principalId, yield* allArrays<MembershipRow>(MEMBERSHIPS_WITH_ASSIGNMENTS, ...values))
}

/** How many groups a statement takes: few texts, so that each is prepared once. What is left over is filled with the last one. */
const CLAIMED_GROUP_COUNTS = [4, 16, 64]
const MOST_CLAIMED_GROUPS = 200

/** The same for a principal of whom groups are told that the directory does not know; more than the most are not looked at. */
function* readClaimedMemberships(
  tenantId: string,
  principalId: string,
  groupIds: readonly string[],
): Sql<Pick<AccessFacts, 'groupIds' | 'assignments'>> {
  const count = CLAIMED_GROUP_COUNTS.find((limit) => groupIds.length <= limit) ?? MOST_CLAIMED_GROUPS
  const claimed = Array.from({ length: count }, (_, index) => groupIds[Math.min(index, groupIds.length - 1)] ?? '')
  const sql = `
  WITH RECURSIVE given (object_id) AS (
    SELECT CAST(? AS TEXT)${' UNION ALL SELECT CAST(? AS TEXT)'.repeat(count)}
  ),
  found (object_id) AS (
    SELECT m.group_id FROM given CROSS JOIN group_members m WHERE m.tenant_id = ? AND m.member_id = given.object_id
    UNION
    SELECT m.group_id FROM found CROSS JOIN group_members m WHERE m.tenant_id = ? AND m.member_id = found.object_id
  ),
  memberships (object_id) AS (
    SELECT object_id FROM given
    UNION
    SELECT object_id FROM found
  ) ${WITH_ASSIGNMENTS}`
  const values = [principalId, ...claimed, tenantId, tenantId, tenantId]
  return membershipsOf(principalId, yield* allArrays<MembershipRow>(sql, ...values))
}

function membershipsOf(
  principalId: string,
  rows: readonly MembershipRow[],
): Pick<AccessFacts, 'groupIds' | 'assignments'> {
  const members = new Set(rows.map(([objectId]) => objectId))
  members.delete(principalId)
  return { groupIds: [...members], assignments: rows.flatMap(assignmentWithRole) }
}

function assignmentWithRole(row: MembershipRow): AccessFacts['assignments'] {
  const [principal_id, name, scope, role_definition_name, principal_type, description] = row
  const createdAt = row[10]
  if (name === null) return []
  const assignment = roleAssignmentOf({ name, scope, role_definition_name, principal_id, principal_type, description })
  // A built-in role cannot be shadowed by a custom one of its name.
  const role = findBuiltInRole(role_definition_name) ?? customRole(row)
  return [{ assignment, role, ...(createdAt !== null && { createdAt }) }]
}

function customRole(row: MembershipRow): RoleDefinition | undefined {
  const [, , , name, , , role_name, description, permissions, assignable_scopes] = row
  if (role_name === null) return undefined
  return roleDefinitionOf({ name, role_name, description, permissions, assignable_scopes })
}

const ROLE_DEFINITIONS = `SELECT ${DEFINITION_COLUMNS} FROM role_definitions WHERE tenant_id = ? ORDER BY name`

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
