// Users, owners, service principals as objects, and what is asked of an object whatever its kind.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import { BASE } from '../http.fixture.ts'
import { ABSENT, assertError, filterBy, type GraphFixture, openGraphFixture, reference } from './graph.fixture.ts'

let graph: GraphFixture
before(async () => {
  graph = await openGraphFixture()
})
after(() => graph.close())

const user = (name: string) => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: name,
  userPrincipalName: `${name}@contoso.example`,
  passwordProfile: { password: 'not-a-real-password', forceChangePasswordNextSignIn: true },
})

test('a user is made, found by id, name and filter, changed and deleted; the password is not kept', async () => {
  const { passwordProfile, ...told } = user('Grace')
  const made = await graph.create('/users', { ...told, passwordProfile, mail: 'grace@contoso.example', surname: 'H' })
  assert.deepEqual({ ...made, ...told, mail: 'grace@contoso.example', surname: 'H' }, made)
  assert.equal(JSON.stringify(made).includes('password'), false)
  for (const path of [
    `/users/${made.id}`,
    '/users/grace@CONTOSO.example',
    `/users/${encodeURIComponent('Grace@contoso.example')}`,
  ])
    assert.equal((await graph.ask('GET', path)).body.id, made.id, path)
  for (const filter of ["userPrincipalName eq 'grace@contoso.example'", "mail eq 'GRACE@contoso.example'"])
    assert.deepEqual(
      (await graph.ask('GET', `/users?${filterBy(filter)}`)).body.value.map(({ id }) => id),
      [made.id],
    )
  assert.equal((await graph.ask('PATCH', `/users/${made.id}`, { surname: null, accountEnabled: false })).status, 204)
  const changed = (await graph.ask('GET', `/users/${made.id}`)).body
  assert.deepEqual([changed['surname'], changed['accountEnabled'], changed['mailNickname']], [null, false, 'Grace'])
  assert.equal((await graph.ask('DELETE', '/users/grace@contoso.example')).status, 204)
  assertError(await graph.ask('GET', `/users/${made.id}`), 404, 'Request_ResourceNotFound')
})

test('a name belongs to one user of a tenant', async () => {
  const taken = 'Request_MultipleObjectsWithSameKeyValue'
  await graph.create('/users', user('first'))
  const second = await graph.create('/users', user('second'))
  assertError(await graph.ask('POST', '/users', user('FIRST')), 400, taken)
  const rename = { userPrincipalName: 'first@contoso.example' }
  assertError(await graph.ask('PATCH', `/users/${second.id}`, rename), 400, taken)
  const { token } = await graph.programWith(['Microsoft.Directory/users/write'], B)
  assert.equal((await graph.ask('POST', '/users', user('first'), token)).status, 201)
})

const refusedUsers: readonly Record<string, unknown>[] = [
  { ...user('x'), userPrincipalName: 'x' },
  { ...user('x'), userPrincipalName: 'a b@contoso.example' },
  { ...user('x'), displayName: '' },
  { ...user('x'), accountEnabled: 'yes' },
  { ...user('x'), mailNickname: undefined },
  { ...user('x'), shoeSize: 43 },
]
for (const [index, body] of refusedUsers.entries())
  test(`a user is not made from bad input (${index + 1})`, async () => {
    assertError(await graph.ask('POST', '/users', body), 400, 'Request_BadRequest')
  })

test('one service principal for one application of the tenant', async () => {
  const { appId } = await graph.create('/applications', { displayName: 'Sole', identifierUris: ['api://sole'] })
  const made = await graph.create('/servicePrincipals', { appId, tags: ['x'] })
  assert.deepEqual(made['servicePrincipalNames'], [appId, 'api://sole'])
  assert.deepEqual([made['displayName'], made['tags'], made['accountEnabled']], ['Sole', ['x'], true])
  assertError(await graph.ask('POST', '/servicePrincipals', { appId }), 409, 'Request_MultipleObjectsWithSameKeyValue')
  for (const none of [ABSENT, B.applicationId]) {
    const answer = await graph.ask('POST', '/servicePrincipals', { appId: none })
    assert.match(assertError(answer, 400, 'Request_BadRequest'), / does not reference /)
  }
  assertError(await graph.ask('POST', '/servicePrincipals', { appId: 'x' }), 400, 'Request_BadRequest')
  for (const name of [String(appId), 'api://sole']) {
    const filter = `servicePrincipalNames/any(c:c eq '${name}')`
    const { body } = await graph.ask('GET', `/servicePrincipals?${filterBy(filter)}`)
    assert.deepEqual(
      body.value.map(({ id }) => id),
      [made.id],
    )
  }
})

