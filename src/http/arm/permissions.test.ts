// What a caller holds, the catalogue of operations, and the two answers that are the same for everyone.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { EMAIL_SENDER, OWNER, READER } from '../../access/built-in-roles.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { assign, type HttpFixture, openHttpFixture, type Program, putService, VERSION } from '../http.fixture.ts'

const S = `/subscriptions/${A.subscriptionId}`
const RG = A.resourceGroupId
const MA = 'providers/Microsoft.Authorization'

let http: HttpFixture
let program: Program
let token: string
let service: string
before(async () => {
  http = await openHttpFixture()
  program = await http.program(A, READER.name, RG)
  service = (await putService(http.storage, A, 'contoso')).id
  await assign(http.storage, program, EMAIL_SENDER.name, service)
  const group = { objectId: randomUUID(), tenantId: A.tenantId, displayName: 'g' }
  await http.storage.write.directory.createGroup(change(), group)
  await http.storage.write.directory.addMember(change(), A.tenantId, group.objectId, program.principalId)
  await assign(http.storage, { ...program, principalId: group.objectId }, OWNER.name, `${service}/smtpUsernames/fax`)
  token = await http.token(program)
})
after(() => http.close())

type Operation = { name: string; isDataAction: boolean; display?: { provider: string } }
type Body = {
  value: { name: string; actions: string[]; dataActions: string[]; isDataAction: boolean }[]
  name: string
  resourceTypes: { name: string; operations: Operation[] }[]
  operations: Operation[]
  error: { code: string; message: string }
}
async function ask(method: string, path: string, bearer = token) {
  const response = await http.request(method, `${path}?${VERSION}`, { token: bearer })
  return { status: response.status, body: (await response.json()) as Body }
}

const held: readonly (readonly [string, () => string, readonly string[]])[] = [
  ['the subscription', () => S, []],
  ['the resource group', () => RG.toLowerCase(), ['*/read']],
  ['the resource', () => service, ['*/read', 'Postern.Mail/messages/send/action']],
  [
    'a child, by a group too',
    () => `${service}/smtpUsernames/fax`,
    ['*', '*/read', 'Postern.Mail/messages/send/action'],
  ],
  ['what is not there', () => `${RG}/providers/Microsoft.Communication//emailServices/none`, ['*/read']],
  ['the root', () => '', []],
]
for (const [name, scope, expected] of held) {
  test(`permissions on ${name}`, async () => {
    const { status, body } = await ask('GET', `${scope()}/${MA}/permissions`)
    assert.equal(status, 200)
    const found = body.value.flatMap(({ actions, dataActions }) => [...actions, ...dataActions])
    assert.deepEqual(found.toSorted(), expected)
  })
}

test('a block has all its parts', async () => {
  const { body } = await ask('GET', `${RG}/${MA}/permissions`)
  const parts = { notActions: [], dataActions: [], notDataActions: [], condition: null, conditionVersion: null }
  assert.deepEqual(body.value, [{ actions: ['*/read'], ...parts }])
})

test('permissions on a subscription of another tenant: it is not there', async () => {
  const { status, body } = await ask('GET', `/subscriptions/${B.subscriptionId}/${MA}/permissions`)
  assert.deepEqual([status, body.error.code], [404, 'SubscriptionNotFound'])
})

test('the catalogue: all providers, and one by its name', async () => {
  const { status, body } = await ask('GET', `/${MA}/providerOperations`)
  assert.equal(status, 200)
  const expected = ['Microsoft.Authorization', 'Microsoft.Communication', 'Microsoft.Directory', 'Microsoft.Resources']
  assert.deepEqual(
    body.value.map(({ name }) => name),
    [...expected, 'Microsoft.Support', 'Postern.Mail'],
  )
  const one = await ask('GET', `/${MA}/providerOperations/microsoft.communication`)
  assert.equal(one.body.name, 'Microsoft.Communication')
  const usernames = one.body.resourceTypes.find(({ name }) => name === 'CommunicationServices/SmtpUsernames')
  assert.deepEqual(
    usernames?.operations.map(({ name }) => name.split('/').at(-1)),
    ['read', 'write', 'delete'],
  )
  assert(one.body.operations.some(({ name }) => name === 'Microsoft.Communication/CheckNameAvailability/action'))
  const mail = await ask('GET', `/${MA}/providerOperations/Postern.Mail`)
  const messages = mail.body.resourceTypes.find(({ name }) => name === 'messages')
  const send = messages?.operations.find(({ name }) => name === 'Postern.Mail/messages/send/action')
  assert.equal(send?.isDataAction, true)
  const none = await ask('GET', `/${MA}/providerOperations/Microsoft.Nothing`)
  assert.deepEqual([none.status, none.body.error.code], [404, 'ProviderNotFound'])
})

test('the operations of Microsoft.Communication', async () => {
  const response = await http.request('GET', '/providers/Microsoft.Communication/operations?api-version=2023-04-01', {
    token,
  })
  const { value } = (await response.json()) as { value: Operation[] }
  assert.equal(response.status, 200)
  const write = value.find(({ name }) => name === 'Microsoft.Communication/EmailServices/write')
  assert.deepEqual(write, {
    name: 'Microsoft.Communication/EmailServices/write',
    isDataAction: false,
    display: {
      provider: 'Azure Communication Services',
      resource: 'Email services',
      operation: 'Create or change email services.',
      description: 'Create or change email services.',
    },
    origin: 'user,system',
  })
})

test('the catalogue is for whoever may read it somewhere', async () => {
  const nobody = await http.token(await http.program(A))
  for (const path of [`/${MA}/providerOperations`, `/${MA}/providerOperations/Postern.Mail`]) {
    const { status, body } = await ask('GET', path, nobody)
    assert.deepEqual([status, body.error.code], [403, 'AuthorizationFailed'])
  }
})

test('nobody elevates themselves; there are no classic administrators', async () => {
  const owner = await http.token(await http.program(A, OWNER.name))
  const elevated = await ask('POST', `/${MA}/elevateAccess`, owner)
  assert.deepEqual([elevated.status, elevated.body.error.code], [403, 'AuthorizationFailed'])
  assert.match(elevated.body.error.message, /cannot be elevated/)
  assert.deepEqual((await ask('GET', `${S}/${MA}/classicAdministrators`, owner)).body, { value: [] })
  assert.equal((await ask('GET', `${S}/${MA}/classicAdministrators`)).status, 403)
})
