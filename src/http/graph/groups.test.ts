// Groups: made and changed, who is in them, directly and through others, in circles too; and that a group's role is its members'.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { READER } from '../../access/built-in-roles.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { BASE } from '../http.fixture.ts'
import { ABSENT, assertError, type GraphFixture, objectUrl, openGraphFixture, reference } from './graph.fixture.ts'

let graph: GraphFixture
before(async () => {
  graph = await openGraphFixture()
})
after(() => graph.close())

const idsOf = async (path: string) => {
  const { status, body } = await graph.ask('GET', path)
  assert.equal(status, 200, JSON.stringify(body))
  return body.value.map(({ id }) => id)
}
const addMember = (group: string, member: string) =>
  graph.ask('POST', `/groups/${group}/members/$ref`, reference(member))

test('a group is made, read, changed and deleted', async () => {
  const made = await graph.createGroup('devices')
  const expected = { displayName: 'devices', mailEnabled: false, mailNickname: 'devices', securityEnabled: true }
  assert.deepEqual({ ...made, ...expected }, made)
  assert.equal((await graph.ask('PATCH', `/groups/${made.id}`, { description: 'in the hall' })).status, 204)
  const { body } = await graph.ask('GET', `/groups/${made.id}`)
  assert.deepEqual({ ...body, ...expected, description: 'in the hall' }, body)
  assert.equal((await graph.ask('DELETE', `/groups/${made.id}`)).status, 204)
  for (const method of ['GET', 'DELETE'])
    assertError(await graph.ask(method, `/groups/${made.id}`), 404, 'Request_ResourceNotFound')
})

const group = { displayName: 'x', mailEnabled: false, mailNickname: 'x', securityEnabled: true }
const refused: readonly [string, Record<string, unknown>][] = [
  ['no name', { ...group, displayName: undefined }],
  ['no mailNickname', { ...group, mailNickname: undefined }],
  ['no mailEnabled', { ...group, mailEnabled: undefined }],
  ['no securityEnabled', { ...group, securityEnabled: undefined }],
  ['mail', { ...group, mailEnabled: true }],
  ['no security', { ...group, securityEnabled: false }],
  ['a type', { ...group, groupTypes: ['Unified'] }],
  ['a nickname with spaces', { ...group, mailNickname: 'a b' }],
  ['a member nobody knows', { ...group, members: [] }],
  ['21 members', { ...group, 'members@odata.bind': Array.from({ length: 21 }, () => objectUrl(A.principalId)) }],
  ['a member by something else', { ...group, 'members@odata.bind': ['https://x/v1.0/devices/1'] }],
]
for (const [name, body] of refused)
  test(`a group is not made with ${name}`, async () => {
    assertError(await graph.ask('POST', '/groups', body), 400, 'Request_BadRequest')
  })

test('members are added once, listed with their kinds, and removed', async () => {
  const inner = await graph.createGroup('inner')
  const user = await graph.create('/users', {
    accountEnabled: true,
    displayName: 'Ada',
    mailNickname: 'ada',
    userPrincipalName: 'ada@members.example',
  })
  const { id } = await graph.createGroup('outer', [A.principalId])
  for (const member of [inner.id, user.id]) assert.equal((await addMember(id, member)).status, 204)
  assert.match(assertError(await addMember(id, user.id), 400, 'Request_BadRequest'), /already exist.*'members'/)
  const { body } = await graph.ask('GET', `/groups/${id}/members`)
  const kinds = Object.fromEntries(body.value.map((one) => [one.id, one['@odata.type']]))
  assert.deepEqual(kinds, {
    [A.principalId]: '#microsoft.graph.servicePrincipal',
    [inner.id]: '#microsoft.graph.group',
    [user.id]: '#microsoft.graph.user',
  })
  const references = await graph.ask('GET', `/groups/${id}/members/$ref`)
  assert.ok(references.body.value.some((one) => one['@odata.id'] === `${BASE}/v1.0/directoryObjects/${user.id}`))
  assert.equal((await graph.ask('DELETE', `/groups/${id}/members/${user.id}/$ref`)).status, 204)
  assertError(await graph.ask('DELETE', `/groups/${id}/members/${user.id}/$ref`), 404, 'Request_ResourceNotFound')
  assert.deepEqual((await idsOf(`/groups/${id}/members`)).toSorted(), [A.principalId, inner.id].toSorted())
  assert.equal((await graph.ask('DELETE', `/groups/${inner.id}`)).status, 204)
  assert.deepEqual(await idsOf(`/groups/${id}/members`), [A.principalId])
})

