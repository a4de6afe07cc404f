import assert from 'node:assert/strict'
import test from 'node:test'
import { formatMailbox } from './format-mailbox.ts'

const cases = [
  { name: 'dot string', localPart: 'a.b+c', expected: 'a.b+c@example.test' },
  { name: 'space', localPart: 'a b', expected: '"a b"@example.test' },
  { name: 'quote and backslash', localPart: 'a"b\\c', expected: '"a\\"b\\\\c"@example.test' },
  { name: 'at sign', localPart: 'a@b', expected: '"a@b"@example.test' },
  { name: 'empty', localPart: '', expected: '""@example.test' },
  { name: 'trailing dot', localPart: 'a.', expected: '"a."@example.test' },
  { name: 'U-label', localPart: 'grüße', expected: 'grüße@example.test' },
]

for (const { name, localPart, expected } of cases)
  test(`a local part with ${name} is spelt so that it reads back`, () => {
    assert.equal(formatMailbox({ localPart, domain: 'example.test' }), expected)
  })
