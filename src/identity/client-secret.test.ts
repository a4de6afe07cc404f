import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { generateClientSecret, hashClientSecret, hintOf } from './client-secret.ts'

const SHAPE = /^[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{34}$/

test('client secret: has the shape of Entra', () => {
  for (let made = 0; made < 500; made += 1) assert.match(generateClientSecret(randomBytes), SHAPE)
})

test('client secret: is new each time', () => {
  assert.equal(new Set(Array.from({ length: 500 }, () => generateClientSecret(randomBytes))).size, 500)
})

test('client secret: its random characters are worth at least 200 bits', () => {
  assert.ok(3 * Math.log2(65) + Math.log2(10) + 34 * Math.log2(66) >= 200)
})

/** The character at `position` when its request begins with `octet` and all else is 0; undefined when the octet is refused. */
function characterFor(octet: number, position: number, request: number): string | undefined {
  let requests = 0
  const secret = generateClientSecret((size) => {
    requests += 1
    return Uint8Array.from({ length: size }, (_, index) => (requests === request && index === 0 ? octet : 0))
  })
  return requests === 3 ? secret[position] : undefined
}

const alphabets = [
  { name: 'the beginning', position: 0, request: 1, characters: 65, octets: 3 },
  { name: 'the digit', position: 3, request: 2, characters: 10, octets: 25 },
  { name: 'the rest', position: 6, request: 3, characters: 66, octets: 3 },
]

for (const { name, position, request, characters, octets } of alphabets)
  test(`client secret: in ${name} every character stands for as many octets as any other`, () => {
    const chosen = Array.from({ length: 256 }, (_, octet) => characterFor(octet, position, request))
    const counts = Map.groupBy(
      chosen.filter((character) => character !== undefined),
      (character) => character,
    )
    assert.equal(counts.size, characters)
    for (const same of counts.values()) assert.equal(same.length, octets)
  })

test('client secret: the hash is HMAC-SHA-256 under the pepper', () => {
  // RFC 4231 §4.3
  const hash = hashClientSecret(Buffer.from('what do ya want for nothing?'), Buffer.from('Jefe'))
  assert.equal(Buffer.from(hash).toString('hex'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
})

test('client secret: the hint is the first three characters', () => {
  assert.equal(hintOf('abc1Q~defghi'), 'abc')
})
