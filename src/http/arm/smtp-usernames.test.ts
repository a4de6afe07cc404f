// SMTP usernames: what they may be, whom they stand for, and that no two are alike.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { generateSmtpUsername } from '../../resources/generated-username.ts'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import {
  type ArmCalls,
  COMMUNICATION,
  NOBODY,
  openArmCalls,
  programWith,
  putDomain,
  RG,
  serviceBody,
  tokenOf,
} from './arm-calls.fixture.ts'

let arm: ArmCalls
before(async () => {
  arm = await openArmCalls()
  const domain = await putDomain(arm, 'mail', 'contoso.test')
  await arm.put(SERVICE, serviceBody({ linkedDomains: [domain.id] }))
})
after(() => arm.close())

const SERVICE = `${COMMUNICATION}/communicationServices/contoso`
const ascending = (one: number, other: number) => one - other
const at = (name: string) => `${SERVICE}/smtpUsernames/${name}`
const of = (username: unknown, changes: Record<string, unknown> = {}) => ({
  json: { properties: { username, entraApplicationId: A.applicationId, tenantId: A.tenantId, ...changes } },
})

test('a username: made, changed, found, listed, gone', async () => {
  const made = await arm.ask(
    'PUT',
    at('Printer'),
    of('Printer@Contoso.test', { entraApplicationId: A.applicationId.toUpperCase() }),
  )
  const { systemData, ...shown } = made.body
  assert.ok(systemData)
  assert.deepEqual(
    [made.status, shown],
    [
      201,
      {
        id: at('Printer'),
        name: 'Printer',
        type: 'Microsoft.Communication/communicationServices/smtpUsernames',
        properties: { username: 'Printer@Contoso.test', entraApplicationId: A.applicationId, tenantId: A.tenantId },
      },
    ],
  )
  assert.deepEqual(await arm.outcome('PUT', at('printer'), of('PRINTER@contoso.test')), [200])
  assert.equal((await arm.ask('PUT', at('printer'), of('printer'))).body.properties['username'], 'printer')
  const found = await arm.http.storage.read.resources.findSmtpUsername('Printer')
  assert.deepEqual([found?.service.id, found?.applicationId], [SERVICE, A.applicationId])
  assert.deepEqual(
    (await arm.ask('GET', at('').slice(0, -1))).body.value.map(({ name }) => name),
    ['Printer'],
  )
  assert.deepEqual(await arm.outcome('DELETE', at('printer')), [200])
  assert.deepEqual(await arm.outcome('DELETE', at('printer')), [204])
})

test('without a username one is made up: short, kept by a later PUT, and another for each resource', async () => {
  const made = await arm.ask('PUT', at('copier'), of(undefined))
  const username = String(made.body['properties']['username'])
  assert.equal(made.status, 201)
  assert.match(username, /^[a-z]{8}-[a-z]{8}$/)
  const found = await arm.http.storage.read.resources.findSmtpUsername(username)
  assert.deepEqual([found?.service.id, found?.applicationId], [SERVICE, A.applicationId])
  assert.equal((await arm.ask('PUT', at('copier'), of(undefined))).body['properties']['username'], username)
  assert.equal((await arm.ask('PUT', at('copier'), of('copier'))).body['properties']['username'], 'copier')
  assert.notEqual((await arm.ask('PUT', at('scanner'), of(undefined))).body['properties']['username'], username)
  for (const name of ['copier', 'scanner']) await arm.ask('DELETE', at(name))
})

test('what is made up is never what somebody has', async (t) => {
  const ones = () => new Uint8Array(8).fill(1)
  const draws = [new Uint8Array(8), new Uint8Array(8), ones()]
  const random = (size: number) => (size === 8 && draws.shift()) || randomBytes(size)
  const own = await openArmCalls({ random })
  t.after(() => own.close())
  await own.put(SERVICE, serviceBody())
  const usernames = []
  for (const name of ['first', 'second'])
    usernames.push((await own.ask('PUT', at(name), of(undefined))).body['properties']['username'])
  const made = [new Uint8Array(8), ones()].map((octets) => generateSmtpUsername(() => octets))
  assert.deepEqual([usernames, draws], [made, []])
})

test('what a device sends as where its own address may not: kept while it is given', async () => {
  const made = await arm.ask('PUT', at('scan'), of('scan', { defaultFrom: 'Scanner@Contoso.test' }))
  assert.equal(made.body['properties']['defaultFrom'], 'Scanner@Contoso.test')
  const { findSmtpUsername } = arm.http.storage.read.resources
  assert.equal((await findSmtpUsername('scan'))?.defaultFrom, 'Scanner@Contoso.test')
  await arm.ask('PUT', at('scan'), of('scan'))
  assert.equal((await findSmtpUsername('scan'))?.defaultFrom, undefined)
  await arm.ask('DELETE', at('scan'))
})

