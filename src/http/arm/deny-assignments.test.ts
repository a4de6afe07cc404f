// Deny assignments over HTTP: their life, what they stop, and that nobody locks themselves out.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, OWNER, READER } from '../../access/built-in-roles.ts'
import { EVERYONE } from '../../access/access.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, type Program, putService, VERSION } from '../http.fixture.ts'

const S = `/subscriptions/${A.subscriptionId}`
const RG = A.resourceGroupId
const DENIALS = 'providers/Microsoft.Authorization/denyAssignments'

let http: HttpFixture
let owner: Program
let token: string
let service: string
let target: Program
before(async () => {
  http = await openHttpFixture()
  owner = await http.program(A, OWNER.name)
  token = await http.token(owner)
  target = await http.program(A, OWNER.name)
  service = (await putService(http.storage, A, 'contoso')).id
})
after(() => http.close())

type Body = {
  name: string
  value: { name: string }[]
  properties: Record<string, unknown>
  error: { code: string; message: string; target?: string }
}
const at = (scope: string, name = '', filter = '') =>
  `${scope}/${DENIALS}${name && `/${name}`}?${VERSION}${filter && `&$filter=${encodeURIComponent(filter)}`}`
async function ask(method: string, path: string, properties?: object, bearer = token) {
  const json = properties === undefined ? {} : { json: { properties } }
  const response = await http.request(method, path, { token: bearer, ...json })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body }
}
const UNDOING = 'Microsoft.Authorization/denyAssignments/delete'
const block = (rest: object = {}) => ({
  denyAssignmentName: 'Stop the printer',
  permissions: [{ actions: ['*'], notActions: [UNDOING] }],
  principals: [{ id: target.principalId, type: 'ServicePrincipal' }],
  ...rest,
})

test('a block: put, read, changed, listed, deleted, gone; and it blocks while it is there', async () => {
  const name = randomUUID()
  const blocked = await http.token(target)
  const readService = () => http.request('GET', `${service}?api-version=2023-04-01`, { token: blocked })
  assert.equal((await readService()).status, 200)
  const created = await ask('PUT', at(RG, name), block())
  const body = {
    properties: {
      denyAssignmentName: 'Stop the printer',
      description: '',
      permissions: [{ actions: ['*'], notActions: [UNDOING], dataActions: [], notDataActions: [] }],
      scope: RG,
      doNotApplyToChildScopes: false,
      principals: [{ id: target.principalId, type: 'ServicePrincipal' }],
      excludePrincipals: [],
      isSystemProtected: false,
      condition: null,
      conditionVersion: null,
      createdOn: '2030-01-01T00:00:00.000Z',
      updatedOn: '2030-01-01T00:00:00.000Z',
      createdBy: owner.principalId,
      updatedBy: owner.principalId,
    },
    id: `${RG}/${DENIALS}/${name}`,
    type: 'Microsoft.Authorization/denyAssignments',
    name,
  }
  assert.deepEqual(created, { status: 201, body })
  assert.equal((await readService()).status, 403)
  assert.deepEqual(await ask('GET', at(RG, name)), { status: 200, body })
  assert.equal((await ask('GET', at(S, name))).body.error.code, 'DenyAssignmentNotFound')
  const changed = await ask('PUT', at(RG, name), block({ doNotApplyToChildScopes: true, description: 'less' }))
  assert.equal(changed.status, 200)
  assert.equal(changed.body.properties['description'], 'less')
  assert.equal((await readService()).status, 200)
  assert.deepEqual((await ask('GET', at(service))).body.value, [changed.body])
  assert.deepEqual(await ask('DELETE', at(RG, name)), { status: 200, body: changed.body })
  assert.deepEqual(await ask('DELETE', at(RG, name)), { status: 204, body: undefined })
})

test('everyone but the maker', async () => {
  const name = randomUUID()
  const principals = [{ id: EVERYONE }]
  const excludePrincipals = [{ id: owner.principalId }]
  const { status, body } = await ask('PUT', at(RG, name), block({ principals, excludePrincipals }))
  assert.equal(status, 201)
  assert.deepEqual(
    [body.properties['principals'], body.properties['excludePrincipals']],
    [[{ id: EVERYONE, type: 'SystemDefined' }], [{ id: owner.principalId, type: 'ServicePrincipal' }]],
  )
  assert.equal((await ask('DELETE', at(RG, name))).status, 200)
})