test('what is absent, of another tenant, no principal, or the group itself is no member', async () => {
  const { id } = await graph.createGroup('picky')
  for (const member of [ABSENT, B.principalId])
    assertError(await addMember(id, member), 404, 'Request_ResourceNotFound')
  for (const member of [A.applicationObjectId, id]) assertError(await addMember(id, member), 400, 'Request_BadRequest')
  assertError(await addMember(ABSENT, A.principalId), 404, 'Request_ResourceNotFound')
  assertError(await graph.ask('POST', `/groups/${id}/members/$ref`, { '@odata.id': 'x' }), 400, 'Request_BadRequest')
  assert.deepEqual(await idsOf(`/groups/${id}/members`), [])
})

test('members that come with a change come all or not at all, and with the rest of the change', async () => {
  const { id } = await graph.createGroup('bound')
  const bind = (...ids: string[]) =>
    graph.ask('PATCH', `/groups/${id}`, { displayName: 'renamed', 'members@odata.bind': ids.map(objectUrl) })
  assertError(await bind(A.principalId, ABSENT), 404, 'Request_ResourceNotFound')
  assert.equal((await graph.ask('GET', `/groups/${id}`)).body['displayName'], 'bound')
  assert.deepEqual(await idsOf(`/groups/${id}/members`), [])
  assert.equal((await bind(A.principalId)).status, 204)
  assertError(await bind(A.principalId), 400, 'Request_BadRequest')
  assert.equal((await graph.ask('GET', `/groups/${id}`)).body['displayName'], 'renamed')
  const { token } = await graph.programWith(['Microsoft.Directory/groups/write'])
  const other = await graph.createGroup('other')
  const path = `/groups/${id}`
  const body = { 'members@odata.bind': [objectUrl(other.id)] }
  assertError(await graph.ask('PATCH', path, body, token), 403, 'Authorization_RequestDenied')
  assert.equal((await graph.ask('PATCH', path, { displayName: 'again' }, token)).status, 204)
})

test('groups in a circle: every member once, and no walk goes on for ever', async () => {
  const [first, second, third] = [
    await graph.createGroup('first'),
    await graph.createGroup('second'),
    await graph.createGroup('third'),
  ]
  const ring = [first.id, second.id, third.id]
  for (const [index, id] of ring.entries())
    assert.equal((await addMember(id, ring[(index + 1) % ring.length] ?? '')).status, 204)
  assert.equal((await addMember(third.id, A.principalId)).status, 204)
  const below = await idsOf(`/groups/${first.id}/transitiveMembers`)
  assert.deepEqual(below.toSorted(), [...ring, A.principalId].toSorted())
  assert.deepEqual(await idsOf(`/groups/${first.id}/members`), [second.id])
  const mine = await graph.ask('POST', `/servicePrincipals/${A.principalId}/getMemberGroups`, {
    securityEnabledOnly: true,
  })
  for (const id of ring) assert.ok((mine.body.value as readonly unknown[]).includes(id))
  const groupIds = [first.id, ABSENT]
  const checked = await graph.ask('POST', `/directoryObjects/${A.principalId}/checkMemberGroups`, { groupIds })
  assert.deepEqual(checked.body.value, [first.id])
  assert.deepEqual(await idsOf(`/groups/${first.id}/memberOf`), [third.id])
  assert.deepEqual((await idsOf(`/groups/${first.id}/transitiveMemberOf`)).toSorted(), ring.toSorted())
})

test('a role of a group is its members’, through another group too, until they leave', async () => {
  const program = await graph.program(A)
  const token = await graph.tokenOf(program)
  const inner = await graph.createGroup('readers-inner', [program.principalId])
  const outer = await graph.createGroup('readers', [inner.id])
  const assignment = {
    name: ABSENT,
    scope: '/',
    roleDefinitionName: READER.name,
    principalId: outer.id,
    principalType: 'Group' as const,
  }
  await graph.storage.write.roles.putRoleAssignment(change(), A.tenantId, assignment)
  const status = async () => (await graph.ask('GET', '/groups', undefined, token)).status
  assert.equal(await status(), 200)
  await graph.ask('DELETE', `/groups/${inner.id}/members/${program.principalId}/$ref`)
  assert.equal(await status(), 403)
})

test('members come in pages', async () => {
  const members = []
  for (let count = 0; count < 5; count += 1) members.push((await graph.createGroup(`page-${count}`)).id)
  const { id } = await graph.createGroup('book', members)
  const seen: string[] = []
  for (let path = `/groups/${id}/members?$top=2&$select=id`; path !== ''; ) {
    const { body } = await graph.ask('GET', path)
    assert.ok(body.value.length <= 2)
    seen.push(...body.value.map((one) => one.id))
    path = ((body['@odata.nextLink'] as string | undefined) ?? '').replace(`${BASE}/v1.0`, '')
  }
  assert.deepEqual(seen, members.toSorted())
})
