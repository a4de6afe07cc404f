// What all of ARM has in common: versions, ids of requests, casing and slashes, what is not there, and the order of the checks.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { COMMUNICATION_SERVICES } from '../../resources/resource-types.ts'
import { A, B, smtpUsername, change, domain, emailService } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, putService, VERSION } from '../http.fixture.ts'

let http: HttpFixture
let token: string
let stranger: string
before(async () => {
  http = await openHttpFixture()
  token = await http.token(await http.program(A, OWNER.name))
  stranger = await http.token(await http.program(A))
  const { resources } = http.storage.write
  const mine = [
    emailService(A, 'mail'),
    domain(A, 'mail', 'contoso.test'),
    smtpUsername(A, 'Contoso', 'fax', 'fax@contoso.test'),
  ]
  await putService(http.storage, A, 'Contoso')
  await putService(http.storage, B, 'fabrikam')
  for (const resource of mine) await resources.putResource(change(), resource)
})
after(() => http.close())

const RG = A.resourceGroupId
const SERVICE = `${RG}/providers/${COMMUNICATION_SERVICES}/Contoso`
type Body = { error: { code: string; message: string } } & Record<string, unknown>
const ask = async (path: string, options: Parameters<HttpFixture['request']>[2] = { token }, method = 'GET') => {
  const response = await http.request(method, path, options)
  const text = await response.text()
  return { response, status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body }
}

test('a resource in its envelope, with its etag', async () => {
  const { response, status, body } = await ask(`${SERVICE}?${VERSION}`)
  assert.equal(status, 200)
  assert.equal(response.headers.get('etag'), '"etag-1"')
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  assert.deepEqual(body, {
    id: SERVICE,
    name: 'Contoso',
    type: COMMUNICATION_SERVICES,
    location: 'global',
    properties: { linkedDomains: [] },
    systemData: {
      createdBy: 'operator',
      createdByType: 'User',
      createdAt: '2030-01-01T00:00:00Z',
      lastModifiedBy: 'operator',
      lastModifiedByType: 'User',
      lastModifiedAt: '2030-01-01T00:00:00Z',
    },
  })
})

const spellings = [
  SERVICE.toLowerCase(),
  SERVICE.toUpperCase(),
  SERVICE.replace('resourceGroups', 'resourcegroups'),
  SERVICE.replace('Microsoft.Communication', '/Microsoft.Communication/'),
  `/${SERVICE}`,
  `${SERVICE}/`,
]
for (const path of spellings) {
  test(`the same resource: ${path}`, async () => assert.equal((await ask(`${path}?${VERSION}`)).body['id'], SERVICE))
}

const versions: readonly [string, number, string | undefined][] = [
  ['?api-version=2022-04-01', 200, undefined],
  ['?api-version=2018-01-01-preview', 200, undefined],
  ['?x=y&api-version=2099-12-31-Preview', 200, undefined],
  ['', 400, 'MissingApiVersionParameter'],
  ['?api-version=', 400, 'InvalidApiVersionParameter'],
  ['?api-version=latest', 400, 'InvalidApiVersionParameter'],
  ['?api-version=2022-04-01-beta', 400, 'InvalidApiVersionParameter'],
]
for (const [query, status, code] of versions) {
  test(`version ${query}: ${code ?? status}`, async () => {
    const answer = await ask(`${RG}${query}`)
    assert.deepEqual([answer.status, answer.body.error?.code], [status, code])
  })
}

