import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type AccessFacts, type ActionKind, EVERYONE, type Permission } from './access.ts'
import { assigned, customRole, deny, factsWith, GROUP, PRINCIPAL, SERVICE, SUBSCRIPTION } from './access.fixture.ts'
import { CONTRIBUTOR } from './built-in-roles.ts'
import { checkAccess } from './check-access.ts'

const READ = 'Microsoft.Communication/CommunicationServices/Read'
const WRITE = 'Microsoft.Communication/CommunicationServices/Write'
const ROLE_WRITE = 'Microsoft.Authorization/roleAssignments/write'
const SEND = 'Postern.Mail/messages/send/action'
const SIBLING = `${GROUP}/providers/Microsoft.Communication/communicationServices/contoso-mail-2`
const EMAIL_SERVICE = `${GROUP}/providers/Microsoft.Communication/emailServices/post`
const TEAM = '0000000b-0000-4000-8000-000000000000'
const OTHER = '0000000c-0000-4000-8000-000000000000'

// The same question answered naively, with other means: regular expressions, and prefixes instead of chains.
function reference(facts: AccessFacts, action: string, kind: ActionKind, scope: string): boolean {
  const fits = (pattern: string) =>
    new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`, 'is').test(action)
  const fitsAny = (blocks: readonly Permission[], part: keyof Permission) =>
    blocks.some((block) => block[part].some(fits))
  const covers = (blocks: readonly Permission[]) =>
    kind === 'control'
      ? fitsAny(blocks, 'actions') && !fitsAny(blocks, 'notActions')
      : fitsAny(blocks, 'dataActions') && !fitsAny(blocks, 'notDataActions')
  const trim = (text: string) => text.toLowerCase().replace(/\/+$/, '')
  const isAbove = (upper: string) => `${trim(scope)}/`.startsWith(`${trim(upper)}/`)
  const isMe = (id: string) => id === EVERYONE || [facts.principalId, ...facts.groupIds].includes(id)
  const granted = facts.assignments.some(
    ({ assignment, role }) =>
      role && isMe(assignment.principalId) && isAbove(assignment.scope) && covers(role.permissions),
  )
  const denied = facts.denyAssignments.some(
    (one) =>
      (one.doNotApplyToChildScopes ? trim(one.scope) === trim(scope) : isAbove(one.scope)) &&
      one.principals.some(isMe) &&
      !one.excludePrincipals.some(isMe) &&
      covers(one.permissions),
  )
  return granted && !denied
}

const someScopes = [
  '/',
  SUBSCRIPTION,
  `${SUBSCRIPTION}/`,
  GROUP.toUpperCase(),
  SERVICE,
  SIBLING,
  EMAIL_SERVICE,
  `${EMAIL_SERVICE}/domains/d.test`,
]
const someActions = [READ, WRITE, ROLE_WRITE, SEND, SEND.toLowerCase(), 'Microsoft.Communication/EmailServices/write']
const somePatterns = [
  '*',
  '*/read',
  '*/WRITE',
  '*/action',
  'Microsoft.*/*/write',
  'Postern.Mail/*',
  READ,
  ROLE_WRITE,
  'Microsoft.Communication/*s/*',
]

const scopes = fc.constantFrom(...someScopes)
const patternLists = fc.array(fc.constantFrom(...somePatterns), { maxLength: 2 })
const permissions = fc.array(
  fc.record({
    actions: patternLists,
    notActions: patternLists,
    dataActions: patternLists,
    notDataActions: patternLists,
  }),
  { maxLength: 2 },
)
const people = fc.constantFrom(PRINCIPAL, TEAM, OTHER)
const assignments = fc
  .tuple(fc.option(permissions, { nil: undefined, freq: 9 }), scopes, people)
  .map(([blocks, scope, principalId]) => assigned(blocks && customRole('any', ...blocks), scope, { principalId }))
const denies = fc
  .record({
    doNotApplyToChildScopes: fc.boolean(),
    permissions,
    principals: fc.array(fc.constantFrom(PRINCIPAL, TEAM, OTHER, EVERYONE), { maxLength: 2 }),
    excludePrincipals: fc.array(people, { maxLength: 1 }),
  })
  .chain((rest) => scopes.map((scope) => deny(scope, rest)))
const anyFacts = fc
  .tuple(fc.array(assignments, { maxLength: 5 }), fc.subarray([TEAM]), fc.array(denies, { maxLength: 2 }))
  .map(([list, groupIds, denyAssignments]) => factsWith(list, { groupIds, denyAssignments }))

test('access: equals the reference evaluator', () => {
  let allowed = 0
  fc.assert(
    fc.property(
      anyFacts,
      fc.constantFrom(...someActions),
      fc.constantFrom('control', 'data'),
      scopes,
      (facts, action, kind, scope) => {
        const expected = reference(facts, action, kind, scope)
        assert.equal(checkAccess(facts, { action, kind, scope }).allowed, expected)
        allowed += Number(expected)
      },
    ),
    { numRuns: 5000 },
  )
  assert.ok(allowed > 250, `too few grants to compare: ${allowed}`)
})

test('access: any scope and any action give a decision', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('control', 'data'),
      (scope, action, kind) => {
        const decision = checkAccess(factsWith([assigned(CONTRIBUTOR, SERVICE)]), { action, kind, scope })
        assert.equal(decision.allowed, false)
      },
    ),
  )
})
