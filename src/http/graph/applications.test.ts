// Applications and their secrets in Graph's shapes, who may see and change them, and what a refusal tells.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { A, AT, B } from '../../storage/two-tenants.fixture.ts'
import { BASE, credentialsForm, type HttpFixture, openHttpFixture, type Program } from '../http.fixture.ts'

let http: HttpFixture
let token: string
let program: Program
before(async () => {
  http = await openHttpFixture()
  token = await http.token(await http.program(A, OWNER.name), 'https://graph.microsoft.com')
  program = await http.program(A)
})
after(() => http.close())

type Body = Record<string, unknown> & { error: { code: string; message: string; innerError: Record<string, string> } }
async function ask(method: string, path: string, json?: unknown, bearer = token) {
  const response = await http.request(method, `/v1.0${path}`, {
    token: bearer,
    ...(json === undefined ? {} : { json }),
  })
  const text = await response.text()
  return { response, status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body }
}

const iso = (at: number) => new Date(at).toISOString()
const DAY = 24 * 60 * 60 * 1000
const entity = () => ({
  description: null,
  notes: null,
  appRoles: [],
  requiredResourceAccess: [],
  id: program.objectId,
  deletedDateTime: null,
  appId: program.applicationId,
  createdDateTime: iso(AT),
  displayName: 'Program',
  signInAudience: 'AzureADMyOrg',
  identifierUris: [],
  tags: [],
  keyCredentials: [],
  passwordCredentials: [
    {
      customKeyIdentifier: null,
      displayName: 'first',
      endDateTime: iso(AT + 365 * DAY),
      hint: program.secret.slice(0, 3),
      keyId: program.keyId,
      secretText: null,
      startDateTime: iso(AT - DAY),
    },
  ],
})

test('an application by object id and by client id, in any spelling, without its secrets', async () => {
  const paths = [
    `/applications/${program.objectId}`,
    `/applications/${program.objectId.toUpperCase()}`,
    `/applications(appId='${program.applicationId}')`,
    `/applications(appId=%27${program.applicationId.toUpperCase()}%27)`,
  ]
  for (const path of paths) {
    const { status, body } = await ask('GET', path)
    assert.equal(status, 200, path)
    assert.deepEqual(body, { '@odata.context': `${BASE}/v1.0/$metadata#applications/$entity`, ...entity() })
  }
})

test('a filter by client id lists that application; no filter lists those of the tenant', async () => {
  const filter = encodeURIComponent(`appId eq '${program.applicationId}'`)
  const { body } = await ask('GET', `/applications?$filter=${filter}`)
  assert.deepEqual(body, { '@odata.context': `${BASE}/v1.0/$metadata#applications`, value: [entity()] })
  const all = (await ask('GET', '/applications')).body['value'] as { appId: string }[]
  assert.equal(all.length, 3)
  assert.equal(
    all.some(({ appId }) => appId === B.applicationId),
    false,
  )
  const none = await ask('GET', `/applications?$filter=${encodeURIComponent(`appId eq '${B.applicationId}'`)}`)
  assert.deepEqual(none.body['value'], [])
  const other = await ask('GET', `/applications?$filter=${encodeURIComponent("notes eq 'x'")}`)
  assert.deepEqual([other.status, other.body.error.code], [400, 'Request_UnsupportedQuery'])
})

