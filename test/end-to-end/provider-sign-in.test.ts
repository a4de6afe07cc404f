// People of a tenant who sign in to the portal at its identity provider, through a whole service: at an OpenID server that nobody here
// wrote, in a process of its own, and at a stand-in that answers as Microsoft Entra ID does, which also lies.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, beforeEach, test } from 'node:test'
import { POSTERN_ADMINISTRATOR } from '../../src/access/built-in-roles.ts'
import { guidOfId } from '../../src/identity/provider-claims.ts'
import type { EntraPortal } from '../fixtures/entra-people.ts'
import { startEntraServer } from '../fixtures/entra-server.ts'
import { type OidcClient, startOidcServer } from '../fixtures/oidc-server.ts'
import { PortalClient } from '../fixtures/portal-client.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { type WebPage, WebTab } from '../fixtures/web-tab.ts'

const SECRET = 'not:a.real+secret/=&%'
const service = await startIn(temporaryDirectory({ after }), { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' })
after(() => service.stop())
const { tenantId } = service.quickstart
const redirectUri = new URL(`/${tenantId}/login/callback`, service.quickstart.https.url).href
const clientOf = (method: OidcClient['method']): OidcClient => ({
  clientId: `portal-${method}`,
  secret: SECRET,
  method,
  grant: 'authorization_code',
  redirectUri,
})
const clients = (['client_secret_basic', 'client_secret_post', 'none'] as const).map(clientOf)
const people = { zoe: { name: 'Zoë', groups: ['operators'] }, eve: { name: 'Eve', groups: [] } }
const oidc = await startOidcServer({ after }, clients, 'https://mail.example.test/', people)
const PERSON = { oid: randomUUID(), name: 'Ada', preferred_username: 'ada@contoso.test' }
const portal: EntraPortal = { clientId: randomUUID(), secret: SECRET, claims: PERSON }
const entra = await startEntraServer({ after }, tenantId, [], portal)

beforeEach(() => {
  portal.claims = PERSON
  portal.forged = false
  delete portal.refusal
})

async function put(path: string, properties: object): Promise<void> {
  const { status, json } = await service.api('PUT', path, { properties })
  assert.ok(status === 200 || status === 201, JSON.stringify(json))
}

const PROVIDER = `/providers/Postern.Mail/identityProviders/${tenantId}`

const useOidc = ({ clientId, secret, method }: OidcClient, clientSecret = secret) =>
  put(PROVIDER, {
    provider: 'oidc',
    oidc: {
      issuer: oidc.issuer,
      groupsClaim: 'groups',
      ...(method !== 'none' && { clientAuthentication: method }),
    },
    ca: oidc.ca,
    signIn: { clientId, ...(method !== 'none' && { clientSecret }) },
  })

const useEntra = (clientSecret = SECRET) =>
  put(PROVIDER, {
    provider: 'entra',
    entra: { authority: entra.authority },
    ca: entra.ca,
    signIn: { clientId: portal.clientId, clientSecret },
  })

function assign(principalId: string, principalType: 'User' | 'Group'): Promise<void> {
  const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${POSTERN_ADMINISTRATOR.name}`
  const path = `/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}?api-version=${ROLE_API_VERSION}`
  return put(path, { roleDefinitionId, principalId, principalType })
}

const openTab = () => new WebTab([service.ca, oidc.ca, entra.ca])
const nameOf = (token: string): unknown =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { name?: string }).name

/** The pages of the OpenID server: who it is, then that the client may know. */
async function atOidc(client: PortalClient, tab: WebTab, login: string): Promise<WebPage> {
  const { redirectUri: stop } = client
  const asked = await tab.open(client.start, stop)
  assert.equal(asked.url.origin, oidc.issuer, asked.text)
  const consent = await tab.submit(asked, { prompt: 'login', login, password: 'any' }, stop)
  return consent.text === '' ? consent : tab.submit(consent, { prompt: 'consent' }, stop)
}

for (const one of clients)
  test(`people sign in at an OpenID provider whose client proves itself by ${one.method}`, async () => {
    await useOidc(one)
    const [client, tab] = [new PortalClient(service), openTab()]
    const token = await client.token(await atOidc(client, tab, 'zoe'))
    assert.equal(nameOf(token), 'Zoë')
    assert.equal(await client.call(token), 403)
    const again = await tab.open(client.start, client.redirectUri)
    assert.notEqual(await client.token(again), token)
  })

test('roles of a person and of a group of theirs are those that the ids at the provider stand for', async () => {
  const [first] = clients
  assert.ok(first)
  await useOidc(first)
  const [zoe, eve] = [new PortalClient(service), new PortalClient(service)]
  const ofZoe = await zoe.token(await atOidc(zoe, openTab(), 'zoe'))
  const ofEve = await eve.token(await atOidc(eve, openTab(), 'eve'))
  await assign(guidOfId(oidc.issuer, 'operators'), 'Group')
  assert.deepEqual([await zoe.call(ofZoe), await eve.call(ofEve)], [200, 403])
  await assign(guidOfId(oidc.issuer, 'eve'), 'User')
  assert.equal(await eve.call(ofEve), 200)
  await useEntra()
  assert.deepEqual([await zoe.call(ofZoe), await eve.call(ofEve)], [401, 401])
})

test('a wrong secret is told to the operator alone', async () => {
  const [first] = clients
  assert.ok(first)
  await useOidc(first, 'wrong')
  const client = new PortalClient(service)
  const page = await atOidc(client, openTab(), 'zoe')
  assert.equal(page.status, 502)
  assert.match(page.text, /proves nobody/)
})

async function atEntra(): Promise<{ readonly client: PortalClient; readonly page: WebPage }> {
  const client = new PortalClient(service)
  return { client, page: await openTab().open(client.start, client.redirectUri) }
}

test('people sign in at Entra by their object id in the tenant', async () => {
  await useEntra()
  const { client, page } = await atEntra()
  const token = await client.token(page)
  assert.equal(nameOf(token), 'Ada')
  assert.equal(await client.call(token), 403)
  await assign(PERSON.oid, 'User')
  assert.equal(await client.call(token), 200)
  const asked = entra.requests.at(-1)
  assert.deepEqual([asked?.get('grant_type'), asked?.get('redirect_uri')], ['authorization_code', redirectUri])
})

const soon = () => Math.floor(Date.now() / 1000)
const lies: readonly (readonly [string, Record<string, unknown>])[] = [
  ['of another tenant', { tid: randomUUID() }],
  ['that was issued by another', { iss: `https://login.example.test/${tenantId}/v2.0` }],
  ['for another client', { aud: randomUUID() }],
  ['for several clients, of which none is said to have asked', { aud: [portal.clientId, 'other'] }],
  ['for another sign-in', { nonce: 'another' }],
  ['without a nonce', { nonce: undefined }],
  ['that is over', { iat: soon() - 7200, exp: soon() - 3600 }],
  ['of tomorrow', { nbf: soon() + 86_400 }],
  ['without an end', { exp: undefined }],
  ['without an object id', { oid: undefined }],
  ['whose object id is none', { oid: 'zoe' }],
]
for (const [what, claims] of lies)
  test(`an id token ${what} signs nobody in`, async () => {
    await useEntra()
    portal.claims = { ...PERSON, ...claims }
    const { page } = await atEntra()
    assert.equal(page.status, 502)
    assert.match(page.text, /proves nobody/)
    assert.equal(page.url.pathname, `/${tenantId}/login/callback`)
  })

test('an id token that the provider did not sign signs nobody in', async () => {
  await useEntra()
  portal.forged = true
  assert.equal((await atEntra()).page.status, 502)
})

test('what Entra says instead of a code is told in its own words', async () => {
  await useEntra()
  portal.refusal = { error: 'access_denied', error_description: 'AADSTS65004: User declined to consent.' }
  const { page } = await atEntra()
  assert.equal(page.status, 401)
  assert.match(page.text, /<code>access_denied: AADSTS65004: User declined to consent\.<\/code>/)
})

test('a secret that Entra repeats is on no page', async () => {
  await useEntra('CANARY-secret')
  const { page } = await atEntra()
  assert.equal(page.status, 502)
  assert.doesNotMatch(page.text, /CANARY/)
})

for (const fault of ['error 500', 'garbage', 'reset', 'huge', 'redirect', 'packed', 'no token'] as const)
  test(`a provider in trouble (${fault}) signs nobody in, and is told of before and after`, async () => {
    // Other settings: what is known of the provider is forgotten.
    await put(PROVIDER, {
      provider: 'entra',
      entra: { authority: entra.authority, audiences: [fault.replace(' ', '-')] },
      ca: entra.ca,
      signIn: { clientId: portal.clientId, clientSecret: SECRET },
    })
    try {
      entra.misbehave(fault)
      assert.ok([502, 503].includes((await atEntra()).page.status))
      entra.misbehave(undefined)
      const [client, tab] = [new PortalClient(service), openTab()]
      const back = await tab.open(client.start, redirectUri)
      assert.equal(back.url.searchParams.has('code'), true, back.text)
      entra.misbehave(fault)
      const page = await tab.open(back.url, client.redirectUri)
      assert.ok([502, 503].includes(page.status), page.text)
      assert.match(page.text, /href="[^"]*authorize\?/)
    } finally {
      entra.misbehave(undefined)
    }
  })

test('a private address that a tenant has chosen is not asked', async () => {
  await put(PROVIDER, { provider: 'oidc', oidc: { issuer: 'https://10.0.0.1' }, signIn: { clientId: 'portal' } })
  const { page } = await atEntra()
  assert.equal(page.status, 503)
})
