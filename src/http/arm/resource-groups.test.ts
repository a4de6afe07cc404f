// Resource groups: their life, their rules, and what goes with one that is deleted.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { accessKeyRecordId } from '../../keys/access-keys.ts'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import { assign, putService } from '../http.fixture.ts'
import { type ArmCalls, openArmCalls, programWith, putDomain, S, serviceBody, tokenOf } from './arm-calls.fixture.ts'

let arm: ArmCalls
before(async () => {
  arm = await openArmCalls()
})
after(() => arm.close())

const at = (name: string) => `${S}/resourcegroups/${name}`

test('a group: not there, made, changed, read, gone', async () => {
  const path = at('Mail.(1)_ä')
  const absent = await arm.ask('HEAD', path)
  assert.deepEqual([absent.status, absent.text], [404, ''])
  const made = await arm.ask('PUT', path, {
    json: { location: 'West Europe', tags: { team: 'mail' }, managedBy: '/x' },
  })
  const expected = {
    id: `${S}/resourceGroups/Mail.(1)_ä`,
    name: 'Mail.(1)_ä',
    type: 'Microsoft.Resources/resourceGroups',
    location: 'West Europe',
    managedBy: '/x',
    tags: { team: 'mail' },
    properties: { provisioningState: 'Succeeded' },
  }
  assert.deepEqual([made.status, made.body], [201, expected])
  const there = await arm.ask('HEAD', path)
  assert.deepEqual([there.status, there.text], [204, ''])
  const { tags: _, managedBy: __, ...plain } = expected
  const again = await arm.ask('PUT', path.toUpperCase(), { json: { location: 'westeurope' } })
  assert.deepEqual([again.status, again.body], [200, plain])
  const patched = await arm.ask('PATCH', path, { json: { tags: { a: 'b' } } })
  assert.deepEqual([patched.status, patched.body], [200, { ...plain, tags: { a: 'b' } }])
  assert.deepEqual((await arm.ask('GET', path)).body, patched.body)
  const gone = await arm.ask('DELETE', path)
  assert.deepEqual([gone.status, gone.text], [200, ''])
  assert.deepEqual(await arm.outcome('DELETE', path), [404, 'ResourceGroupNotFound'])
  assert.deepEqual(await arm.outcome('GET', path), [404, 'ResourceGroupNotFound'])
})

const refusals: readonly [string, string, string, unknown, (string | number)[]][] = [
  ['no location', 'PUT', at('new'), {}, [400, 'LocationRequired', 'location']],
  ['no place', 'PUT', at('new'), { location: 'atlantis' }, [400, 'LocationNotAvailableForResourceType', 'location']],
  ['a period at the end', 'PUT', at('new.'), { location: 'global' }, [400, 'InvalidResourceName', 'name']],
  ['too long', 'PUT', at('n'.repeat(91)), { location: 'global' }, [400, 'InvalidResourceName', 'name']],
  ['a space', 'PUT', at('a%20b'), { location: 'global' }, [400, 'InvalidResourceName', 'name']],
  ['another location', 'PUT', at('mail-rg'), { location: 'westus' }, [409, 'InvalidResourceLocation', 'location']],
  ['moved', 'PATCH', at('mail-rg'), { location: 'westus' }, [409, 'InvalidResourceLocation', 'location']],
  ['renamed', 'PATCH', at('mail-rg'), { name: 'other' }, [409, 'PropertyChangeNotAllowed', 'name']],
  [
    'tags that are a list',
    'PUT',
    at('new'),
    { location: 'global', tags: ['a'] },
    [400, 'InvalidRequestContent', 'tags'],
  ],
  ['a tag that is no text', 'PATCH', at('mail-rg'), { tags: { a: 1 } }, [400, 'InvalidRequestContent', 'tags.a']],
  ['two tags alike', 'PATCH', at('mail-rg'), { tags: { a: '1', A: '2' } }, [400, 'InvalidRequestContent', 'tags']],
  ['a group that is not there', 'PATCH', at('none'), { tags: {} }, [404, 'ResourceGroupNotFound']],
  [
    'by its long path',
    'PUT',
    `${S}/providers/Microsoft.Resources/resourceGroups/new`,
    { location: 'global' },
    [404, 'InvalidResourceType'],
  ],
  [
    'in a subscription of another tenant',
    'PUT',
    `/subscriptions/${B.subscriptionId}/resourceGroups/new`,
    { location: 'global' },
    [404, 'SubscriptionNotFound'],
  ],
]
for (const [name, method, path, json, expected] of refusals) {
  test(`refused: ${name}`, async () => assert.deepEqual(await arm.outcome(method, path, { json }), expected))
}

test('only whoever may write makes and deletes groups', async () => {
  const reader = await tokenOf(arm, READER.name)
  for (const [method, json] of [
    ['PUT', { location: 'global' }],
    ['PATCH', {}],
    ['DELETE', undefined],
  ] as const) {
    const call = { token: reader, ...(json === undefined ? {} : { json }) }
    assert.deepEqual(await arm.outcome(method, at('mail-rg'), call), [403, 'AuthorizationFailed'])
  }
})

