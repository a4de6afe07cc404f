// Communication services: their life, their rules, their keys and names.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import {
  type ArmCalls,
  COMMUNICATION,
  openArmCalls,
  programWith,
  putDomain,
  RG,
  S,
  serviceBody,
  tokenOf,
} from './arm-calls.fixture.ts'

let arm: ArmCalls
before(async () => {
  arm = await openArmCalls()
})
after(() => arm.close())

const ascending = (one: number, other: number) => one - other
const at = (name: string) => `${COMMUNICATION}/communicationServices/${name}`
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('a service: made, repeated, changed, read, gone', async () => {
  const path = at('Contoso_Mail-1').replace('resourceGroups', 'resourcegroups').replace('Microsoft.', 'microsoft.')
  const body = { location: 'Global', tags: { a: 'b' }, properties: { dataLocation: 'europe' } }
  const made = await arm.ask('PUT', path, { json: body })
  assert.equal(made.status, 201)
  const { systemData, properties, ...envelope } = made.body
  assert.deepEqual(envelope, {
    id: at('Contoso_Mail-1'),
    name: 'Contoso_Mail-1',
    type: 'Microsoft.Communication/communicationServices',
    location: 'Global',
    tags: { a: 'b' },
  })
  const { immutableResourceId, ...others } = properties
  assert.match(String(immutableResourceId), GUID)
  assert.deepEqual(others, {
    provisioningState: 'Succeeded',
    hostName: 'contoso_mail-1.comm.localhost',
    dataLocation: 'Europe',
    linkedDomains: [],
  })
  const by = arm.owner.principalId
  assert.deepEqual(systemData, {
    createdBy: by,
    createdByType: 'Application',
    createdAt: '2030-01-01T00:00:00.000Z',
    lastModifiedBy: by,
    lastModifiedByType: 'Application',
    lastModifiedAt: '2030-01-01T00:00:00.000Z',
  })
  assert.equal((await arm.ask('GET', path)).headers.get('etag'), made.headers.get('etag'))
  const again = await arm.ask('PUT', path.toLowerCase(), { json: { ...body, location: 'global' } })
  assert.deepEqual([again.status, again.body.properties, again.body.name], [200, properties, 'Contoso_Mail-1'])
  assert.notEqual(again.headers.get('etag'), made.headers.get('etag'))
  const patched = await arm.ask('PATCH', path, { json: { tags: {}, properties: { disableLocalAuth: true } } })
  assert.deepEqual([patched.status, patched.body['tags']], [200, {}])
  assert.deepEqual(patched.body.properties, { ...properties, disableLocalAuth: true })
  assert.deepEqual((await arm.ask('GET', path)).body, patched.body)
  const gone = await arm.ask('DELETE', path)
  assert.deepEqual([gone.status, gone.text], [200, ''])
  assert.deepEqual(await arm.outcome('DELETE', path), [204])
  assert.deepEqual(await arm.outcome('GET', path), [404, 'ResourceNotFound'])
  assert.deepEqual(await arm.outcome('PATCH', path, { json: {} }), [404, 'ResourceNotFound'])
})

