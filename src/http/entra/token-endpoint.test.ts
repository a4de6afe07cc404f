// The token service for programs: what it issues, what it refuses and how, and that a refusal costs the same whatever its reason.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { hashClientSecret } from '../../identity/client-secret.ts'
import type { DirectoryReader, Storage } from '../../storage/storage.ts'
import { A, AT, B, change } from '../../storage/two-tenants.fixture.ts'
import { BASE, credentialsForm, type HttpFixture, openHttpFixture, pepper, type Program } from '../http.fixture.ts'

let http: HttpFixture
let program: Program
before(async () => {
  http = await openHttpFixture()
  program = await http.program(A)
})
after(() => http.close())

const V2 = `/${A.tenantId}/oauth2/v2.0/token`
const V1 = `/${A.tenantId}/oauth2/token`
type Body = Record<string, unknown> & { access_token: string; error_codes: number[]; error_description: string }

async function ask(form: Record<string, string> | undefined, path = V2, headers: Record<string, string> = {}) {
  const response = await http.request('POST', path, { ...(form === undefined ? {} : { form }), headers })
  return { response, body: (await response.json()) as Body }
}

test('a token of the newer endpoint verifies against the published keys and names the program', async () => {
  const { response, body } = await ask(credentialsForm(program))
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.equal(response.headers.get('pragma'), 'no-cache')
  const { access_token: jwt, ...rest } = body
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 })
  const keySet = (await (await http.request('GET', `/${A.tenantId}/discovery/v2.0/keys`)).json()) as JSONWebKeySet
  const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(keySet), { currentDate: new Date(AT) })
  assert.deepEqual(protectedHeader, { alg: 'RS256', typ: 'JWT', kid: keySet.keys[0]?.kid })
  const { uti, ...claims } = payload
  assert.match(String(uti), /^[0-9a-f-]{36}$/)
  const issuedAt = AT / 1000
  assert.deepEqual(claims, {
    aud: BASE,
    iss: `${BASE}/${A.tenantId}/v2.0`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + 3599,
    appid: program.applicationId,
    appidacr: '1',
    azp: program.applicationId,
    azpacr: '1',
    idtyp: 'app',
    keyId: program.keyId,
    oid: program.principalId,
    sub: program.principalId,
    tid: A.tenantId,
    ver: '2.0',
  })
})

test('the older endpoint spells numbers as strings and names the resource', async () => {
  const resource = 'https://management.core.windows.net/'
  const { response, body } = await ask(credentialsForm(program, { resource }), V1)
  assert.equal(response.status, 200)
  const { access_token: jwt, ...rest } = body
  assert.equal(decodeJwt(jwt).aud, resource)
  assert.deepEqual(rest, {
    token_type: 'Bearer',
    expires_in: '3599',
    ext_expires_in: '3599',
    expires_on: String(AT / 1000 + 3599),
    not_before: String(AT / 1000),
    resource,
  })
})

const audiences = [
  BASE,
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://graph.microsoft.com',
  'https://communication.azure.com',
]
for (const audience of audiences.flatMap((bare) => [bare, `${bare}/`])) {
  test(`the scope ${audience}/.default gives exactly that audience`, async () => {
    const { body } = await ask(credentialsForm(program, { scope: `${audience}/.default` }))
    assert.equal(decodeJwt(body.access_token).aud, audience)
  })
}

test('a client that announces it gets the continuous-evaluation claim, in any case', async () => {
  for (const value of ['cp1', 'CP1']) {
    const claims = JSON.stringify({ access_token: { xms_cc: { values: [value] } } })
    const { body } = await ask(credentialsForm(program, { scope: `${BASE}/.default`, claims }))
    assert.deepEqual(decodeJwt(body.access_token)['xms_cc'], ['cp1'])
  }
})

test('claims that cannot be read ask for nothing', async () => {
  const { body } = await ask(credentialsForm(program, { scope: `${BASE}/.default`, claims: '{"access_token":' }))
  assert.equal('xms_cc' in decodeJwt(body.access_token), false)
})

test('HTTP Basic carries the credential, each half form-encoded', async () => {
  const encoded = encodeURIComponent(program.secret).replaceAll('~', '%7E')
  const authorization = `Basic ${btoa(`${program.applicationId}:${encoded}`)}`
  const { response } = await ask({ grant_type: 'client_credentials', scope: `${BASE}/.default` }, V2, { authorization })
  assert.equal(response.status, 200)
})

test('tenant and application are matched in any case', async () => {
  const form = credentialsForm({ ...program, applicationId: program.applicationId.toUpperCase() })
  assert.equal((await ask(form, V2.toUpperCase())).response.status, 200)
})

const GUID = '00000000-1111-4222-8333-444444444444'