test('every answer has ids; those of the client are echoed when they can be', async () => {
  const id = '0f0f0f0f-0000-4000-8000-000000000001'
  const headers = { 'x-ms-client-request-id': 'mine-1', 'x-ms-correlation-request-id': id }
  const { response } = await ask(`${SERVICE}?${VERSION}`, { token, headers })
  assert.match(
    response.headers.get('x-ms-request-id') ?? '',
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  assert.equal(response.headers.get('x-ms-correlation-request-id'), id)
  assert.equal(response.headers.get('x-ms-client-request-id'), 'mine-1')
  const odd = { 'x-ms-client-request-id': 'x'.repeat(129), 'x-ms-correlation-request-id': 'no guid' }
  const { response: other } = await ask(`${SERVICE}?${VERSION}`, { token, headers: odd })
  assert.equal(other.headers.get('x-ms-client-request-id'), null)
  assert.equal(other.headers.get('x-ms-correlation-request-id'), other.headers.get('x-ms-request-id'))
})

const missing: readonly [string, string, number, string][] = [
  ['a resource', `${SERVICE}x`, 404, 'ResourceNotFound'],
  ['a resource group', `${RG}x`, 404, 'ResourceGroupNotFound'],
  ['a resource in no group', SERVICE.replace('mail-rg', 'other'), 404, 'ResourceGroupNotFound'],
  [
    'a subscription',
    '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/x',
    404,
    'SubscriptionNotFound',
  ],
  ['a subscription that is no GUID', '/subscriptions/x/resourceGroups/x', 400, 'InvalidSubscriptionId'],
  [
    'a service of another tenant',
    `${B.resourceGroupId}/providers/${COMMUNICATION_SERVICES}/fabrikam`,
    404,
    'SubscriptionNotFound',
  ],
  ['a type', `${RG}/providers/Microsoft.Communication/faxes/x`, 404, 'InvalidResourceType'],
  ['a namespace', `${RG}/providers/Contoso.Fax/faxes/x`, 404, 'InvalidResourceNamespace'],
  ['a provider', '/providers/x', 404, 'InvalidResourceNamespace'],
  ['anything that could be a type', '/subscriptions/x/y', 404, 'InvalidResourceType'],
  ['a collection below nothing', `${SERVICE}x/smtpUsernames`, 404, 'ResourceNotFound'],
]
for (const [name, path, status, code] of missing) {
  test(`not there: ${name}`, async () => {
    const answer = await ask(`${path}?${VERSION}`)
    assert.deepEqual([answer.status, answer.body.error.code], [status, code])
  })
}

test('whoever may not read learns nothing of what is there', async () => {
  for (const path of [SERVICE, `${SERVICE}x`, `${SERVICE}/smtpUsernames`, `${SERVICE}x/smtpUsernames`, `${RG}x`]) {
    const { status, body } = await ask(`${path}?${VERSION}`, { token: stranger })
    assert.deepEqual([status, body.error.code], [403, 'AuthorizationFailed'], path)
  }
})

test('the checks come in their order: token, version, type, subscription, access', async () => {
  const path = '/subscriptions/00000000-0000-4000-8000-000000000000/providers/Contoso.Fax/faxes/x'
  assert.equal((await ask(path, {})).body.error.code, 'AuthenticationFailed')
  assert.equal((await ask(path, { token: stranger })).body.error.code, 'MissingApiVersionParameter')
  assert.equal((await ask(`${path}?${VERSION}`, { token: stranger })).body.error.code, 'InvalidResourceNamespace')
  const absent = `/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/x?${VERSION}`
  assert.equal((await ask(absent, { token: stranger })).body.error.code, 'SubscriptionNotFound')
})

test('a method that is not known here is 405 and names those that are', async () => {
  const { response, status, body } = await ask(`${SERVICE}?${VERSION}`, { token, json: {} }, 'POST')
  assert.deepEqual([status, body.error.code], [405, 'MethodNotAllowed'])
  assert.deepEqual(response.headers.get('allow')?.split(', ').toSorted(), ['DELETE', 'GET', 'PATCH', 'PUT'])
})

test('HEAD says whether it is there, without a body', async () => {
  const { status, response } = await ask(`${SERVICE}?${VERSION}`, { token }, 'HEAD')
  assert.deepEqual([status, response.headers.get('etag')], [204, '"etag-1"'])
  assert.equal((await ask(`${SERVICE}x?${VERSION}`, { token }, 'HEAD')).status, 404)
  assert.equal((await ask(`${SERVICE}x?${VERSION}`, { token: stranger }, 'HEAD')).status, 403)
})

test('a list holds what the caller may read, and nothing of another tenant', async () => {
  const namesIn = (body: Body) => (body['value'] as { name: string }[]).map(({ name }) => name)
  const all = await ask(`${SERVICE}/smtpUsernames?${VERSION}`)
  assert.deepEqual([all.status, namesIn(all.body)], [200, ['fax']])
  const services = `${RG}/providers/${COMMUNICATION_SERVICES}?${VERSION}`
  await putService(http.storage, A, 'other')
  assert.deepEqual(namesIn((await ask(services)).body), ['Contoso', 'other'])
  const one = await http.token(await http.program(A, READER.name, SERVICE))
  assert.deepEqual(namesIn((await ask(services, { token: one })).body), ['Contoso'])
})
