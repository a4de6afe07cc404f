import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startLogin } from './login.ts'

const octets = (text: string): Buffer => Buffer.from(text, 'latin1')
const challenge = (text: string) => ({ type: 'challenge', challenge: Buffer.from(text) })

test('LOGIN asks for both', () => {
  const mechanism = startLogin()
  assert.deepEqual(mechanism.next(undefined), challenge('Username:'))
  assert.deepEqual(mechanism.next(octets('user')), challenge('Password:'))
  const step = mechanism.next(octets('secret'))
  assert.ok(step.type === 'credentials' && step.credentials.type === 'secret')
  const { authenticationIdentity, authorizationIdentity, password } = step.credentials
  assert.deepEqual([authenticationIdentity, authorizationIdentity], ['user', ''])
  assert.equal(Buffer.from(password).toString(), 'secret')
})

test('LOGIN takes the user name as initial response', () => {
  const mechanism = startLogin()
  assert.deepEqual(mechanism.next(octets('user')), challenge('Password:'))
  assert.equal(mechanism.next(octets('secret')).type, 'credentials')
})

const malformed: [name: string, userName: string, password: string][] = [
  ['empty user name', '', 'secret'],
  ['empty password', 'user', ''],
  ['user name too long', 'u'.repeat(256), 'secret'],
  ['password too long', 'user', 'p'.repeat(1025)],
  ['user name not UTF-8', '\xff', 'secret'],
  ['password not UTF-8', 'user', '\xff'],
  ['NUL in the user name', 'us\0er', 'secret'],
]

for (const [name, userName, password] of malformed) {
  test(`LOGIN malformed: ${name}, told after both steps only`, () => {
    const mechanism = startLogin()
    assert.deepEqual(mechanism.next(octets(userName)), challenge('Password:'))
    assert.equal(mechanism.next(octets(password)).type, 'malformed')
  })
}

test('the response that held the password is zeroed', () => {
  const mechanism = startLogin()
  const response = octets('secret')
  mechanism.next(octets('user'))
  mechanism.next(response)
  assert.ok(response.every((octet) => octet === 0))
})
