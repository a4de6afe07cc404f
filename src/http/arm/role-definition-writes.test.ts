// Custom roles over HTTP: made, changed, deleted; every rule of their bodies; and who may write them.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, OWNER, READER } from '../../access/built-in-roles.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { assign, BASE, type HttpFixture, openHttpFixture, type Program, putService, VERSION } from '../http.fixture.ts'

const S = `/subscriptions/${A.subscriptionId}`
const RG = A.resourceGroupId
const DEFINITIONS = 'providers/Microsoft.Authorization/roleDefinitions'
const SEED_ACTIONS = [
  'Microsoft.Communication/CommunicationServices/Read',
  'Microsoft.Communication/CommunicationServices/Write',
  'Microsoft.Communication/EmailServices/write',
]

let http: HttpFixture
let owner: Program
let token: string
let service: string
before(async () => {
  http = await openHttpFixture()
  owner = await http.program(A, OWNER.name)
  token = await http.token(owner)
  service = (await putService(http.storage, A, 'contoso')).id
})
after(() => http.close())

type Properties = Record<string, unknown>
type Body = {
  id: string
  name: string
  properties: Properties
  value: { properties: Properties }[]
  nextLink?: string
  error: { code: string; message: string; target?: string }
}
async function ask(method: string, path: string, properties?: object, bearer = token) {
  const json = properties === undefined ? {} : { json: { properties } }
  const response = await http.request(method, path, { token: bearer, ...json })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body }
}
const at = (scope: string, name: string) => `${scope}/${DEFINITIONS}/${name}?${VERSION}`
const roleCalled = (roleName: string, ...assignableScopes: string[]) => ({
  roleName,
  description: 'd',
  permissions: [{ actions: ['*/read', ...SEED_ACTIONS], notActions: [] }],
  assignableScopes,
})

test('a clone of Reader with the three actions: made, changed, deleted, gone', async () => {
  const name = randomUUID()
  const created = await ask('PUT', at(S, name.toUpperCase()), roleCalled('SMTP sender', S))
  const stamp = { createdOn: '2030-01-01T00:00:00.000Z', createdBy: owner.principalId }
  const body = {
    properties: {
      roleName: 'SMTP sender',
      type: 'CustomRole',
      description: 'd',
      assignableScopes: [S],
      permissions: [{ actions: ['*/read', ...SEED_ACTIONS], notActions: [], dataActions: [], notDataActions: [] }],
      ...stamp,
      updatedOn: stamp.createdOn,
      updatedBy: owner.principalId,
    },
    id: `${S}/${DEFINITIONS}/${name}`,
    type: 'Microsoft.Authorization/roleDefinitions',
    name,
  }
  assert.deepEqual(created, { status: 201, body })
  assert.deepEqual(await ask('GET', at(RG, name)), { status: 200, body })
  http.state.now += 1000
  const second = await http.program(A, OWNER.name)
  const changed = await ask('PUT', at(S, name), roleCalled('smtp SENDER', S, RG), await http.token(second))
  const { properties } = changed.body
  assert.equal(changed.status, 201)
  assert.deepEqual(properties, {
    ...body.properties,
    roleName: 'smtp SENDER',
    assignableScopes: [S, RG],
    updatedOn: '2030-01-01T00:00:01.000Z',
    updatedBy: second.principalId,
  })
  assert.deepEqual(await ask('DELETE', at(S, name)), { status: 200, body: changed.body })
  assert.deepEqual(await ask('DELETE', at(S, name)), { status: 204, body: undefined })
  assert.equal((await ask('GET', at(S, name))).status, 404)
})

