// Tags as a thing of their own: on a subscription, a group and a resource, merged, replaced, taken away.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { READER } from '../../access/built-in-roles.ts'
import {
  type ArmCalls,
  COMMUNICATION,
  openArmCalls,
  programWith,
  RG,
  S,
  serviceBody,
  tokenOf,
} from './arm-calls.fixture.ts'

let arm: ArmCalls
const SERVICE = `${COMMUNICATION}/communicationServices/tagged`
before(async () => {
  arm = await openArmCalls()
  await arm.put(SERVICE, serviceBody())
})
after(() => arm.close())

const at = (scope: string) => `${scope}/providers/Microsoft.Resources/tags/default`

for (const scope of [S, RG, SERVICE]) {
  test(`tags on ${scope}`, async () => {
    const tagsAfter = async (method: string, json?: unknown) => {
      const { status, body } = await arm.ask(method, at(scope), json === undefined ? {} : { json })
      assert.equal(status, 200)
      return body?.properties['tags']
    }
    const change = (operation: string, tags: Record<string, string>) => ({ operation, properties: { tags } })
    assert.deepEqual(await tagsAfter('GET'), {})
    assert.deepEqual(await tagsAfter('PUT', { properties: { tags: { a: '1', b: '2' } } }), { a: '1', b: '2' })
    assert.deepEqual(await tagsAfter('PATCH', change('Merge', { B: '3', c: '4' })), { a: '1', B: '3', c: '4' })
    assert.deepEqual(await tagsAfter('PATCH', change('delete', { A: '' })), { B: '3', c: '4' })
    assert.deepEqual(await tagsAfter('PATCH', change('Replace', { d: '5' })), { d: '5' })
    const { body } = await arm.ask('GET', scope)
    assert.deepEqual(body['tags'], { d: '5' })
    await tagsAfter('DELETE')
    assert.deepEqual(await tagsAfter('GET'), {})
  })
}

const refusals: readonly [string, string, string, unknown, (string | number)[]][] = [
  ['another operation', 'PATCH', at(RG), { operation: 'Add' }, [400, 'InvalidRequestContent', 'operation']],
  ['another name', 'GET', at(RG).replace('default', 'mine'), undefined, [404, 'ResourceNotFound']],
  ['the root', 'GET', at(''), undefined, [404, 'InvalidResourceType']],
  ['a resource that is not there', 'GET', at(`${SERVICE}x`), undefined, [404, 'ResourceNotFound']],
  [
    'a bad name',
    'PUT',
    at(RG),
    { properties: { tags: { 'a/b': '' } } },
    [400, 'InvalidRequestContent', 'properties.tags.a/b'],
  ],
]
for (const [name, method, path, json, expected] of refusals) {
  test(`refused: ${name}`, async () => {
    assert.deepEqual(await arm.outcome(method, path, json === undefined ? {} : { json }), expected)
  })
}

test('merging cannot go beyond what a resource may hold', async () => {
  const tags = (from: number) => Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`t${from + index}`, '']))
  await arm.ask('PUT', at(RG), { json: { properties: { tags: tags(0) } } })
  const json = { operation: 'Merge', properties: { tags: tags(30) } }
  assert.deepEqual(await arm.outcome('PATCH', at(RG), { json }), [400, 'InvalidRequestContent', 'properties.tags'])
})

test('tagging has a right of its own', async () => {
  const json = { properties: { tags: { x: 'y' } } }
  const tagger = await arm.http.token(await programWith(arm, ['Microsoft.Resources/tags/*'], RG))
  assert.deepEqual(await arm.outcome('PUT', at(SERVICE), { token: tagger, json }), [200])
  assert.deepEqual(await arm.outcome('PATCH', SERVICE, { token: tagger, json: {} }), [403, 'AuthorizationFailed'])
  const reader = await tokenOf(arm, READER.name)
  assert.deepEqual(await arm.outcome('PUT', at(SERVICE), { token: reader, json }), [403, 'AuthorizationFailed'])
})
