// Certificates, federated credentials and secrets of service principals: what is taken, what is refused, and who may write them.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { A, AT, B } from '../../storage/two-tenants.fixture.ts'
import { createCertificate, EC, RSA_1024, type TestCertificate } from '../entra/assertion.fixture.ts'
import { credentialsForm } from '../http.fixture.ts'
import { ABSENT, assertError, type GraphBody, type GraphFixture, openGraphFixture, reference } from './graph.fixture.ts'

const DAY = 24 * 60 * 60 * 1000
const iso = (at: number) => new Date(at).toISOString()

let graph: GraphFixture
let certificate: TestCertificate
let key: string
before(async () => {
  graph = await openGraphFixture()
  certificate = await createCertificate(AT - DAY, AT + DAY)
  key = Buffer.from(certificate.der).toString('base64')
})
after(() => graph.close())

const application = (displayName = 'Certified') => graph.create('/applications', { displayName })
const keysOf = async (path: string) =>
  (await graph.ask('GET', path)).body['keyCredentials'] as readonly Record<string, unknown>[]

for (const set of ['applications', 'servicePrincipals']) {
  const make = async (): Promise<string> => {
    const { id, appId } = await application()
    return set === 'applications' ? `/${set}/${id}` : `/${set}/${(await graph.create(`/${set}`, { appId })).id}`
  }

  test(`${set}: a certificate is stored, shown without its octets, kept by its id, and removed`, async () => {
    const path = await make()
    const keyId = randomUUID()
    const asked = { keyId, type: 'AsymmetricX509Cert', usage: 'Verify', key, displayName: 'CN=x' }
    assert.equal((await graph.ask('PATCH', path, { keyCredentials: [asked] })).status, 204)
    const shown = {
      customKeyIdentifier: Buffer.from(certificate.sha1, 'base64url').toString('hex').toUpperCase(),
      displayName: 'CN=x',
      endDateTime: iso(AT + DAY),
      key: null,
      keyId,
      startDateTime: iso(AT - DAY),
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
    }
    assert.deepEqual(await keysOf(path), [shown])
    const second = { key, startDateTime: iso(AT), endDateTime: iso(AT + 1000) }
    assert.equal((await graph.ask('PATCH', path, { keyCredentials: [shown, second] })).status, 204)
    const both = await keysOf(path)
    assert.deepEqual(
      both.find((one) => one['keyId'] === keyId),
      shown,
    )
    assert.equal(both.length, 2)
    assert.equal((await graph.ask('PATCH', path, { keyCredentials: [] })).status, 204)
    assert.deepEqual(await keysOf(path), [])
  })

  test(`${set}: secrets are made, listed and removed`, async () => {
    const path = await make()
    const added = await graph.ask('POST', `${path}/addPassword`, { passwordCredential: { displayName: 'own' } })
    assert.equal(added.status, 200)
    const { keyId, secretText } = added.body
    const secrets = (await graph.ask('GET', path)).body['passwordCredentials'] as readonly Record<string, unknown>[]
    assert.deepEqual(
      secrets.map((one) => [one['keyId'], one['secretText']]),
      [[keyId, null]],
    )
    assert.equal(String(secretText).length, 40)
    assertError(await graph.ask('POST', `${path}/removePassword`, { keyId: ABSENT }), 400, 'Request_BadRequest')
    assert.equal((await graph.ask('POST', `${path}/removePassword`, { keyId })).status, 204)
    assertError(await graph.ask('POST', `${path}/removePassword`, { keyId }), 400, 'Request_BadRequest')
  })
}

test('a secret of the service principal signs the application in, and goes with the principal', async () => {
  const { id, appId } = await application()
  const principal = await graph.create('/servicePrincipals', { appId })
  const { body } = await graph.ask('POST', `/servicePrincipals/${principal.id}/addPassword`)
  const ofApplication = await graph.ask('POST', `/applications/${id}/addPassword`)
  const signIn = async (secret: unknown) => {
    const form = credentialsForm({ applicationId: String(appId), secret: String(secret) })
    return (await graph.request('POST', `/${A.tenantId}/oauth2/v2.0/token`, { form })).status
  }
  assert.equal(await signIn(body['secretText']), 200)
  const { keyId } = body
  assertError(await graph.ask('POST', `/applications/${id}/removePassword`, { keyId }), 400, 'Request_BadRequest')
  await graph.ask('DELETE', `/servicePrincipals/${principal.id}`)
  await graph.create('/servicePrincipals', { appId })
  assert.deepEqual([await signIn(body['secretText']), await signIn(ofApplication.body['secretText'])], [401, 200])
})

