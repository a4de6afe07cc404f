// What is a filter, what is none, and that values survive their quoting.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, property, string } from 'fast-check'
import { type FilterTerm, parseFilter } from './odata-filter.ts'

const equals = (name: string, value: string): FilterTerm => ({ type: 'equals', name, value })
const call = (name: string, argument?: string): FilterTerm => ({ type: 'call', name, argument })

const cases: readonly [string, string | undefined, readonly FilterTerm[] | undefined][] = [
  ['absent', undefined, []],
  ['blank', '  ', []],
  ['an equality', "appId eq 'x'", [equals('appid', 'x')]],
  ['spaces around', "  roleName  eq  'Email Sender' ", [equals('rolename', 'Email Sender')]],
  ['an empty value', "a eq ''", [equals('a', '')]],
  ['a doubled quote', "a eq 'it''s'", [equals('a', "it's")]],
  ['a call', 'atScope()', [call('atscope')]],
  ['a call with an argument', "assignedTo('x')", [call('assignedto', 'x')]],
  ['a call with spaces', "assignedTo ( 'x' )", undefined],
  ['terms joined', "atScope() and assignedTo('x')", [call('atscope'), call('assignedto', 'x')]],
  ['AND in capitals', "atScope() AND a eq 'b'", [call('atscope'), equals('a', 'b')]],
  ['and inside a value', "a eq 'x and y'", [equals('a', 'x and y')]],
  ['terms without and', "atScope() a eq 'b'", undefined],
  ['an and at the end', 'atScope() and', undefined],
  ['an and at the end with a space', 'atScope() and ', undefined],
  ['an and at the start', 'and atScope()', undefined],
  ['or', "a eq 'x' or a eq 'y'", undefined],
  ['ne', "a ne 'x'", undefined],
  ['an open quote', "a eq 'x", undefined],
  ['a quote too many', "a eq 'x''", undefined],
  ['a bare word', 'a eq x', undefined],
  ['a nested call', "startswith(displayName,'x')", undefined],
  ['too long', `a eq '${'x'.repeat(2048)}'`, undefined],
]
for (const [name, text, expected] of cases) {
  test(`filter: ${name}`, () => assert.deepEqual(parseFilter(text), expected))
}

test('filter: any value comes back from its quoted form', () => {
  check(
    property(string({ maxLength: 200 }), (value) => {
      assert.deepEqual(parseFilter(`a eq '${value.replaceAll("'", "''")}'`), [equals('a', value)])
    }),
  )
})

test('filter: any text is parsed or refused, never thrown over', () => {
  check(property(string(), (text) => void parseFilter(text)))
})
