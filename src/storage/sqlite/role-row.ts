// Role definitions and assignments between their rows and their shapes. JSON columns hold what this program wrote.

import type { DenyAssignment, Permission, PrincipalType, RoleAssignment, RoleDefinition } from '../../access/access.ts'

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

export const ASSIGNMENT_COLUMNS = 'name, scope, role_definition_name, principal_id, principal_type, description'

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