test('an application has at most fifty secrets, its principal’s included', async () => {
  const { id, appId } = await application()
  const principal = await graph.create('/servicePrincipals', { appId })
  const add = (path: string) => graph.ask('POST', `${path}/addPassword`)
  for (let count = 0; count < 50; count += 1) assert.equal((await add(`/applications/${id}`)).status, 200)
  for (const path of [`/applications/${id}`, `/servicePrincipals/${principal.id}`])
    assertError(await add(path), 400, 'Request_BadRequest')
})

test('certificates that cannot be used are refused by the member that is wrong', async () => {
  const { id } = await application()
  const short = await createCertificate(AT, AT + DAY, RSA_1024)
  const elliptic = await createCertificate(AT, AT + DAY, EC)
  const base64 = ({ der }: TestCertificate) => Buffer.from(der).toString('base64')
  const cases: readonly [string, Record<string, unknown>, string][] = [
    ['no octets', { keyId: randomUUID() }, 'key'],
    ['no certificate', { key: Buffer.from('x').toString('base64') }, 'key'],
    ['a short key', { key: base64(short) }, 'key'],
    ['an elliptic key', { key: base64(elliptic) }, 'key'],
    ['another type', { key, type: 'X509CertAndPassword' }, 'type'],
    ['another usage', { key, usage: 'Sign' }, 'usage'],
    ['an end after the certificate’s', { key, endDateTime: iso(AT + 2 * DAY) }, 'endDateTime'],
    ['an end before the start', { key, startDateTime: iso(AT), endDateTime: iso(AT) }, 'endDateTime'],
    ['an id that is no GUID', { key, keyId: 'x' }, 'keyId'],
  ]
  for (const [name, one, member] of cases) {
    const good = { key, keyId: randomUUID() }
    const answer = await graph.ask('PATCH', `/applications/${id}`, { keyCredentials: [good, one] })
    assert.match(assertError(answer, 400, 'Request_BadRequest'), new RegExp(`keyCredentials\\.1\\.${member}'`), name)
  }
  const twice = { key, keyId: randomUUID() }
  assertError(
    await graph.ask('PATCH', `/applications/${id}`, { keyCredentials: [twice, twice] }),
    400,
    'Request_BadRequest',
  )
  assert.deepEqual(await keysOf(`/applications/${id}`), [])
})

