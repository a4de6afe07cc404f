// The evaluation of role-based access control: may the principal whose facts these are do this on that scope? Any assignment on the
// scope chain whose role has the action grants; a role's own notActions subtract from that role only; a deny assignment overrides
// every grant. Control actions and data actions never cover each other. It trusts the facts to be of one tenant, the tenant of the
// scope, and to know the principal's groups, nested ones included. Azure: control-plane reference §6.7; conditions are not supported.

import {
  type AccessDecision,
  type AccessFacts,
  type ActionKind,
  type AssignmentTrace,
  type AssignmentVerdict,
  type DenyAssignment,
  EVERYONE,
  type Permission,
  type RoleDefinition,
} from './access.ts'
import { matchesAction } from './action-pattern.ts'
import { comparableScope, scopeChain } from './scope.ts'

export type AccessRequest = { readonly action: string; readonly kind: ActionKind; readonly scope: string }

type Assigned = AccessFacts['assignments'][number]

/** The part of the facts that matters on one scope; many actions may be asked of it. */
export type ScopedFacts = {
  readonly scope: string
  readonly assignments: readonly (Assigned & { readonly inScope: boolean })[]
  readonly denyAssignments: readonly DenyAssignment[]
}

export function checkAccess(facts: AccessFacts, { action, kind, scope }: AccessRequest): AccessDecision {
  return decideAction(narrowToScope(facts, scope), action, kind)
}

/** Assignments out of scope are kept for the trace: a role on the sibling resource is a common mistake. */
export function narrowToScope(facts: AccessFacts, scope: string): ScopedFacts {
  const chain = scopeChain(scope)
  const principals = new Set([facts.principalId, ...facts.groupIds].map((id) => id.toLowerCase()))
  return {
    scope,
    assignments: facts.assignments
      .filter(({ assignment }) => principals.has(assignment.principalId.toLowerCase()))
      .map((assigned) => ({ ...assigned, inScope: chain.includes(comparableScope(assigned.assignment.scope)) })),
    denyAssignments: facts.denyAssignments.filter(
      (deny) =>
        reaches(deny, chain) && names(deny.principals, principals) && !names(deny.excludePrincipals, principals),
    ),
  }
}

function reaches(deny: DenyAssignment, chain: readonly string[]): boolean {
  const at = chain.indexOf(comparableScope(deny.scope))
  return deny.doNotApplyToChildScopes ? at === 0 : at >= 0
}

function names(listed: readonly string[], principals: ReadonlySet<string>): boolean {
  return listed.some((id) => id === EVERYONE || principals.has(id.toLowerCase()))
}

/**
 * The trace ends with the first assignment that grants; without one it shows all. A deny is told even where it had nothing to
 * override, since granting the action would not help.
 */
export function decideAction(facts: ScopedFacts, action: string, kind: ActionKind): AccessDecision {
  const considered: AssignmentTrace[] = []
  let granted = false
  for (const assigned of facts.assignments) {
    const verdict = judge(assigned, action, kind)
    considered.push(traceAssignment(assigned, verdict))
    granted = verdict === 'granted'
    if (granted) break
  }
  const deny = facts.denyAssignments.find(
    ({ permissions }) => judgePermissions(permissions, action, kind) === 'granted',
  )
  const decision = { allowed: granted && deny === undefined, action, kind, scope: facts.scope, considered }
  return deny === undefined ? decision : { ...decision, deniedBy: deny.name }
}

function judge(
  { role, inScope, isTooNew = false }: ScopedFacts['assignments'][number],
  action: string,
  kind: ActionKind,
): AssignmentVerdict {
  if (!inScope) return 'out of scope'
  if (isTooNew) return 'not in effect yet'
  return role === undefined ? 'role definition missing' : judgePermissions(role.permissions, action, kind)
}

/** Whether the role grants the action to whoever holds it on the right scope, denials aside; or a deny assignment takes it. */
export function roleGrants(
  { permissions }: Pick<RoleDefinition, 'permissions'>,
  action: string,
  kind: ActionKind,
): boolean {
  return judgePermissions(permissions, action, kind) === 'granted'
}

/** All blocks of a role together: what one of them subtracts, no other block of that role gives back. */
function judgePermissions(permissions: readonly Permission[], action: string, kind: ActionKind): AssignmentVerdict {
  const [given, subtracted] =
    kind === 'control' ? (['actions', 'notActions'] as const) : (['dataActions', 'notDataActions'] as const)
  const matches = (part: keyof Permission) =>
    permissions.some((permission) => permission[part].some((pattern) => matchesAction(pattern, action)))
  if (!matches(given)) return 'role has no such action'
  return matches(subtracted) ? 'excluded by notActions' : 'granted'
}

function traceAssignment({ assignment, role }: Assigned, verdict: AssignmentVerdict): AssignmentTrace {
  return {
    assignmentName: assignment.name,
    scope: assignment.scope,
    roleName: role?.roleName ?? assignment.roleDefinitionName,
    principalId: assignment.principalId,
    verdict,
  }
}