const good = serviceBody()
const properties = (extra: Record<string, unknown>) => ({ ...good, properties: { ...good.properties, ...extra } })
const refusals: readonly [string, string, string, unknown, (string | number)[]][] = [
  ['no location', 'PUT', at('new'), { properties: good.properties }, [400, 'LocationRequired', 'location']],
  [
    'an unknown location',
    'PUT',
    at('new'),
    { ...good, location: 'moon' },
    [400, 'LocationNotAvailableForResourceType', 'location'],
  ],
  [
    'a location that is no text',
    'PUT',
    at('new'),
    { ...good, location: 1 },
    [400, 'InvalidRequestContent', 'location'],
  ],
  [
    'no data location',
    'PUT',
    at('new'),
    { location: 'global' },
    [400, 'InvalidRequestContent', 'properties.dataLocation'],
  ],
  [
    'an unknown data location',
    'PUT',
    at('new'),
    properties({ dataLocation: 'Mars' }),
    [400, 'InvalidRequestContent', 'properties.dataLocation'],
  ],
  [
    'links that are no list',
    'PUT',
    at('new'),
    properties({ linkedDomains: 'x' }),
    [400, 'InvalidRequestContent', 'properties.linkedDomains'],
  ],
  [
    'a link that is no text',
    'PUT',
    at('new'),
    properties({ linkedDomains: [1] }),
    [400, 'InvalidRequestContent', 'properties.linkedDomains.0'],
  ],
  [
    'an identity',
    'PUT',
    at('new'),
    { ...good, identity: { type: 'SystemAssigned' } },
    [400, 'InvalidRequestContent', 'identity.type'],
  ],
  [
    'a closed network',
    'PATCH',
    at('kept'),
    properties({ publicNetworkAccess: 'Disabled' }),
    [400, 'InvalidRequestContent', 'properties.publicNetworkAccess'],
  ],
  ['a name with a dot', 'PUT', at('a.b'), good, [400, 'InvalidResourceName', 'name']],
  ['a name that is too long', 'PUT', at('n'.repeat(64)), good, [400, 'InvalidResourceName', 'name']],
  [
    'another location',
    'PUT',
    at('kept'),
    { ...good, location: 'westus' },
    [409, 'InvalidResourceLocation', 'location'],
  ],
  ['moved by PATCH', 'PATCH', at('kept'), { location: 'westus' }, [409, 'InvalidResourceLocation', 'location']],
  [
    'another data location',
    'PUT',
    at('kept'),
    properties({ dataLocation: 'Africa' }),
    [409, 'PropertyChangeNotAllowed', 'properties.dataLocation'],
  ],
  [
    'another data location by PATCH',
    'PATCH',
    at('kept'),
    { properties: { dataLocation: 'Africa' } },
    [409, 'PropertyChangeNotAllowed', 'properties.dataLocation'],
  ],
  ['a group that is not there', 'PUT', at('new').replace('mail-rg', 'none'), good, [404, 'ResourceGroupNotFound']],
  [
    'no group at all',
    'PUT',
    `${S}/providers/Microsoft.Communication/communicationServices/new`,
    good,
    [404, 'InvalidResourceType'],
  ],
  [
    'on another resource',
    'PUT',
    `${at('kept')}/providers/Microsoft.Communication/communicationServices/new`,
    good,
    [404, 'InvalidResourceType'],
  ],
  ['an empty body', 'PUT', at('new'), undefined, [400, 'LocationRequired', 'location']],
  ['a list for a body', 'PUT', at('new'), [], [400, 'InvalidRequestContent']],
]
for (const [name, method, path, json, expected] of refusals) {
  test(`refused: ${name}`, async () => {
    await arm.put(at('kept'), good)
    assert.deepEqual(await arm.outcome(method, path, json === undefined ? {} : { json }), expected)
  })
}

test('a refused write leaves nothing behind', async () => {
  await arm.outcome('PUT', at('half'), { json: properties({ linkedDomains: ['nothing'] }) })
  assert.deepEqual(await arm.outcome('GET', at('half')), [404, 'ResourceNotFound'])
  assert.deepEqual(await arm.outcome('PUT', at('half'), { json: good }), [201])
})

test('what is missing around a resource is told before what is wrong in it', async () => {
  const path = at('new').replace('mail-rg', 'none')
  assert.deepEqual(await arm.outcome('PUT', path, { json: { location: 7 } }), [404, 'ResourceGroupNotFound'])
})

test('names are unique over the installation, in any case', async () => {
  await arm.put(at('Unique'), good)
  const inB = `${B.resourceGroupId}/providers/Microsoft.Communication/communicationServices/uNIQUE`
  const token = await tokenOf(arm, OWNER.name, '/', B)
  const taken = await arm.ask('PUT', inB, { token, json: good })
  assert.deepEqual([taken.status, taken.body.error.code, taken.body.error.target], [409, 'Conflict', 'name'])
  await arm.put(`${S}/resourceGroups/elsewhere`, { location: 'global' })
  const elsewhere = at('unique').replace('mail-rg', 'elsewhere')
  assert.deepEqual(await arm.outcome('PUT', elsewhere, { json: good }), [409, 'Conflict', 'name'])
  await arm.ask('DELETE', at('Unique'))
  assert.deepEqual(await arm.outcome('PUT', inB, { token, json: good }), [201])
})

