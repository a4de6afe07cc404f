import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessFacts } from './access.ts'
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
import {
  COMMUNICATION_AND_EMAIL_SERVICE_OWNER,
  CONTRIBUTOR,
  EMAIL_SENDER,
  OWNER,
  POSTERN_ADMINISTRATOR,
  READER,
} from './built-in-roles.ts'
import { checkSend, DEFAULT_REQUIRED_ACTIONS, SEND_DATA_ACTION } from './check-send.ts'

const [READ = '', WRITE = '', EMAIL_WRITE = ''] = DEFAULT_REQUIRED_ACTIONS
const TEAM = '0000000b-0000-4000-8000-000000000000'
const EMAIL_SERVICE = `${GROUP}/providers/Microsoft.Communication/emailServices/post`

const readerClone = customRole('SMTP Email Sender', { actions: ['*/read', READ, WRITE, EMAIL_WRITE] })
const olderRole = customRole('SMTP Email Sender (older)', { actions: [READ, EMAIL_WRITE] })

type Case = {
  readonly name: string
  readonly facts: AccessFacts
  readonly required?: readonly string[]
  readonly via?: 'actions' | 'dataAction'
  readonly missing: readonly string[]
}

const holding = (...roles: readonly Parameters<typeof assigned>[0][]) =>
  factsWith(roles.map((role) => assigned(role, SERVICE)))

const cases: readonly Case[] = [
  { name: 'Owner', facts: holding(OWNER), via: 'actions', missing: [] },
  { name: 'Contributor', facts: holding(CONTRIBUTOR), via: 'actions', missing: [] },
  {
    name: 'Communication and Email Service Owner',
    facts: holding(COMMUNICATION_AND_EMAIL_SERVICE_OWNER),
    via: 'actions',
    missing: [],
  },
  { name: 'Postern Administrator', facts: holding(POSTERN_ADMINISTRATOR), via: 'actions', missing: [] },
  { name: 'a clone of Reader with the three actions', facts: holding(readerClone), via: 'actions', missing: [] },
  {
    name: 'the three actions from three roles',
    facts: holding(READER, customRole('w', { actions: [WRITE] }), olderRole),
    via: 'actions',
    missing: [],
  },
  { name: 'Reader', facts: holding(READER), missing: [WRITE, EMAIL_WRITE] },
  { name: 'the older two actions', facts: holding(olderRole), missing: [WRITE] },
  {
    name: 'the older two actions where they are enough',
    facts: holding(olderRole),
    required: [READ, EMAIL_WRITE],
    via: 'actions',
    missing: [],
  },
  { name: 'Email Sender', facts: holding(EMAIL_SENDER), via: 'dataAction', missing: [READ, WRITE, EMAIL_WRITE] },
  { name: 'nothing', facts: holding(), missing: [READ, WRITE, EMAIL_WRITE] },
  {
    name: 'the right on the email service only',
    facts: factsWith([assigned(CONTRIBUTOR, EMAIL_SERVICE)]),
    missing: [READ, WRITE, EMAIL_WRITE],
  },
  {
    name: 'the right on the subscription',
    facts: factsWith([assigned(readerClone, SUBSCRIPTION)]),
    via: 'actions',
    missing: [],
  },
  {
    name: 'the right of a group',
    facts: factsWith([assigned(EMAIL_SENDER, GROUP, { principalId: TEAM })], { groupIds: [TEAM] }),
    via: 'dataAction',
    missing: [READ, WRITE, EMAIL_WRITE],
  },
  { name: 'no required action, nobody', facts: holding(), required: [], missing: [] },
  { name: 'no required action, Owner', facts: holding(OWNER), required: [], missing: [] },
  {
    name: 'no required action, Email Sender',
    facts: holding(EMAIL_SENDER),
    required: [],
    via: 'dataAction',
    missing: [],
  },
  {
    name: 'a deny of everything',
    facts: { ...holding(OWNER, EMAIL_SENDER), denyAssignments: [deny('/')] },
    missing: [READ, WRITE, EMAIL_WRITE],
  },
  {
    name: 'a deny of one action',
    facts: { ...holding(OWNER), denyAssignments: [deny('/', { permissions: [permission({ actions: [WRITE] })] })] },
    missing: [WRITE],
  },
  {
    name: 'a deny of control actions only',
    facts: {
      ...holding(OWNER, EMAIL_SENDER),
      denyAssignments: [deny('/', { permissions: [permission({ actions: ['*'] })] })],
    },
    via: 'dataAction',
    missing: [READ, WRITE, EMAIL_WRITE],
  },
]

for (const { name, facts, required = DEFAULT_REQUIRED_ACTIONS, via, missing } of cases)
  test(`send: ${name}`, () => {
    const decision = checkSend(facts, SERVICE, required)
    assert.equal(decision.allowed, via !== undefined)
    assert.equal(decision.via, via)
    assert.deepEqual(decision.missingActions, missing)
  })

test('send: a refusal shows every action asked, on which scope, and the data action that would do', () => {
  const decision = checkSend(holding(olderRole), SERVICE, DEFAULT_REQUIRED_ACTIONS)
  assert.equal(decision.dataAction, SEND_DATA_ACTION)
  assert.deepEqual(
    decision.decisions.map(({ action, kind, scope, allowed }) => ({ action, kind, scope, allowed })),
    [
      { action: READ, kind: 'control', scope: SERVICE, allowed: true },
      { action: WRITE, kind: 'control', scope: SERVICE, allowed: false },
      { action: EMAIL_WRITE, kind: 'control', scope: SERVICE, allowed: true },
      { action: SEND_DATA_ACTION, kind: 'data', scope: SERVICE, allowed: false },
    ],
  )
  assert.deepEqual(decision.decisions[1]?.considered, [
    {
      assignmentName: 'a0000000-0000-4000-8000-000000000000',
      scope: SERVICE,
      roleName: 'SMTP Email Sender (older)',
      principalId: PRINCIPAL,
      verdict: 'role has no such action',
    },
  ])
})

test('send: facts never reach the resource of another subscription, the root of the tenant apart', () => {
  const elsewhere = SERVICE.replace(SUBSCRIPTION, '/subscriptions/22222222-2222-4222-8222-222222222222')
  const scopes = [SERVICE, GROUP, SUBSCRIPTION]
  const facts = factsWith(scopes.flatMap((scope) => [assigned(OWNER, scope), assigned(EMAIL_SENDER, scope)]))
  assert.equal(checkSend(facts, elsewhere, DEFAULT_REQUIRED_ACTIONS).allowed, false)
})
