// Facts for the tests of this room: short to write, complete in type.

import type { AccessFacts, DenyAssignment, Permission, RoleAssignment, RoleDefinition } from './access.ts'

export const SUBSCRIPTION = '/subscriptions/11111111-1111-4111-8111-111111111111'
export const GROUP = `${SUBSCRIPTION}/resourceGroups/mail-rg`
export const SERVICE = `${GROUP}/providers/Microsoft.Communication/communicationServices/contoso-mail`
export const PRINCIPAL = '0000000a-0000-4000-8000-000000000000'

export const permission = (parts: Partial<Permission>): Permission => ({
  actions: [],
  notActions: [],
  dataActions: [],
  notDataActions: [],
  ...parts,
})

export const customRole = (roleName: string, ...permissions: readonly Partial<Permission>[]): RoleDefinition => ({
  name: 'c0000000-0000-4000-8000-000000000000',
  roleName,
  description: '',
  type: 'CustomRole',
  permissions: permissions.map(permission),
  assignableScopes: [SUBSCRIPTION],
})

type Assigned = AccessFacts['assignments'][number]

export function assigned(
  role: RoleDefinition | undefined,
  scope: string,
  rest: Partial<RoleAssignment> = {},
): Assigned {
  const assignment: RoleAssignment = {
    name: 'a0000000-0000-4000-8000-000000000000',
    scope,
    roleDefinitionName: role?.name ?? 'd0000000-0000-4000-8000-000000000000',
    principalId: PRINCIPAL,
    principalType: 'ServicePrincipal',
    ...rest,
  }
  return { assignment, role }
}

export const deny = (scope: string, rest: Partial<DenyAssignment> = {}): DenyAssignment => ({
  name: 'b0000000-0000-4000-8000-000000000000',
  denyAssignmentName: 'emergency block',
  description: '',
  scope,
  doNotApplyToChildScopes: false,
  permissions: [permission({ actions: ['*'], dataActions: ['*'] })],
  principals: [PRINCIPAL],
  excludePrincipals: [],
  ...rest,
})

export const factsWith = (assignments: readonly Assigned[], rest: Partial<AccessFacts> = {}): AccessFacts => ({
  principalId: PRINCIPAL,
  groupIds: [],
  assignments,
  denyAssignments: [],
  ...rest,
})
