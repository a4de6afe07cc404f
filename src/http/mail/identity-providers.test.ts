// The identity provider of a tenant over HTTP: each tenant its own, by its own right, and what only the provider knows may be given roles.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { CONTRIBUTOR, EMAIL_SENDER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { A, B, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture } from '../http.fixture.ts'

const pathOf = (tenant: TenantFixture) => `/providers/Postern.Mail/identityProviders/${tenant.tenantId}`
const OIDC = { provider: 'oidc', oidc: { issuer: 'https://issuer.example.test' } }

let http: HttpFixture
let tokens: Record<'administrator' | 'reader' | 'nobody' | 'other', string>
before(async () => {
  http = await openHttpFixture()
  const tokenOf = async (tenant: TenantFixture, role?: string) => http.token(await http.program(tenant, role))
  tokens = {
    administrator: await tokenOf(A, POSTERN_ADMINISTRATOR.name),
    reader: await tokenOf(A, READER.name),
    nobody: await tokenOf(A),
    other: await tokenOf(B, POSTERN_ADMINISTRATOR.name),
  }
})
after(() => http.close())
beforeEach(() => http.storage.write.directory.deleteIdentityProvider(CHANGE, A.tenantId))

const CHANGE = { at: 0, principalId: 'test', requestId: 'test' }

