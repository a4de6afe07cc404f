// The filters that are understood, those that are not, and that no text at all makes the parser fail.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseGraphFilter, parseSearch } from './graph-filter.ts'

const MEMBERS = ['displayName', 'appId', 'accountEnabled', 'servicePrincipalNames', 'mail']
const form = {
  displayName: "Scanner 'one'",
  appId: 'aaaaaaaa-0004-4000-8000-000000000000',
  accountEnabled: true,
  servicePrincipalNames: ['first', 'second'],
  mail: null,
}

const understood: readonly [string, boolean][] = [
  ['', true],
  ["displayName eq 'scanner ''one'''", true],
  ["DISPLAYNAME EQ 'x'", false],
  ["displayName ne 'x'", true],
  ['accountEnabled eq true', true],
  ['accountEnabled eq false', false],
  ['mail eq null', true],
  ['mail ne null', false],
  ["startswith(displayName,'SCAN')", true],
  ["startsWith( displayName , 'can' )", false],
  ["endswith(displayName,'''ONE''')", true],
  ["endswith(mail,'x')", false],
  ["appId in ('x', 'AAAAAAAA-0004-4000-8000-000000000000')", true],
  ["servicePrincipalNames/any(c:c eq 'Second')", true],
  ["servicePrincipalNames/any(name: name eq 'third')", false],
  ["not (displayName eq 'x')", true],
  ["displayName eq 'x' or mail eq null and accountEnabled eq true", true],
  ["(displayName eq 'x' or mail eq null) and accountEnabled eq false", false],
]
for (const [filter, expected] of understood)
  test(`the filter [${filter}] is ${expected}`, () => {
    assert.equal(parseGraphFilter(filter, MEMBERS)?.matches(form), expected)
  })

const refused = [
  'displayName',
  "displayName eq 'x' and",
  "displayName eq 'x' displayName eq 'y'",
  "displayName gt 'x'",
  "displayName eq 'x",
  'displayName eq x',
  "unknown eq 'x'",
  "startswith(displayName,'x'",
  "startswith(unknown,'x')",
  "servicePrincipalNames/any(c:d eq 'x')",
  'displayName in ()',
  'displayName eq constructor',
  'displayName ne constructor',
  'displayName in (toString)',
  'displayName eq __proto__',
  `${'('.repeat(30)}mail eq null${')'.repeat(30)}`,
  `displayName eq '${'x'.repeat(2048)}'`,
]
for (const filter of refused)
  test(`the filter [${filter.slice(0, 60)}] is not understood`, () => {
    assert.equal(parseGraphFilter(filter, MEMBERS), undefined)
  })

test('what must equal a text is told, with every other choice', () => {
  const choices = (filter: string) => parseGraphFilter(filter, MEMBERS)?.choices
  assert.deepEqual(choices("appId eq 'a' and displayName eq 'b'"), [[['appid', 'a']], [['displayname', 'b']]])
  assert.deepEqual(choices("(appId eq 'a')"), [[['appid', 'a']]])
  assert.deepEqual(choices("appId eq 'a' or mail eq 'b' or appId in ('c','d')"), [
    [
      ['appid', 'a'],
      ['mail', 'b'],
      ['appid', 'c'],
      ['appid', 'd'],
    ],
  ])
  for (const filter of ["appId eq 'a' or mail eq null", "appId ne 'a'", "not (appId eq 'a')", "appId in ('a',null)"])
    assert.deepEqual(choices(filter), [], filter)
})

test('what must stand in a member is told, unless something else would do', () => {
  const parts = (filter: string) => parseGraphFilter(filter, MEMBERS)?.parts
  const named = (text: string, members = ['displayName']) => ({ members, text })
  assert.deepEqual(parts("startswith(displayName,'A') and endswith(mail,'b')"), [named('a'), named('b', ['mail'])])
  assert.deepEqual(parts("displayName eq 'Ab'"), [named('ab')])
  assert.deepEqual(parts("startswith(displayName,'a') or startswith(mail,'A')"), [named('a', ['displayName', 'mail'])])
  for (const filter of ["startswith(displayName,'a') or startswith(mail,'b')", "not startswith(displayName,'a')"])
    assert.deepEqual(parts(filter), [], filter)
  assert.deepEqual(parseSearch('"displayName:Ab" OR "mail:ab"', MEMBERS)?.parts, [named('ab', ['displayName', 'mail'])])
})

test('any text is a filter or none, never an exception', () => {
  const piece = fc.constantFrom(
    'displayName',
    ' eq ',
    "'x'",
    '(',
    ')',
    ' and ',
    ' or ',
    'not ',
    'any',
    '/',
    ':',
    ',',
    "'",
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(text, (filter) => {
      parseGraphFilter(filter, MEMBERS)?.matches(form)
      parseSearch(filter, MEMBERS)?.matches(form)
    }),
  )
})

const searches: readonly [string, boolean | undefined][] = [
  ['"displayName:CANNER"', true],
  ['"displayName:x"', false],
  ['"displayName:x" OR "displayName:one"', true],
  ['"displayName:x" AND "displayName:one"', false],
  ['"servicePrincipalNames:sec"', true],
  ['displayName:x', undefined],
  ['"unknown:x"', undefined],
  ['"displayName:x" OR ', undefined],
  ['', undefined],
]
for (const [search, expected] of searches)
  test(`the search [${search}] is ${expected}`, () => {
    assert.equal(parseSearch(search, MEMBERS)?.matches(form), expected)
  })
