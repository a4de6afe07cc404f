// Signing in as a browser does it: the client sends it, the form is filled in, the client gets a code and a token for it; and everything
// that must not get one.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, test } from 'node:test'
import { POSTERN_ADMINISTRATOR } from '../../access/built-in-roles.ts'
import { hashUserPassword } from '../../identity/user-password.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture, pepper } from '../http.fixture.ts'
import { Browser, Client, NAME, type Page, PASSWORD, putUser, REDIRECT_URI } from './sign-in.fixture.ts'

let http: HttpFixture
let userId: string
let browser: Browser
let client: Client
let waits: number[]

beforeEach(async () => {
  waits = []
  const after = (delay: number, callback: () => void) => {
    waits.push(delay)
    queueMicrotask(callback)
    return () => {}
  }
  http = await openHttpFixture({ dependencies: { clock: { now: () => http.state.now, after } } })
  userId = await putUser(http, A)
  browser = new Browser(http)
  client = new Client(http)
})
afterEach(() => http.close())

async function signIn(password = PASSWORD, username = NAME): Promise<Page> {
  const page = await browser.open(client.path())
  return page.location === undefined ? browser.submit(page, { username, password }) : page
}

const codeOf = ({ location }: Page): string => location?.searchParams.get('code') ?? assert.fail('there is no code')

const tokenOf = async (): Promise<string> => client.token(codeOf(await signIn()))

const callApi = async (token: string): Promise<number> =>
  (await http.request('GET', '/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01', { token }))
    .status

test('name and password lead back to the client with a code, which gives a token that opens what the user may do', async () => {
  const assignment = { name: userId, scope: '/', roleDefinitionName: POSTERN_ADMINISTRATOR.name, principalId: userId }
  await http.storage.write.roles.putRoleAssignment(change(), A.tenantId, { ...assignment, principalType: 'User' })
  const back = await signIn()
  assert.equal(back.status, 303)
  assert.equal(`${back.location?.origin}${back.location?.pathname}`, REDIRECT_URI)
  assert.equal(back.location?.searchParams.get('state'), client.state)
  for (const cookie of back.headers.getSetCookie())
    assert.match(cookie, /^__Host-[^;]+; (?:Max-Age=34560000; )?Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  const answer = await client.exchange(codeOf(back))
  const body = (await answer.json()) as { access_token: string; id_token: string; expires_in: number }
  assert.equal(body.expires_in, 8 * 3600)
  const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1] ?? '', 'base64url').toString()) as object
  assert.deepEqual(
    { ...claims, iat: 0, nbf: 0, exp: 0, iss: '' },
    {
      aud: '6d1f3c52-0a0b-4c1e-9d3a-2f3b7c1e5a10',
      iss: '',
      iat: 0,
      nbf: 0,
      exp: 0,
      oid: userId,
      sub: userId,
      tid: A.tenantId,
      ver: '2.0',
      name: 'Someone',
      preferred_username: NAME,
      nonce: client.nonce,
    },
  )
  assert.equal(await callApi(body.access_token), 200)
  assert.equal(await callApi(body.id_token), 401)
})

test('whoever is signed in goes back at once, unless the client wants it otherwise', async () => {
  await signIn()
  const again = await browser.open(client.path())
  assert.equal(again.status, 303)
  await client.token(codeOf(again))
  assert.equal((await browser.open(client.path({ prompt: 'login' }))).status, 200)
  assert.equal((await browser.open(new Client(http, B).path())).status, 200)
  const silent = await new Browser(http).open(client.path({ prompt: 'none' }))
  assert.equal(silent.location?.searchParams.get('error'), 'login_required')
})

test('whatever is wrong is told in the same words', async () => {
  const cases: readonly (readonly [string, string])[] = [
    [NAME, 'wrong horse battery'],
    [NAME, ''],
    ['nobody@contoso.test', PASSWORD],
    ['', PASSWORD],
    [`${NAME}x`.repeat(99), PASSWORD],
    ["' OR 1=1 --", PASSWORD],
  ]
  const said = new Set<string>()
  for (const [username, password] of cases) {
    const page = await signIn(password, username)
    assert.equal(page.status, 401)
    assert.equal(browser.cookie, undefined)
    said.add(/role="alert">([^<]*)</.exec(page.text)?.[1] ?? '')
  }
  assert.deepEqual([...said], ['The user name or password is wrong.'])
  await http.storage.write.directory.updateUser(change(), A.tenantId, userId, { accountEnabled: false })
  assert.equal((await signIn()).status, 401)
})

test('a password opens the tenant that it is of, and no other', async () => {
  const page = await browser.open(new Client(http, B).path())
  assert.equal((await browser.submit(page, { username: NAME, password: PASSWORD })).status, 401)
})

test('what failed often waits, then is not looked at; who is known there still signs in', async () => {
  await signIn()
  const owner = browser
  browser = new Browser(http)
  const statuses: number[] = []
  for (let attempt = 0; attempt < 45; attempt += 1) statuses.push((await signIn(PASSWORD, 'other@contoso.test')).status)
  assert.deepEqual([...new Set(statuses)], [401, 429])
  assert.equal(Math.max(...waits), 10_000)
  await owner.open(`/${A.tenantId}/oauth2/v2.0/logout`)
  browser = owner
  assert.equal((await signIn()).status, 303)
})

test('a form that does not come from here is not looked at', async () => {
  const page = await browser.open(client.path())
  for (const origin of ['https://evil.example', 'null', 'https://localhost', 'http://localhost:8443', ''])
    assert.equal((await browser.submit(page, { username: NAME, password: PASSWORD }, origin)).status, 400, origin)
  assert.equal(browser.cookie, undefined)
})

