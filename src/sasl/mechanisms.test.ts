import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mechanismNames, startMechanism } from './mechanisms.ts'

test('every announced mechanism can be started, each time anew', () => {
  assert.deepEqual(mechanismNames, ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'])
  for (const name of mechanismNames) assert.notEqual(startMechanism(name), startMechanism(name))
})

for (const name of ['plain', 'CRAM-MD5', 'OAUTHBEARER-PLUS', '', '__proto__', 'constructor'])
  test(`no mechanism ${name}`, () => assert.equal(startMechanism(name), undefined))

test('exchanges do not share what was said', () => {
  const [first, second] = [startMechanism('LOGIN'), startMechanism('LOGIN')]
  first?.next(Buffer.from('user'))
  const step = second?.next(Buffer.from('other'))
  assert.equal(step?.type, 'challenge')
})
