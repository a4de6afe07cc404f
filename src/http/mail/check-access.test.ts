// What is decided for any principal, who may ask, and what they are not told.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, EMAIL_SENDER, READER } from '../../access/built-in-roles.ts'
import { type ArmCalls, NOBODY, openArmCalls, RG, S, tokenOf } from '../arm/arm-calls.fixture.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { assign, type Program, putService } from '../http.fixture.ts'

const PATH = 'providers/Postern.Mail/checkAccess'
const READ_ACTION = 'Microsoft.Communication/CommunicationServices/read'

let calls: ArmCalls
let service: string
let sibling: string
let program: Program
before(async () => {
  calls = await openArmCalls()
  service = (await putService(calls.http.storage, A, 'contoso')).id
  sibling = (await putService(calls.http.storage, A, 'sibling')).id
  program = await calls.http.program(A, READER.name, RG)
  await assign(calls.http.storage, program, CONTRIBUTOR.name, sibling)
})
after(() => calls.close())

type Decision = { allowed: boolean; considered: { verdict: string; assignmentName: string }[]; deniedBy?: string }
async function check(json: object, scope = service, token = calls.token) {
  const { status, body } = await calls.ask('POST', `${scope}/${PATH}`, { json, token })
  return { status, body, decisions: body['decisions'] as Decision[] }
}
const verdicts = (decision: Decision | undefined) => decision?.considered.map(({ verdict }) => verdict).toSorted()

test('one action: granted by the role above', async () => {
  const { status, body, decisions } = await check({ principalId: program.principalId, action: READ_ACTION })
  assert.deepEqual([status, body['allowed'], body['principalType']], [200, true, 'ServicePrincipal'])
  assert.ok(verdicts(decisions[0])?.includes('granted'))
})

test('a data action is not granted by control actions', async () => {
  const { body } = await check({ principalId: program.principalId, action: READ_ACTION, kind: 'data' })
  assert.equal(body['allowed'], false)
})

test('sending: what is missing, with every reason', async () => {
  const { body, decisions } = await check({ principalId: program.principalId })
  assert.equal(body['allowed'], false)
  assert.deepEqual(body['send'], {
    missingActions: [
      'Microsoft.Communication/CommunicationServices/Write',
      'Microsoft.Communication/EmailServices/write',
    ],
    dataAction: 'Postern.Mail/messages/send/action',
  })
  assert.equal(decisions.length, 4)
  assert.deepEqual(verdicts(decisions[1]), ['out of scope', 'role has no such action'])
})

test('as if an assignment were gone', async () => {
  const sender = await calls.http.program(A, EMAIL_SENDER.name, service)
  const { body, decisions } = await check({ principalId: sender.principalId })
  assert.deepEqual([body['allowed'], (body['send'] as { via: string }).via], [true, 'dataAction'])
  const without = decisions.flatMap(({ considered }) => considered.map(({ assignmentName }) => assignmentName))
  assert.equal((await check({ principalId: sender.principalId, without })).body['allowed'], false)
})

test('a deny assignment is named', async () => {
  const denied = await calls.http.program(A, CONTRIBUTOR.name, service)
  const name = crypto.randomUUID()
  await calls.http.storage.write.roles.putDenyAssignment(change(), A.tenantId, {
    name,
    denyAssignmentName: 'block',
    description: '',
    scope: RG,
    doNotApplyToChildScopes: false,
    permissions: [{ actions: [READ_ACTION], notActions: [], dataActions: [], notDataActions: [] }],
    principals: [denied.principalId],
    excludePrincipals: [],
  })
  const { body, decisions } = await check({ principalId: denied.principalId, action: READ_ACTION })
  assert.deepEqual([body['allowed'], decisions[0]?.deniedBy], [false, name])
})

test('who may read here alone is not told of roles elsewhere', async () => {
  const token = await tokenOf(calls, READER.name, service)
  const { decisions } = await check({ principalId: program.principalId }, service, token)
  assert.deepEqual(verdicts(decisions[1]), ['role has no such action'])
})

const refusals: readonly [
  string,
  () => Promise<{ status: number; body: { error: { code: string } } }>,
  number,
  string,
][] = [
  ['an unknown principal', () => check({ principalId: NOBODY }), 404, 'PrincipalNotFound'],
  ['no GUID', () => check({ principalId: 'x' }), 400, 'InvalidRequestContent'],
  [
    'a scope that is not there',
    () => check({ principalId: program.principalId }, `${service}x`),
    404,
    'ResourceNotFound',
  ],
  [
    'another tenant',
    async () => check({ principalId: program.principalId }, `/subscriptions/${B.subscriptionId}`),
    404,
    'SubscriptionNotFound',
  ],
  [
    'nobody who may read assignments there',
    async () => check({ principalId: program.principalId }, S, await tokenOf(calls, READER.name, service)),
    403,
    'AuthorizationFailed',
  ],
]
for (const [name, ask, status, code] of refusals) {
  test(`refused: ${name}`, async () => {
    const answer = await ask()
    assert.deepEqual([answer.status, answer.body.error.code], [status, code])
  })
}
