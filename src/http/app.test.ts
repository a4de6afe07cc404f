// What every answer has in common: headers that protect, ids, shapes of errors; health; and failures that say nothing of their cause.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, READER } from '../access/built-in-roles.ts'
import { StoreError, type StoreErrorCode } from '../storage/store-error.ts'
import { A } from '../storage/two-tenants.fixture.ts'
import { hideOtherTenants, type HttpFixture, openHttpFixture, VERSION } from './http.fixture.ts'

let http: HttpFixture
let token: string
before(async () => {
  http = await openHttpFixture()
  token = await http.token(await http.program(A, OWNER.name))
})
after(() => http.close())

const ARM = `/subscriptions/${A.subscriptionId}/resourceGroups/mail-rg?${VERSION}`
const everywhere: readonly [string, string, number][] = [
  ['GET', '/health/live', 200],
  ['GET', '/health/ready', 200],
  ['POST', '/health/live', 405],
  ['GET', '/metrics', 403],
  ['GET', ARM, 200],
  ['GET', '/subscriptions/x', 400],
  ['GET', '/v1.0/applications', 200],
  ['GET', '/capture/messages', 403],
  ['GET', `/${A.tenantId}/discovery/v2.0/keys`, 200],
  ['POST', `/${A.tenantId}/oauth2/v2.0/token`, 400],
  ['GET', `/${A.tenantId}/nothing`, 404],
  ['GET', '/', 302],
  ['GET', '/nothing', 404],
  ['OPTIONS', '/nothing', 404],
  ['GET', '/%FF', 404],
  ['GET', '/v1.0/users/%00', 400],
  ['GET', '/capture/messages/a%00b/raw', 400],
]
for (const [method, path, status] of everywhere) {
  test(`${method} ${path}: ${status}, with every protecting header`, async () => {
    const response = await http.request(method, path, { token })
    assert.equal(response.status, status)
    const header = (name: string) => response.headers.get(name)
    assert.equal(header('x-content-type-options'), 'nosniff')
    assert.match(header('content-security-policy') ?? '', /^default-src 'none'; frame-ancestors 'none'/)
    assert.equal(header('referrer-policy'), 'no-referrer')
    assert.match(header('x-ms-request-id') ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(header('cache-control'), path.includes('discovery') ? 'max-age=86400, private' : 'no-store')
    assert.equal(header('strict-transport-security'), null, 'localhost is shared with whatever else a developer runs')
  })
}

test('hosts of their own are told to be asked over TLS only', async () => {
  const own = await openHttpFixture({ dependencies: { publicUrl: () => 'https://mail.example.test/' } })
  try {
    const response = await own.request('GET', '/health/live')
    assert.equal(response.headers.get('strict-transport-security'), 'max-age=31536000')
  } finally {
    await own.close()
  }
})

test('nothing at a path: each API says it in its own shape', async () => {
  const read = async (path: string) =>
    (await (await http.request('GET', path, { token })).json()) as Record<string, unknown>
  assert.deepEqual(await read('/nothing'), { error: { code: 'NotFound', message: 'There is nothing at this path.' } })
  const graph = (await read('/v1.0/nothing'))['error'] as Record<string, unknown>
  assert.deepEqual(Object.keys(graph), ['code', 'message', 'innerError'])
  const entra = await read(`/${A.tenantId}/oauth2/nothing`)
  assert.deepEqual([entra['error'], entra['error_codes']], ['invalid_request', [9002313]])
})

const codings: readonly [coding: string, body: string | undefined, refused: boolean][] = [
  ['gzip', '{}', true],
  ['GZIP', '{}', true],
  ['identity, br', '{}', true],
  ['x', '{}', true],
  ['identity', '{}', false],
  ['Identity', '{}', false],
  ['', '{}', false],
  ['gzip', undefined, false],
]
const takers: readonly [string, string, (body: Record<string, unknown>) => unknown, unknown][] = [
  ['PUT', ARM, ({ error }) => (error as { code: string }).code, 'UnsupportedMediaType'],
  ['POST', '/v1.0/applications', ({ error }) => (error as { code: string }).code, 'UnsupportedMediaType'],
  ['POST', `/${A.tenantId}/oauth2/v2.0/token`, ({ error }) => error, 'invalid_request'],
  ['DELETE', '/capture/messages', ({ error }) => (error as { code: string }).code, 'UnsupportedMediaType'],
  ['POST', '/nothing', ({ error }) => (error as { code: string }).code, 'UnsupportedMediaType'],
]
for (const [method, path, read, code] of takers)
  for (const [coding, body, isRefused] of codings)
    test(`${method} ${path} ${body === undefined ? 'without a body, but' : 'with a body'} coded '${coding}'`, async () => {
      const headers = { 'content-encoding': coding, 'content-type': 'application/json' }
      const response = await http.request(method, path, { token, headers, ...(body === undefined ? {} : { body }) })
      assert.equal(response.status === 415, isRefused)
      assert.equal(response.headers.get('accept-encoding'), isRefused ? 'identity' : null)
      const answer = (await response.json()) as Record<string, unknown>
      if (isRefused) assert.equal(read(answer), code)
    })

test('health: alive always, ready when nothing is waited for', async () => {
  const ask = async (path: string) => {
    const response = await http.request('GET', path)
    return [response.status, await response.json()]
  }
  assert.deepEqual(await ask('/health/live'), [200, { status: 'live' }])
  assert.deepEqual(await ask('/health/ready'), [200, { status: 'ready', waitingFor: [] }])
  http.state.readiness = { ready: false, waitingFor: ['listeners'] }
  assert.deepEqual(await ask('/health/ready'), [503, { status: 'starting', waitingFor: ['listeners'] }])
  assert.deepEqual(await ask('/health/live'), [200, { status: 'live' }])
  http.state.readiness = { ready: true, waitingFor: [] }
})

test('metrics are those of the whole installation: no role in one of several tenants reaches them', async () => {
  const response = await http.request('GET', '/metrics', { token })
  assert.equal(response.status, 403)
  assert.match(await response.text(), /several tenants/)
})

test('metrics take a token and a role at the root of the only tenant', async () => {
  const showAll = hideOtherTenants(http.storage)
  assert.equal((await http.request('GET', '/metrics')).status, 401)
  const below = await http.program(A, READER.name, `/subscriptions/${A.subscriptionId}`)
  assert.equal((await http.request('GET', '/metrics', { token: await http.token(below) })).status, 403)
  const response = await http.request('GET', '/metrics', { token })
  assert.equal(await response.text(), 'postern_sessions_total 1\n')
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  showAll()
})

const failures: readonly [string, Error, number, string][] = [
  ['a bug', new TypeError('secret of the inside'), 500, 'InternalServerError'],
  ...(
    [
      ['unavailable', 503, 'ServiceUnavailable'],
      ['full', 507, 'InsufficientStorage'],
      ['internal', 500, 'InternalServerError'],
    ] satisfies [StoreErrorCode, number, string][]
  ).map(([code, status, expected]): [string, Error, number, string] => [
    `a store that is ${code}`,
    new StoreError(code, 'secret of the inside'),
    status,
    expected,
  ]),
]
for (const [name, error, status, code] of failures) {
  test(`${name}: ${status}, an id to find it by, and not a word more`, async () => {
    const own = await openHttpFixture()
    try {
      const token = await own.token(await own.program(A, OWNER.name))
      own.storage.read.resources.readSubscription = () => Promise.reject(error)
      const response = await own.request('GET', ARM, { token })
      const text = await response.text()
      assert.deepEqual([response.status, (JSON.parse(text) as { error: { code: string } }).error.code], [status, code])
      assert.equal(response.headers.get('retry-after'), status === 503 ? '1' : null)
      assert.equal(text.includes('secret'), false)
      const requestId = response.headers.get('x-ms-request-id') ?? ''
      const line = own.state.log.split('\n').find((one) => one.includes(requestId))
      assert.match(line ?? '', /secret of the inside/)
    } finally {
      await own.close()
    }
  })
}

test('a store that fails under the token service is a transient error, in its shape', async () => {
  const own = await openHttpFixture()
  try {
    own.storage.read.directory.readTenant = () => Promise.reject(new StoreError('unavailable', 'secret of the inside'))
    const form = { grant_type: 'client_credentials' }
    const response = await own.request('POST', `/${A.tenantId}/oauth2/v2.0/token`, { form })
    const body = (await response.json()) as { error: string; error_codes: number[] }
    assert.deepEqual([response.status, body.error, body.error_codes], [503, 'temporarily_unavailable', [90033]])
  } finally {
    await own.close()
  }
})
