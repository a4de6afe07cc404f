// The list of what was refused: who sees which of it, pages, and what it can be filtered by.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { EVERYONE, type RoleDefinition } from '../../access/access.ts'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { A, AT, B, change } from '../../storage/two-tenants.fixture.ts'
import { assign, BASE, hideOtherTenants, type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

const PATH = '/providers/Postern.Mail/decisions'
const services = { one: '', two: '', other: '' }
const tokens: Record<string, string> = {}
let http: HttpFixture

before(async () => {
  http = await openHttpFixture()
  services.one = (await putService(http.storage, A, 'one')).id
  services.two = (await putService(http.storage, A, 'two')).id
  services.other = (await putService(http.storage, B, 'other')).id
  const ofOne = await http.program(A)
  const role: RoleDefinition = {
    name: randomUUID(),
    roleName: 'Decisions',
    description: '',
    type: 'CustomRole',
    permissions: [{ actions: [], notActions: [], dataActions: ['Postern.Mail/decisions/read'], notDataActions: [] }],
    assignableScopes: [`/subscriptions/${A.subscriptionId}`],
  }
  await http.storage.write.roles.putRoleDefinition(change(), A.tenantId, role)
  await assign(http.storage, ofOne, role.name, services.one)
  const programs = {
    administrator: await http.program(A, POSTERN_ADMINISTRATOR.name),
    administratorOfB: await http.program(B, POSTERN_ADMINISTRATOR.name),
    owner: await http.program(A, OWNER.name),
    reader: await http.program(A, READER.name),
    ofOne,
  }
  for (const [name, program] of Object.entries(programs)) tokens[name] = await http.token(program)
  await record(1, A.tenantId, services.one, { reason: 'missing-role', applicationId: A.applicationId })
  await record(2, A.tenantId, services.two, {})
  await record(3, A.tenantId, undefined, { reason: 'unknown-resource' })
  await record(4, B.tenantId, services.other, {})
  await record(5, undefined, undefined, { reason: 'malformed-response' })
  await record(6, A.tenantId, services.one, { stage: 'MAIL', reason: 'sender-not-allowed' })
})
after(() => http.close())

async function record(
  count: number,
  tenantId: string | undefined,
  resourceId: string | undefined,
  given: { readonly stage?: string; readonly reason?: string; readonly applicationId?: string },
): Promise<void> {
  const facts = { stage: 'AUTH', reason: 'wrong-secret', ...(resourceId !== undefined && { resourceId }), ...given }
  const trace = JSON.stringify({ ...facts, outcome: 'rejected', reply: '535 5.7.8 no', steps: [], suggestions: [] })
  const references = [`ABCDEFGH0${count}`, `ABCDEFGH1${count}`]
  await http.storage.write.decisions.recordDecisions([{ references, tenantId, at: AT + count, trace, ...facts }])
}

type Body = { value: { reference: string }[]; nextLink?: string }
async function ask(query: string, by: string) {
  const response = await http.request('GET', `${PATH}${query}`, { token: tokens[by] ?? '' })
  return { status: response.status, body: (await response.json()) as Body }
}
const countsOf = ({ value }: Body) => value.map(({ reference }) => Number(reference.slice(-1)))

const lists: readonly [by: string, query: string, status: number, counts: readonly number[]][] = [
  ['administrator', '', 200, [6, 3, 2, 1]],
  ['administratorOfB', '', 200, [4]],
  ['ofOne', '', 200, [6, 1]],
  ['owner', '', 403, []],
  ['reader', '', 403, []],
  ['administrator', '?stage=AUTH', 200, [3, 2, 1]],
  ['administrator', '?reason=missing-role', 200, [1]],
  ['administrator', `?applicationId=${A.applicationId.toUpperCase()}`, 200, [1]],
  ['ofOne', '?reason=unknown-resource', 200, []],
  ['administrator', `?since=${new Date(AT + 3).toISOString()}`, 200, [6, 3]],
  ['administrator', '?stage=EHLO', 400, []],
  ['administrator', '?before=never', 400, []],
]
for (const [by, query, status, counts] of lists) {
  test(`decisions${query} for ${by}: ${status} ${counts.join(', ')}`, async () => {
    const answer = await ask(query, by)
    assert.equal(answer.status, status)
    if (status === 200) assert.deepEqual(countsOf(answer.body), counts)
  })
}

test('a decision in the list, which tells no steps', async () => {
  const { body } = await ask('?reason=missing-role', 'administrator')
  assert.deepEqual(body.value, [
    {
      reference: 'ABCDEFGH01',
      at: '2030-01-01T00:00:00.001Z',
      attempts: 2,
      stage: 'AUTH',
      outcome: 'rejected',
      reason: 'missing-role',
      reply: '535 5.7.8 no',
      resourceId: services.one,
      applicationId: A.applicationId,
    },
  ])
})

test('pages keep their filter and end', async () => {
  const first = await ask('?stage=AUTH&limit=2', 'administrator')
  assert.deepEqual(countsOf(first.body), [3, 2])
  const { nextLink = '' } = first.body
  assert.ok(nextLink.startsWith(`${BASE}${PATH}?`), nextLink)
  const second = await ask(new URL(nextLink).search, 'administrator')
  assert.deepEqual([countsOf(second.body), second.body.nextLink], [[1], undefined])
})

test('what named no tenant is seen from the root of the only tenant', async () => {
  const showAll = hideOtherTenants(http.storage)
  assert.deepEqual(countsOf((await ask('', 'administrator')).body), [6, 5, 3, 2, 1])
  assert.deepEqual(countsOf((await ask('', 'ofOne')).body), [6, 1])
  showAll()
})

test('a deny assignment on one service keeps its decisions, from whoever holds the root', async () => {
  await http.storage.write.roles.putDenyAssignment(change(), A.tenantId, {
    name: randomUUID(),
    denyAssignmentName: 'hands off',
    description: '',
    scope: services.one,
    doNotApplyToChildScopes: false,
    permissions: [{ actions: ['*'], notActions: [], dataActions: ['*'], notDataActions: [] }],
    principals: [EVERYONE],
    excludePrincipals: [],
  })
  assert.deepEqual(countsOf((await ask('', 'administrator')).body), [2])
})
