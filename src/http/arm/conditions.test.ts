// `If-Match` and `If-None-Match` on what has no etag of its own: roles, their assignments and denials, of which `*` asks whether they are
// there, and tags, which go by the etag of what they are on.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { READER } from '../../access/built-in-roles.ts'
import { A } from '../../storage/two-tenants.fixture.ts'
import { type ArmCalls, COMMUNICATION, openArmCalls, RG, S, serviceBody } from './arm-calls.fixture.ts'

let arm: ArmCalls
const SERVICE = `${COMMUNICATION}/communicationServices/conditional`
before(async () => {
  arm = await openArmCalls()
  await arm.put(SERVICE, serviceBody())
})
after(() => arm.close())

const FAILED = [412, 'PreconditionFailed']
const permissions = [{ actions: ['*/read'] }]
const items: readonly [string, (description: string) => object][] = [
  ['roleAssignments', (description) => ({ roleDefinitionId: READER.name, principalId: A.principalId, description })],
  [
    'roleDefinitions',
    (description) => ({ roleName: 'Conditional', description, permissions, assignableScopes: [SERVICE] }),
  ],
  [
    'denyAssignments',
    (description) => ({ denyAssignmentName: 'x', description, permissions, principals: [{ id: A.principalId }] }),
  ],
]
for (const [type, bodyOf] of items) {
  test(`conditions of ${type}`, async () => {
    const path = `${SERVICE}/providers/Microsoft.Authorization/${type}/${randomUUID()}`
    const put = (headers: Record<string, string>, description = '') =>
      arm.outcome('PUT', path, { headers, json: { properties: bodyOf(description) } })
    const remove = (headers: Record<string, string>) => arm.outcome('DELETE', path, { headers })
    const described = async () => (await arm.ask('GET', path)).body.properties['description']
    for (const value of ['*', '"x"']) {
      assert.deepEqual(await put({ 'if-match': value }), FAILED)
      assert.deepEqual(await remove({ 'if-match': value }), FAILED)
    }
    assert.equal((await arm.ask('GET', path)).status, 404)
    assert.deepEqual(await put({ 'if-none-match': '*' }, 'first'), [201])
    assert.deepEqual(await put({ 'if-none-match': '*' }, 'second'), FAILED)
    assert.deepEqual(await put({ 'if-match': '"x"' }, 'second'), FAILED)
    assert.deepEqual(await put({ 'if-match': '""' }, 'second'), FAILED)
    assert.equal(await described(), 'first')
    assert.ok(((await put({ 'if-match': '*' }, 'second'))[0] as number) < 300)
    assert.equal(await described(), 'second')
    assert.deepEqual(await remove({ 'if-match': '"x"' }), FAILED)
    assert.equal(await described(), 'second')
    assert.deepEqual(await remove({ 'if-match': '*' }), [200])
  })
}

const tagsOn = (scope: string) => `${scope}/providers/Microsoft.Resources/tags/default`
const tagged = (value: string) => ({ properties: { tags: { value } } })
for (const scope of [RG, SERVICE]) {
  test(`conditions of the tags on ${scope}`, async () => {
    const etagOf = async (path: string) => (await arm.ask('GET', path)).headers.get('etag') ?? 'none'
    const first = await etagOf(scope)
    assert.equal(await etagOf(tagsOn(scope)), first)
    const write = (method: string, etag: string, json?: object) =>
      arm.ask(method, tagsOn(scope), { headers: { 'if-match': etag }, ...(json === undefined ? {} : { json }) })
    const changed = await write('PUT', first, tagged('1'))
    assert.equal(changed.status, 200)
    const second = changed.headers.get('etag') ?? 'none'
    assert.equal(await etagOf(scope), second)
    assert.notEqual(second, first)
    assert.equal((await write('PUT', first, tagged('2'))).status, 412)
    assert.equal((await write('PATCH', first, { operation: 'Merge', ...tagged('2') })).status, 412)
    assert.equal((await write('DELETE', first)).status, 412)
    assert.deepEqual((await arm.ask('GET', scope)).body['tags'], { value: '1' })
    assert.equal((await write('DELETE', second)).status, 200)
  })
}

test('conditions of the tags on a subscription, which has no etag', async () => {
  const put = (headers: Record<string, string>) => arm.outcome('PUT', tagsOn(S), { headers, json: tagged('1') })
  assert.deepEqual(await put({ 'if-match': '"x"' }), FAILED)
  assert.deepEqual(await put({ 'if-none-match': '*' }), FAILED)
  assert.equal((await arm.ask('GET', S)).body['tags'], undefined)
  assert.deepEqual(await put({ 'if-match': '*' }), [200])
})