async function call(
  who: keyof typeof tokens,
  method: string,
  path: string,
  properties?: object,
): Promise<{
  status: number
  body: { error?: { code: string; target?: string }; properties?: Record<string, unknown> }
}> {
  const json = properties === undefined ? {} : { json: { properties } }
  const response = await http.request(method, path, { token: tokens[who], ...json })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

test('what is put is shown as it is understood, and can be put again', async () => {
  assert.equal((await call('administrator', 'GET', pathOf(A))).body.properties?.['origin'], 'default')
  const { status, body } = await call('administrator', 'PUT', pathOf(A), { provider: 'entra', timeout: '2s' })
  assert.equal(status, 201)
  const expected = {
    provider: 'entra',
    entra: {
      authority: 'https://login.microsoftonline.com',
      scope: 'https://communication.azure.com/.default',
      audiences: [],
    },
    timeout: '2000ms',
    recheck: 'session',
    recheckInterval: '300000ms',
    origin: 'api',
  }
  assert.deepEqual(body.properties, expected)
  const { origin: _, ...again } = expected
  assert.equal((await call('administrator', 'PUT', pathOf(A), again)).status, 200)
  assert.deepEqual((await call('reader', 'GET', pathOf(A))).body.properties, expected)
})

test('the client of people is shown without its secret, which stays while client and provider do', async () => {
  const signIn = { clientId: 'portal', clientSecret: 'not a real secret' }
  const put = async (properties: object) => (await call('administrator', 'PUT', pathOf(A), properties)).body.properties
  const shown = { ...(await put({ ...OIDC, signIn })) }
  assert.deepEqual(shown['signIn'], {
    clientId: 'portal',
    scope: 'openid profile',
    hasClientSecret: true,
    redirectUri: `https://localhost:8443/${A.tenantId}/login/callback`,
  })
  delete shown['origin']
  const secrets = async () =>
    (await http.storage.read.sealed.listSealed('sign-in-client-secret')).map(({ recordId }) => recordId)
  const [kept] = await secrets()
  assert.deepEqual((await put(shown))?.['signIn'], shown['signIn'])
  assert.deepEqual(await secrets(), [kept])
  assert.doesNotMatch(JSON.stringify(await http.storage.read.audit.listAudit(A.tenantId, 5)), /not a real secret/)
  const other = { ...OIDC, oidc: { issuer: 'https://other.example.test' } }
  const { status, body } = await call('administrator', 'PUT', pathOf(A), { ...other, signIn: shown['signIn'] })
  assert.deepEqual([status, body.error?.target], [400, 'properties.signIn.clientSecret'])
  assert.deepEqual((await put({ ...other, signIn: { clientId: 'portal' } }))?.['signIn'], {
    ...(shown['signIn'] as object),
    hasClientSecret: false,
  })
  assert.deepEqual(await secrets(), [])
  await put({ ...OIDC, signIn })
  await call('administrator', 'DELETE', pathOf(A))
  assert.deepEqual(await secrets(), [])
})

const rights: readonly [who: keyof typeof tokens, method: string, tenant: TenantFixture, status: number][] = [
  ['nobody', 'GET', A, 403],
  ['reader', 'PUT', A, 403],
  ['reader', 'DELETE', A, 403],
  ['other', 'GET', A, 404],
  ['other', 'PUT', A, 404],
  ['other', 'DELETE', A, 404],
]
for (const [who, method, tenant, status] of rights)
  test(`${who} may not ${method}: ${status}`, async () => {
    assert.equal((await call(who, method, pathOf(tenant), method === 'PUT' ? OIDC : undefined)).status, status)
    assert.deepEqual(await http.storage.read.directory.readIdentityProvider(A.tenantId), {
      settings: undefined,
      any: false,
    })
  })

test('a collection holds the tenant of the caller alone', async () => {
  const { body } = await call('other', 'GET', '/providers/Postern.Mail/identityProviders')
  assert.deepEqual(
    (body as unknown as { value: { name: string }[] }).value.map(({ name }) => name),
    [B.tenantId],
  )
})

const wrong: readonly [name: string, properties: object, target: string][] = [
  ['no issuer', { provider: 'oidc' }, 'properties.oidc'],
  ['an issuer without TLS', { provider: 'oidc', oidc: { issuer: 'http://a.test' } }, 'properties.oidc.issuer'],
  ['an issuer with a query', { provider: 'oidc', oidc: { issuer: 'https://a.test/?b' } }, 'properties.oidc.issuer'],
  ['an issuer with a user', { provider: 'oidc', oidc: { issuer: 'https://u@a.test/' } }, 'properties.oidc.issuer'],
  ['a cloud that is none', { provider: 'entra', entra: { authority: 'moon' } }, 'properties.entra.authority'],
  ['a path', { provider: 'entra', entra: { authority: 'https://a.test/b' } }, 'properties.entra.authority'],
  ['a URL that is none', { provider: 'entra', entra: { authority: 'https://[:::]' } }, 'properties.entra.authority'],
  ['an issuer that is no URL', { provider: 'oidc', oidc: { issuer: 'https://a.test:x' } }, 'properties.oidc.issuer'],
  ['a scope that is none', { provider: 'entra', entra: { scope: 'mail' } }, 'properties.entra.scope'],
  ['the section of another', { ...OIDC, provider: 'entra' }, 'properties.oidc'],
  ['a proxy', { provider: 'entra', proxy: 'http://proxy.test' }, 'properties'],
  ['a file', { provider: 'entra', caFile: '/etc/passwd' }, 'properties'],
  ['authorities that are none', { provider: 'entra', ca: 'trust me' }, 'properties.ca'],
  ['people who sign in here', { provider: 'embedded', signIn: { clientId: 'portal' } }, 'properties.signIn'],
  [
    'scopes without openid',
    { ...OIDC, signIn: { clientId: 'portal', scope: 'profile openid-x' } },
    'properties.signIn.scope',
  ],
  [
    'a record of somebody else’s',
    { ...OIDC, signIn: { clientId: 'portal', clientSecretId: 'installation' } },
    'properties.signIn',
  ],
  [
    'a file for the secret',
    { ...OIDC, signIn: { clientId: 'portal', clientSecretFile: '/etc/shadow' } },
    'properties.signIn',
  ],
  ['a long time limit', { provider: 'entra', timeout: '1h' }, 'properties.timeout'],
  [
    'an algorithm with a shared key',
    { ...OIDC, oidc: { ...OIDC.oidc, algorithms: ['HS256'] } },
    'properties.oidc.algorithms.0',
  ],
]
for (const [name, properties, target] of wrong)
  test(`${name} is refused by its name`, async () => {
    const { status, body } = await call('administrator', 'PUT', pathOf(A), properties)
    assert.equal(status, 400)
    assert.equal(body.error?.target, target)
  })

async function assign(principalId: string, principalType?: string): Promise<[number, string | undefined]> {
  const properties = {
    roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${EMAIL_SENDER.name}`,
    principalId,
    ...(principalType && { principalType }),
  }
  const path = `/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}?api-version=2022-04-01`
  const { status, body } = await call('administrator', 'PUT', path, properties)
  return [status, body.error?.code ?? String(body.properties?.['principalType'])]
}

test('principals that only a remote provider knows can have roles, and no others', async () => {
  assert.deepEqual(await assign(randomUUID(), 'Group'), [400, 'PrincipalNotFound'])
  await call('administrator', 'PUT', pathOf(A), { provider: 'embedded' })
  assert.deepEqual(await assign(randomUUID(), 'Group'), [400, 'PrincipalNotFound'])
  await call('administrator', 'PUT', pathOf(A), OIDC)
  assert.deepEqual(await assign(randomUUID()), [201, 'ServicePrincipal'])
  assert.deepEqual(await assign(randomUUID(), 'group'), [201, 'Group'])
  assert.deepEqual(await assign(randomUUID(), 'Robot'), [400, 'PrincipalNotFound'])
  assert.deepEqual(await assign(A.principalId, 'Group'), [400, 'UnmatchedPrincipalType'])
})

test('a right below the root of the tenant is no right to say who proves its logins', async () => {
  const program = await http.program(A, CONTRIBUTOR.name, `/subscriptions/${A.subscriptionId}`)
  const response = await http.request('PUT', pathOf(A), {
    token: await http.token(program),
    json: { properties: OIDC },
  })
  assert.equal(response.status, 403)
})
