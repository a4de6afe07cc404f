// Passwords of users through Graph: given, taken anew, changed by their owner, and the sessions that end with them.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import { NAME, PASSWORD } from '../sign-in/sign-in.fixture.ts'
import { assertError } from './graph.fixture.ts'
import { openPeople, type People } from './signed-in-user.fixture.ts'

const NEW = 'another horse battery'

let people: People
beforeEach(async () => {
  people = await openPeople()
})
afterEach(() => people.close())

const change = (token: string, currentPassword = PASSWORD, newPassword = NEW) =>
  people.ask('POST', '/me/changePassword', { currentPassword, newPassword }, token)

test('a user who is made with a password signs in with it, and changes it first unless told otherwise', async () => {
  await people.createUser()
  const me = await people.ask('GET', '/me', undefined, await people.tokenOfUser())
  assert.deepEqual([me.status, me.body['userPrincipalName']], [200, NAME])
  await people.createUser('other@contoso.test', PASSWORD, true)
  assert.match((await people.signIn(PASSWORD, 'other@contoso.test')).action, /\/login\/password$/)
  const named = { accountEnabled: true, displayName: 'Third', mailNickname: 't', userPrincipalName: 't@contoso.test' }
  await people.create('/users', { ...named, passwordProfile: { password: PASSWORD } })
  assert.match((await people.signIn(PASSWORD, 't@contoso.test')).action, /\/login\/password$/)
})

test('a password that is none is refused, and no user is made', async () => {
  const named = { accountEnabled: true, displayName: 'X', mailNickname: 'x', userPrincipalName: NAME }
  for (const profile of [{ password: 'short' }, { password: 'x'.repeat(257) }, { passwort: PASSWORD }]) {
    const answer = await people.ask('POST', '/users', { ...named, passwordProfile: profile })
    assertError(answer, 400, 'Request_BadRequest')
  }
  assert.equal((await people.ask('GET', `/users/${NAME}`)).status, 404)
})

test('a reset ends what the old password opened, and needs the right to credentials', async () => {
  const { id } = await people.createUser()
  const token = await people.tokenOfUser()
  const reset = { passwordProfile: { password: NEW } }
  const writer = await people.programWith([DIRECTORY_ACTIONS.writeUsers])
  assert.equal((await people.ask('PATCH', `/users/${id}`, reset, writer.token)).status, 403)
  assert.equal((await people.ask('PATCH', `/users/${id}`, { ...reset, jobTitle: 'x' }, writer.token)).status, 403)
  assert.equal((await people.ask('PATCH', `/users/${id}`, { jobTitle: 'x' }, writer.token)).status, 204)
  assert.equal((await people.ask('GET', '/me', undefined, token)).status, 200)
  const desk = await people.programWith([DIRECTORY_ACTIONS.writeUserCredentials])
  assert.equal((await people.ask('PATCH', `/users/${id}`, { ...reset, jobTitle: 'y' }, desk.token)).status, 403)
  assert.equal((await people.ask('PATCH', `/users/${id}`, {}, desk.token)).status, 403)
  assert.equal((await people.ask('PATCH', `/users/${id}`, reset, desk.token)).status, 204)
  assert.equal((await people.ask('GET', '/me', undefined, token)).status, 401)
  assert.equal((await people.signIn()).status, 401)
  assert.match((await people.signIn(NEW)).action, /\/login\/password$/)
  const stranger = await people.programWith([DIRECTORY_ACTIONS.writeUserCredentials], B)
  assert.equal((await people.ask('PATCH', `/users/${id}`, reset, stranger.token)).status, 404)
})

test('whoever must change the password is told so without a new one', async () => {
  const { id } = await people.createUser()
  const must = { passwordProfile: { forceChangePasswordNextSignIn: true } }
  assert.equal((await people.ask('PATCH', `/users/${id}`, must)).status, 204)
  assert.match((await people.signIn()).action, /\/login\/password$/)
})

test('the own password needs no role, but the old one; every session ends', async () => {
  await people.createUser()
  const [token, elsewhere] = [await people.tokenOfUser(), await people.tokenOfUser()]
  assert.match(assertError(await change(token, 'wrong horse battery'), 400, 'Request_BadRequest'), /currentPassword/)
  assert.match(assertError(await change(token, PASSWORD, 'short'), 400, 'Request_BadRequest'), /12 characters/)
  assert.match(assertError(await change(token, PASSWORD, PASSWORD), 400, 'Request_BadRequest'), /another/)
  assert.equal((await change(token)).status, 204)
  for (const one of [token, elsewhere]) assert.equal((await people.ask('GET', '/me', undefined, one)).status, 401)
  assert.equal((await people.signIn()).status, 401)
  await people.tokenOfUser(NEW)
  const log = await people.storage.read.audit.listAudit(A.tenantId, 100)
  assert.doesNotMatch(JSON.stringify(log), /horse|argon2/)
})

test('whoever holds a token somewhere else cannot try passwords out', async () => {
  await people.createUser()
  const token = await people.tokenOfUser()
  const statuses = new Set<number>()
  const elsewhere = { incoming: { socket: { remoteAddress: '192.0.2.9' } } }
  for (let attempt = 0; attempt < 45; attempt += 1) {
    const body = JSON.stringify({ currentPassword: `wrong horse ${attempt}`, newPassword: NEW })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body }
    statuses.add((await people.app.request('/v1.0/me/changePassword', init, elsewhere)).status)
  }
  assert.deepEqual([...statuses], [400, 429])
})

test('a program has no password to change and no session', async () => {
  const { token } = await people.programWith(['*'])
  assert.equal((await change(token)).status, 400)
  assert.equal((await people.ask('POST', '/me/revokeSignInSessions', {}, token)).status, 400)
})

test('sessions are ended by their owner, and by who looks after credentials', async () => {
  const { id } = await people.createUser()
  const desk = await people.programWith([DIRECTORY_ACTIONS.writeUserCredentials])
  const ends = [
    (token: string) => people.ask('POST', '/me/revokeSignInSessions', {}, token),
    () => people.ask('POST', `/users/${id}/revokeSignInSessions`, {}, desk.token),
  ]
  for (const end of ends) {
    const token = await people.tokenOfUser()
    const { status, body } = await end(token)
    assert.deepEqual([status, body.value], [200, true])
    assert.equal((await people.ask('GET', '/me', undefined, token)).status, 401)
  }
})
