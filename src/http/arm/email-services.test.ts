// Email services and what hangs below their domains: sender usernames, suppression lists and their addresses.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { READER } from '../../access/built-in-roles.ts'
import { type ArmCalls, COMMUNICATION, openArmCalls, putDomain, S, serviceBody, tokenOf } from './arm-calls.fixture.ts'

let arm: ArmCalls
before(async () => {
  arm = await openArmCalls()
  await putDomain(arm, 'post', 'contoso.test')
})
after(() => arm.close())

const at = (name: string) => `${COMMUNICATION}/emailServices/${name}`
const DOMAIN = `${at('post')}/domains/contoso.test`
const sender = (name: string) => `${DOMAIN}/senderUsernames/${name}`
const list = (name: string) => `${DOMAIN}/suppressionLists/${name}`

test('an email service: made, repeated, tagged, read, gone', async () => {
  const made = await arm.ask('PUT', at('Mail-1'), { json: serviceBody() })
  assert.equal(made.status, 201)
  const { systemData: _, ...shown } = made.body
  assert.deepEqual(shown, {
    id: at('Mail-1'),
    name: 'Mail-1',
    type: 'Microsoft.Communication/emailServices',
    location: 'global',
    properties: { provisioningState: 'Succeeded', dataLocation: 'Europe' },
  })
  assert.deepEqual(await arm.outcome('PUT', at('mail-1'), { json: serviceBody() }), [200])
  const patched = await arm.ask('PATCH', at('mail-1'), { json: { tags: { a: 'b' } } })
  assert.deepEqual([patched.status, patched.body['tags'], patched.body.properties], [200, { a: 'b' }, shown.properties])
  assert.deepEqual((await arm.ask('GET', at('mail-1'))).body, patched.body)
  assert.deepEqual(await arm.outcome('DELETE', at('mail-1')), [200])
  assert.deepEqual(await arm.outcome('DELETE', at('mail-1')), [204])
})

const refusals: readonly [string, string, string, unknown, (string | number)[]][] = [
  ['no location', 'PUT', at('new'), { properties: { dataLocation: 'Europe' } }, [400, 'LocationRequired', 'location']],
  [
    'no data location',
    'PUT',
    at('new'),
    { location: 'global' },
    [400, 'InvalidRequestContent', 'properties.dataLocation'],
  ],
  [
    'another data location',
    'PUT',
    at('post'),
    serviceBody({ dataLocation: 'UK' }),
    [409, 'PropertyChangeNotAllowed', 'properties.dataLocation'],
  ],
  [
    'changed by PATCH',
    'PATCH',
    at('post'),
    { properties: { dataLocation: 'UK' } },
    [409, 'PropertyChangeNotAllowed', 'properties.dataLocation'],
  ],
  ['moved', 'PATCH', at('post'), { location: 'uksouth' }, [409, 'InvalidResourceLocation', 'location']],
  ['an underscore', 'PUT', at('a_b'), serviceBody(), [400, 'InvalidResourceName', 'name']],
  ['too long', 'PUT', at('n'.repeat(64)), serviceBody(), [400, 'InvalidResourceName', 'name']],
  ['a service that is not there', 'PATCH', at('none'), {}, [404, 'ResourceNotFound']],
  [
    'a sender of no domain',
    'PUT',
    sender('x').replace('contoso', 'absent'),
    { properties: { username: 'x' } },
    [404, 'ParentResourceNotFound'],
  ],
  [
    'a sender without a name',
    'PUT',
    sender('x'),
    { properties: {} },
    [400, 'InvalidRequestContent', 'properties.username'],
  ],
  [
    'a sender with an address',
    'PUT',
    sender('x'),
    { properties: { username: 'x@y.test' } },
    [400, 'InvalidRequestContent', 'properties.username'],
  ],
  [
    'a list of no sender',
    'PUT',
    list('x'),
    { properties: { listName: 'nobody' } },
    [400, 'InvalidRequestContent', 'properties.listName'],
  ],
  ['a list with a bad name', 'PUT', list('a.b'), {}, [400, 'InvalidResourceName', 'name']],
  [
    'an address of no list',
    'PUT',
    `${list('none')}/suppressionListAddresses/x`,
    { properties: { email: 'a@b.test' } },
    [404, 'ParentResourceNotFound'],
  ],
]
for (const [name, method, path, json, expected] of refusals) {
  test(`refused: ${name}`, async () => assert.deepEqual(await arm.outcome(method, path, { json }), expected))
}

test('domains verified in Exchange Online: none', async () => {
  const { status, body } = await arm.ask(
    'POST',
    `${S}/providers/Microsoft.Communication/listVerifiedExchangeOnlineDomains`,
  )
  assert.deepEqual([status, body], [200, []])
})