test('of two tenants that ask for one name at once, one gets it and its keys', async () => {
  const token = await tokenOf(arm, OWNER.name, '/', B)
  const inB = `${B.resourceGroupId}/providers/Microsoft.Communication/communicationServices/Contested`
  const answers = await Promise.all([
    arm.ask('PUT', at('contested'), { json: good }),
    arm.ask('PUT', inB, { token, json: good }),
  ])
  assert.deepEqual(answers.map(({ status }) => status).toSorted(ascending), [201, 409])
})

test('writes at once do not undo each other', async () => {
  await arm.put(at('busy'), good)
  const domains = ['one.test', 'two.test', 'three.test']
  for (const name of domains) await putDomain(arm, 'busy-mail', name)
  const changes = domains.map((name, index) =>
    arm.ask(
      'PATCH',
      at('busy'),
      index === 0 ? { json: { tags: { by: name } } } : { json: { properties: { disableLocalAuth: true } } },
    ),
  )
  const others = Array.from({ length: 12 }, (_, index) => arm.ask('PUT', at(`busy-${index}`), { json: good }))
  const answers = await Promise.all([...changes, ...others])
  assert.deepEqual([...new Set(answers.map(({ status }) => status))].toSorted(ascending), [200, 201])
  const { body } = await arm.ask('GET', at('busy'))
  assert.deepEqual([body['tags'], body.properties['disableLocalAuth']], [{ by: 'one.test' }, true])
})

test('etags: whoever has not seen the last change, changes nothing', async () => {
  await arm.put(at('etag'), good)
  const etag = (await arm.ask('GET', at('etag'))).headers.get('etag') ?? ''
  const cases: readonly [string, string, Record<string, string>, unknown, (string | number)[]][] = [
    ['PUT', at('etag'), { 'if-match': '"other"' }, good, [412, 'PreconditionFailed']],
    ['PATCH', at('etag'), { 'if-match': 'W/"other", "x"' }, {}, [412, 'PreconditionFailed']],
    ['DELETE', at('etag'), { 'if-match': 'other' }, undefined, [412, 'PreconditionFailed']],
    ['PUT', at('etag'), { 'if-none-match': '*' }, good, [412, 'PreconditionFailed']],
    ['PUT', at('etag-new'), { 'if-match': '*' }, good, [412, 'PreconditionFailed']],
    ['DELETE', at('etag-new'), { 'if-match': '*' }, undefined, [412, 'PreconditionFailed']],
    ['PUT', at('etag-new'), { 'if-none-match': '*' }, good, [201]],
    ['PATCH', at('etag'), { 'if-match': `"x", ${etag}` }, {}, [200]],
    ['PUT', at('etag'), { 'if-match': etag }, good, [412, 'PreconditionFailed']],
    ['PUT', at('etag'), { 'if-match': '*' }, good, [200]],
    ['PUT', at('etag'), { 'if-none-match': etag }, good, [200]],
  ]
  for (const [method, path, headers, json, expected] of cases) {
    const call = json === undefined ? { headers } : { headers, json }
    assert.deepEqual(await arm.outcome(method, path, call), expected, `${method} ${JSON.stringify(headers)}`)
  }
})

