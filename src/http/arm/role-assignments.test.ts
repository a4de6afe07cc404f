// Role assignments over HTTP: their life, their errors, their filters, and the walls around them.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { RoleDefinition } from '../../access/access.ts'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { A, AT, B, change } from '../../storage/two-tenants.fixture.ts'
import { assign, type HttpFixture, openHttpFixture, type Program, putService, VERSION } from '../http.fixture.ts'

/** Role Based Access Control Administrator. */
const RBAC_ADMINISTRATOR = 'f58310d9-a9f6-439a-9e8d-f62e7b41a168'

let http: HttpFixture
let owner: Program
let token: string
let target: Program
let service: string
before(async () => {
  http = await openHttpFixture()
  owner = await http.program(A, OWNER.name)
  token = await http.token(owner)
  target = await http.program(A)
  service = (await putService(http.storage, A, 'contoso')).id
  await putService(http.storage, B, 'fabrikam')
})
after(() => http.close())

const S = `/subscriptions/${A.subscriptionId}`
const RG = A.resourceGroupId
const ASSIGNMENTS = 'providers/Microsoft.Authorization/roleAssignments'
const roleId = (name: string) => `${S}/providers/Microsoft.Authorization/roleDefinitions/${name}`
const at = (scope: string, name = '', query = '') =>
  `${scope}/${ASSIGNMENTS}${name === '' ? '' : `/${name}`}?${VERSION}${query === '' ? '' : `&$filter=${encodeURIComponent(query)}`}`
type Body = { error: { code: string; message: string }; name: string; value: { name: string }[]; properties: object }

async function ask(method: string, path: string, properties?: object, bearer = token) {
  const json = properties === undefined ? {} : { json: { properties } }
  const response = await http.request(method, path, { token: bearer, ...json })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body }
}

test('an assignment: created, repeated, read, listed, deleted, gone', async () => {
  const name = randomUUID()
  const properties = {
    roleDefinitionId: roleId(READER.name),
    principalId: target.principalId,
    principalType: 'ServicePrincipal',
  }
  const expected = {
    properties: {
      ...properties,
      scope: service,
      description: null,
      condition: null,
      conditionVersion: null,
      createdOn: '2030-01-01T00:00:00.000Z',
      updatedOn: '2030-01-01T00:00:00.000Z',
      createdBy: owner.principalId,
      updatedBy: owner.principalId,
    },
    id: `${service}/${ASSIGNMENTS}/${name}`,
    type: 'Microsoft.Authorization/roleAssignments',
    name,
  }
  assert.deepEqual(await ask('PUT', at(service, name), properties), { status: 201, body: expected })
  assert.deepEqual(await ask('PUT', at(service, name), properties), { status: 200, body: expected })
  assert.deepEqual(await ask('GET', at(service.toUpperCase(), name.toUpperCase())), { status: 200, body: expected })
  const { body } = await ask('GET', at(service, '', `principalId eq '${target.principalId}'`))
  assert.deepEqual(body.value, [expected])
  assert.deepEqual(await ask('DELETE', at(service, name)), { status: 200, body: expected })
  assert.deepEqual(await ask('DELETE', at(service, name)), { status: 204, body: undefined })
  const { status, body: gone } = await ask('GET', at(service, name))
  assert.deepEqual([status, gone.error.code], [404, 'RoleAssignmentNotFound'])
})

test('a role is named by the GUID at the end of any id, a principal in any case', async () => {
  for (const roleDefinitionId of [
    READER.name,
    `/providers/x/roleDefinitions/${READER.name.toUpperCase()}`,
    `//${roleId(READER.name)}`,
  ]) {
    const name = randomUUID()
    const { status } = await ask('PUT', at(RG, name), {
      roleDefinitionId,
      principalId: target.principalId.toUpperCase(),
    })
    assert.equal(status, 201)
    await ask('DELETE', at(RG, name))
  }
})

test('an assignment is a part of its own scope only', async () => {
  const name = await assign(http.storage, target, READER.name, service)
  assert.equal((await ask('GET', at(RG, name))).status, 404)
  assert.equal((await ask('DELETE', at(RG, name))).status, 204)
  assert.equal((await ask('GET', at(service, name))).status, 200)
  await ask('DELETE', at(service, name))
})