test('a certificate cannot take the id of another certificate, on which tokens rest', async () => {
  const { id } = await application()
  const path = `/applications/${id}`
  const keyId = randomUUID()
  const other = Buffer.from((await createCertificate(AT - DAY, AT + DAY)).der).toString('base64')
  const put = (one: object) => graph.ask('PATCH', path, { keyCredentials: [{ keyId, ...one }] })
  assert.equal((await put({ key })).status, 204)
  assert.match(assertError(await put({ key: other }), 400, 'Request_BadRequest'), /keyCredentials\.0\.keyId'/)
  assert.equal((await put({ key, displayName: 'the same' })).status, 204)
  assert.deepEqual(
    (await keysOf(path)).map(({ displayName }) => displayName),
    ['the same'],
  )
})

test('a certificate cannot take the id of a secret, on which tokens rest', async () => {
  const { id, appId } = await application()
  const principal = await graph.create('/servicePrincipals', { appId })
  const { body } = await graph.ask('POST', `/applications/${id}/addPassword`)
  const keyCredentials = [{ key, keyId: body['keyId'] }]
  for (const path of [`/applications/${id}`, `/servicePrincipals/${principal.id}`])
    assertError(await graph.ask('PATCH', path, { keyCredentials }), 400, 'Request_BadRequest')
})

const trust = {
  name: 'pipeline',
  issuer: 'https://issuer.example',
  subject: 'repo:us/code',
  audiences: ['api://AzureADTokenExchange'],
}

test('a federated credential is made, found by id and name, changed and removed', async () => {
  const { id } = await application()
  const path = `/applications/${id}/federatedIdentityCredentials`
  const made = await graph.create(path, trust)
  const { '@odata.context': _, ...shown } = made
  assert.deepEqual(shown, { ...trust, id: made.id, description: null })
  for (const key of [made.id, 'PIPELINE']) assert.equal((await graph.ask('GET', `${path}/${key}`)).body.id, made.id)
  assert.equal((await graph.ask('PATCH', `${path}/${made.id}`, { subject: 'repo:us/other' })).status, 204)
  assert.deepEqual((await graph.ask('GET', path)).body.value, [{ ...shown, subject: 'repo:us/other' }])
  const again = { ...trust, subject: 'another' }
  assertError(await graph.ask('POST', path, again), 409, 'Request_MultipleObjectsWithSameKeyValue')
  const twin = { ...trust, name: 'twin', subject: 'repo:us/other' }
  assertError(await graph.ask('POST', path, twin), 409, 'Request_MultipleObjectsWithSameKeyValue')
  assert.equal((await graph.ask('DELETE', `${path}/${made.id}`)).status, 204)
  assertError(await graph.ask('DELETE', `${path}/${made.id}`), 404, 'Request_ResourceNotFound')
})

test('federated credentials that could match nothing, or too much, are refused', async () => {
  const { id } = await application()
  const path = `/applications/${id}/federatedIdentityCredentials`
  const cases: readonly Record<string, unknown>[] = [
    { ...trust, name: 'ab' },
    { ...trust, name: 'with space' },
    { ...trust, issuer: 'http://issuer.example' },
    { ...trust, issuer: 'https://issuer.example?x' },
    { ...trust, issuer: 'https://user:word@issuer.example' },
    { ...trust, issuer: 'issuer' },
    { ...trust, subject: '' },
    { ...trust, audiences: [] },
    { ...trust, audiences: ['a', 'b'] },
    { ...trust, more: 1 },
    { name: 'alone' },
  ]
  for (const body of cases) assertError(await graph.ask('POST', path, body), 400, 'Request_BadRequest')
  for (let count = 0; count < 20; count += 1)
    await graph.create(path, { ...trust, name: `trust-${count}`, subject: `subject-${count}` })
  assertError(await graph.ask('POST', path, { ...trust, name: 'one-more' }), 400, 'Request_BadRequest')
})

const writes: readonly [string, (app: GraphBody) => readonly [string, string, unknown]][] = [
  ['a certificate', ({ id }) => ['PATCH', `/applications/${id}`, { keyCredentials: [{ key }] }]],
  ['a secret', ({ id }) => ['POST', `/applications/${id}/addPassword`, {}]],
  ['a federated credential', ({ id }) => ['POST', `/applications/${id}/federatedIdentityCredentials`, trust]],
  ['an owner', ({ id }) => ['POST', `/applications/${id}/owners/$ref`, reference(A.principalId)]],
]
for (const [name, call] of writes)
  test(`${name} is written by an owner or with the right to credentials, not with the right to applications`, async () => {
    const writer = await graph.programWith(['Microsoft.Directory/applications/write', 'Microsoft.Directory/*/read'])
    const owner = await graph.programWith([])
    const keeper = await graph.programWith(['Microsoft.Directory/applications/credentials/write'])
    const owned = await application()
    assert.equal(
      (await graph.ask('POST', `/applications/${owned.id}/owners/$ref`, reference(owner.principalId))).status,
      204,
    )
    assertError(await graph.ask(...call(owned), writer.token), 403, 'Authorization_RequestDenied')
    assert.ok((await graph.ask(...call(owned), owner.token)).status < 300)
    const strange = await application()
    assertError(await graph.ask(...call(strange), owner.token), 403, 'Authorization_RequestDenied')
    assert.ok((await graph.ask(...call(strange), keeper.token)).status < 300)
    for (const missing of [
      { ...owned, id: ABSENT },
      { ...owned, id: B.applicationObjectId },
    ]) {
      assertError(await graph.ask(...call(missing), owner.token), 403, 'Authorization_RequestDenied')
      assertError(await graph.ask(...call(missing), keeper.token), 404, 'Request_ResourceNotFound')
    }
  })

test('an owner of an application changes its credentials and nothing else of it', async () => {
  const owner = await graph.programWith([])
  const { id } = await application()
  await graph.ask('POST', `/applications/${id}/owners/$ref`, reference(owner.principalId))
  const changes = { keyCredentials: [], displayName: 'Mine' }
  assertError(await graph.ask('PATCH', `/applications/${id}`, changes, owner.token), 403, 'Authorization_RequestDenied')
  assert.equal((await graph.ask('PATCH', `/applications/${id}`, { keyCredentials: [] }, owner.token)).status, 204)
  assertError(
    await graph.ask('DELETE', `/applications/${id}`, undefined, owner.token),
    403,
    'Authorization_RequestDenied',
  )
})

test('a new application comes with a certificate only for who may write credentials', async () => {
  const writer = await graph.programWith(['Microsoft.Directory/applications/write'])
  const body = { displayName: 'With key', keyCredentials: [{ key }] }
  assertError(await graph.ask('POST', '/applications', body, writer.token), 403, 'Authorization_RequestDenied')
  assert.equal((await graph.ask('POST', '/applications', { ...body, keyCredentials: [] }, writer.token)).status, 201)
  assert.equal((await graph.ask('POST', '/applications', body)).status, 201)
})