test('keys: shown as they are sealed, replaced one at a time', async () => {
  await arm.put(at('Keyed'), good)
  const list = async () => (await arm.ask('POST', `${at('keyed')}/ListKeys`)).body as unknown as Record<string, string>
  const first = await list()
  assert.deepEqual(Object.keys(first), [
    'primaryKey',
    'secondaryKey',
    'primaryConnectionString',
    'secondaryConnectionString',
  ])
  assert.equal(Buffer.from(first['primaryKey'] ?? '', 'base64').length, 64)
  assert.equal(
    first['secondaryConnectionString'],
    `endpoint=https://keyed.comm.localhost/;accesskey=${first['secondaryKey']}`,
  )
  const regenerate = (keyType: string) => arm.ask('POST', `${at('keyed')}/regenerateKey`, { json: { keyType } })
  const renewed = await regenerate('SECONDARY')
  assert.equal(renewed.status, 200)
  assert.equal(renewed.body['primaryKey'], first['primaryKey'])
  assert.notEqual(renewed.body['secondaryKey'], first['secondaryKey'])
  assert.deepEqual(await list(), renewed.body)
  await arm.put(at('keyed'), good)
  assert.deepEqual(await list(), renewed.body)
  assert.notEqual((await regenerate('Primary')).body['primaryKey'], first['primaryKey'])
  const bad = await regenerate('Tertiary')
  assert.deepEqual([bad.status, bad.body.error.code, bad.body.error.target], [400, 'InvalidRequestContent', 'keyType'])
  assert.deepEqual(await arm.outcome('POST', `${at('keyless')}/listKeys`), [404, 'ResourceNotFound'])
  const dump = JSON.stringify(await arm.http.storage.read.audit.listAudit(A.tenantId, 1000))
  assert.ok(!dump.includes(first['primaryKey'] ?? ''))
  await arm.ask('DELETE', at('keyed'))
  await arm.put(at('keyed'), good)
  assert.notEqual((await list())['primaryKey'], first['primaryKey'])
})

test('keys have rights of their own', async () => {
  await arm.put(at('private'), good)
  const reader = await tokenOf(arm, READER.name)
  for (const action of ['listKeys', 'regenerateKey'])
    assert.deepEqual(await arm.outcome('POST', `${at('private')}/${action}`, { token: reader, json: {} }), [
      403,
      'AuthorizationFailed',
    ])
  const listKeys = await programWith(arm, ['Microsoft.Communication/CommunicationServices/ListKeys/action'], RG)
  assert.deepEqual(
    await arm.outcome('POST', `${at('private')}/listKeys`, { token: await arm.http.token(listKeys) }),
    [200],
  )
})

test('whether a name is free', async () => {
  await arm.put(at('held'), good)
  const check = async (name: string, type = 'microsoft.communication/CommunicationServices') => {
    const { status, body } = await arm.ask('POST', `${S}/providers/Microsoft.Communication/checkNameAvailability`, {
      json: { name, type },
    })
    return [status, body['nameAvailable'] ?? body.error.target, body['reason']]
  }
  assert.deepEqual(await check('free-name'), [200, true, undefined])
  assert.deepEqual(await check('HELD'), [200, false, 'AlreadyExists'])
  for (const name of ['', 'a.b', 'n'.repeat(64), 'a b']) assert.deepEqual(await check(name), [200, false, 'Invalid'])
  assert.deepEqual(await check('x', 'Microsoft.Communication/EmailServices'), [400, 'type', undefined])
  const token = await tokenOf(arm)
  const path = `${S}/providers/Microsoft.Communication/checkNameAvailability`
  assert.deepEqual(await arm.outcome('POST', path, { token, json: { name: 'x', type: 'x' } }), [
    403,
    'AuthorizationFailed',
  ])
})

test('lists of a group and of the subscription', async () => {
  for (const scope of [S, RG]) {
    const { body } = await arm.ask('GET', `${scope}/providers/Microsoft.Communication/communicationServices?$top=1000`)
    assert.ok(body.value.some(({ name }) => name === 'held'))
  }
})

test('only whoever may write makes, changes and deletes services', async () => {
  const token = await tokenOf(arm, READER.name)
  for (const method of ['PUT', 'PATCH', 'DELETE'])
    assert.deepEqual(await arm.outcome(method, at('held'), { token, json: {} }), [403, 'AuthorizationFailed'])
})

test('each change is in the audit log with what was there before', async () => {
  await arm.put(at('audited'), good)
  await arm.ask('PATCH', at('audited'), { json: { tags: { x: 'y' } } })
  await arm.ask('DELETE', at('audited'))
  const entries = (await arm.http.storage.read.audit.listAudit(A.tenantId, 3)).toReversed()
  assert.deepEqual(
    entries.map(({ operation, target, before, after }) => [
      operation,
      target,
      before !== undefined,
      after !== undefined,
    ]),
    [
      ['Microsoft.Communication/communicationServices/write', at('audited'), false, true],
      ['Microsoft.Communication/communicationServices/write', at('audited'), true, true],
      ['Microsoft.Communication/communicationServices/delete', at('audited'), true, false],
    ],
  )
})
