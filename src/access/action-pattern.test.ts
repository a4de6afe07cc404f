import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { matchesAction } from './action-pattern.ts'

const WRITE = 'Microsoft.Communication/CommunicationServices/Write'

const cases = [
  { name: 'the same string', pattern: WRITE, action: WRITE, matches: true },
  { name: 'another case', pattern: WRITE.toUpperCase(), action: WRITE.toLowerCase(), matches: true },
  { name: 'the star alone', pattern: '*', action: WRITE, matches: true },
  { name: 'the star alone and nothing', pattern: '*', action: '', matches: true },
  {
    name: 'every read',
    pattern: '*/read',
    action: 'Microsoft.Communication/CommunicationServices/Read',
    matches: true,
  },
  {
    name: 'a star spans slashes',
    pattern: 'Microsoft.Communication/*/read',
    action: 'microsoft.communication/a/b/c/READ',
    matches: true,
  },
  { name: 'a star at the end', pattern: 'Microsoft.Communication/*', action: WRITE, matches: true },
  { name: 'a star stands for nothing', pattern: 'a/*b', action: 'a/b', matches: true },
  { name: 'two stars', pattern: 'Microsoft.*/*/Write', action: WRITE, matches: true },
  { name: 'stars side by side', pattern: 'a**b', action: 'axb', matches: true },
  { name: 'a middle piece taken at its first place', pattern: '*aab*b', action: 'aaabb', matches: true },
  { name: 'a middle piece that overlaps itself', pattern: '*abab*', action: 'xabaababx', matches: true },
  { name: 'a prefix only', pattern: 'Microsoft.Communication', action: WRITE, matches: false },
  { name: 'the whole string counts at the end', pattern: '*/read', action: 'x/read/more', matches: false },
  { name: 'the whole string counts at the start', pattern: 'read*', action: 'x/read', matches: false },
  { name: 'prefix and suffix do not share octets', pattern: 'aba*aba', action: 'ababa', matches: false },
  { name: 'pieces do not share octets', pattern: '*ab*ba*', action: 'aba', matches: false },
  { name: 'pieces keep their order', pattern: '*b*a*', action: 'aab', matches: false },
  { name: 'a dot is a dot', pattern: 'a.b', action: 'axb', matches: false },
  { name: 'a question mark is a question mark', pattern: 'a?', action: 'ab', matches: false },
  { name: 'nothing matches nothing else', pattern: '', action: 'a', matches: false },
  { name: 'a star in the action is an octet', pattern: 'a/b', action: 'a/*', matches: false },
]

for (const { name, pattern, action, matches } of cases)
  test(`action pattern: ${name}`, () => assert.equal(matchesAction(pattern, action), matches))

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'A'), maxLength: 12 })
const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'B', '*'), maxLength: 10 })

/** The definition itself: a star takes nothing, or one octet and stays. */
function fits(pattern: string, action: string): boolean {
  if (pattern === '') return action === ''
  if (pattern[0] === '*') return fits(pattern.slice(1), action) || (action !== '' && fits(pattern, action.slice(1)))
  return (
    action !== '' && pattern[0]?.toLowerCase() === action[0]?.toLowerCase() && fits(pattern.slice(1), action.slice(1))
  )
}

test('action pattern: equals its definition', () => {
  fc.assert(
    fc.property(patterns, letters, (pattern, action) =>
      assert.equal(matchesAction(pattern, action), fits(pattern, action)),
    ),
    { numRuns: 2000 },
  )
})

test('action pattern: what stands in place of the stars never matters', () => {
  const pieces = fc.array(fc.string().map((text) => text.replaceAll('*', '')))
  fc.assert(
    fc.property(pieces, fc.string(), (parts, between) =>
      assert.ok(matchesAction(parts.join('*'), parts.join(between))),
    ),
  )
})
