import assert from 'node:assert/strict'
import test from 'node:test'
import { newReference, withReference } from './reference.ts'

test('a reference is ten Crockford characters with at least one digit', () => {
  let seed = 1
  const random = (count: number) => Uint8Array.from({ length: count }, () => (seed = (seed * 48271) % 2147483647) & 255)
  for (let i = 0; i < 500; i++) {
    const reference = newReference(random)
    assert.match(reference, /^[0-9A-HJKMNP-TV-Z]{10}$/)
    assert.match(reference, /\d/)
  }
})

test('a draw without a digit is drawn again', () => {
  const draws = [Uint8Array.from({ length: 10 }, () => 20), Uint8Array.from({ length: 10 }, () => 7)]
  assert.equal(
    newReference(() => draws.shift() ?? new Uint8Array(10)),
    '7777777777',
  )
})

test('the reference ends the last line and leaves the table entry alone', () => {
  const reply = { code: 550, enhancedStatusCode: '5.7.1', lines: ['first', 'last'] }
  assert.deepEqual(withReference(reply, 'ABCDEFGH12').lines, ['first', 'last [ABCDEFGH12]'])
  assert.deepEqual(reply.lines, ['first', 'last'])
})
