// Signing in where the tenant has a provider of its own: what it is asked with, what its answer must fit, what a session rests on, and
// what is told when it does not work. The provider is a stand-in that says what a test wants; real ones are in test/end-to-end.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, test } from 'node:test'
import { POSTERN_ADMINISTRATOR } from '../../access/built-in-roles.ts'
import type { SignInAnswer, SignInProof, SignInStart } from '../../identity/provider-sign-in.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture } from '../http.fixture.ts'
import { Browser, Client, NAME, type Page, PASSWORD, putUser } from './sign-in.fixture.ts'

const PERSON = randomUUID()
const GROUP = randomUUID()
const PROVEN: SignInProof = {
  type: 'proven',
  principalId: PERSON,
  groupIds: [GROUP],
  displayName: 'Zoë',
  userName: 'zoe@elsewhere.test',
}
const ENTRA = {
  provider: 'entra',
  entra: { authority: 'https://login.example.test' },
  signIn: { clientId: 'portal', scope: 'openid profile' },
}

let http: HttpFixture
let browser: Browser
let client: Client
let starts: SignInStart[]
let answers: SignInAnswer[]
let proof: SignInProof
let isDown: boolean

const providerSignIn: HttpDependencies['providerSignIn'] = {
  async begin(_, start) {
    starts.push(start)
    if (isDown) return { type: 'unavailable', detail: 'the connection failed (ECONNREFUSED)' }
    return { type: 'begun', url: `https://login.example.test/authorize?state=${start.state}` }
  },
  async finish(_, answer) {
    answers.push(answer)
    return proof
  },
}

beforeEach(async () => {
  ;[starts, answers, proof, isDown] = [[], [], PROVEN, false]
  http = await openHttpFixture({ dependencies: { providerSignIn } })
  browser = new Browser(http)
  client = new Client(http)
  await putProvider(ENTRA)
})
afterEach(() => http.close())

const putProvider = (settings: object) =>
  http.storage.write.directory.putIdentityProvider(change(), A.tenantId, { ...settings })

const callbackPath = (state: string, tenant = A) => `/${tenant.tenantId}/login/callback?code=c&state=${state}`

/** As far as the provider, and back. */
async function signIn(query: Record<string, string> = {}): Promise<Page> {
  const page = await browser.open(client.path(query))
  const state = page.location?.searchParams.get('state')
  return state == null ? page : browser.open(callbackPath(state))
}

const codeOf = ({ location, text }: Page): string => location?.searchParams.get('code') ?? assert.fail(text)

const callApi = async (token: string): Promise<number> =>
  (await http.request('GET', '/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01', { token }))
    .status

async function assign(principalId: string, principalType: 'User' | 'Group'): Promise<void> {
  const role = { scope: '/', roleDefinitionName: POSTERN_ADMINISTRATOR.name }
  const assignment = { name: randomUUID(), ...role, principalId, principalType }
  await http.storage.write.roles.putRoleAssignment(change(), A.tenantId, assignment)
}

test('the provider proves somebody who is not here, and their token opens what they or their groups may do', async () => {
  const back = await signIn({ login_hint: 'zoe', ui_locales: 'de' })
  assert.equal(back.location?.searchParams.get('state'), client.state)
  const [start, ...more] = starts
  assert.deepEqual(more, [])
  assert.deepEqual([start?.loginHint, start?.again, start?.locales], ['zoe', false, ['de']])
  assert.equal(start?.redirectUri, `${BASE}/${A.tenantId}/login/callback`)
  const { parameters, clientSecret, ...answer } = answers[0] ?? assert.fail()
  const { state, nonce, codeVerifier, redirectUri } = start ?? assert.fail()
  assert.deepEqual(answer, { state, nonce, codeVerifier, redirectUri })
  assert.deepEqual([clientSecret, parameters.get('code')], [undefined, 'c'])
  assert.equal(new Set([state, nonce, codeVerifier]).size, 3)
  const exchanged = (await (await client.exchange(codeOf(back))).json()) as Record<string, string>
  const [, claims = ''] = exchanged['id_token']?.split('.') ?? []
  const { oid, name, preferred_username } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  assert.deepEqual([oid, name, preferred_username], [PERSON, 'Zoë', 'zoe@elsewhere.test'])
  const token = exchanged['access_token'] ?? ''
  assert.equal(await callApi(token), 403)
  await assign(GROUP, 'Group')
  assert.equal(await callApi(token), 200)
})

test('who is signed in goes back at once; who is asked for again is asked at the provider', async () => {
  await signIn()
  assert.notEqual((await browser.open(client.path())).location?.searchParams.get('code'), null)
  assert.equal(starts.length, 1)
  await browser.open(client.path({ prompt: 'login' }))
  assert.equal(starts[1]?.again, true)
  const silent = await new Browser(http).open(client.path({ prompt: 'none' }))
  assert.equal(silent.location?.searchParams.get('error'), 'login_required')
})

const strange: readonly (readonly [string, (state: string) => Promise<Page>])[] = [
  ['of another browser', (state) => new Browser(http).open(callbackPath(state))],
  ['of another tenant', (state) => browser.open(callbackPath(state, B))],
  ['that nobody asked for', () => browser.open(callbackPath('x'.repeat(43)))],
  ['without a state', () => browser.open(callbackPath(''))],
  [
    'that comes a second time',
    async (state) => {
      assert.equal((await browser.open(callbackPath(state))).status, 303)
      return browser.open(callbackPath(state))
    },
  ],
  [
    'that comes after ten minutes',
    (state) => {
      http.state.now += 600_000
      return browser.open(callbackPath(state))
    },
  ],
  [
    'of a provider that the tenant has no more',
    async (state) => {
      await putProvider({ ...ENTRA, signIn: { ...ENTRA.signIn, clientId: 'other' } })
      return browser.open(callbackPath(state))
    },
  ],
]
for (const [what, come] of strange)
  test(`an answer ${what} signs nobody in`, async () => {
    const { location } = await browser.open(client.path())
    const page = await come(location?.searchParams.get('state') ?? '')
    assert.deepEqual([page.status, page.location], [400, undefined])
    assert.match(page.text, /took too long/)
    assert.match(page.text, /href="https:\/\/localhost:8443\/portal\/"/)
  })

