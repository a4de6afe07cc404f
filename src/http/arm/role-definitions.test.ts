// Role definitions over HTTP: which are seen from which scope.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { RoleDefinition } from '../../access/access.ts'
import { builtInRoles, EMAIL_SENDER, READER } from '../../access/built-in-roles.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, VERSION } from '../http.fixture.ts'

const S = `/subscriptions/${A.subscriptionId}`
const RG = A.resourceGroupId
const DEFINITIONS = 'providers/Microsoft.Authorization/roleDefinitions'
const permissions = [{ actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] }]
const custom = (roleName: string, ...assignableScopes: string[]): RoleDefinition => ({
  name: randomUUID(),
  roleName,
  description: 'd',
  type: 'CustomRole',
  permissions,
  assignableScopes,
})

let http: HttpFixture
let token: string
const whole = custom('Whole', S)
const narrow = custom('Narrow', RG)
const foreign = custom('Foreign', `/subscriptions/${B.subscriptionId}`)
before(async () => {
  http = await openHttpFixture()
  token = await http.token(await http.program(A, READER.name))
  for (const role of [whole, narrow]) await http.storage.write.roles.putRoleDefinition(change(), A.tenantId, role)
  await http.storage.write.roles.putRoleDefinition(change(), B.tenantId, foreign)
})
after(() => http.close())

type Body = { error: { code: string }; value: { properties: { roleName: string } }[] }
async function ask(path: string, filter?: string) {
  const query = filter === undefined ? '' : `&$filter=${encodeURIComponent(filter)}`
  const response = await http.request('GET', `${path}?${VERSION}${query}`, { token })
  return { status: response.status, body: (await response.json()) as Body }
}

const BUILT_IN = builtInRoles.map(({ roleName }) => roleName)
const lists: readonly [string, string | undefined, readonly string[]][] = [
  [S, undefined, [...BUILT_IN, 'Whole']],
  [RG, undefined, [...BUILT_IN, 'Whole', 'Narrow']],
  [S, 'atScopeAndBelow()', [...BUILT_IN, 'Whole', 'Narrow']],
  ['', undefined, BUILT_IN],
  [S, "roleName eq 'email sender'", ['Email Sender']],
  [S, "type eq 'CustomRole'", ['Whole']],
  [RG, "type eq 'CustomRole' and roleName eq 'Narrow'", ['Narrow']],
  [S, "roleName eq 'Foreign'", []],
  [RG, "contains(roleName,'NARR')", ['Narrow']],
  [S, "type eq 'BuiltInRole' and contains(roleName, 'sender')", ['Email Sender']],
  [S, "contains(roleName,'it''s')", []],
]
for (const [scope, filter, expected] of lists) {
  test(`roles at '${scope}' with ${filter ?? 'no filter'}`, async () => {
    const { status, body } = await ask(`${scope}/${DEFINITIONS}`, filter)
    assert.equal(status, 200)
    assert.deepEqual(body.value.map(({ properties }) => properties.roleName).sort(), [...expected].sort())
  })
}

test('a filter that is not known is refused', async () => {
  const { status, body } = await ask(`${S}/${DEFINITIONS}`, "description eq 'x'")
  assert.deepEqual([status, body.error.code], [400, 'BadRequestFormat'])
})

test('a role by its GUID, under the subscription it was asked in', async () => {
  const { status, body } = await ask(`${RG}/${DEFINITIONS}/${EMAIL_SENDER.name.toUpperCase()}`)
  const { name, roleName, description, type, assignableScopes } = EMAIL_SENDER
  assert.equal(status, 200)
  assert.deepEqual(body, {
    properties: {
      roleName,
      description,
      type,
      assignableScopes,
      permissions: EMAIL_SENDER.permissions,
      createdOn: null,
      updatedOn: null,
      createdBy: null,
      updatedBy: null,
    },
    id: `${S}/${DEFINITIONS}/${name}`,
    type: 'Microsoft.Authorization/roleDefinitions',
    name,
  })
})

const found: readonly [string, string, RoleDefinition, number][] = [
  ['at its scope', S, whole, 200],
  ['below its scope', RG, whole, 200],
  ['above its scope', '', narrow, 200],
  ['beside its scope', `${S}/resourceGroups/other`, narrow, 404],
  ['in another tenant', '', foreign, 404],
]
for (const [name, scope, role, status] of found) {
  test(`a custom role asked ${name}: ${status}`, async () => {
    const answer = await ask(`${scope}/${DEFINITIONS}/${role.name}`)
    assert.equal(answer.status, status)
    if (status === 404) assert.equal(answer.body.error.code, 'RoleDefinitionDoesNotExist')
  })
}