const assertionForm = ({ applicationId }: Program, assertion: string) => ({
  grant_type: 'client_credentials',
  client_id: applicationId,
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion,
  scope,
})
const scope = `${BASE}/.default`
const cases: readonly [string, (p: Program) => Record<string, string> | undefined, number, string, number, string?][] =
  [
    ['no body', () => undefined, 400, 'invalid_request', 900144],
    ['no grant type', () => ({ client_id: GUID }), 400, 'invalid_request', 900144],
    ['another grant', (p) => ({ ...credentialsForm(p), grant_type: 'password' }), 400, 'unsupported_grant_type', 70003],
    [
      'no client id',
      () => ({ grant_type: 'client_credentials', client_secret: 'x', scope }),
      400,
      'invalid_request',
      900144,
    ],
    ['no secret', (p) => ({ ...credentialsForm(p), client_secret: '' }), 401, 'invalid_client', 7000218],
    [
      'an assertion without its type',
      () => ({ grant_type: 'client_credentials', client_id: GUID, client_assertion: 'a.b.c', scope }),
      400,
      'invalid_request',
      900144,
    ],
    [
      'an assertion of another type',
      (p) => ({ ...assertionForm(p, 'a.b.c'), client_assertion_type: 'saml' }),
      400,
      'invalid_request',
      9002313,
    ],
    [
      'an assertion beside a secret',
      (p) => ({ ...assertionForm(p, 'a.b.c'), client_secret: p.secret }),
      400,
      'invalid_request',
      9002313,
    ],
    ['an assertion that is none', (p) => assertionForm(p, 'a.b.c'), 401, 'invalid_client', 50027],
    ['no scope', (p) => credentialsForm(p, {}), 400, 'invalid_request', 900144],
    ['a scope without .default', (p) => credentialsForm(p, { scope: BASE }), 400, 'invalid_scope', 1002012],
    ['two scopes', (p) => credentialsForm(p, { scope: `${scope} ${scope}` }), 400, 'invalid_scope', 70011],
    [
      'an unknown resource',
      (p) => credentialsForm(p, { scope: 'https://evil.test/.default' }),
      400,
      'invalid_resource',
      500011,
    ],
    [
      'a resource with three slashes',
      (p) => credentialsForm(p, { scope: `${BASE}///.default` }),
      400,
      'invalid_resource',
      500011,
    ],
    ['a wrong secret', (p) => credentialsForm({ ...p, secret: 'wrong' }), 401, 'invalid_client', 7000215],
    [
      'a secret with a space behind it',
      (p) => credentialsForm({ ...p, secret: `${p.secret} ` }),
      401,
      'invalid_client',
      7000215,
    ],
    [
      'an unknown application',
      () => credentialsForm({ applicationId: GUID, secret: 'x' }),
      400,
      'unauthorized_client',
      700016,
    ],
    ['no GUID', () => credentialsForm({ applicationId: '*)(uid=*', secret: 'x' }), 400, 'unauthorized_client', 700016],
    [
      'another tenant',
      (p) => credentialsForm(p),
      400,
      'unauthorized_client',
      700016,
      `/${B.tenantId}/oauth2/v2.0/token`,
    ],
    ['an unknown tenant', (p) => credentialsForm(p), 400, 'invalid_request', 90002, `/${GUID}/oauth2/v2.0/token`],
    [
      'a domain name as tenant',
      (p) => credentialsForm(p),
      400,
      'invalid_request',
      90002,
      '/contoso.test/oauth2/v2.0/token',
    ],
    ['any tenant', (p) => credentialsForm(p), 400, 'invalid_request', 9001023, '/common/oauth2/v2.0/token'],
    ['no tenant', (p) => credentialsForm(p), 400, 'invalid_request', 50059, '/oauth2/v2.0/token'],
    ['no tenant at the older endpoint', (p) => credentialsForm(p), 400, 'invalid_request', 50059, '/oauth2/token'],
    ['a word as tenant', (p) => credentialsForm(p), 400, 'invalid_request', 900023, '/contoso/oauth2/v2.0/token'],
    [
      'a tenant of odd characters',
      (p) => credentialsForm(p),
      400,
      'invalid_request',
      900023,
      '/a_b%20c/oauth2/v2.0/token',
    ],
    ['no resource at the older endpoint', (p) => credentialsForm(p), 400, 'invalid_request', 900144, V1],
  ]