const block = (part: object) => ({ permissions: [part] })
const NOT_MINE = '99999999-9999-4999-8999-999999999999'
const bad: readonly (readonly [string, object, number, string, string | undefined, RegExp?])[] = [
  ['no name', { roleName: '  ' }, 400, 'RoleDefinitionNameNullOrEmpty', 'properties.roleName'],
  ['null for a name', { roleName: null }, 400, 'RoleDefinitionNameNullOrEmpty', 'properties.roleName'],
  ['a long name', { roleName: 'x'.repeat(513) }, 400, 'InvalidRequestContent', 'properties.roleName'],
  ['a hidden character', { roleName: 'a\u200bb' }, 400, 'InvalidRequestContent', 'properties.roleName'],
  ['a long description', { description: 'x'.repeat(2049) }, 400, 'InvalidRequestContent', 'properties.description'],
  ['a built-in type', { type: 'BuiltInRole' }, 400, 'InvalidRoleDefinitionType', 'properties.type'],
  ['no permissions', { permissions: undefined }, 400, 'InvalidRequestContent', 'properties.permissions'],
  [
    'an unknown action',
    block({ actions: ['Microsoft.Communication/Nothing/read'] }),
    400,
    'InvalidActionOrNotAction',
    'properties.permissions.0.actions',
    /'Microsoft\.Communication\/Nothing\/read'/,
  ],
  [
    'an unknown exclusion',
    block({ actions: ['*'], notActions: ['a/b'] }),
    400,
    'InvalidActionOrNotAction',
    'properties.permissions.0.notActions',
    /'a\/b'/,
  ],
  [
    'a control action as data action',
    block({ dataActions: ['Postern.Mail/messages/read'] }),
    400,
    'InvalidActionOrNotAction',
    'properties.permissions.0.dataActions',
  ],
  [
    'two wildcards',
    block({ actions: ['Microsoft.*/*'] }),
    400,
    'InvalidActionOrNotAction',
    'properties.permissions.0.actions',
    /wildcard/,
  ],
  ['a condition', block({ actions: ['*'], condition: 'x' }), 400, 'InvalidRequestContent', undefined, /condition/],
  ['no scopes', { assignableScopes: [] }, 400, 'MissingAssignableScopes', 'properties.assignableScopes'],
  ['scopes left out', { assignableScopes: undefined }, 400, 'MissingAssignableScopes', 'properties.assignableScopes'],
  [
    'too many scopes',
    { assignableScopes: Array.from({ length: 2001 }, (_, index) => `${RG}-${index}`) },
    400,
    'InvalidRequestContent',
    'properties.assignableScopes',
  ],
  [
    'scopes that are too long together',
    { assignableScopes: Array.from({ length: 140 }, (_, index) => `${RG}/${'x'.repeat(900)}/${index}`) },
    400,
    'InvalidRequestContent',
    'properties.assignableScopes',
  ],
  [
    'too many blocks',
    { permissions: Array.from({ length: 11 }, () => ({ actions: ['*/read'] })) },
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  [
    'too many actions',
    block({
      actions: Array.from({ length: 250 }, () => '*/read'),
      notActions: Array.from({ length: 251 }, () => 'x*'),
    }),
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  [
    'actions that are too long together',
    block({ actions: Array.from({ length: 65 }, () => `${'x'.repeat(511)}*`) }),
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  ['the root', { assignableScopes: ['/'] }, 400, 'LinkedInvalidPropertyId', 'properties.assignableScopes[0]'],
  ['no id', { assignableScopes: [S, 'x'] }, 400, 'LinkedInvalidPropertyId', 'properties.assignableScopes[1]'],
  ['a wildcard', { assignableScopes: [`${S}/resourceGroups/*`] }, 400, 'LinkedInvalidPropertyId', undefined],
  [
    'a management group',
    { assignableScopes: ['/providers/Microsoft.Management/managementGroups/g'] },
    400,
    'LinkedInvalidPropertyId',
    undefined,
  ],
  [
    'a subscription of another tenant',
    { assignableScopes: [`/subscriptions/${B.subscriptionId}`] },
    404,
    'SubscriptionNotFound',
    undefined,
  ],
  ['no subscription', { assignableScopes: [`/subscriptions/${NOT_MINE}`] }, 404, 'SubscriptionNotFound', undefined],
]
for (const [name, properties, status, code, target, text = /./] of bad) {
  test(`refused: ${name}`, async () => {
    const id = randomUUID()
    const answer = await ask('PUT', at(S, id), { ...roleCalled(id, S), ...properties })
    assert.deepEqual([answer.status, answer.body.error.code], [status, code])
    if (target !== undefined) assert.equal(answer.body.error.target, target)
    assert.match(answer.body.error.message, text)
    assert.equal((await ask('GET', at(S, id))).status, 404)
  })
}

test('wildcards, capitals and the exclusions of Contributor are taken as they are', async () => {
  const [permission] = CONTRIBUTOR.permissions
  const actions = ['*', 'Microsoft.Nothing/*', 'Microsoft.Communication/*/Read', 'MICROSOFT.SUPPORT/*']
  const name = randomUUID()
  const role = {
    ...roleCalled(name, S),
    permissions: [{ actions, notActions: permission?.notActions, dataActions: ['Postern.Mail/*'] }],
  }
  const { status, body } = await ask('PUT', at(S, name), role)
  assert.equal(status, 201)
  const [stored] = body.properties['permissions'] as { actions: string[] }[]
  assert.deepEqual(stored?.actions, actions)
})

test('scopes are kept as written, each once', async () => {
  const name = randomUUID()
  const { body } = await ask('PUT', at(S, name), roleCalled(name, `${RG}/`, RG.toUpperCase(), S))
  assert.deepEqual(body.properties['assignableScopes'], [RG, S])
})

test('names are GUIDs, and not those of built-in roles', async () => {
  const noGuid = await ask('PUT', at(S, 'sender'), roleCalled('No guid', S))
  assert.deepEqual([noGuid.status, noGuid.body.error.code], [400, 'InvalidRoleDefinitionId'])
  const builtIn = await ask('PUT', at(S, READER.name.toUpperCase()), roleCalled('Mine', S))
  assert.deepEqual([builtIn.status, builtIn.body.error.code], [409, 'RoleDefinitionExists'])
  const gone = await ask('DELETE', at(S, READER.name))
  assert.deepEqual([gone.status, gone.body.error.code], [400, 'InvalidRoleDefinitionType'])
})

test('a name is taken once in a tenant, and the error says by which role', async () => {
  const [first, second, other] = [randomUUID(), randomUUID(), randomUUID()]
  await ask('PUT', at(S, first), roleCalled('Taken', RG))
  const taken = await ask('PUT', at(S, second), roleCalled('TAKEN', S))
  assert.deepEqual([taken.status, taken.body.error.code], [409, 'RoleDefinitionWithSameNameExists'])
  assert(taken.body.error.message.includes(`${S}/${DEFINITIONS}/${first}`))
  const builtIn = await ask('PUT', at(S, second), roleCalled('reader', S))
  assert.deepEqual([builtIn.status, builtIn.body.error.code], [409, 'RoleDefinitionWithSameNameExists'])
  assert(builtIn.body.error.message.includes(READER.name))
  await ask('PUT', at(S, other), roleCalled('Free', S))
  const renamed = await ask('PUT', at(S, other), roleCalled('taken', S))
  assert.deepEqual([renamed.status, renamed.body.error.code], [409, 'RoleDefinitionWithSameNameExists'])
  const ownerOfB = await http.token(await http.program(B, OWNER.name))
  const scopeB = `/subscriptions/${B.subscriptionId}`
  assert.equal((await ask('PUT', at(scopeB, first), roleCalled('Taken', scopeB), ownerOfB)).status, 201)
})

test('a role that is assigned is not deleted, and stays assignable where it is', async () => {
  const name = randomUUID()
  await ask('PUT', at(S, name), roleCalled(name, S))
  const assignment = await assign(http.storage, await http.program(A), name, S)
  const refused = await ask('DELETE', at(S, name))
  assert.deepEqual([refused.status, refused.body.error.code], [400, 'RoleDefinitionHasAssignments'])
  assert.match(refused.body.error.message, / 1 role assignments/)
  const narrowed = await ask('PUT', at(S, name), roleCalled(name, RG))
  assert.deepEqual([narrowed.status, narrowed.body.error.code], [400, 'RoleDefinitionHasAssignments'])
  await http.storage.write.roles.deleteRoleAssignment(change(), A.tenantId, assignment)
  assert.equal((await ask('PUT', at(S, name), roleCalled(name, RG))).status, 201)
  assert.equal((await ask('DELETE', at(RG, name))).status, 200)
})

test('writing takes the right on every assignable scope, old ones and new', async () => {
  const local = await http.token(await http.program(A, OWNER.name, RG))
  const name = randomUUID()
  assert.equal((await ask('PUT', at(RG, name), roleCalled(name, RG), local)).status, 201)
  const widened = await ask('PUT', at(RG, name), roleCalled(name, RG, S), local)
  assert.deepEqual([widened.status, widened.body.error.code], [403, 'AuthorizationFailed'])
  assert(widened.body.error.message.includes(`'Microsoft.Authorization/roleDefinitions/write' over scope '${S}'`))
  assert.equal((await ask('PUT', at(S, name), roleCalled(name, RG, S))).status, 201)
  assert.equal((await ask('PUT', at(RG, name), roleCalled(name, RG), local)).status, 403)
  assert.equal((await ask('DELETE', at(RG, name), undefined, local)).status, 403)
  assert.equal((await ask('DELETE', at(RG, name))).status, 200)
  const reader = await http.token(await http.program(A, READER.name))
  assert.equal((await ask('PUT', at(RG, name), roleCalled(name, RG), reader)).status, 403)
  const contributor = await http.token(await http.program(A, CONTRIBUTOR.name))
  assert.equal((await ask('PUT', at(RG, name), roleCalled(name, RG), contributor)).status, 403)
})

test('a role of another tenant is not there', async () => {
  const name = randomUUID()
  const stored = { ...roleCalled(name, `/subscriptions/${B.subscriptionId}`), name, type: 'CustomRole' } as const
  const permissions = [{ actions: ['*'], notActions: [], dataActions: [], notDataActions: [] }]
  await http.storage.write.roles.putRoleDefinition(change(), B.tenantId, { ...stored, permissions })
  assert.equal((await ask('GET', at(S, name))).status, 404)
  assert.equal((await ask('DELETE', at(S, name))).status, 204)
  assert.equal((await ask('PUT', at(S, name), roleCalled(name, S))).status, 201)
  const [left] = await http.storage.read.roles.listRoleDefinitions(B.tenantId)
  assert.equal((await http.storage.read.roles.readRoleDefinition(B.tenantId, name))?.roleName, name)
  assert.notEqual(left, undefined)
})

test('a role assigned to the resource lets its holder do what it says', async () => {
  const name = randomUUID()
  await ask('PUT', at(RG, name), roleCalled(name, RG))
  const holder = await http.program(A, name, service)
  const response = await http.request('GET', `${service}?api-version=2023-04-01`, { token: await http.token(holder) })
  assert.equal(response.status, 200)
})

test('the limit of a tenant, and pages of more than one', async () => {
  const full = await openHttpFixture()
  try {
    const permissions = [{ actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] }]
    await full.storage.atomically((write) => {
      for (let index = 0; index < 5000; index += 1) {
        const name = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
        const role = { name, roleName: `role ${index}`, description: '', type: 'CustomRole', permissions } as const
        void write.roles.putRoleDefinition(change(), A.tenantId, { ...role, assignableScopes: [S] })
      }
    })
    const bearer = await full.token(await full.program(A, OWNER.name))
    const put = async (name: string, roleName: string) => {
      const json = { properties: roleCalled(roleName, S) }
      const response = await full.request('PUT', at(S, name), { token: bearer, json })
      return [response.status, ((await response.json()) as Body).error?.code]
    }
    assert.deepEqual(await put(randomUUID(), 'one more'), [400, 'RoleDefinitionLimitExceeded'])
    assert.deepEqual(await put('00000000-0000-4000-8000-000000000007', 'renamed'), [201, undefined])
    const names = new Set<string>()
    let link: string | undefined = `${BASE}${S}/${DEFINITIONS}?${VERSION}&$filter=type eq 'CustomRole'`
    let pages = 0
    for (; link !== undefined; pages += 1) {
      assert(link.startsWith(`${BASE}/`) && link.includes(VERSION), link)
      const response = await full.request('GET', link.slice(BASE.length), { token: bearer })
      const body = (await response.json()) as Body
      for (const { properties } of body.value) names.add(String(properties['roleName']))
      link = body.nextLink
    }
    assert.deepEqual([pages, names.size], [50, 5000])
  } finally {
    await full.close()
  }
})
