// Passkeys through Graph: made by their owner, then asked for at every sign-in; whatever a browser of somebody else says is none.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { BASE } from '../http.fixture.ts'
import { createAuthenticator } from '../sign-in/authenticator.fixture.ts'
import { Browser, type Page, PASSWORD } from '../sign-in/sign-in.fixture.ts'
import { assertError, type GraphAnswer } from './graph.fixture.ts'
import { openPeople, type People } from './signed-in-user.fixture.ts'

const MINE = '/me/authentication/fido2Methods'

let people: People
let userId: string
let token: string
beforeEach(async () => {
  people = await openPeople()
  userId = (await people.createUser()).id
  token = await people.tokenOfUser()
})
afterEach(() => people.close())

async function challengeFor(bearer = token): Promise<string> {
  const { status, body } = await people.ask('GET', `${MINE}/creationOptions`, undefined, bearer)
  assert.equal(status, 200, JSON.stringify(body))
  return (body['publicKey'] as { challenge: string }).challenge
}

const add = (publicKeyCredential: object, bearer = token): Promise<GraphAnswer> =>
  people.ask('POST', MINE, { displayName: 'Security key', publicKeyCredential }, bearer)

const authenticator = () => createAuthenticator(BASE, 'localhost')

/** What the page gives the authenticator to sign. */
const challengeIn = ({ text }: Page): string => /challenge&quot;:&quot;([A-Za-z0-9_-]{43})/.exec(text)?.[1] ?? ''

test('a passkey is made, listed, asked for at sign-in, and taken away', async () => {
  const key = authenticator()
  const made = await add(key.make(await challengeFor()))
  assert.deepEqual([made.status, made.body.id, made.body['displayName']], [201, key.id, 'Security key'])
  assert.equal((await people.ask('GET', MINE, undefined, token)).body.value[0]?.id, key.id)
  const browser = new Browser(people)
  const asked = await people.signIn(PASSWORD, undefined, browser)
  assert.match(asked.action, /\/login\/passkey$/)
  const signed = await browser.submit(asked, { response: JSON.stringify(key.sign(challengeIn(asked))) })
  const session = await people.client.token(signed.location?.searchParams.get('code') ?? assert.fail(signed.text))
  const [listed] = (await people.ask('GET', MINE, undefined, session)).body.value
  assert.notEqual(listed?.['lastUsedDateTime'], null)
  assert.equal((await people.ask('DELETE', `${MINE}/${key.id}`, undefined, session)).status, 204)
  assert.equal((await people.ask('GET', MINE, undefined, session)).status, 401)
  await people.tokenOfUser()
})

test('what does not answer a challenge of the user, here and now, is refused', async () => {
  await people.createUser('other@contoso.test')
  const other = await people.tokenOfUser(PASSWORD, 'other@contoso.test')
  const key = authenticator()
  const used = await challengeFor()
  assert.equal((await add(key.make(used))).status, 201)
  const cases: readonly (readonly [string, () => Promise<object>])[] = [
    ['used challenge', async () => authenticator().make(used)],
    ['no challenge of ours', async () => authenticator().make('x'.repeat(43))],
    ['challenge of somebody else', async () => authenticator().make(await challengeFor(other))],
    ['another origin', async () => authenticator().make(await challengeFor(), { origin: 'https://evil.example' })],
    ['another host', async () => authenticator().make(await challengeFor(), { host: 'evil.example' })],
    ['owner not verified', async () => authenticator().make(await challengeFor(), { flags: 0x01 })],
    ['a signature', async () => authenticator().sign(await challengeFor())],
    ['known already', async () => key.make(await challengeFor())],
  ]
  for (const [, credential] of cases) assertError(await add(await credential()), 400, 'Request_BadRequest')
  const late = await challengeFor()
  people.state.now += 300_000
  assertError(await add(authenticator().make(late)), 400, 'Request_BadRequest')
  assert.equal((await people.ask('GET', MINE, undefined, token)).body.value.length, 1)
})

test('others list with the right to read and take away with the right to credentials', async () => {
  const key = authenticator()
  await add(key.make(await challengeFor()))
  const path = `/users/${userId}/authentication/fido2Methods`
  const reader = await people.programWith([DIRECTORY_ACTIONS.readUsers])
  assert.equal((await people.ask('GET', path, undefined, reader.token)).body.value.length, 1)
  assert.equal((await people.ask('DELETE', `${path}/${key.id}`, undefined, reader.token)).status, 403)
  const desk = await people.programWith([DIRECTORY_ACTIONS.writeUserCredentials])
  assert.equal((await people.ask('DELETE', `${path}/nothing`, undefined, desk.token)).status, 404)
  assert.equal((await people.ask('DELETE', `${path}/${key.id}`, undefined, desk.token)).status, 204)
  assert.equal((await people.ask('GET', '/me', undefined, token)).status, 401)
})

test('a program has no passkeys', async () => {
  const program = await people.programWith(['*'])
  for (const path of [MINE, `${MINE}/creationOptions`])
    assert.equal((await people.ask('GET', path, undefined, program.token)).status, 400)
})

test('passkeys are changed by who signed in just now, so that whoever finds a browser open does not stay', async () => {
  const key = authenticator()
  const credential = key.make(await challengeFor())
  people.state.now += 240_000
  assert.equal((await add(credential)).status, 201)
  people.state.now += 660_001
  for (const [method, path] of [
    ['GET', `${MINE}/creationOptions`],
    ['DELETE', `${MINE}/${key.id}`],
  ] as const)
    assertError(await people.ask(method, path, undefined, token), 403, 'Request_SignInTooOld')
  assertError(await add(authenticator().make('x'.repeat(43))), 403, 'Request_SignInTooOld')
  assert.equal((await people.ask('GET', MINE, undefined, token)).status, 200)
})

test('a password that somebody else gave is changed after the passkey, not instead of it', async () => {
  const key = authenticator()
  await add(key.make(await challengeFor()))
  const must = { passwordProfile: { forceChangePasswordNextSignIn: true } }
  assert.equal((await people.ask('PATCH', `/users/${userId}`, must)).status, 204)
  const browser = new Browser(people)
  const asked = await people.signIn(PASSWORD, undefined, browser)
  assert.match(asked.action, /\/login\/passkey$/)
  const signed = await browser.submit(asked, { response: JSON.stringify(key.sign(challengeIn(asked))) })
  assert.match(signed.action, /\/login\/password$/)
  const own = 'my own long password'
  const short = await browser.submit(signed, { password: 'short', again: 'short' })
  assert.match(short.text, /at least 12/)
  const done = await browser.submit(short, { password: own, again: own })
  await people.client.token(done.location?.searchParams.get('code') ?? assert.fail(done.text))
})
