// Roles, role assignments and deny assignments as the API spells them, and the rights that changing them takes.

import type { Right } from '../../api/rights.ts'
import type { PrincipalKind } from '../../parts/principals.ts'

export const VERSION = { 'api-version': '2022-04-01' } as const
const AUTHORIZATION = 'providers/Microsoft.Authorization'

export const pathsAt = (scope: string) => {
  const base = scope === '/' ? '' : scope
  return {
    roleDefinitions: `${base}/${AUTHORIZATION}/roleDefinitions`,
    roleAssignments: `${base}/${AUTHORIZATION}/roleAssignments`,
    denyAssignments: `${base}/${AUTHORIZATION}/denyAssignments`,
    checkAccess: `${base}/providers/Postern.Mail/checkAccess`,
  }
}

export const RIGHTS = {
  writeRole: { action: 'Microsoft.Authorization/roleDefinitions/write' },
  deleteRole: { action: 'Microsoft.Authorization/roleDefinitions/delete' },
  writeAssignment: { action: 'Microsoft.Authorization/roleAssignments/write' },
  deleteAssignment: { action: 'Microsoft.Authorization/roleAssignments/delete' },
  writeDeny: { action: 'Microsoft.Authorization/denyAssignments/write' },
  deleteDeny: { action: 'Microsoft.Authorization/denyAssignments/delete' },
} as const satisfies Readonly<Record<string, Right>>

export const PARTS = ['actions', 'notActions', 'dataActions', 'notDataActions'] as const
export type Part = (typeof PARTS)[number]
export type Permission = Readonly<Record<Part, readonly string[]>>

export const NO_PERMISSION: Permission = { actions: [], notActions: [], dataActions: [], notDataActions: [] }

export type RoleDefinition = {
  readonly id: string
  readonly name: string
  readonly properties: {
    readonly roleName: string
    readonly type: 'BuiltInRole' | 'CustomRole'
    readonly description: string
    readonly assignableScopes: readonly string[]
    readonly permissions: readonly Permission[]
  }
}

export type RoleAssignment = {
  readonly id: string
  readonly name: string
  readonly properties: {
    readonly roleDefinitionId: string
    readonly principalId: string
    readonly principalType: PrincipalKind
    readonly scope: string
    readonly description: string | null
    readonly createdOn: string | null
  }
}

type DeniedPrincipal = { readonly id: string; readonly type: PrincipalKind | 'SystemDefined' | null }
export type DenyAssignment = {
  readonly id: string
  readonly name: string
  readonly properties: {
    readonly denyAssignmentName: string
    readonly description: string
    readonly permissions: readonly Permission[]
    readonly scope: string
    readonly doNotApplyToChildScopes: boolean
    readonly principals: readonly DeniedPrincipal[]
    readonly excludePrincipals: readonly DeniedPrincipal[]
  }
}

/** Stands for everyone in a deny assignment. */
export const EVERYONE = '00000000-0000-0000-0000-000000000000'

/** One block: what one takes away, no other block gives back, so several say no more than one. */
export function joinPermissions(permissions: readonly Permission[]): Permission {
  const all = (part: Part) => [...new Set(permissions.flatMap((permission) => permission[part]))]
  return {
    actions: all('actions'),
    notActions: all('notActions'),
    dataActions: all('dataActions'),
    notDataActions: all('notDataActions'),
  }
}

export const countPermissions = (permissions: readonly Permission[]): number =>
  PARTS.reduce((count, part) => count + joinPermissions(permissions)[part].length, 0)

export const guidOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1).toLowerCase()

/** A value within the quotes of a filter. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const isSameScope = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** The scope, and what is above it up to its subscription. */
export function scopesFrom(id: string): readonly string[] {
  const parts = id.split('/')
  return [3, 5, 9, 11]
    .filter((end) => end < parts.length)
    .map((end) => parts.slice(0, end).join('/'))
    .concat(id)
}