test('with a group goes all that is in it, and what is assigned there, and nothing else', async () => {
  await arm.put(at('doomed'), { location: 'global' })
  await arm.put(at('doomed-2'), { location: 'global' })
  const service = (
    await arm.put(`${at('doomed')}/providers/Microsoft.Communication/communicationServices/doomed`, serviceBody())
  ).id
  const spared = (
    await arm.put(`${at('doomed-2')}/providers/Microsoft.Communication/communicationServices/spared`, serviceBody())
  ).id
  const someone = await arm.http.program(A)
  const { read } = arm.http.storage
  const assignments = [
    await assign(arm.http.storage, someone, READER.name, service),
    await assign(arm.http.storage, someone, READER.name, at('doomed')),
  ]
  const kept = await assign(arm.http.storage, someone, READER.name, spared)
  assert.equal((await arm.ask('DELETE', at('doomed'))).status, 200)
  assert.equal(await read.resources.readResource(service), undefined)
  for (const name of assignments) assert.equal(await read.roles.readRoleAssignment(A.tenantId, name), undefined)
  assert.equal(await read.sealed.readSealed(accessKeyRecordId(service, 'primary')), undefined)
  assert.equal((await read.resources.readResource(spared))?.id, spared)
  assert.ok(await read.roles.readRoleAssignment(A.tenantId, kept))
  assert.ok(await read.sealed.readSealed(accessKeyRecordId(spared, 'primary')))
})

test('a group whose domain others are linked to stays whole', async () => {
  const domain = await putDomain(arm, 'linked-mail', 'linked.test')
  await arm.put(at('sending'), { location: 'global' })
  const path = `${at('sending')}/providers/Microsoft.Communication/communicationServices/linked`
  const { id } = await arm.put(path, serviceBody({ linkedDomains: [domain.id] }))
  const { status, body } = await arm.ask('DELETE', A.resourceGroupId)
  assert.deepEqual([status, body.error.code, body.error.details?.[0]?.target], [409, 'Conflict', id])
  assert.ok(body.error.message.includes(id))
  assert.deepEqual(await arm.outcome('DELETE', at('sending')), [200])
})

test('a link within a group keeps nothing', async () => {
  const domain = await putDomain(arm, 'inner-mail', 'inner.test')
  await arm.put(`${A.resourceGroupId}/providers/Microsoft.Communication/communicationServices/inner`, {
    ...serviceBody({ linkedDomains: [domain.id] }),
  })
  assert.deepEqual(await arm.outcome('DELETE', A.resourceGroupId), [200])
  assert.equal(await arm.http.storage.read.resources.readResource(domain.id), undefined)
  await arm.put(A.resourceGroupId, { location: 'global' })
})

test('nobody deletes through a group what may not be deleted by itself', async () => {
  await arm.put(at('guarded'), { location: 'global' })
  const path = `${at('guarded')}/providers/Microsoft.Communication/communicationServices/guarded`
  await arm.put(path, serviceBody())
  const groupsOnly = await programWith(arm, ['Microsoft.Resources/subscriptions/resourceGroups/delete'], S)
  const token = await arm.http.token(groupsOnly)
  assert.deepEqual(await arm.outcome('DELETE', at('guarded'), { token }), [403, 'AuthorizationFailed'])
  assert.equal((await arm.ask('GET', path)).status, 200)
})

test('the list: what may be read, by tags, in pages', async () => {
  for (const name of ['p1', 'p2', 'p3'])
    await arm.put(at(name), { location: 'global', tags: { Paged: name === 'p2' ? 'no' : 'yes' } })
  const names = (body: { value: readonly { name: string }[] }) => body.value.map(({ name }) => name)
  const filter = (text: string) => `${S}/resourceGroups?$filter=${encodeURIComponent(text)}`
  assert.deepEqual(names((await arm.ask('GET', filter("tagName eq 'paged' and tagValue eq 'yes'"))).body), ['p1', 'p3'])
  assert.deepEqual(names((await arm.ask('GET', filter("tagName eq 'paged'"))).body), ['p1', 'p2', 'p3'])
  assert.deepEqual(await arm.outcome('GET', filter("name eq 'p1'")), [400, 'InvalidFilterInQueryString'])
  const first = await arm.ask('GET', `${filter("tagName eq 'paged'")}&$top=2`)
  assert.deepEqual(names(first.body), ['p1', 'p2'])
  assert.match(first.body.nextLink ?? '', /^https:\/\/localhost:8443\/subscriptions\/.*api-version=/)
  const second = await arm.ask('GET', first.body.nextLink ?? '')
  assert.deepEqual([names(second.body), second.body.nextLink], [['p3'], undefined])
  const one = await tokenOf(arm, READER.name, at('p2'))
  assert.deepEqual(names((await arm.ask('GET', `${S}/resourcegroups`, { token: one })).body), ['p2'])
  assert.deepEqual(await arm.outcome('GET', `${S}/resourcegroups`, { token: await tokenOf(arm) }), [
    403,
    'AuthorizationFailed',
  ])
})

test('a group of another tenant is out of reach whatever it is called', async () => {
  const stranger = await tokenOf(arm, OWNER.name, '/', B)
  assert.deepEqual(await arm.outcome('DELETE', at('mail-rg'), { token: stranger }), [404, 'SubscriptionNotFound'])
  await putService(arm.http.storage, B, 'of-b')
  assert.equal((await arm.ask('GET', at('mail-rg'))).status, 200)
})
