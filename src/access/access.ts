// Roles, assignments and the question they answer. Pure: it is given facts and says yes or no and why; it does not know HTTP, SQL or
// who the caller is. Azure: the evaluation of role-based access control (control-plane reference §6.7).

/** One permission block of a role. Patterns are compared without regard to case; `*` stands for any octets, `/` included. */
export type Permission = {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly dataActions: readonly string[]
  readonly notDataActions: readonly string[]
}

export type RoleDefinition = {
  /** A GUID, lower case. Ids with any scope prefix are compared by this alone. */
  readonly name: string
  readonly roleName: string
  readonly description: string
  readonly type: 'BuiltInRole' | 'CustomRole'
  readonly permissions: readonly Permission[]
  readonly assignableScopes: readonly string[]
}

export type PrincipalType = 'ServicePrincipal' | 'User' | 'Group'

export type RoleAssignment = {
  /** A GUID, lower case; unique in its tenant. */
  readonly name: string
  /** As it was written when created. `/` is the root of the tenant, never of the installation. */
  readonly scope: string
  readonly roleDefinitionName: string
  readonly principalId: string
  readonly principalType: PrincipalType
  readonly description?: string
}

/** The principal id that stands for everyone in a deny assignment. */
export const EVERYONE = '00000000-0000-0000-0000-000000000000'

export type DenyAssignment = {
  readonly name: string
  readonly denyAssignmentName: string
  readonly description: string
  readonly scope: string
  readonly doNotApplyToChildScopes: boolean
  readonly permissions: readonly Permission[]
  readonly principals: readonly string[]
  readonly excludePrincipals: readonly string[]
}

/** Everything about one principal that a decision rests on, read in one snapshot. */
export type AccessFacts = {
  readonly principalId: string
  /** Transitive: nested groups are included. */
  readonly groupIds: readonly string[]
  /** Assignments of the principal or of one of its groups in its tenant, at any scope, each with its role. */
  readonly assignments: readonly {
    readonly assignment: RoleAssignment
    readonly role: RoleDefinition | undefined
    /** In milliseconds since the epoch; absent where nobody knows. */
    readonly createdAt?: number
    /** It is there, and gives nothing so far. */
    readonly isTooNew?: boolean
  }[]
  /** Deny assignments of the tenant. */
  readonly denyAssignments: readonly DenyAssignment[]
}

export type ActionKind = 'control' | 'data'

/** What one assignment contributed to a decision. */
export type AssignmentVerdict =
  | 'granted'
  | 'out of scope'
  | 'not in effect yet'
  | 'role has no such action'
  | 'excluded by notActions'
  | 'role definition missing'

export type AssignmentTrace = {
  readonly assignmentName: string
  readonly scope: string
  readonly roleName: string
  readonly principalId: string
  readonly verdict: AssignmentVerdict
}

/** Yes or no, and why. `deniedBy` names the deny assignment that overrode any grant. */
export type AccessDecision = {
  readonly allowed: boolean
  readonly action: string
  readonly kind: ActionKind
  readonly scope: string
  readonly considered: readonly AssignmentTrace[]
  readonly deniedBy?: string
}

/** The right to send: either every required control action or the one data action, on the communication resource's scope chain. */
export type SendDecision = {
  readonly allowed: boolean
  readonly via?: 'actions' | 'dataAction'
  /** Every required control action that is missing, in the configured order; empty when `via` is `actions`. */
  readonly missingActions: readonly string[]
  /** The data action that would do instead. */
  readonly dataAction: string
  readonly decisions: readonly AccessDecision[]
}
