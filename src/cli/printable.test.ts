import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { printable, printableJson, truncate, widthOf } from './printable.ts'

const DANGEROUS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const anyText = fc.string({ unit: 'binary' })

test('printable text holds nothing a terminal would obey, and is left alone when it is clean', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = printable(text)
      assert.doesNotMatch(shown, DANGEROUS)
      assert.equal(printable(shown), shown)
    }),
  )
  assert.equal(printable('Grüße, 日本 👍'), 'Grüße, 日本 👍')
})

test('printable JSON is the same value and holds nothing a terminal would obey', () => {
  fc.assert(
    fc.property(fc.jsonValue(), anyText, (value, text) => {
      const json = printableJson({ value, text })
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify({ value, text })))
      assert.doesNotMatch(json.replaceAll('\n', ''), DANGEROUS)
    }),
  )
})

test('a cut text is never wider than asked for', () => {
  fc.assert(
    fc.property(anyText.map(printable), fc.integer({ min: 1, max: 20 }), (text, width) => {
      const cut = truncate(text, width)
      assert.ok(widthOf(cut) <= width)
      assert.equal(cut === text, widthOf(text) <= width)
    }),
  )
})