for (const [name, form, status, error, number, path] of cases) {
  test(`${name}: AADSTS${number}`, async () => {
    const { response, body } = await ask(form(program), path ?? V2, { 'client-request-id': GUID })
    assert.deepEqual([response.status, body['error'], body.error_codes], [status, error, [number]])
    assert.equal(response.headers.get('cache-control'), 'no-store')
    const requestId = response.headers.get('x-ms-request-id') ?? ''
    assert.match(
      body.error_description,
      new RegExp(
        `^AADSTS${number}: .+\r\nTrace ID: ${requestId}\r\nCorrelation ID: ${GUID}\r\nTimestamp: 2030-01-01 00:00:00Z$`,
      ),
    )
    assert.equal(body['trace_id'], requestId)
    assert.equal(body['correlation_id'], GUID)
    assert.equal(body['timestamp'], '2030-01-01 00:00:00Z')
    assert.equal(body['error_uri'], `https://login.microsoftonline.com/error?code=${number}`)
    assert.equal(JSON.stringify(body).includes(program.secret), false)
  })
}

test('a parameter given twice, or a secret given in two ways, is malformed', async () => {
  const twice = `${new URLSearchParams(credentialsForm(program)).toString()}&scope=x`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await http.request('POST', V2, { body: twice, headers })
  assert.deepEqual([response.status, ((await response.json()) as Body).error_codes], [400, [9002313]])
  const authorization = `Basic ${btoa(`${program.applicationId}:${program.secret}`)}`
  assert.deepEqual((await ask(credentialsForm(program), V2, { authorization })).body.error_codes, [9002313])
  assert.deepEqual(
    (await ask(credentialsForm(program), V2, { authorization: 'Basic %%%' })).body.error_codes,
    [9002313],
  )
})

test('a secret in the URL is not read', async () => {
  const response = await http.request('POST', `${V2}?${new URLSearchParams(credentialsForm(program)).toString()}`)
  assert.deepEqual(((await response.json()) as Body).error_codes, [900144])
})

test('only POST, and no more than 1 MiB', async () => {
  const got = await http.request('GET', V2)
  assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
  assert.deepEqual(((await got.json()) as Body).error_codes, [900561])
  const { response, body } = await ask({ grant_type: 'x'.repeat(1024 * 1024) })
  assert.deepEqual([response.status, body.error_codes], [413, [9002313]])
})

test('a disabled application is refused, and so is one whose secret is over', async () => {
  const disabled = await http.program(A)
  await http.storage.write.directory.setApplicationDisabled(change(), A.tenantId, disabled.objectId, true)
  assert.deepEqual((await ask(credentialsForm(disabled))).body.error_codes, [7000112])
  const brief = await http.program(A)
  await endSecret(brief, AT + 90_500)
  const { body } = await ask(credentialsForm(brief))
  assert.equal(body['expires_in'], 90, 'never beyond the end of the secret')
  assert.equal(decodeJwt(body.access_token).exp, AT / 1000 + 90)
  for (const end of [AT, AT + 999]) {
    await endSecret(brief, end)
    assert.deepEqual((await ask(credentialsForm(brief))).body.error_codes, [7000222])
  }
})

async function endSecret({ objectId, keyId, tenantId, secret }: Program, endAt: number): Promise<void> {
  await http.storage.write.directory.removePassword(change(), tenantId, objectId, keyId)
  const hash = hashClientSecret(Buffer.from(secret), pepper)
  const password = { keyId, displayName: '', hint: 'abc', startAt: AT - 1, endAt, hash }
  await http.storage.write.directory.addPassword(change(), tenantId, objectId, password)
}

test('a wrong secret costs the same steps as an unknown application', async () => {
  const steps: string[] = []
  const counting = await openHttpFixture()
  try {
    const known = await counting.program(A)
    count(counting.storage, steps)
    const stepsOf = async (form: Record<string, string>) => {
      steps.length = 0
      await (await counting.request('POST', V2, { form })).json()
      return [...steps]
    }
    const unknown = await stepsOf(credentialsForm({ applicationId: GUID, secret: known.secret }))
    const wrong = await stepsOf(credentialsForm({ ...known, secret: 'wrong' }))
    assert.deepEqual(unknown, ['readTenant', 'readLogin'])
    assert.deepEqual(wrong, unknown)
  } finally {
    await counting.close()
  }
})

/** Notes the name of each read of the directory. */
function count({ read }: Storage, steps: string[]): void {
  const directory = read.directory as unknown as Record<string, (...args: unknown[]) => unknown>
  for (const name of [
    'readTenant',
    'readLogin',
    'findApplication',
    'readApplication',
  ] satisfies (keyof DirectoryReader)[]) {
    const original = directory[name]?.bind(directory)
    directory[name] = (...args) => {
      steps.push(name)
      return original?.(...args)
    }
  }
}

test('the header of a token says how it is signed and nothing else', async () => {
  const { body } = await ask(credentialsForm(program))
  assert.deepEqual(Object.keys(decodeProtectedHeader(body.access_token)).sort(), ['alg', 'kid', 'typ'])
})
