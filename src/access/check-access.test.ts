import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessFacts, type ActionKind, EVERYONE } from './access.ts'
import {
  assigned,
  customRole,
  deny,
  factsWith,
  GROUP,
  permission,
  PRINCIPAL,
  SERVICE,
  SUBSCRIPTION,
} from './access.fixture.ts'
import { CONTRIBUTOR, EMAIL_SENDER, OWNER, POSTERN_ADMINISTRATOR, READER } from './built-in-roles.ts'
import { checkAccess } from './check-access.ts'

const READ = 'Microsoft.Communication/CommunicationServices/Read'
const WRITE = 'Microsoft.Communication/CommunicationServices/Write'
const ROLE_WRITE = 'Microsoft.Authorization/roleAssignments/write'
const SEND = 'Postern.Mail/messages/send/action'
const SIBLING = `${GROUP}/providers/Microsoft.Communication/communicationServices/contoso-mail-2`
const EMAIL_SERVICE = `${GROUP}/providers/Microsoft.Communication/emailServices/post`
const TEAM = '0000000b-0000-4000-8000-000000000000'
const DIVISION = '0000000d-0000-4000-8000-000000000000'
const OTHER = '0000000c-0000-4000-8000-000000000000'

type Case = {
  readonly name: string
  readonly facts: AccessFacts
  readonly action?: string
  readonly kind?: ActionKind
  readonly scope?: string
  readonly allowed: boolean
  readonly verdicts?: readonly string[]
}

const contributorOn = (scope: string) => factsWith([assigned(CONTRIBUTOR, scope)])
const deniedBy = (rest: Parameters<typeof deny>[1], scope = SERVICE) =>
  factsWith([assigned(OWNER, SUBSCRIPTION)], { groupIds: [TEAM], denyAssignments: [deny(scope, rest)] })