const NOBODY = '00000000-1111-4222-8333-444444444444'
const bad: readonly [string, () => object, number, string, RegExp][] = [
  ['no role', () => ({ roleDefinitionId: undefined }), 400, 'InvalidCreateRoleAssignmentRequest', /roleDefinitionId/],
  ['no principal', () => ({ principalId: undefined }), 400, 'InvalidCreateRoleAssignmentRequest', /principalId/],
  ['a principal that is no GUID', () => ({ principalId: 'me' }), 400, 'InvalidPrincipalId', /GUID/],
  [
    'an unknown principal',
    () => ({ principalId: NOBODY }),
    400,
    'PrincipalNotFound',
    / does not exist in the directory /,
  ],
  [
    'a client id for an object id',
    () => ({ principalId: target.applicationId }),
    400,
    'PrincipalNotFound',
    /principalType/,
  ],
  [
    'a principal of another tenant',
    () => ({ principalId: B.principalId }),
    400,
    'PrincipalNotFound',
    / does not exist in the directory /,
  ],
  ['another type', () => ({ principalType: 'Group' }), 400, 'UnmatchedPrincipalType', /ServicePrincipal/],
  ['a role that is no GUID', () => ({ roleDefinitionId: 'Reader' }), 400, 'InvalidRoleDefinitionId', /GUID/],
  [
    'an unknown role',
    () => ({ roleDefinitionId: roleId(NOBODY) }),
    404,
    'RoleDefinitionDoesNotExist',
    /does not exist/,
  ],
  ['a condition', () => ({ condition: '@Resource[x]' }), 400, 'InvalidRequestContent', /condition is not supported/],
]
for (const [name, properties, status, code, text] of bad) {
  test(`refused: ${name}`, async () => {
    const good = { roleDefinitionId: roleId(READER.name), principalId: target.principalId }
    const answer = await ask('PUT', at(service, randomUUID()), { ...good, ...properties() })
    assert.deepEqual([answer.status, answer.body.error.code], [status, code])
    assert.match(answer.body.error.message, text)
  })
}

test('the same triple under another name, and another triple under the same name', async () => {
  const properties = { roleDefinitionId: roleId(READER.name), principalId: target.principalId }
  const name = randomUUID()
  await ask('PUT', at(S, name), properties)
  const exists = await ask('PUT', at(S.toUpperCase(), randomUUID()), properties)
  assert.deepEqual([exists.status, exists.body.error.code], [409, 'RoleAssignmentExists'])
  assert.match(exists.body.error.message, /role assignment already exists/)
  assert.ok(exists.body.error.message.includes(name))
  const changed = await ask('PUT', at(S, name), { ...properties, roleDefinitionId: roleId(OWNER.name) })
  assert.deepEqual([changed.status, changed.body.error.code], [400, 'RoleAssignmentUpdateNotPermitted'])
  const moved = await ask('PUT', at(RG, name), properties)
  assert.deepEqual([moved.status, moved.body.error.code], [400, 'RoleAssignmentUpdateNotPermitted'])
  await ask('DELETE', at(S, name))
})

test('a scope that is not there takes no assignment', async () => {
  const properties = { roleDefinitionId: roleId(READER.name), principalId: target.principalId }
  for (const scope of [
    `${service}x`,
    `${RG}x`,
    '/providers/Contoso.Fax/faxes/x',
    `${S}/providers/Contoso.Fax/faxes/x`,
  ]) {
    assert.equal((await ask('PUT', at(scope, randomUUID()), properties)).status, 404, scope)
  }
  const foreign = await ask('PUT', at(B.resourceGroupId, randomUUID()), properties)
  assert.deepEqual([foreign.status, foreign.body.error.code], [404, 'SubscriptionNotFound'])
})

test('a custom role goes only where it may be assigned', async () => {
  const name = randomUUID()
  const permissions = [{ actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] }]
  const role: RoleDefinition = {
    name,
    roleName: 'Local',
    description: '',
    type: 'CustomRole',
    permissions,
    assignableScopes: [RG.toUpperCase()],
  }
  await http.storage.write.roles.putRoleDefinition(change(), A.tenantId, role)
  const properties = { roleDefinitionId: roleId(name), principalId: target.principalId }
  const answers = [S, RG, service].map((scope) => ask('PUT', at(scope, randomUUID()), properties))
  assert.deepEqual(
    (await Promise.all(answers)).map(({ status }) => status),
    [404, 201, 201],
  )
})

