// `POST <scope>/providers/Postern.Mail/checkAccess`: whether any principal may do something on this scope, and why: the decision that
// would be taken now, or would be if some assignments were gone. Without an action it is asked whether the principal may send, by the
// rule that sending goes by. Who may read role assignments here may ask; what lies elsewhere is told where they may read it too.
// Azure: its portal shows assignments under “Check access”, but never evaluates an action.

import { z } from 'zod'
import type { AccessDecision, AccessFacts, AssignmentTrace } from '../../access/access.ts'
import { checkAccess } from '../../access/check-access.ts'
import { checkSend } from '../../access/check-send.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import { decideDelayed } from '../../submission/grant-delays.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { CHECK_ACCESS, ROLE_ASSIGNMENTS } from '../arm/arm-target.ts'
import { findPrincipalType } from '../arm/principals.ts'
import { checkScopeExists } from '../arm/scope-existence.ts'
import { authorize, type Caller, controlAction, mayDo } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound } from '../refusal.ts'
import { named, ok } from '../responses.ts'

const READ = controlAction(`${ROLE_ASSIGNMENTS}/read`)

const guid = z
  .string()
  .refine((text) => canonicalGuid(text) !== undefined, 'a GUID')
  .transform((text) => canonicalGuid(text) ?? '')
const question = z.object({
  principalId: guid,
  principalType: z.string().nullish(),
  /** Without it: may the principal send? */
  action: z.string().min(1).max(512).optional(),
  kind: z.enum(['control', 'data']).default('control'),
  /** Names of role assignments that are taken for gone. */
  without: z.array(guid).max(100).default([]),
})

const decisionSchema = z.object({
  allowed: z.boolean(),
  action: z.string(),
  kind: z.enum(['control', 'data']),
  scope: z.string(),
  considered: z.array(
    z.object({
      assignmentName: z.string(),
      scope: z.string(),
      roleName: z.string(),
      principalId: z.guid(),
      verdict: z.string(),
    }),
  ),
  deniedBy: z.string().optional(),
})
const answered = named(
  'AccessCheck',
  z.object({
    allowed: z.boolean(),
    principalId: z.guid(),
    principalType: z.enum(['User', 'Group', 'ServicePrincipal']),
    /** Whose assignments count too. */
    groupIds: z.array(z.guid()),
    scope: z.string(),
    /** Of sending: what is missing, and the data action that would do instead. */
    send: z
      .object({
        via: z.enum(['actions', 'dataAction']).optional(),
        missingActions: z.array(z.string()),
        dataAction: z.string(),
      })
      .optional(),
    decisions: z.array(decisionSchema),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'configuredProviders' | 'requiredActions'> & {
  readonly submission?: Pick<HttpDependencies['submission'], 'grantDelays'>
}
type Request = ArmRequest<object, z.output<typeof question>>

export function checkAccessRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  return [
    armRoute({
      method: 'POST',
      types: [CHECK_ACCESS],
      shape: 'collection',
      query: z.object({}),
      body: question,
      authorizesItself: true,
      response: ok(answered),
      handle: (request) => check(dependencies, request),
    }),
  ]
}

async function check(dependencies: Dependencies, { caller, target, body }: Request): Promise<ArmAnswer> {
  const { storage } = dependencies
  const { tenantId } = caller
  const scope = target.parent
  const refusal = authorize(caller, READ, scope) ?? (await checkScopeExists(storage, tenantId, target))
  if (refusal !== undefined) return refusal
  const { principalId } = body
  const principalType = await findPrincipalType(dependencies, tenantId, principalId, body.principalType)
  if (principalType === undefined)
    return notFound('PrincipalNotFound', `Principal ${principalId} does not exist in the directory ${tenantId}.`)
  const facts = withoutAssignments(await storage.read.roles.readAccessFacts(tenantId, principalId), body.without)
  const { decisions, ...outcome } = decide(dependencies, facts, scope, body)
  return answer(200, {
    ...outcome,
    principalId,
    principalType,
    groupIds: facts.groupIds,
    scope,
    decisions: decisions.map((decision) => shown(caller, decision)),
  })
}

function withoutAssignments(facts: AccessFacts, names: readonly string[]): AccessFacts {
  return { ...facts, assignments: facts.assignments.filter(({ assignment }) => !names.includes(assignment.name)) }
}

function decide(
  { requiredActions, submission }: Dependencies,
  facts: AccessFacts,
  scope: string,
  { action, kind }: z.output<typeof question>,
): { readonly allowed: boolean; readonly decisions: readonly AccessDecision[]; readonly send?: object } {
  if (action !== undefined) {
    const decision = checkAccess(facts, { action, kind, scope })
    return { allowed: decision.allowed, decisions: [decision] }
  }
  const { decision } = decideDelayed(submission?.grantDelays, facts, (known) =>
    checkSend(known, scope, requiredActions),
  )
  const { allowed, decisions, ...send } = decision
  return { allowed, decisions, send }
}

/** Where else the principal has roles is nobody's business who may not read it there. */
function shown(caller: Caller, decision: AccessDecision): AccessDecision {
  const isOpen = ({ verdict, scope }: AssignmentTrace) => verdict !== 'out of scope' || mayDo(caller, READ, scope)
  return { ...decision, considered: decision.considered.filter(isOpen) }
}
