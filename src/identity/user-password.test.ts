// Passwords of people: what fits, what is kept, what is too short; and that Argon2id is the one of RFC 9106.

import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { test } from 'node:test'
import { findPasswordFault, fitsUserPassword, hashUserPassword } from './user-password.ts'

const PEPPER = Buffer.alloc(32, 7)
let octet = 0
const random = (size: number) => Uint8Array.from({ length: size }, () => (octet = (octet * 5 + 1) & 0xff))

test('a password fits what was kept of it, under its pepper alone', async () => {
  const stored = await hashUserPassword('correct horse battery', PEPPER, random)
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await fitsUserPassword('correct horse battery', stored, PEPPER), true)
  assert.equal(await fitsUserPassword('correct horse batterz', stored, PEPPER), false)
  assert.equal(await fitsUserPassword('correct horse battery', stored, Buffer.alloc(32, 8)), false)
})

test('one password is kept in as many ways as it is set', async () => {
  const [one, other] = await Promise.all([1, 2].map(() => hashUserPassword('correct horse battery', PEPPER, random)))
  assert.notEqual(one, other)
})

test('what two keyboards make of one word is one password', async () => {
  const stored = await hashUserPassword('gr\u00fc\u00dfe aus k\u00f6ln', PEPPER, random)
  assert.equal(await fitsUserPassword('gru\u0308\u00dfe\u00a0aus ko\u0308ln', stored, PEPPER), true)
  assert.equal(await fitsUserPassword('Gr\u00fc\u00dfe aus K\u00f6ln', stored, PEPPER), false)
})

test('who has no password has none that fits', async () => {
  assert.equal(await fitsUserPassword('', undefined, PEPPER), false)
  assert.equal(await fitsUserPassword('correct horse battery', undefined, PEPPER), false)
})

test('a text that is in no form of ours is a bug, not a wrong password', async () => {
  for (const stored of ['', 'secret', '$2b$12$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=99999999,t=2,p=1$AAAA$AAAA'])
    await assert.rejects(fitsUserPassword('correct horse battery', stored, PEPPER), /in no form of ours/)
})

test('length counts, in characters', () => {
  const cases: readonly (readonly [string, ReturnType<typeof findPasswordFault>])[] = [
    ['', 'too short'],
    ['elevenchars', 'too short'],
    ['twelve chars', undefined],
    ['\u{1f511}'.repeat(11), 'too short'],
    ['\u{1f511}'.repeat(12), undefined],
    ['u\u0308'.repeat(11), 'too short'],
    ['x'.repeat(256), undefined],
    ['x'.repeat(257), 'too long'],
  ]
  for (const [password, fault] of cases) assert.equal(findPasswordFault(password), fault, password)
})

test('a spelling that is longer than any password is not looked at', async () => {
  // Put in order, it would take minutes.
  const marks = `a${'\u0301\u0323'.repeat(250_000)}`
  assert.equal(findPasswordFault(marks), 'too long')
  const stored = await hashUserPassword('correct horse battery', PEPPER, random)
  assert.equal(await fitsUserPassword(marks, stored, PEPPER), false)
  assert.equal(await fitsUserPassword(marks, undefined, PEPPER), false)
})

test('the longest password fits, however it is spelt', async () => {
  const composed = '\u1ed9'.repeat(256)
  const stored = await hashUserPassword(composed, PEPPER, random)
  assert.equal(findPasswordFault(composed.normalize('NFD')), undefined)
  assert.equal(await fitsUserPassword(composed.normalize('NFD'), stored, PEPPER), true)
})

test('the function is that of RFC 9106 §5.3', () => {
  const tag = argon2Sync('argon2id', {
    message: Buffer.alloc(32, 1),
    nonce: Buffer.alloc(16, 2),
    secret: Buffer.alloc(8, 3),
    associatedData: Buffer.alloc(12, 4),
    memory: 32,
    passes: 3,
    parallelism: 4,
    tagLength: 32,
  })
  assert.equal(tag.toString('hex'), '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659')
})
