// The doors: which tokens open which, what a token that no longer stands is told, and walls between tenants.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { POSTERN_ADMINISTRATOR, READER } from '../access/built-in-roles.ts'
import type { IdentityProvider } from '../identity/identity.ts'
import { A, AT, B, change } from '../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture, type Program, VERSION } from './http.fixture.ts'

let http: HttpFixture
let program: Program
before(async () => {
  http = await openHttpFixture()
  program = await http.program(A, POSTERN_ADMINISTRATOR.name)
})
after(() => http.close())

const ARM = `/subscriptions/${A.subscriptionId}/resourceGroups/mail-rg?${VERSION}`
const OWN = '/providers/Postern.Mail/messages'
const METRICS = '/metrics'
const GRAPH = '/v1.0/applications'
const CAPTURE = '/capture/messages'

const MANAGEMENT = ['https://management.azure.com', 'https://management.core.windows.net']
/** What each answers a caller whom it lets in. */
const doors: readonly [string, string, readonly string[], number?][] = [
  ['ARM', ARM, [BASE, ...MANAGEMENT]],
  ['our own operations', OWN, [BASE, ...MANAGEMENT]],
  ['metrics', METRICS, [BASE, ...MANAGEMENT], 403],
  ['Graph', GRAPH, [BASE, 'https://graph.microsoft.com']],
  ['capture', CAPTURE, [BASE]],
]
const ALL = [BASE, ...MANAGEMENT, 'https://graph.microsoft.com', 'https://communication.azure.com']
for (const [name, path, accepted, status = 200] of doors) {
  for (const audience of ALL.flatMap((bare) => [bare, `${bare}/`])) {
    const expected = accepted.some((bare) => audience === bare || audience === `${bare}/`) ? status : 401
    test(`a token for ${audience} at ${name}: ${expected}`, async () => {
      const response = await http.request('GET', path, { token: await http.token(program, audience) })
      assert.equal(response.status, expected)
      if (expected === 401) assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
    })
  }
}

type ErrorBody = { error: { code: string; message: string; innerError?: Record<string, string> } }

test('without a token: each door says so in its own shape and where tokens come from', async () => {
  for (const [name, path] of doors) {
    const response = await http.request('GET', path)
    assert.equal(response.status, 401, name)
    assert.equal(response.headers.get('www-authenticate'), `Bearer authorization_uri="${BASE}/common"`)
    const { error } = (await response.json()) as ErrorBody
    assert.equal(error.code, path === GRAPH ? 'InvalidAuthenticationToken' : 'AuthenticationFailed')
    assert.equal(error.innerError?.['request-id'], path === GRAPH ? response.headers.get('x-ms-request-id') : undefined)
  }
})

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const forgeries: readonly [string, (good: string) => Promise<string> | string][] = [
  ['nothing like a token', () => 'abc'],
  ['two parts', (good) => good.split('.').slice(0, 2).join('.')],
  ['alg none', (good) => `${part({ alg: 'none', typ: 'JWT' })}.${good.split('.')[1]}.`],
  ['another key under our kid', (good) => resign(good, {})],
  ['HS256 with the public key', (good) => hmac(good)],
  ['a key inside the token', (good) => resign(good, { jwk: publicKey.export({ format: 'jwk' }) })],
  ['no kid', (good) => resign(good, { kid: undefined })],
  ['changed claims', (good) => good.replace(/\.[^.]+\./, `.${part({ ...decodeJwt(good), oid: program.objectId })}.`)],
  ['a very long one', () => `a.${'b'.repeat(9000)}.c`],
]
for (const [name, forge] of forgeries) {
  test(`forged: ${name}`, async () => {
    const response = await http.request('GET', ARM, { token: await forge(await http.token(program)) })
    const { error } = (await response.json()) as ErrorBody
    assert.deepEqual([response.status, error.code], [401, 'InvalidAuthenticationToken'])
  })
}

function resign(good: string, header: object): Promise<string> {
  const { kid } = decodeProtectedHeader(good)
  const forged = { alg: 'RS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }), ...header }
  return new SignJWT(decodeJwt(good)).setProtectedHeader(forged).sign(privateKey)
}

function hmac(good: string): Promise<string> {
  const { kid = '' } = decodeProtectedHeader(good)
  const key = publicKey.export({ format: 'pem', type: 'spki' })
  return new SignJWT(decodeJwt(good)).setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid }).sign(Buffer.from(key))
}

test('another scheme than Bearer is no token', async () => {
  const response = await http.request('GET', ARM, { headers: { authorization: 'Basic YTpi' } })
  assert.equal(((await response.json()) as ErrorBody).error.code, 'InvalidAuthenticationToken')
})

/** A fixture of its own, for tests that set the clock or change what others rest on. */
async function alone(body: (http: HttpFixture, program: Program) => Promise<void>, dependencies = {}): Promise<void> {
  const own = await openHttpFixture({ dependencies })
  try {
    await body(own, await own.program(A, POSTERN_ADMINISTRATOR.name))
  } finally {
    await own.close()
  }
}