const patterns = (count: number) => Array.from({ length: count }, () => 'Microsoft.Support/supportTickets/re*')

const bad: readonly (readonly [string, () => object, number, string, string?])[] = [
  ['no name', () => ({ denyAssignmentName: ' ' }), 400, 'InvalidRequestContent', 'properties.denyAssignmentName'],
  ['no permissions', () => ({ permissions: [] }), 400, 'InvalidRequestContent', 'properties.permissions'],
  [
    'an unknown action',
    () => ({ permissions: [{ actions: ['a/b'] }] }),
    400,
    'InvalidActionOrNotAction',
    'properties.permissions.0.actions',
  ],
  ['nobody', () => ({ principals: [] }), 400, 'InvalidRequestContent', 'properties.principals'],
  ['no GUID', () => ({ principals: [{ id: 'me' }] }), 400, 'InvalidPrincipalId', 'properties.principals.0'],
  [
    'a principal of another tenant',
    () => ({ principals: [{ id: B.principalId }] }),
    400,
    'PrincipalNotFound',
    'properties.principals.0',
  ],
  [
    'another type',
    () => ({ principals: [{ id: target.principalId, type: 'User' }] }),
    400,
    'UnmatchedPrincipalType',
    'properties.principals.0',
  ],
  [
    'an unknown exception',
    () => ({ excludePrincipals: [{ id: randomUUID() }] }),
    400,
    'PrincipalNotFound',
    'properties.excludePrincipals.0',
  ],
  ['a condition', () => ({ condition: 'x' }), 400, 'InvalidRequestContent', 'properties.condition'],
  ['a protection', () => ({ isSystemProtected: true }), 400, 'InvalidRequestContent', 'properties.isSystemProtected'],
  [
    'no way back',
    () => ({ permissions: [{ actions: ['*'] }] }),
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  [
    'no way back for anybody but the maker',
    () => ({
      permissions: [{ actions: ['*/Delete'] }],
      principals: [{ id: EVERYONE }],
      excludePrincipals: [{ id: owner.principalId }],
    }),
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  [
    'no way back for one other',
    () => ({ permissions: [{ actions: ['Microsoft.Authorization/*/Write'] }, { actions: [UNDOING.toUpperCase()] }] }),
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  [
    'too many blocks',
    () => ({ permissions: Array.from({ length: 11 }, () => ({ actions: ['*/read'] })) }),
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  [
    'too many patterns',
    () => ({ permissions: [{ actions: patterns(300) }, { dataActions: patterns(201) }] }),
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  [
    'patterns that are too long together',
    () => ({ permissions: [{ actions: Array.from({ length: 64 }, () => `${'x'.repeat(511)}*`) }, { actions: ['*'] }] }),
    400,
    'InvalidRequestContent',
    'properties.permissions',
  ],
  [
    'too many principals',
    () => ({ principals: Array.from({ length: 201 }, () => ({ id: target.principalId })) }),
    400,
    'InvalidRequestContent',
    'properties.principals',
  ],
]
for (const [name, rest, status, code, member] of bad) {
  test(`refused: ${name}`, async () => {
    const id = randomUUID()
    const { status: seen, body } = await ask('PUT', at(RG, id), block(rest()))
    assert.deepEqual([seen, body.error.code, body.error.target], [status, code, member])
    assert.equal((await ask('GET', at(RG, id))).status, 404)
  })
}

test('as much as fits; who is named twice is stored once', async () => {
  const name = randomUUID()
  const permissions = [{ actions: patterns(300) }, { dataActions: patterns(200) }]
  const principals = [{ id: target.principalId }, { id: target.principalId.toUpperCase() }]
  const { status, body } = await ask('PUT', at(RG, name), block({ permissions, principals }))
  assert.equal(status, 201)
  assert.deepEqual(body.properties['principals'], [{ id: target.principalId, type: 'ServicePrincipal' }])
  assert.equal((await ask('DELETE', at(RG, name))).status, 200)
})

test('a tenant has a bounded number of them, whoever asks at once', async () => {
  const own = await openHttpFixture()
  try {
    const bearer = await own.token(await own.program(A, OWNER.name))
    const put = async (name: string) => {
      const options = { token: bearer, json: { properties: block({ principals: [{ id: A.principalId }] }) } }
      const response = await own.request('PUT', at(RG, name), options)
      return response.status < 400 ? response.status : ((await response.json()) as Body).error.code
    }
    const names = Array.from({ length: 49 }, () => randomUUID())
    for (const name of names) assert.equal(await put(name), 201)
    const last = await Promise.all(Array.from({ length: 5 }, () => put(randomUUID())))
    assert.equal(last.filter((outcome) => outcome === 201).length, 1)
    assert.equal(last.filter((outcome) => outcome === 'DenyAssignmentLimitExceeded').length, 4)
    assert.equal(await put(names[0] ?? ''), 200)
    const [first = ''] = names
    assert.equal((await own.request('DELETE', at(RG, first), { token: bearer })).status, 200)
    assert.equal(await put(first), 201)
  } finally {
    await own.close()
  }
})

test('the maker may block itself from all but undoing it', async () => {
  const name = randomUUID()
  const principals = [{ id: owner.principalId }]
  assert.equal((await ask('PUT', at(service, name), block({ principals }))).status, 201)
  assert.equal((await ask('PUT', at(service, name), block())).status, 403)
  assert.equal((await ask('DELETE', at(service, name))).status, 200)
})

test('names are GUIDs, scopes are there, and a name stays on its scope', async () => {
  assert.equal((await ask('PUT', at(RG, 'block'), block())).body.error.code, 'InvalidDenyAssignmentId')
  assert.equal((await ask('PUT', at(`${service}x`, randomUUID()), block())).status, 404)
  const name = randomUUID()
  await ask('PUT', at(service, name), block())
  const moved = await ask('PUT', at(RG, name), block())
  assert.deepEqual([moved.status, moved.body.error.code], [409, 'DenyAssignmentExists'])
  assert.equal((await ask('DELETE', at(RG, name))).status, 204)
  assert.equal((await ask('DELETE', at(service, name))).status, 200)
})

test('lists by scope and by filter; denials of another tenant are not there', async () => {
  const names: string[] = [randomUUID(), randomUUID(), randomUUID()]
  for (const [index, scope] of [S, RG, service].entries())
    await ask('PUT', at(scope, names[index]), block({ denyAssignmentName: `n${index}` }))
  const foreign = { ...block(), name: randomUUID(), description: '', scope: '/', doNotApplyToChildScopes: false }
  await http.storage.write.roles.putDenyAssignment(change(), B.tenantId, {
    ...foreign,
    permissions: [],
    principals: [target.principalId],
    excludePrincipals: [],
  })
  const list = async (scope: string, filter = '') => {
    const { status, body } = await ask('GET', at(scope, '', filter))
    return status === 200
      ? body.value.map(({ name }) => names.indexOf(name)).toSorted((one, other) => one - other)
      : body.error.code
  }
  assert.deepEqual(await list(RG), [0, 1, 2])
  assert.deepEqual(await list(RG, 'atScope()'), [0, 1])
  assert.deepEqual(await list(RG, "denyAssignmentName eq 'N2'"), [2])
  assert.deepEqual(await list(RG, `atScope() and principalId eq '${target.principalId}'`), [0, 1])
  assert.deepEqual(await list(RG, `principalId eq '${owner.principalId}'`), [])
  assert.deepEqual(await list(RG, "scope eq 'x'"), 'BadRequestFormat')
  assert.equal((await ask('GET', at('', foreign.name))).status, 404)
})

test('reading takes read, blocking takes write', async () => {
  const name = randomUUID()
  const reader = await http.token(await http.program(A, READER.name, RG))
  const contributor = await http.token(await http.program(A, CONTRIBUTOR.name, RG))
  assert.equal((await ask('GET', at(RG), undefined, reader)).status, 200)
  assert.equal((await ask('GET', at(S), undefined, reader)).status, 403)
  for (const bearer of [reader, contributor]) {
    assert.equal((await ask('PUT', at(RG, name), block(), bearer)).status, 403)
    assert.equal((await ask('DELETE', at(RG, name), undefined, bearer)).status, 403)
  }
})