const failures: readonly (readonly [SignInProof, number, RegExp])[] = [
  [
    { type: 'refused', error: 'access_denied', words: '<b>No\u202e entry</b>' },
    401,
    /It says: <code>access_denied: &lt;b&gt;No {2}entry&lt;\/b&gt;<\/code>/,
  ],
  [{ type: 'invalid', detail: 'DETAIL of a nonce' }, 502, /proves nobody.*Request ID: <code>[0-9a-f-]{36}</s],
  [{ type: 'unavailable', detail: 'DETAIL of an outage' }, 503, /cannot be reached/],
]
for (const [outcome, status, said] of failures)
  test(`what is ${outcome.type} is told in a page that leads back to the beginning`, async () => {
    proof = outcome
    const page = await signIn()
    assert.deepEqual([page.status, page.location, browser.cookie], [status, undefined, undefined])
    assert.match(page.text, said)
    assert.doesNotMatch(page.text, /DETAIL/)
    assert.match(http.state.log, outcome.type === 'refused' ? /^/ : /DETAIL/)
    const [, again = ''] = /href="([^"]+)"/.exec(page.text) ?? []
    proof = PROVEN
    const second = await browser.open(again.replaceAll('&amp;', '&'))
    codeOf(await browser.open(callbackPath(second.location?.searchParams.get('state') ?? '')))
  })

test('a provider that cannot be reached is told before anybody is sent there', async () => {
  isDown = true
  const page = await signIn()
  assert.deepEqual([page.status, page.location], [503, undefined])
})

async function revoke(path: string, token: string): Promise<void> {
  const answer = await http.request('POST', `/v1.0/${path}/revokeSignInSessions`, { token })
  assert.equal(answer.status, 200, await answer.text())
}

const endings: readonly (readonly [string, (token: string) => Promise<unknown>])[] = [
  ['signing out everywhere', (token) => revoke('me', token)],
  [
    'being signed out by an administrator',
    async () => revoke(`users/${PERSON}`, await http.token(await http.program(A, POSTERN_ADMINISTRATOR.name))),
  ],
  ['another client', () => putProvider({ ...ENTRA, signIn: { ...ENTRA.signIn, clientId: 'other' } })],
  ['another provider', () => putProvider({ ...ENTRA, entra: { authority: 'https://other.example.test' } })],
  ['no client', () => putProvider({ provider: 'entra' })],
  ['no provider', () => http.storage.write.directory.deleteIdentityProvider(change(), A.tenantId)],
  ['disabling the person here', () => putPerson(false)],
  ['signing out', () => browser.open(`/${A.tenantId}/oauth2/v2.0/logout`)],
]
for (const [what, end] of endings)
  test(`${what} ends the session at the next call`, async () => {
    const token = await client.token(codeOf(await signIn()))
    assert.equal(await callApi(token), 403)
    await putProvider({ ...ENTRA, timeout: '1s' })
    assert.equal(await callApi(token), 403)
    await end(token)
    assert.equal(await callApi(token), 401)
  })

async function putPerson(accountEnabled: boolean): Promise<void> {
  const names = { userPrincipalName: 'zoe@contoso.test', displayName: 'Zoë' }
  const person = { objectId: PERSON, tenantId: A.tenantId, ...names, accountEnabled, createdAt: 0, facts: {} }
  await http.storage.write.directory.createUser(change(), person)
}

test('whoever is disabled here does not come in', async () => {
  await putPerson(false)
  assert.match((await signIn()).text, /disabled here/)
  assert.equal(browser.cookie, undefined)
})

test('a password here opens nothing where somebody else proves people, and a session that began with one ends', async () => {
  await http.storage.write.directory.deleteIdentityProvider(change(), A.tenantId)
  await putUser(http, A)
  const form = await browser.open(client.path())
  const token = await client.token(codeOf(await browser.submit(form, { username: NAME, password: PASSWORD })))
  assert.equal(await callApi(token), 403)
  await putProvider(ENTRA)
  assert.equal(await callApi(token), 401)
  const page = await new Browser(http).submit(form, { username: NAME, password: PASSWORD })
  assert.deepEqual([page.status, page.location], [400, undefined])
})

test('where nobody can sign in through the provider yet, the page says how to set it up', async () => {
  await putProvider({ provider: 'oidc', oidc: { issuer: 'https://id.example.test/<x>' } })
  const page = await browser.open(client.path())
  assert.equal(page.status, 404)
  assert.match(page.text, new RegExp(`<code>${BASE}/${A.tenantId}/login/callback</code>`))
  assert.match(page.text, /--issuer https:\/\/id\.example\.test\/&lt;x&gt; \\\n {2}--sign-in-client-id &lt;ID&gt;/)
  assert.match((await browser.open(client.path({ ui_locales: 'de' }))).text, /Umleitungs-URI/)
})

test('one network is not sent to a provider without end', async () => {
  const statuses = new Set<number>()
  for (let attempt = 0; attempt < 105; attempt += 1) statuses.add((await browser.open(client.path())).status)
  assert.deepEqual([...statuses], [303, 429])
  http.state.now += 60_000
  assert.equal((await browser.open(client.path())).status, 303)
})
