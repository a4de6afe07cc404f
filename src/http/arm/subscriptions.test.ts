// Subscriptions, the tenant, locations, providers and the metadata document: what clients ask before they do anything.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import { BASE } from '../http.fixture.ts'
import { type ArmCalls, COMMUNICATION, openArmCalls, RG, S, serviceBody, tokenOf } from './arm-calls.fixture.ts'

let arm: ArmCalls
before(async () => {
  arm = await openArmCalls()
})
after(() => arm.close())

const SUBSCRIPTION = {
  id: S,
  authorizationSource: 'RoleBased',
  managedByTenants: [],
  subscriptionId: A.subscriptionId,
  tenantId: A.tenantId,
  homeTenantId: A.tenantId,
  displayName: 'Mail',
  state: 'Enabled',
  subscriptionPolicies: {
    locationPlacementId: 'Public_2014-09-01',
    quotaId: 'PayAsYouGo_2014-09-01',
    spendingLimit: 'Off',
  },
}

test('the subscriptions that a caller has a part in', async () => {
  assert.deepEqual((await arm.ask('GET', '/subscriptions')).body, { value: [SUBSCRIPTION] })
  const inGroup = await tokenOf(arm, READER.name, RG)
  assert.deepEqual((await arm.ask('GET', '/subscriptions', { token: inGroup })).body, { value: [SUBSCRIPTION] })
  const none = await arm.ask('GET', '/subscriptions', { token: await tokenOf(arm) })
  assert.deepEqual([none.status, none.body], [200, { value: [] }])
  const other = await arm.ask('GET', '/subscriptions', { token: await tokenOf(arm, OWNER.name, '/', B) })
  assert.deepEqual(
    other.body.value.map(({ id }) => id),
    [`/subscriptions/${B.subscriptionId}`],
  )
})

test('one subscription', async () => {
  assert.deepEqual((await arm.ask('GET', S.toUpperCase())).body, SUBSCRIPTION)
  assert.deepEqual(await arm.outcome('GET', S, { token: await tokenOf(arm) }), [403, 'AuthorizationFailed'])
  assert.deepEqual(await arm.outcome('GET', `/subscriptions/${B.subscriptionId}`), [404, 'SubscriptionNotFound'])
  assert.deepEqual(await arm.outcome('GET', '/subscriptions/mine'), [400, 'InvalidSubscriptionId'])
})

test('the tenant, to everybody who is in it', async () => {
  const { status, body } = await arm.ask('GET', '/tenants?api-version=2022-12-01', { token: await tokenOf(arm) })
  assert.equal(status, 200)
  assert.deepEqual(body.value, [
    {
      id: `/tenants/${A.tenantId}`,
      tenantId: A.tenantId,
      tenantCategory: 'Home',
      displayName: 'Tenant a',
      tenantType: 'AAD',
      domains: [],
    },
  ])
  assert.equal((await arm.http.request('GET', '/tenants?api-version=2022-12-01')).status, 401)
})

test('locations: global and the regions of Azure', async () => {
  const { body } = await arm.ask('GET', `${S}/locations`)
  const names = body.value.map(({ name }) => name)
  assert.equal(names[0], 'global')
  for (const name of ['westeurope', 'germanywestcentral', 'eastus2']) assert.ok(names.includes(name), name)
  assert.equal(new Set(names).size, names.length)
})

test('providers, by list and by name, with and without a subscription', async () => {
  for (const base of ['', S]) {
    const { body } = await arm.ask('GET', `${base}/providers`)
    assert.deepEqual(
      body.value.map((provider) => (provider as unknown as { namespace: string }).namespace),
      ['Microsoft.Authorization', 'Microsoft.Communication', 'Microsoft.Resources'],
    )
    const one = await arm.ask('GET', `${base}/providers/microsoft.communication`)
    assert.equal(one.body.id, `${base}/providers/Microsoft.Communication`)
    assert.equal(one.body['registrationState'], 'Registered')
    const types = one.body['resourceTypes'] as {
      resourceType: string
      apiVersions: string[]
      defaultApiVersion: string
    }[]
    const domains = types.find(({ resourceType }) => resourceType === 'EmailServices/Domains')
    assert.ok(domains?.apiVersions.includes('2025-09-01'))
    assert.equal(domains?.defaultApiVersion, '2026-03-18')
    assert.deepEqual(await arm.outcome('GET', `${base}/providers/Contoso.Fax`), [404, 'InvalidResourceNamespace'])
  }
})