const refusals: readonly [string, string, ReturnType<typeof of>, (string | number)[]][] = [
  ['empty', at('x'), of(''), [400, 'InvalidRequestContent', 'properties.username']],
  ['no text', at('x'), of(7), [400, 'InvalidRequestContent', 'properties.username']],
  ['a space', at('x'), of('my printer'), [400, 'InvalidRequestContent', 'properties.username']],
  ['too long', at('x'), of('x'.repeat(256)), [400, 'InvalidRequestContent', 'properties.username']],
  [
    'the three-part form',
    at('x'),
    of(`contoso.${A.applicationId}.${A.tenantId}`),
    [400, 'InvalidRequestContent', 'properties.username'],
  ],
  ['a domain that is not linked', at('x'), of('fax@other.test'), [400, 'InvalidRequestContent', 'properties.username']],
  ...['nobody', 'scan@other.test', 'Scan <scan@contoso.test>', 'a\r\nb@contoso.test'].map(
    (defaultFrom): (typeof refusals)[number] => [
      `to send as ${JSON.stringify(defaultFrom)}`,
      at('x'),
      of('fax', { defaultFrom }),
      [400, 'InvalidRequestContent', 'properties.defaultFrom'],
    ],
  ),
  [
    'no application id',
    at('x'),
    of('fax', { entraApplicationId: 'me' }),
    [400, 'InvalidRequestContent', 'properties.entraApplicationId'],
  ],
  [
    'an application that is not there',
    at('x'),
    of('fax', { entraApplicationId: NOBODY }),
    [400, 'InvalidRequestContent', 'properties.entraApplicationId'],
  ],
  [
    'an object id',
    at('x'),
    of('fax', { entraApplicationId: A.applicationObjectId }),
    [400, 'InvalidRequestContent', 'properties.entraApplicationId'],
  ],
  [
    'an application of another tenant',
    at('x'),
    of('fax', { entraApplicationId: B.applicationId }),
    [400, 'InvalidRequestContent', 'properties.entraApplicationId'],
  ],
  [
    'another tenant',
    at('x'),
    of('fax', { tenantId: B.tenantId }),
    [400, 'InvalidRequestContent', 'properties.tenantId'],
  ],
  ['a name with an underscore', at('a_b'), of('fax'), [400, 'InvalidResourceName', 'name']],
  ['an encoded name', at('a%40b'), of('fax'), [400, 'InvalidResourceName', 'name']],
  ['a name that is too long', at('n'.repeat(254)), of('fax'), [400, 'InvalidResourceName', 'name']],
  ['no service', at('x').replace('contoso', 'none'), of('fax'), [404, 'ParentResourceNotFound']],
]
for (const [name, path, call, expected] of refusals) {
  test(`refused: ${name}`, async () => assert.deepEqual(await arm.outcome('PUT', path, call), expected))
}

test('alike is taken, in this service, in another, and in another tenant', async () => {
  await arm.ask('PUT', at('fax'), of('Straße'))
  const token = await tokenOf(arm, OWNER.name, '/', B)
  const inB = `${B.resourceGroupId}/providers/Microsoft.Communication/communicationServices/fabrikam`
  await arm.ask('PUT', inB, { token, json: serviceBody() })
  const asB = { token, ...of('STRASSE', { entraApplicationId: B.applicationId, tenantId: B.tenantId }) }
  assert.deepEqual(await arm.outcome('PUT', `${inB}/smtpUsernames/x`, asB), [409, 'Conflict', 'properties.username'])
  await arm.put(`${COMMUNICATION}/communicationServices/second`, serviceBody())
  for (const path of [at('other'), at('other').replace('contoso', 'second')])
    assert.deepEqual(await arm.outcome('PUT', path, of('strasse')), [409, 'Conflict', 'properties.username'])
  await arm.ask('DELETE', at('fax'))
  assert.deepEqual(await arm.outcome('PUT', `${inB}/smtpUsernames/x`, asB), [201])
})

test('of two tenants that ask for one username at once, one gets it', async () => {
  const token = await tokenOf(arm, OWNER.name, '/', B)
  const inB = `${B.resourceGroupId}/providers/Microsoft.Communication/communicationServices/racing`
  await arm.ask('PUT', inB, { token, json: serviceBody() })
  const answers = await Promise.all([
    arm.ask('PUT', at('race'), of('race')),
    arm.ask('PUT', `${inB}/smtpUsernames/race`, {
      token,
      ...of('race', { entraApplicationId: B.applicationId, tenantId: B.tenantId }),
    }),
  ])
  assert.deepEqual(answers.map(({ status }) => status).toSorted(ascending), [201, 409])
})

test('the three permissions of the article do not manage usernames', async () => {
  const seed = ['CommunicationServices/Read', 'CommunicationServices/Write', 'EmailServices/write']
  const sender = await programWith(
    arm,
    seed.map((name) => `Microsoft.Communication/${name}`),
    RG,
  )
  const token = await arm.http.token(sender)
  assert.deepEqual(await arm.outcome('PUT', at('x'), { token, ...of('x') }), [403, 'AuthorizationFailed'])
  const reader = await tokenOf(arm, READER.name)
  assert.deepEqual(await arm.outcome('DELETE', at('x'), { token: reader }), [403, 'AuthorizationFailed'])
  const keeper = await programWith(arm, ['Microsoft.Communication/CommunicationServices/SmtpUsernames/write'], SERVICE)
  assert.deepEqual(await arm.outcome('PUT', at('x'), { token: await arm.http.token(keeper), ...of('x') }), [201])
})
