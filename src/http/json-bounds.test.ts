import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exceedsJson } from './json-bounds.ts'

const cases: readonly (readonly [text: string, members: number, depth: number, exceeds: boolean])[] = [
  ['', 0, 0, false],
  ['{}', 1, 1, false],
  ['{}', 0, 1, true],
  ['{}', 1, 0, true],
  ['[1,2,3]', 3, 1, false],
  ['[1,2,3]', 2, 1, true],
  ['[[],[]]', 9, 2, false],
  ['[[[]]]', 9, 2, true],
  ['["[[[,,,{"]', 1, 1, false],
  ['["\\"[[[,,,"]', 1, 1, false],
  ['["\\\\",[]]', 3, 2, false],
  ['["\\\\",[]]', 2, 2, true],
  ['["\\\\\\",[[["]', 1, 1, false],
  ['["never ended [[[', 1, 1, false],
  [']]]][[[[', 4, 1, false],
]

for (const [text, members, depth, exceeds] of cases)
  test(`${text || 'nothing'} against ${members} members and ${depth} levels`, () => {
    assert.equal(exceedsJson(Buffer.from(text), { members, depth }), exceeds)
  })

test('what is a part of more octets is looked at alone', () => {
  const octets = Buffer.from('[[[[1]]]]')
  assert.equal(exceedsJson(octets.subarray(3, 6), { members: 1, depth: 1 }), false)
})