test('lists at hand come in pages too', async () => {
  const first = await arm.ask('GET', `${S}/providers?$top=2`)
  assert.equal(first.body.value.length, 2)
  const second = await arm.ask('GET', first.body.nextLink ?? '')
  assert.deepEqual(
    second.body.value.map(({ id }) => id),
    [`${S}/providers/Microsoft.Resources`],
  )
  assert.equal(second.body.nextLink, undefined)
})

test('a provider unregistered and registered again', async () => {
  const post = async (action: string, namespace = 'Microsoft.Communication') =>
    arm.ask('POST', `${S}/providers/${namespace}/${action}?api-version=2021-04-01`)
  const path = `${COMMUNICATION}/communicationServices/registered`
  await arm.put(path, serviceBody())
  assert.equal((await post('unregister')).body['registrationState'], 'NotRegistered')
  assert.equal(
    (await arm.ask('GET', `${S}/providers/Microsoft.Communication`)).body['registrationState'],
    'NotRegistered',
  )
  for (const method of ['PUT', 'PATCH'])
    assert.deepEqual(await arm.outcome(method, path, { json: serviceBody() }), [409, 'MissingSubscriptionRegistration'])
  assert.deepEqual(await arm.outcome('GET', path), [200])
  assert.deepEqual(await arm.outcome('DELETE', path), [200])
  assert.equal((await post('register')).body['registrationState'], 'Registered')
  assert.deepEqual(await arm.outcome('PUT', path, { json: serviceBody() }), [201])
  assert.equal((await post('register', 'Microsoft.Resources')).body['registrationState'], 'Registered')
  assert.equal((await post('unregister', 'Microsoft.Authorization')).status, 409)
  const reader = await tokenOf(arm, READER.name)
  const refused = await arm.ask('POST', `${S}/providers/Microsoft.Communication/register?api-version=2021-04-01`, {
    token: reader,
  })
  assert.equal(refused.body.error.code, 'AuthorizationFailed')
  assert.match(refused.body.error.message, /'Microsoft\.Communication\/register\/action'/)
})

test('api-versions: any for Resource Manager, the known ones for Microsoft.Communication', async () => {
  assert.deepEqual(await arm.outcome('GET', `${RG}?api-version=2016-06-01`), [200])
  const services = `${COMMUNICATION}/communicationServices`
  for (const version of ['2020-08-20', '2024-09-01-preview', '2025-09-01', '2026-03-18'])
    assert.deepEqual(await arm.outcome('GET', `${services}?api-version=${version}`), [200])
  for (const version of ['2022-04-01', '2025-09-01-preview', '2099-01-01']) {
    const { status, body } = await arm.ask('GET', `${services}?api-version=${version}`)
    assert.deepEqual([status, body.error.code], [400, 'NoRegisteredProviderFound'])
    assert.match(body.error.message, /2025-09-01/)
  }
})

test('the metadata document in its shapes, for anybody', async () => {
  const read = async (query: string) => {
    const response = await arm.http.request('GET', `/metadata/endpoints${query}`)
    assert.equal(response.status, 200)
    return (await response.json()) as Record<string, unknown> & { authentication: Record<string, unknown> }
  }
  const old = await read('?api-version=2015-01-01')
  assert.deepEqual(Object.keys(old), ['galleryEndpoint', 'graphEndpoint', 'portalEndpoint', 'authentication'])
  const authentication = {
    loginEndpoint: BASE,
    audiences: [BASE, `${BASE}/`],
    tenant: 'common',
    identityProvider: 'AAD',
  }
  for (const query of ['?api-version=2022-09-01', '']) {
    const document = await read(query)
    assert.deepEqual(document.authentication, authentication)
    for (const name of ['name', 'portal', 'gallery', 'resourceManager', 'graphAudience', 'microsoftGraphResourceId'])
      assert.equal(typeof document[name], 'string', name)
  }
  const [cloud] = (await read('?api-version=2019-05-01')) as unknown as { name: string }[]
  assert.equal(cloud?.name, 'Postern')
})
