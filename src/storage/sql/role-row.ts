// Role definitions and assignments between their rows and their shapes. JSON columns hold what this program wrote.

import type { DenyAssignment, Permission, PrincipalType, RoleAssignment, RoleDefinition } from '../../access/access.ts'
import type { ChangeStamp, StoredDenyAssignment, StoredRoleAssignment, StoredRoleDefinition } from '../storage.ts'

const STAMP_COLUMNS = 'created_at, updated_at, created_by, updated_by'

/** All null in rows that are older than these columns. */
export type StampRow = {
  created_at: number | null
  updated_at: number | null
  created_by: string | null
  updated_by: string | null
}

function stampOf(row: StampRow): { readonly stamp?: ChangeStamp } {
  const { created_at: createdAt, updated_at: updatedAt, created_by: createdBy, updated_by: updatedBy } = row
  if (createdAt === null || updatedAt === null || createdBy === null || updatedBy === null) return {}
  return { stamp: { createdAt, createdBy, updatedAt, updatedBy } }
}

export const DEFINITION_COLUMNS = `name, role_name, description, permissions, assignable_scopes, ${STAMP_COLUMNS}`

export type RoleDefinitionRow = {
  name: string
  role_name: string
  description: string
  permissions: string
  assignable_scopes: string
}

export function roleDefinitionOf(row: RoleDefinitionRow): RoleDefinition {
  return {
    name: row.name,
    roleName: row.role_name,
    description: row.description,
    type: 'CustomRole',
    permissions: JSON.parse(row.permissions) as Permission[],
    assignableScopes: JSON.parse(row.assignable_scopes) as string[],
  }
}

export const storedRoleDefinitionOf = (row: RoleDefinitionRow & StampRow): StoredRoleDefinition => ({
  ...roleDefinitionOf(row),
  ...stampOf(row),
})

export const ASSIGNMENT_COLUMNS = `name, scope, role_definition_name, principal_id, principal_type, description, ${STAMP_COLUMNS}`

export type RoleAssignmentRow = {
  name: string
  scope: string
  role_definition_name: string
  principal_id: string
  principal_type: string
  description: string | null
}

export function roleAssignmentOf(row: RoleAssignmentRow): RoleAssignment {
  return {
    name: row.name,
    scope: row.scope,
    roleDefinitionName: row.role_definition_name,
    principalId: row.principal_id,
    principalType: row.principal_type as PrincipalType,
    ...(row.description === null ? {} : { description: row.description }),
  }
}

export const storedRoleAssignmentOf = (row: RoleAssignmentRow & StampRow): StoredRoleAssignment => ({
  ...roleAssignmentOf(row),
  ...stampOf(row),
})

export const DENY_COLUMNS = `name, deny_assignment_name, description, scope, do_not_apply_to_child_scopes, permissions,
  principals, exclude_principals, ${STAMP_COLUMNS}`

export type DenyAssignmentRow = {
  name: string
  deny_assignment_name: string
  description: string
  scope: string
  do_not_apply_to_child_scopes: number
  permissions: string
  principals: string
  exclude_principals: string
}

export function denyAssignmentOf(row: DenyAssignmentRow): DenyAssignment {
  return {
    name: row.name,
    denyAssignmentName: row.deny_assignment_name,
    description: row.description,
    scope: row.scope,
    doNotApplyToChildScopes: row.do_not_apply_to_child_scopes !== 0,
    permissions: JSON.parse(row.permissions) as Permission[],
    principals: JSON.parse(row.principals) as string[],
    excludePrincipals: JSON.parse(row.exclude_principals) as string[],
  }
}

export const storedDenyAssignmentOf = (row: DenyAssignmentRow & StampRow): StoredDenyAssignment => ({
  ...denyAssignmentOf(row),
  ...stampOf(row),
})