test('a disabled service principal has no valid token left', async () => {
  const program = await graph.program(A)
  const token = await graph.tokenOf(program)
  const path = `/servicePrincipals/${program.principalId}`
  const status = async () => (await graph.ask('GET', '/me', undefined, token)).status
  assert.equal(await status(), 200)
  assert.equal((await graph.ask('PATCH', path, { accountEnabled: false })).status, 204)
  assert.equal(await status(), 401)
  assert.equal((await graph.ask('PATCH', path, { accountEnabled: true })).status, 204)
  assert.equal(await status(), 200)
})

for (const set of ['applications', 'servicePrincipals', 'groups'])
  test(`owners of ${set} are added once, listed and removed`, async () => {
    const { id: objectId, appId } = await graph.create('/applications', { displayName: 'Owned' })
    const path = {
      applications: `/applications/${objectId}`,
      servicePrincipals: `/servicePrincipals/${(await graph.create('/servicePrincipals', { appId })).id}`,
      groups: `/groups/${(await graph.createGroup('owned')).id}`,
    }[set]
    const add = (id: string) => graph.ask('POST', `${path}/owners/$ref`, reference(id))
    assert.equal((await add(A.principalId)).status, 204)
    assert.match(assertError(await add(A.principalId), 400, 'Request_BadRequest'), /already exist/)
    assertError(await add(ABSENT), 404, 'Request_ResourceNotFound')
    assertError(await add(B.principalId), 404, 'Request_ResourceNotFound')
    assertError(await add((await graph.createGroup('no-owner')).id), 400, 'Request_BadRequest')
    const owners = await graph.ask('GET', `${path}/owners`)
    assert.deepEqual(
      owners.body.value.map((one) => [one['@odata.type'], one.id]),
      [['#microsoft.graph.servicePrincipal', A.principalId]],
    )
    const owned = await graph.ask('GET', `/servicePrincipals/${A.principalId}/ownedObjects?$top=999`)
    assert.ok(owned.body.value.some(({ id }) => path?.endsWith(id)))
    assert.equal((await graph.ask('DELETE', `${path}/owners/${A.principalId}/$ref`)).status, 204)
    assertError(await graph.ask('DELETE', `${path}/owners/${A.principalId}/$ref`), 404, 'Request_ResourceNotFound')
    assert.deepEqual((await graph.ask('GET', `${path}/owners`)).body.value, [])
  })

test('objects by their ids: of the kinds that are asked for and may be read, never of another tenant', async () => {
  const group = await graph.createGroup('named')
  const ids = [A.principalId, group.id, A.applicationObjectId.toUpperCase(), ABSENT, B.principalId, group.id]
  const ask = async (types: readonly string[] | undefined, bearer?: string) => {
    const { status, body } = await graph.ask('POST', '/directoryObjects/getByIds', { ids, types }, bearer)
    assert.equal(status, 200)
    return body.value.map((one) => [one['@odata.type'], one['displayName']])
  }
  const principal = ['#microsoft.graph.servicePrincipal', 'Printer']
  assert.deepEqual(await ask(undefined), [
    principal,
    ['#microsoft.graph.group', 'named'],
    ['#microsoft.graph.application', 'Printer'],
  ])
  assert.deepEqual(await ask(['user', 'servicePrincipal']), [principal])
  const { token } = await graph.programWith(['Microsoft.Directory/servicePrincipals/read'])
  assert.deepEqual(await ask(undefined, token), [principal])
  const many = Array.from({ length: 1001 }, () => ABSENT)
  assertError(await graph.ask('POST', '/directoryObjects/getByIds', { ids: many }), 400, 'Request_BadRequest')
})

