import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPlain } from './plain.ts'

const octets = (text: string): Buffer => Buffer.from(text, 'latin1')

const wellFormed: [name: string, response: string, authzid: string, authcid: string, password: string][] = [
  ['no authorization identity', '\0user\0secret', '', 'user', 'secret'],
  ['an authorization identity', 'other\0user\0secret', 'other', 'user', 'secret'],
  ['UTF-8', '\0\xc3\xbc\0\xc3\xa4', '', 'ü', '\xc3\xa4'],
  ['control characters in the password', '\0user\0a\r\nb', '', 'user', 'a\r\nb'],
  [
    'longest fields',
    `${'z'.repeat(255)}\0${'c'.repeat(255)}\0${'p'.repeat(1024)}`,
    'z'.repeat(255),
    'c'.repeat(255),
    'p'.repeat(1024),
  ],
]

for (const [name, response, authorizationIdentity, authenticationIdentity, password] of wellFormed) {
  test(`PLAIN: ${name}`, () => {
    const step = startPlain().next(octets(response))
    assert.ok(step.type === 'credentials' && step.credentials.type === 'secret')
    assert.equal(step.credentials.authorizationIdentity, authorizationIdentity)
    assert.equal(step.credentials.authenticationIdentity, authenticationIdentity)
    assert.equal(Buffer.from(step.credentials.password).toString('latin1'), password)
  })
}

const malformed: [name: string, response: string][] = [
  ['empty', ''],
  ['no NUL', 'user'],
  ['one NUL', 'user\0secret'],
  ['three NUL', '\0user\0secret\0'],
  ['five NUL', '\0\0\0\0\0'],
  ['no authentication identity', 'other\0\0secret'],
  ['no password', '\0user\0'],
  ['identity too long', `\0${'c'.repeat(256)}\0secret`],
  ['authorization identity too long', `${'z'.repeat(256)}\0user\0secret`],
  ['password too long', `\0user\0${'p'.repeat(1025)}`],
  ['identity not UTF-8', '\0us\xffer\0secret'],
  ['authorization identity not UTF-8', '\xc3\0user\0secret'],
  ['password not UTF-8', '\0user\0\xc3\x28'],
  ['a command in the identity', '\0user\r\nMAIL FROM:<a@example.test>\0secret'],
  ['DEL in the authorization identity', '\x7f\0user\0secret'],
  ['a C1 control in the identity', '\0us\xc2\x85er\0secret'],
]

for (const [name, response] of malformed) {
  test(`PLAIN malformed: ${name}`, () => {
    const sent = octets(response)
    const step = startPlain().next(sent)
    assert.ok(step.type === 'malformed')
    assert.doesNotMatch(step.detail, /secret|user/)
    assert.ok(sent.every((octet) => octet === 0))
  })
}

test('PLAIN without initial response asks with an empty challenge', () => {
  const mechanism = startPlain()
  assert.deepEqual(mechanism.next(undefined), { type: 'challenge', challenge: new Uint8Array(0) })
  assert.equal(mechanism.next(octets('\0user\0secret')).type, 'credentials')
})

test('the password is the only copy left, in memory of its own', () => {
  const response = octets('\0user\0secret')
  const step = startPlain().next(response)
  assert.ok(step.type === 'credentials' && step.credentials.type === 'secret')
  assert.ok(response.every((octet) => octet === 0))
  const { password } = step.credentials
  assert.equal(password.buffer.byteLength, password.length)
  assert.equal(Buffer.from(password).toString(), 'secret')
})