test('a browser is sent nowhere as long as it is not certain who asks', async () => {
  const cases: Record<string, string>[] = [
    { client_id: A.applicationId },
    { redirect_uri: 'https://evil.example/portal/' },
    { redirect_uri: `${REDIRECT_URI}..%2f..%2f` },
    { redirect_uri: 'https://localhost:8443/portal' },
    { redirect_uri: 'javascript:alert(1)//' },
    { state: 'x'.repeat(3000) },
  ]
  for (const changes of cases) {
    const page = await browser.open(client.path(changes))
    assert.deepEqual([page.status, page.location], [400, undefined], JSON.stringify(changes))
  }
  assert.equal((await browser.open(`${client.path()}&redirect_uri=https://evil.example/`)).status, 400)
})

test('what the client asks for wrongly is told to the client', async () => {
  const iss = `${BASE}/${A.tenantId}/v2.0`
  const cases: readonly (readonly [Record<string, string | undefined>, string])[] = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ scope: 'openid' }, 'invalid_scope'],
    [{ scope: 'https://evil.example/.default' }, 'invalid_scope'],
  ]
  for (const [changes, error] of cases) {
    const { location } = await browser.open(client.path(changes))
    const told = ['error', 'state', 'iss'].map((name) => location?.searchParams.get(name))
    assert.deepEqual(told, [error, client.state, iss])
  }
})

test('a code is good once, for a minute, for who asked for it', async () => {
  const refused = async (code: string, changes: Record<string, string> = {}) => {
    const answer = await client.exchange(code, changes)
    assert.equal(answer.status, 400, JSON.stringify(changes))
    assert.match(await answer.text(), /AADSTS70000|AADSTS9002313/)
  }
  const cases: readonly Record<string, string>[] = [
    { code_verifier: 'a'.repeat(43) },
    { code_verifier: '' },
    { redirect_uri: 'https://localhost:8443/' },
    { client_id: A.applicationId },
  ]
  for (const changes of cases) {
    const code = codeOf(await signIn())
    await refused(code, changes)
    await refused(code)
  }
  const late = codeOf(await signIn())
  http.state.now += 60_000
  await refused(late)
  const elsewhere = codeOf(await browser.open(client.path()))
  assert.equal((await new Client(http, B).exchange(elsewhere, { code_verifier: client.verifier })).status, 400)
  const good = codeOf(await browser.open(client.path()))
  await client.token(good)
  await refused(good)
})

const endings: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['signing out', () => browser.open(`/${A.tenantId}/oauth2/v2.0/logout`)],
  ['a new password', () => putPassword()],
  [
    'disabling the user',
    () => http.storage.write.directory.updateUser(change(), A.tenantId, userId, { accountEnabled: false }),
  ],
  ['deleting the user', () => http.storage.write.directory.deleteUser(change(), A.tenantId, userId)],
  ['eight hours', async () => (http.state.now += 8 * 3_600_000)],
]
for (const [what, end] of endings)
  test(`${what} ends the token at its next call, and the session in the browser`, async () => {
    const token = await tokenOf()
    assert.equal(await callApi(token), 403)
    await end()
    assert.equal(await callApi(token), 401)
    assert.equal((await browser.open(client.path())).status, 200)
  })

test('a session that was ended by disabling the user does not come back with the user', async () => {
  const token = await tokenOf()
  for (const accountEnabled of [false, true])
    await http.storage.write.directory.updateUser(change(), A.tenantId, userId, { accountEnabled })
  assert.equal(await callApi(token), 401)
})

async function putPassword(): Promise<void> {
  const hash = await hashUserPassword('another horse battery', pepper, randomBytes)
  const password = { hash, changedAt: http.state.now + 1, mustChange: false }
  await http.storage.write.signIns.putPassword(change(), A.tenantId, userId, password)
}

test('a password that somebody else gave is changed before anything opens', async () => {
  const { signIns } = http.storage.write
  const hash = await hashUserPassword(PASSWORD, pepper, randomBytes)
  await signIns.putPassword(change(), A.tenantId, userId, { hash, changedAt: http.state.now, mustChange: true })
  let page = await signIn()
  assert.match(page.action, /\/login\/password$/)
  const own = 'my own long password'
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [own, 'my own lung password', /not the same/],
    ['short', 'short', /at least 12/],
    [PASSWORD, PASSWORD, /is the old one/],
  ]
  for (const [password, again, said] of cases) {
    page = await browser.submit(page, { password, again })
    assert.match(page.text, said)
    assert.equal(browser.cookie, undefined)
  }
  const done = await browser.submit(page, { password: own, again: own })
  await client.token(codeOf(done))
  assert.match((await browser.submit(page, { password: own, again: own })).text, /took too long/)
  browser = new Browser(http)
  assert.equal((await signIn()).status, 401)
  assert.equal((await signIn(own)).status, 303)
})

test('a session is not a credential for mail', async () => {
  const token = await tokenOf()
  assert.equal((await http.request('POST', '/emails:send?api-version=2025-09-01', { token, json: {} })).status, 404)
})

test('the page is a page: escaped, unframed, without anything from elsewhere, in the language of who reads it', async () => {
  const page = await browser.open(client.path({ login_hint: '"><script>alert(1)</script>' }), {
    'accept-language': 'fr, de-AT;q=0.8',
  })
  assert.doesNotMatch(page.text, /<script>alert/)
  assert.match(page.text, /<html lang="de">/)
  assert.match(
    page.headers.get('content-security-policy') ?? '',
    /^default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
  )
  assert.match((await browser.open(client.path({ ui_locales: 'en' }), { 'accept-language': 'de' })).text, /lang="en"/)
  assert.doesNotMatch(page.text, /https?:\/\/(?!localhost)/)
})