test('who may read no kind that is asked for has nothing looked up', async (context) => {
  const { token } = await graph.programWith(['Microsoft.Directory/groups/read'])
  const reads = context.mock.method(graph.storage.read.directory, 'readObjects')
  const body = { ids: [A.principalId], types: ['user', 'servicePrincipal'] }
  const answer = await graph.ask('POST', '/directoryObjects/getByIds', body, token)
  assert.deepEqual([answer.status, answer.body.value, reads.mock.callCount()], [200, [], 0])
})

test('an object by id: its kind is told to who may read it, its absence to who may read all kinds', async () => {
  const { body } = await graph.ask('GET', `/directoryObjects/${A.principalId}`)
  assert.deepEqual([body['@odata.type'], body.id], ['#microsoft.graph.servicePrincipal', A.principalId])
  assertError(await graph.ask('GET', `/directoryObjects/${B.principalId}`), 404, 'Request_ResourceNotFound')
  const { token } = await graph.programWith(['Microsoft.Directory/groups/read'])
  for (const id of [A.principalId, ABSENT])
    assertError(await graph.ask('GET', `/directoryObjects/${id}`, undefined, token), 403, 'Authorization_RequestDenied')
})

test('of a member that the caller may not read, only its id and kind are shown', async () => {
  const { id } = await graph.createGroup('shy', [A.principalId])
  const { token } = await graph.programWith(['Microsoft.Directory/groups/read'])
  const { body } = await graph.ask('GET', `/groups/${id}/members`, undefined, token)
  assert.deepEqual(body.value, [{ '@odata.type': '#microsoft.graph.servicePrincipal', id: A.principalId }])
})

test('everybody may ask who it is, where it is, and which groups it is in', async () => {
  const program = await graph.programWith([])
  const group = await graph.createGroup('mine', [program.principalId])
  const ask = async (path: string) => (await graph.ask('GET', path, undefined, program.token)).body
  const me = await ask('/me')
  assert.deepEqual([me.id, me['appId']], [program.principalId, program.applicationId])
  assert.deepEqual(
    (await ask('/organization')).value.map(({ id, displayName }) => [id, displayName]),
    [[A.tenantId, 'Tenant a']],
  )
  assert.equal((await ask(`/organization/${A.tenantId}`))['displayName'], 'Tenant a')
  assertError(await graph.ask('GET', `/organization/${B.tenantId}`), 404, 'Request_ResourceNotFound')
  assert.deepEqual((await ask('/me/memberOf')).value, [{ '@odata.type': '#microsoft.graph.group', id: group.id }])
  assert.deepEqual((await ask('/me/ownedObjects')).value, [])
  const context = `${BASE}/v1.0/$metadata#oauth2PermissionGrants`
  assert.deepEqual(await ask('/oauth2PermissionGrants'), { '@odata.context': context, value: [] })
})

test('who may not read every kind learns from no refusal what is there, nor of which kind it is', async () => {
  const { id: userId } = await graph.create('/users', user('hidden'))
  const { id: groupId } = await graph.createGroup('hidden')
  const ids = [A.applicationObjectId, A.principalId, groupId, userId, B.principalId, ABSENT]
  const kinds = ['applications', 'servicePrincipals', 'groups', 'users']
  const rights = kinds.flatMap((kind) => [[kind], kinds.filter((other) => other !== kind)])
  for (const readable of [[], ...rights]) {
    const { token, principalId, applicationId } = await graph.programWith(
      readable.length === 0
        ? ['Microsoft.Directory/groups/write']
        : readable.map((kind) => `Microsoft.Directory/${kind}/read`),
    )
    const told = async (id: string) => {
      const { status, body } = await graph.ask('GET', `/directoryObjects/${id}`, undefined, token)
      return status === 200 ? 200 : JSON.stringify([status, body.error.code, body.error.message.replaceAll(id, 'X')])
    }
    const answers = await Promise.all(ids.map(told))
    const refusals = new Set(answers.filter((answer) => answer !== 200))
    assert.equal(refusals.size, 1, `${applicationId} ${principalId}: ${[...refusals].join('\n')}`)
    assert.equal(answers.filter((answer) => answer === 200).length, readable.length)
    const [unreadable] = kinds.filter((kind) => !readable.includes(kind))
    assert.ok([...refusals].join('').includes(`'Microsoft.Directory/${unreadable}/read'`))
  }
})
