// The documents that lead clients to the token service.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { A } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture } from '../http.fixture.ts'

let http: HttpFixture
before(async () => {
  http = await openHttpFixture()
})
after(() => http.close())

const T = A.tenantId
const documents: readonly [string, string, string][] = [
  ['newer', `/${T}/v2.0/.well-known/openid-configuration`, '/oauth2/v2.0'],
  ['older', `/${T}/.well-known/openid-configuration`, '/oauth2'],
]
for (const [name, path, oauth2] of documents) {
  test(`the ${name} document leads to the service by its public URL, whatever Host was asked`, async () => {
    const response = await http.request('GET', `https://evil.test${path}`, { headers: { host: 'evil.test' } })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('cache-control'), 'max-age=86400, private')
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    const body = (await response.json()) as Record<string, string>
    assert.equal(body['issuer'], `${BASE}/${T}/v2.0`)
    assert.equal(body['token_endpoint'], `${BASE}/${T}${oauth2}/token`)
    assert.equal(body['authorization_endpoint'], `${BASE}/${T}/oauth2/v2.0/authorize`)
    assert.equal(body['end_session_endpoint'], `${BASE}/${T}/oauth2/v2.0/logout`)
    assert.deepEqual(body['response_types_supported'], ['code'])
    assert.deepEqual(body['code_challenge_methods_supported'], ['S256'])
    assert.equal(body['jwks_uri'], `${BASE}/${T}/discovery/v2.0/keys`)
    assert.equal(JSON.stringify(body).includes('evil'), false)
    const keys = await http.request('GET', new URL(body['jwks_uri'] ?? '').pathname)
    assert.equal(keys.status, 200)
  })
}

test('a client that knows no tenant yet gets a document with a place for it', async () => {
  for (const tenant of ['common', 'organizations']) {
    const response = await http.request('GET', `/${tenant}/v2.0/.well-known/openid-configuration`)
    const body = (await response.json()) as Record<string, string>
    assert.deepEqual(
      [body['issuer'], body['jwks_uri']],
      [`${BASE}/{tenantid}/v2.0`, `${BASE}/${tenant}/discovery/v2.0/keys`],
    )
  }
})

test('an unknown tenant has no document', async () => {
  const response = await http.request('GET', `/${T.replace('a', 'c')}/v2.0/.well-known/openid-configuration`)
  assert.equal(response.status, 400)
  assert.deepEqual(((await response.json()) as { error_codes: number[] }).error_codes, [90002])
})

const instances: readonly [string, string, string][] = [
  ['nothing', '', 'common'],
  ['a tenant', `&authorization_endpoint=${encodeURIComponent(`${BASE}/${T}/oauth2/v2.0/authorize`)}`, T],
  ['nonsense', '&authorization_endpoint=https%3A%2F%2Fx%2F%3Cscript%3E%2F', 'common'],
]
for (const [name, query, tenant] of instances) {
  test(`instance discovery for ${name}`, async () => {
    const response = await http.request('GET', `/common/discovery/instance?api-version=1.1${query}`)
    assert.deepEqual(await response.json(), {
      tenant_discovery_endpoint: `${BASE}/${tenant}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [
        { preferred_network: 'localhost:8443', preferred_cache: 'localhost:8443', aliases: ['localhost:8443'] },
      ],
    })
  })
}