test('a token ends at its last second', () =>
  alone(async (http, program) => {
    const token = await http.token(program)
    http.state.now = AT + 3_598_999
    assert.equal((await http.request('GET', ARM, { token })).status, 200)
    http.state.now = AT + 3_599_000
    const response = await http.request('GET', ARM, { token })
    assert.deepEqual(
      [response.status, ((await response.json()) as ErrorBody).error.code],
      [401, 'ExpiredAuthenticationToken'],
    )
  }))

test('a token from the future is not valid yet, but clocks of nodes may differ by a minute', () =>
  alone(async (http, program) => {
    const token = await http.token(program)
    http.state.now = AT - 60_000
    assert.equal((await http.request('GET', ARM, { token })).status, 200)
    http.state.now = AT - 61_000
    assert.equal((await http.request('GET', ARM, { token })).status, 401)
  }))

test('a token of another issuer is none, even with our signature and for our audience', () =>
  alone(async (http, program) => {
    const token = await http.token(program, 'https://management.azure.com')
    const moved = await openHttpFixture({ dependencies: { publicUrl: () => 'https://other.test/' } })
    try {
      const response = await moved.request('GET', ARM, { token })
      const { error } = (await response.json()) as ErrorBody
      assert.deepEqual([response.status, error.code], [401, 'InvalidAuthenticationToken'])
      assert.match(error.message, /'iss'/)
    } finally {
      await moved.close()
    }
  }))

type Revoke = (http: HttpFixture, program: Program) => Promise<unknown>
const revocations: readonly [string, Revoke][] = [
  [
    'its secret removed',
    ({ storage }, { tenantId, objectId, keyId }) =>
      storage.write.directory.removePassword(change(), tenantId, objectId, keyId),
  ],
  [
    'its application disabled',
    ({ storage }, { tenantId, objectId }) =>
      storage.write.directory.setApplicationDisabled(change(), tenantId, objectId, true),
  ],
  [
    'its application deleted',
    ({ storage }, { tenantId, objectId }) => storage.write.directory.deleteApplication(change(), tenantId, objectId),
  ],
]
for (const [name, revoke] of revocations) {
  test(`a token with ${name} is challenged at once, at every door`, () =>
    alone(async (http, program) => {
      const token = await http.token(program)
      await revoke(http, program)
      for (const [, path] of doors) {
        const response = await http.request('GET', path, { token })
        assert.equal(response.status, 401)
        const header = response.headers.get('www-authenticate') ?? ''
        const [, claims = ''] =
          /^Bearer authorization_uri="[^"]+", error="insufficient_claims", claims="([^"]+)"$/.exec(header) ?? []
        assert.deepEqual(JSON.parse(Buffer.from(claims, 'base64').toString('utf8')), {
          access_token: { nbf: { essential: true, value: String(AT / 1000) } },
        })
      }
    }))
}

test('a role taken away is gone with the next call of the same token', () =>
  alone(async (http) => {
    const program = await http.program(A, READER.name)
    const token = await http.token(program)
    assert.equal((await http.request('GET', ARM, { token })).status, 200)
    const [assignment] = (await http.storage.read.roles.listRoleAssignments(A.tenantId)).filter(
      ({ principalId }) => principalId === program.principalId,
    )
    await http.storage.write.roles.deleteRoleAssignment(change(), A.tenantId, assignment?.name ?? '')
    const response = await http.request('GET', ARM, { token })
    assert.equal(response.status, 403)
    const { error } = (await response.json()) as ErrorBody
    assert.equal(error.code, 'AuthorizationFailed')
    for (const named of [
      program.applicationId,
      program.principalId,
      "'Microsoft.Resources/subscriptions/resourceGroups/read'",
      `'/subscriptions/${A.subscriptionId}/resourceGroups/mail-rg'`,
      'does not have authorization to perform action',
    ]) {
      assert.ok(error.message.includes(named), named)
    }
  }))

test('a provider that cannot answer makes 503, never 401', async () => {
  const provider: Pick<IdentityProvider, 'recheck'> = { recheck: async () => ({ type: 'unavailable', detail: 'x' }) }
  await alone(
    async (http) => {
      const token = await http.token(program)
      const response = await http.request('GET', ARM, { token })
      assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '1'])
    },
    { provider: { ...provider, authenticate: async () => ({ type: 'authenticated', credential: proven() }) } },
  )
})

function proven() {
  const { tenantId, principalId, applicationId, keyId } = program
  return { principal: { tenantId, principalId, applicationId, displayName: '' }, keyId, notAfter: AT + 1e9 }
}

test("the subscription of another tenant is as absent as one that never was, for its administrator's token too", async () => {
  const token = await http.token(program)
  const answers = await Promise.all(
    [B.subscriptionId, '00000000-0000-4000-8000-00000000dead'].map(async (id) => {
      const response = await http.request('GET', `/subscriptions/${id}/resourceGroups/mail-rg?${VERSION}`, { token })
      return [response.status, (await response.text()).replaceAll(id, 'X')]
    }),
  )
  assert.equal(answers[0]?.[0], 404)
  assert.deepEqual(answers[0], answers[1])
})