test('a sender username: made, renamed, listed, gone', async () => {
  const json = { properties: { username: 'Info', displayName: 'Contoso' } }
  const made = await arm.ask('PUT', sender('Info'), { json })
  const { systemData, ...shown } = made.body
  assert.ok(systemData)
  assert.deepEqual(
    [made.status, shown],
    [
      201,
      {
        id: sender('Info'),
        name: 'Info',
        type: 'Microsoft.Communication/emailServices/domains/senderUsernames',
        properties: {
          dataLocation: 'Europe',
          username: 'Info',
          displayName: 'Contoso',
          provisioningState: 'Succeeded',
        },
      },
    ],
  )
  const renamed = await arm.ask('PUT', sender('info'), { json: { properties: { username: 'info' } } })
  assert.deepEqual([renamed.status, renamed.body.properties['displayName']], [200, ''])
  const twin = await arm.outcome('PUT', sender('other'), { json })
  assert.deepEqual(twin, [409, 'Conflict', 'properties.username'])
  const { body } = await arm.ask('GET', sender('').slice(0, -1))
  assert.deepEqual(
    body.value.map(({ name }) => name),
    ['Info'],
  )
  assert.deepEqual(await arm.outcome('DELETE', sender('INFO')), [200])
  assert.deepEqual(await arm.outcome('DELETE', sender('INFO')), [204])
})

test('a suppression list and its addresses', async () => {
  await arm.put(sender('news'), { properties: { username: 'news' } })
  const made = await arm.ask('PUT', list('L1'), { json: { properties: { listName: 'NEWS' } } })
  const stamps = { createdTimeStamp: '2030-01-01T00:00:00.000Z', lastUpdatedTimeStamp: '2030-01-01T00:00:00.000Z' }
  assert.deepEqual([made.status, made.body.properties], [201, { listName: 'NEWS', ...stamps, dataLocation: 'Europe' }])
  assert.equal(made.body['type'], 'Microsoft.Communication/emailServices/domains/suppressionLists')
  arm.http.state.now += 1000
  const again = await arm.ask('PUT', list('l1'), { json: { properties: { listName: 'news' } } })
  const later = { ...stamps, lastUpdatedTimeStamp: '2030-01-01T00:00:01.000Z' }
  assert.deepEqual([again.status, again.body.properties], [200, { listName: 'news', ...later, dataLocation: 'Europe' }])
  assert.deepEqual(await arm.outcome('PUT', list('L2'), { json: { properties: { listName: 'news' } } }), [
    409,
    'Conflict',
    'properties.listName',
  ])
  assert.deepEqual(await arm.outcome('PUT', list('whole-domain'), { json: {} }), [201])

  const address = `${list('L1')}/suppressionListAddresses/0f0f0f0f-0000-4000-8000-000000000001`
  const json = { properties: { email: 'Jane@Example.com', firstName: 'Jane', notes: 'asked' } }
  const added = await arm.ask('PUT', address, { json })
  const properties = {
    ...json.properties,
    lastName: '',
    lastModified: later.lastUpdatedTimeStamp,
    dataLocation: 'Europe',
  }
  assert.deepEqual([added.status, added.body.properties], [201, properties])
  assert.deepEqual(await arm.outcome('PUT', address, { json }), [200])
  for (const email of [
    '',
    'jane',
    '@x.test',
    'jane@',
    'jane@localhost',
    'a b@x.test',
    'a@b@x.test',
    `${'x'.repeat(65)}@x.test`,
  ])
    assert.deepEqual(
      await arm.outcome('PUT', address, { json: { properties: { email } } }),
      [400, 'InvalidRequestContent', 'properties.email'],
      email,
    )
  const { body } = await arm.ask('GET', `${list('L1')}/suppressionListAddresses`)
  assert.deepEqual(
    body.value.map(({ id }) => id),
    [address],
  )
  assert.deepEqual(await arm.outcome('DELETE', list('L1')), [200])
  assert.deepEqual(await arm.outcome('GET', address), [404, 'ResourceNotFound'])
  assert.deepEqual(await arm.outcome('DELETE', address), [204])
})

test('reading does not write', async () => {
  const token = await tokenOf(arm, READER.name)
  for (const path of [at('post'), sender('x'), list('x'), `${list('x')}/suppressionListAddresses/x`])
    for (const method of ['PUT', 'DELETE'])
      assert.deepEqual(
        await arm.outcome(method, path, { token, json: {} }),
        [403, 'AuthorizationFailed'],
        `${method} ${path}`,
      )
})
