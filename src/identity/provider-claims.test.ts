import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupsOf, guidOfId, principalOf } from './provider-claims.ts'

const ISSUER = 'https://issuer.example.test'
const GUID = 'aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa'

test('a GUID stays itself, in lower case', () => {
  assert.equal(guidOfId(ISSUER, GUID.toUpperCase()), GUID)
})

test('anything else gets a name-based GUID, the same each time, another for another issuer', () => {
  const made = guidOfId(ISSUER, 'mail-senders')
  assert.match(made, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(guidOfId(ISSUER, 'mail-senders'), made)
  assert.notEqual(guidOfId(`${ISSUER}/`, 'mail-senders'), made)
  // RFC 9562 §A.4, with the URL namespace: made with Python's uuid.uuid5(uuid.NAMESPACE_URL, …).
  assert.equal(guidOfId('https://issuer.example.test', 'mail-senders'), 'c820b754-3fd9-5aa8-83a4-cbe984dd064d')
})

const claims: readonly [name: string, claim: unknown, principal: boolean, groups: number][] = [
  ['a text', 'one', true, 1],
  ['a list', ['one', 'two'], false, 2],
  ['a list with the same twice', ['one', 'one'], false, 1],
  ['a list with what is no id', ['one', 7, null, '', {}, 'x'.repeat(257)], false, 1],
  ['nothing', undefined, false, 0],
  ['a number', 7, false, 0],
  ['an object', { id: 'one' }, false, 0],
  ['a list without end', Array.from({ length: 5000 }, (_, index) => `group-${index}`), false, 200],
]
for (const [name, claim, isPrincipal, groups] of claims)
  test(`${name} as a claim`, () => {
    assert.equal(principalOf(ISSUER, claim) !== undefined, isPrincipal)
    assert.equal(groupsOf(ISSUER, claim).length, groups)
  })