test('a secret is made, shown once, works, is hinted at, and is removed', async () => {
  const own = await http.program(A)
  const path = `/applications(appId='${own.applicationId}')`
  const added = await ask('POST', `${path}/addPassword`, { passwordCredential: { displayName: 'rotated' } })
  assert.equal(added.status, 200)
  assert.equal(added.response.headers.get('cache-control'), 'no-store')
  const { secretText, keyId, hint, ...rest } = added.body as unknown as Record<string, string>
  assert.match(secretText ?? '', /^[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{34}$/)
  assert.match(keyId ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(rest, {
    '@odata.context': `${BASE}/v1.0/$metadata#microsoft.graph.passwordCredential`,
    customKeyIdentifier: null,
    displayName: 'rotated',
    startDateTime: iso(AT),
    endDateTime: '2032-01-01T00:00:00.000Z',
  })
  const shown = (await ask('GET', path)).body['passwordCredentials'] as Record<string, string | null>[]
  assert.deepEqual(
    shown.map((one) => [one['displayName'], one['hint'], one['secretText']]),
    [
      ['first', own.secret.slice(0, 3), null],
      ['rotated', hint, null],
    ],
  )
  assert.equal(hint, secretText?.slice(0, 3))
  for (const secret of [own.secret, secretText ?? '']) await http.token({ ...own, secret })
  assert.equal((await ask('POST', `/applications/${own.objectId}/removePassword`, { keyId })).status, 204)
  const form = credentialsForm({ ...own, secret: secretText ?? '' })
  assert.equal((await http.request('POST', `/${A.tenantId}/oauth2/v2.0/token`, { form })).status, 401)
  await http.token(own)
  const again = await ask('POST', `/applications/${own.objectId}/removePassword`, { keyId })
  assert.deepEqual([again.status, again.body.error.code], [400, 'Request_BadRequest'])
  assert.equal(http.state.log.includes(secretText ?? ''), false)
})

test('the body of addPassword may be absent, and its times are the caller’s', async () => {
  const path = `/applications/${program.objectId}/addPassword`
  const bare = await ask('POST', path)
  assert.deepEqual([bare.status, bare.body['displayName'], bare.body['startDateTime']], [200, null, iso(AT)])
  const given = { startDateTime: '2031-02-28T22:00:00-02:00', endDateTime: '2031-03-01T00:00:00.001Z' }
  const timed = await ask('POST', path, { passwordCredential: given })
  assert.deepEqual(
    [timed.body['startDateTime'], timed.body['endDateTime']],
    ['2031-03-01T00:00:00.000Z', '2031-03-01T00:00:00.001Z'],
  )
})

const bodies: readonly [string, unknown][] = [
  ['an end before the start', { startDateTime: '2031-01-01T00:00:00Z', endDateTime: '2031-01-01T00:00:00Z' }],
  ['an end before now', { endDateTime: '2029-12-31T00:00:00Z' }],
  ['no date', { endDateTime: 'soon' }],
  ['a date without an offset', { endDateTime: '2031-01-01T00:00:00' }],
  ['a name too long', { displayName: 'x'.repeat(91) }],
  ['a list', []],
]
for (const [name, passwordCredential] of bodies) {
  test(`addPassword refuses ${name}`, async () => {
    const { status, body } = await ask('POST', `/applications/${program.objectId}/addPassword`, { passwordCredential })
    assert.deepEqual([status, body.error.code], [400, 'Request_BadRequest'])
  })
}

test('removePassword needs a keyId that is a GUID', async () => {
  for (const body of [{}, { keyId: 'x' }]) {
    assert.equal((await ask('POST', `/applications/${program.objectId}/removePassword`, body)).status, 400)
  }
})

const ABSENT = '00000000-1111-4222-8333-444444444444'
const calls: readonly [string, (id: string, key: string) => readonly [string, string]][] = [
  ['GET', (id) => ['GET', `/applications/${id}`]],
  ['GET by client id', (_id, key) => ['GET', `/applications(appId='${key}')`]],
  ['addPassword', (id) => ['POST', `/applications/${id}/addPassword`]],
  ['removePassword', (id) => ['POST', `/applications/${id}/removePassword`]],
]
for (const [name, call] of calls) {
  test(`${name}: an application of another tenant is as absent as any`, async () => {
    const answers = await Promise.all(
      [
        [B.applicationObjectId, B.applicationId],
        [ABSENT, ABSENT],
      ].map(async ([id = '', key = '']) => {
        const [method, path] = call(id, key)
        const { status, body } = await ask(method, path, method === 'GET' ? undefined : { keyId: ABSENT })
        return [status, body.error.code, body.error.message.replaceAll(id, 'X').replaceAll(key, 'X')]
      }),
    )
    assert.equal(answers[0]?.[0], 404)
    assert.equal(answers[0]?.[1], 'Request_ResourceNotFound')
    assert.deepEqual(answers[0], answers[1])
  })

  test(`${name}: without the right, nothing is told of what exists`, async () => {
    const bearer = await http.token(await http.program(A))
    for (const [id, key] of [[program.objectId, program.applicationId] as const, [ABSENT, ABSENT] as const]) {
      const { status, body } = await ask(...call(id, key), undefined, bearer)
      assert.deepEqual([status, body.error.code], [403, 'Authorization_RequestDenied'])
    }
  })
}

test('a reader of the directory may not write credentials, and a right below the root is none', async () => {
  const reader = await http.token(await http.program(A, READER.name))
  assert.equal((await ask('GET', `/applications/${program.objectId}`, undefined, reader)).status, 200)
  assert.equal((await ask('POST', `/applications/${program.objectId}/addPassword`, undefined, reader)).status, 403)
  const below = await http.token(
    await http.program(A, POSTERN_ADMINISTRATOR.name, `/subscriptions/${A.subscriptionId}`),
  )
  assert.equal((await ask('GET', `/applications/${program.objectId}`, undefined, below)).status, 403)
})

test('errors carry the ids of the request; wrong methods and paths have Graph’s shape', async () => {
  const headers = { 'client-request-id': 'mine' }
  const response = await http.request('GET', `/v1.0/applications/${ABSENT}`, { token, headers })
  const { error } = (await response.json()) as Body
  assert.deepEqual(error.innerError, {
    date: '2030-01-01T00:00:00',
    'request-id': response.headers.get('x-ms-request-id'),
    'client-request-id': 'mine',
  })
  const method = await ask('PUT', `/applications/${ABSENT}`)
  assert.deepEqual([method.status, method.response.headers.get('allow')], [405, 'GET, PATCH, DELETE'])
  const path = await ask('GET', '/devices')
  assert.deepEqual([path.status, path.body.error.code], [404, 'Request_ResourceNotFound'])
})
