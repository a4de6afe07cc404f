// Attacks on signing in that need no password: what a link may say, what a stranger makes us keep or compute, and what stays behind.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, test } from 'node:test'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture } from '../http.fixture.ts'
import { Browser, Client, NAME, type Page, PASSWORD, putUser, REDIRECT_URI } from './sign-in.fixture.ts'

let http: HttpFixture
let browser: Browser
let client: Client

beforeEach(async () => {
  http = await openHttpFixture()
  await putUser(http, A)
  browser = new Browser(http)
  client = new Client(http)
})
afterEach(() => http.close())

const submit = (page: Pick<Page, 'action' | 'fields'>) => browser.submit(page, { username: NAME, password: PASSWORD })

const tokenOf = ({ location }: Page): Promise<string> =>
  client.token(location?.searchParams.get('code') ?? assert.fail('there is no code'))

const statusOf = async (token: string): Promise<number> => (await http.request('GET', '/v1.0/me', { token })).status

test('a tenant that is not here is told to the client, which asks for another', async () => {
  for (const tenantId of [randomUUID(), 'common', 'contoso.test']) {
    const { status, location } = await browser.open(`/${tenantId}/oauth2/v2.0/authorize?${client.query()}`)
    assert.equal(status, 303)
    assert.equal(`${location?.origin}${location?.pathname}`, REDIRECT_URI)
    const told = ['error', 'state', 'iss'].map((name) => location?.searchParams.get(name))
    assert.deepEqual(told, ['invalid_request', client.state, `${BASE}/${tenantId}/v2.0`])
  }
  const unknown = new Client(http, { ...B, tenantId: randomUUID() })
  assert.equal((await browser.open(unknown.path({ redirect_uri: 'https://evil.example/' }))).location, undefined)
})

test('a form for a tenant that is not here is no step', async () => {
  const page = await browser.open(client.path())
  for (const tenant of [randomUUID(), '%2Fevil.example', '..%2F..%2F']) {
    const said = await submit({ ...page, action: `/${tenant}/login` })
    assert.equal(said.location?.searchParams.get('error'), 'invalid_request', tenant)
    assert.equal(browser.cookie, undefined)
  }
})

test('what is asked for is kept while somebody signs in, so it is short', async () => {
  for (const changes of [
    { state: 'x'.repeat(2000) },
    { more: 'x'.repeat(2000) },
    { login_hint: '\u{1f511}'.repeat(200) },
  ])
    assert.equal((await browser.open(client.path(changes))).status, 400, JSON.stringify(changes))
})

test('a password that is a row of marks without end costs what any other costs', async () => {
  const page = await browser.open(client.path())
  const marks = `a${'\u0301\u0323'.repeat(80_000)}`
  const { status } = await browser.submit(page, { username: NAME, password: marks })
  assert.equal(status, 401)
})

test('a session that another one takes the place of in the browser is over', async () => {
  const first = await tokenOf(await submit(await browser.open(client.path())))
  assert.equal(await statusOf(first), 200)
  const second = await tokenOf(await submit(await browser.open(client.path({ prompt: 'login' }))))
  assert.deepEqual([await statusOf(first), await statusOf(second)], [401, 200])
})

test('a session that a stranger has planted is not the one that begins', async () => {
  await submit(await browser.open(client.path()))
  const planted = browser.cookie
  await submit(await browser.open(client.path({ prompt: 'login' })))
  assert.notEqual(browser.cookie, planted)
  const answer = await http.request('GET', client.path(), { headers: { cookie: `__Host-postern-sign-in=${planted}` } })
  assert.equal(answer.status, 200)
})