test('the root is the root of the caller’s tenant', async () => {
  const name = randomUUID()
  const properties = { roleDefinitionId: `/providers/x/${READER.name}`, principalId: target.principalId }
  const created = await ask('PUT', at('', name), properties)
  assert.equal(created.status, 201)
  const { body } = await ask('GET', at('', name))
  assert.deepEqual(
    [body.properties, (body as unknown as { id: string }).id],
    [
      {
        roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${READER.name}`,
        principalId: target.principalId,
        principalType: 'ServicePrincipal',
        scope: '/',
        description: null,
        condition: null,
        conditionVersion: null,
        createdOn: '2030-01-01T00:00:00.000Z',
        updatedOn: '2030-01-01T00:00:00.000Z',
        createdBy: owner.principalId,
        updatedBy: owner.principalId,
      },
      `/${ASSIGNMENTS}/${name}`,
    ],
  )
  const ownerOfB = await http.token(await http.program(B, OWNER.name))
  assert.equal((await ask('GET', at('', name), undefined, ownerOfB)).status, 404)
  assert.equal((await ask('DELETE', at('', name), undefined, ownerOfB)).status, 204)
  assert.equal((await ask('DELETE', at('', name))).status, 200)
})

test('reading takes read, writing takes write, at the scope or above', async () => {
  const reader = await http.token(await http.program(A, READER.name, service))
  const administrator = await http.token(await http.program(A, RBAC_ADMINISTRATOR, RG))
  const properties = { roleDefinitionId: roleId(READER.name), principalId: target.principalId }
  const name = randomUUID()
  assert.equal((await ask('GET', at(service), undefined, reader)).status, 200)
  assert.equal((await ask('GET', at(RG), undefined, reader)).status, 403)
  assert.equal((await ask('PUT', at(service, name), properties, reader)).status, 403)
  assert.equal((await ask('DELETE', at(service, name), undefined, reader)).status, 403)
  assert.equal((await ask('PUT', at(S, name), properties, administrator)).status, 403)
  assert.equal((await ask('PUT', at(service, name), properties, administrator)).status, 201)
  const audit = await http.storage.read.audit.listAudit(A.tenantId, 1)
  assert.equal(audit[0]?.operation, 'Microsoft.Authorization/roleAssignments/write')
})

test('filters: at scope, by principal, through groups, and all of it', async () => {
  const program = await http.program(A)
  const groupId = randomUUID()
  await http.storage.write.directory.createGroup(change(), {
    objectId: groupId,
    tenantId: A.tenantId,
    displayName: 'g',
  })
  await http.storage.write.directory.addMember(change(), A.tenantId, groupId, program.principalId)
  const named = {
    root: await assign(http.storage, program, READER.name, '/'),
    group: await assign(http.storage, program, READER.name, RG),
    service: await assign(http.storage, program, READER.name, service),
    member: await assign(http.storage, { ...program, principalId: groupId }, READER.name, S),
  }
  const list = async (scope: string, filter: string) => {
    const { status, body } = await ask('GET', at(scope, '', filter))
    assert.equal(status, 200)
    const found = new Set(body.value.map(({ name }) => name))
    return Object.entries(named).flatMap(([key, name]) => (found.has(name) ? [key] : []))
  }
  const mine = `principalId eq '${program.principalId}'`
  assert.deepEqual(await list(RG, ''), ['root', 'group', 'service', 'member'])
  assert.deepEqual(await list(RG, 'atScope()'), ['root', 'group', 'member'])
  assert.deepEqual(await list(RG, mine), ['root', 'group', 'service'])
  assert.deepEqual(await list(RG, `atScope() and ${mine}`), ['root', 'group'])
  assert.deepEqual(await list(RG, `assignedTo('${program.principalId}')`), ['root', 'group', 'service', 'member'])
  assert.deepEqual(await list(S, `atScope() and assignedTo('${program.principalId}')`), ['root', 'member'])
  assert.deepEqual(await list(service, `assignedTo('${NOBODY}')`), [])
  assert.deepEqual(await list(RG, `principalId in ('${NOBODY}', '${groupId}')`), ['member'])
  assert.deepEqual(await list(RG, `atScope() and principalType eq 'user' and ${mine}`), [])
  const reader = `roleDefinitionId eq '${S}/providers/Microsoft.Authorization/roleDefinitions/${READER.name}'`
  assert.deepEqual(await list(RG, `${reader} and ${mine}`), ['root', 'group', 'service'])
  assert.deepEqual(await list(RG, `roleDefinitionId eq '${NOBODY}'`), [])
  for (const filter of ["scope eq 'x'", 'assignedTo()', "atScope('x')", 'principalId']) {
    const { status, body } = await ask('GET', at(RG, '', filter))
    assert.deepEqual([status, body.error.code], [400, 'BadRequestFormat'], filter)
  }
})

test('bodies that are no JSON, or no JSON type', async () => {
  const send = (body: string, type: string) =>
    http.request('PUT', at(service, randomUUID()), { token, body, headers: { 'content-type': type } })
  const broken = await send('{"properties":', 'application/json')
  assert.deepEqual([broken.status, ((await broken.json()) as Body).error.code], [400, 'InvalidRequestContent'])
  assert.equal((await send('a=b', 'application/x-www-form-urlencoded')).status, 415)
  assert.equal((await send(`"${'x'.repeat(1024 * 1024)}"`, 'application/json')).status, 413)
  assert.equal((await send('', 'application/json')).status, 400)
})

test('the description may be changed, and who did it is told', async () => {
  const name = randomUUID()
  const { principalId } = await http.program(A)
  const properties = { roleDefinitionId: roleId(READER.name), principalId }
  await ask('PUT', at(service, name), { ...properties, description: 'first' })
  const second = await http.program(A, OWNER.name)
  http.state.now += 1000
  const changed = await ask(
    'PUT',
    at(service, name),
    { ...properties, description: 'second' },
    await http.token(second),
  )
  assert.equal(changed.status, 200)
  const { description, createdOn, updatedOn, createdBy, updatedBy } = changed.body.properties as Record<string, unknown>
  assert.deepEqual([description, createdBy, updatedBy], ['second', owner.principalId, second.principalId])
  assert.deepEqual([createdOn, updatedOn], ['2030-01-01T00:00:00.000Z', '2030-01-01T00:00:01.000Z'])
  assert.deepEqual((await ask('GET', at(service, name))).body, changed.body)
  await ask('DELETE', at(service, name))
})

test('users are assigned like principals', async () => {
  const objectId = randomUUID()
  await http.storage.write.directory.createUser(change(), {
    objectId,
    tenantId: A.tenantId,
    userPrincipalName: 'ada@contoso.test',
    displayName: 'Ada',
    accountEnabled: true,
    createdAt: AT,
    facts: {},
  })
  const properties = { roleDefinitionId: roleId(READER.name), principalId: objectId }
  const wrong = await ask('PUT', at(service, randomUUID()), { ...properties, principalType: 'ServicePrincipal' })
  assert.deepEqual([wrong.status, wrong.body.error.code], [400, 'UnmatchedPrincipalType'])
  const name = randomUUID()
  const { status, body } = await ask('PUT', at(service, name), { ...properties, principalType: 'user' })
  assert.deepEqual([status, (body.properties as { principalType: string }).principalType], [201, 'User'])
  await ask('DELETE', at(service, name))
})

test('groups are assigned like principals', async () => {
  const objectId = randomUUID()
  await http.storage.write.directory.createGroup(change(), { objectId, tenantId: A.tenantId, displayName: 'Printers' })
  const properties = { roleDefinitionId: roleId(READER.name), principalId: objectId, principalType: 'Group' }
  const name = randomUUID()
  assert.equal((await ask('PUT', at(service, name), properties)).status, 201)
  const member = await http.program(A)
  await http.storage.write.directory.addMember(change(), A.tenantId, objectId, member.principalId)
  assert.equal((await ask('GET', at(service, name), undefined, await http.token(member))).status, 200)
  await ask('DELETE', at(service, name))
})

test('what is below is listed as far as it may be read there', async () => {
  const reader = await http.program(A, READER.name, RG)
  const bearer = await http.token(reader)
  const name = await assign(http.storage, await http.program(A), READER.name, service)
  const list = async () => (await ask('GET', at(RG), undefined, bearer)).body.value.map((listed) => listed.name)
  assert((await list()).includes(name))
  const deny = randomUUID()
  const action = 'Microsoft.Authorization/roleAssignments/read'
  await http.storage.write.roles.putDenyAssignment(change(), A.tenantId, {
    name: deny,
    denyAssignmentName: 'hidden',
    description: '',
    scope: service,
    doNotApplyToChildScopes: false,
    permissions: [{ actions: [action], notActions: [], dataActions: [], notDataActions: [] }],
    principals: [reader.principalId],
    excludePrincipals: [],
  })
  assert.equal((await list()).includes(name), false)
  await http.storage.write.roles.deleteDenyAssignment(change(), A.tenantId, deny)
})