const cases: readonly Case[] = [
  { name: 'no assignment', facts: factsWith([]), allowed: false, verdicts: [] },
  { name: 'on the resource', facts: contributorOn(SERVICE), allowed: true, verdicts: ['granted'] },
  { name: 'on the resource group', facts: contributorOn(GROUP), allowed: true },
  { name: 'on the subscription', facts: contributorOn(SUBSCRIPTION), allowed: true },
  { name: 'on the root', facts: contributorOn('/'), allowed: true },
  { name: 'in another case', facts: contributorOn(SERVICE.toUpperCase()), allowed: true },
  { name: 'with a trailing slash', facts: contributorOn(`${GROUP}/`), allowed: true },
  { name: 'asked with a trailing slash', facts: contributorOn(SERVICE), scope: `${SERVICE}/`, allowed: true },
  {
    name: 'on a sibling whose name begins alike',
    facts: contributorOn(SIBLING),
    allowed: false,
    verdicts: ['out of scope'],
  },
  {
    name: 'on a child',
    facts: contributorOn(`${SERVICE}/smtpUsernames/scanner`),
    allowed: false,
    verdicts: ['out of scope'],
  },
  { name: 'asked on a child', facts: contributorOn(SERVICE), scope: `${SERVICE}/smtpUsernames/scanner`, allowed: true },
  { name: 'on another resource group', facts: contributorOn(`${SUBSCRIPTION}/resourceGroups/mail`), allowed: false },
  {
    name: 'on another subscription',
    facts: contributorOn('/subscriptions/22222222-2222-4222-8222-222222222222'),
    allowed: false,
  },
  { name: 'on half of the chain', facts: contributorOn(`${GROUP}/providers/Microsoft.Communication`), allowed: false },
  {
    name: 'on a management group',
    facts: contributorOn('/providers/Microsoft.Management/managementGroups/all'),
    allowed: false,
  },
  { name: 'on a scope that is none', facts: contributorOn('/'), scope: `${SERVICE}/../x`, allowed: false },
  {
    name: 'a parent grants',
    facts: contributorOn(EMAIL_SERVICE),
    scope: `${EMAIL_SERVICE}/domains/contoso.test`,
    allowed: true,
  },

  {
    name: 'through a group',
    facts: factsWith([assigned(OWNER, SERVICE, { principalId: TEAM })], { groupIds: [TEAM] }),
    allowed: true,
  },
  {
    name: 'through a nested group',
    facts: factsWith([assigned(OWNER, SERVICE, { principalId: DIVISION })], { groupIds: [TEAM, DIVISION] }),
    allowed: true,
  },
  {
    name: 'through a group in another case',
    facts: factsWith([assigned(OWNER, SERVICE, { principalId: TEAM })], { groupIds: [TEAM.toUpperCase()] }),
    allowed: true,
  },
  {
    name: 'of somebody else',
    facts: factsWith([assigned(OWNER, SERVICE, { principalId: OTHER })]),
    allowed: false,
    verdicts: [],
  },

  {
    name: 'the role is gone',
    facts: factsWith([assigned(undefined, SERVICE)]),
    allowed: false,
    verdicts: ['role definition missing'],
  },
  {
    name: 'the role lacks it',
    facts: factsWith([assigned(READER, SERVICE)]),
    allowed: false,
    verdicts: ['role has no such action'],
  },
  {
    name: 'notActions take it away',
    facts: contributorOn(SERVICE),
    action: ROLE_WRITE,
    allowed: false,
    verdicts: ['excluded by notActions'],
  },
  {
    name: 'another role gives it again',
    facts: factsWith([
      assigned(CONTRIBUTOR, SERVICE),
      assigned(customRole('roles', { actions: ['Microsoft.Authorization/*'] }), GROUP),
    ]),
    action: ROLE_WRITE,
    allowed: true,
    verdicts: ['excluded by notActions', 'granted'],
  },
  {
    name: 'another block of the same role does not',
    facts: factsWith([
      assigned(
        customRole('two blocks', { actions: ['*'], notActions: ['*/write'] }, { actions: ['*/write'] }),
        SERVICE,
      ),
    ]),
    allowed: false,
    verdicts: ['excluded by notActions'],
  },
  {
    name: 'any block of a role',
    facts: factsWith([assigned(customRole('two blocks', { actions: ['*/read'] }, { actions: ['*/write'] }), SERVICE)]),
    allowed: true,
  },
  { name: 'a role without blocks', facts: factsWith([assigned(customRole('empty'), SERVICE)]), allowed: false },

  {
    name: 'every control action is no data action',
    facts: factsWith([assigned(OWNER, '/')]),
    action: SEND,
    kind: 'data',
    allowed: false,
  },
  {
    name: 'a data action is no control action',
    facts: factsWith([assigned(EMAIL_SENDER, SERVICE)]),
    action: SEND,
    allowed: false,
  },
  {
    name: 'a data action',
    facts: factsWith([assigned(EMAIL_SENDER, SERVICE)]),
    action: SEND,
    kind: 'data',
    allowed: true,
  },
  {
    name: 'every data action',
    facts: factsWith([assigned(POSTERN_ADMINISTRATOR, '/')]),
    action: SEND,
    kind: 'data',
    allowed: true,
  },
  {
    name: 'notDataActions take it away',
    facts: factsWith([
      assigned(customRole('no sending', { dataActions: ['*'], notDataActions: ['*/send/*'] }), SERVICE),
    ]),
    action: SEND,
    kind: 'data',
    allowed: false,
    verdicts: ['excluded by notActions'],
  },
  {
    name: 'notActions leave data actions alone',
    facts: factsWith([assigned(customRole('mixed', { dataActions: ['*'], notActions: ['*'] }), SERVICE)]),
    action: SEND,
    kind: 'data',
    allowed: true,
  },

  { name: 'a deny wins', facts: deniedBy({}), allowed: false, verdicts: ['granted'] },
  { name: 'a deny from above wins', facts: deniedBy({}, '/'), allowed: false },
  { name: 'a deny on a sibling', facts: deniedBy({}, SIBLING), allowed: true },
  {
    name: 'a deny not meant for children, above',
    facts: deniedBy({ doNotApplyToChildScopes: true }, GROUP),
    allowed: true,
  },
  {
    name: 'a deny not meant for children, here',
    facts: deniedBy({ doNotApplyToChildScopes: true }, `${SERVICE}/`),
    allowed: false,
  },
  { name: 'a deny of a group', facts: deniedBy({ principals: [TEAM] }), allowed: false },
  { name: 'a deny in another case', facts: deniedBy({ principals: [PRINCIPAL.toUpperCase()] }), allowed: false },
  { name: 'a deny of somebody else', facts: deniedBy({ principals: [OTHER] }), allowed: true },
  { name: 'a deny of everyone', facts: deniedBy({ principals: [EVERYONE] }), allowed: false },
  {
    name: 'a deny of everyone but me',
    facts: deniedBy({ principals: [EVERYONE], excludePrincipals: [PRINCIPAL] }),
    allowed: true,
  },
  {
    name: 'a deny of everyone but my group',
    facts: deniedBy({ principals: [EVERYONE], excludePrincipals: [TEAM] }),
    allowed: true,
  },
  {
    name: 'a deny of everyone but another',
    facts: deniedBy({ principals: [EVERYONE], excludePrincipals: [OTHER] }),
    allowed: false,
  },
  {
    name: 'a deny of another action',
    facts: deniedBy({ permissions: [permission({ actions: ['*/delete'] })] }),
    allowed: true,
  },
  {
    name: 'a deny that spares the action',
    facts: deniedBy({ permissions: [permission({ actions: ['*'], notActions: ['*/write'] })] }),
    allowed: true,
  },
  {
    name: 'a deny of data actions only',
    facts: deniedBy({ permissions: [permission({ dataActions: ['*'] })] }),
    allowed: true,
  },
]

for (const { name, facts, action = WRITE, kind = 'control', scope = SERVICE, allowed, verdicts } of cases)
  test(`access: ${name}`, () => {
    const decision = checkAccess(facts, { action, kind, scope })
    assert.equal(decision.allowed, allowed)
    if (verdicts !== undefined)
      assert.deepEqual(
        decision.considered.map(({ verdict }) => verdict),
        verdicts,
      )
  })

test('access: a decision names what it was about, where it looked and what denied it', () => {
  const facts = factsWith([assigned(READER, SIBLING), assigned(undefined, GROUP)], { denyAssignments: [deny('/')] })
  const { assignment } = assigned(READER, SIBLING)
  assert.deepEqual(checkAccess(facts, { action: READ, kind: 'control', scope: SERVICE }), {
    allowed: false,
    action: READ,
    kind: 'control',
    scope: SERVICE,
    considered: [
      {
        assignmentName: assignment.name,
        scope: SIBLING,
        roleName: 'Reader',
        principalId: PRINCIPAL,
        verdict: 'out of scope',
      },
      {
        assignmentName: assignment.name,
        scope: GROUP,
        roleName: 'd0000000-0000-4000-8000-000000000000',
        principalId: PRINCIPAL,
        verdict: 'role definition missing',
      },
    ],
    deniedBy: deny('/').name,
  })
})
