// Dates of header fields: what is kept as it is, what is replaced, and how ours are written.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDateTime, isDateTime } from './date-time.ts'

const dates: readonly (readonly [value: string, valid: boolean])[] = [
  ['Sun, 22 Nov 2026 11:40:00 +0100', true],
  [' Sun, 22 Nov 2026 11:40:00 +0100', true],
  ['22 Nov 2026 11:40:00 +0000', true],
  ['22 Nov 2026 11:40 -0330', true],
  ['Sun, 2 Nov 2026 11:40:00 GMT', true],
  ['sun , 22 NOV 2026 11:40:00 gmt', true],
  ['Sun, 22 Nov 2026 11:40:00 UT', true],
  ['Sun, 22 Nov 2026 11:40:00 PDT', true],
  ['Sun, 22 Nov 2026 11:40:00 Z', true],
  ['22 Nov 99 11:40:00 EST', true],
  ['22 Nov 102 11:40:00 EST', true],
  ['Sun, 22 Nov 2026 11:40:00 +0100 (CET)', true],
  ['Sun, 22 Nov 2026 11:40:00 +0100 (a) (b) ', true],
  ['Sun,  22  Nov\t2026 11:40:00   +0100', true],
  ['Sun,22 Nov 2026 23:59:60 +0000', true],
  ['Thu, 29 Feb 2024 00:00:00 +0000', true],
  ['29 Feb 2000 00:00:00 +0000', true],
  ['29 Feb 24 00:00:00 +0000', true],
  ['29 Feb 00 00:00:00 +0000', true],
  ['Mon, 22 Nov 2026 11:40:00 +0100', true],
  ['', false],
  ['now', false],
  ['2026-11-22T11:40:00Z', false],
  ['Sun, 22 Nov 2026 11:40:00', false],
  ['Sun, 22 Nov 2026 11:40:00 J', false],
  ['Sun, 22 Nov 2026 11:40:00 CET', false],
  ['Sun, 22 Nov 2026 11:40:00 GMT+1', false],
  ['Sun, 22 Nov 2026 11:40:00 +01:00', false],
  ['Sun, 22 Nov 2026 11:40:00 +0160', false],
  ['Son, 22 Nov 2026 11:40:00 +0100', false],
  ['Sun 22 Nov 2026 11:40:00 +0100', false],
  ['Sun, Nov 22 2026 11:40:00 +0100', false],
  ['0 Nov 2026 11:40:00 +0100', false],
  ['31 Nov 2026 11:40:00 +0100', false],
  ['29 Feb 2026 11:40:00 +0100', false],
  ['29 Feb 1900 11:40:00 +0100', false],
  ['29 Feb 99 11:40:00 +0100', false],
  ['22 Nov 2026 24:00:00 +0100', false],
  ['22 Nov 2026 11:60:00 +0100', false],
  ['22 Nov 2026 11:40:61 +0100', false],
  ['22 Nov 2026 11:40:00 +0100 (open', false],
  ['22 Nov 2026 11:40:00 +0100 x', false],
]

for (const [value, valid] of dates)
  test(`date-time ${valid ? 'kept' : 'not understood'}: ${JSON.stringify(value)}`, () => {
    assert.equal(isDateTime(value), valid)
  })

test('a date-time of ours is in UTC with a numeric zone and two digits of day', () => {
  const text = formatDateTime(Date.UTC(2026, 10, 2, 3, 4, 5, 678))
  assert.equal(text, 'Mon, 02 Nov 2026 03:04:05 +0000')
  assert.equal(isDateTime(text), true)
})

for (const unit of [' ', '(', '()', '() ', '(a', '1', '1 ', 'Sun,', '\t'])
  test(`date-time: a mebioctet of ${JSON.stringify(unit)} costs one pass`, () => {
    const filler = unit.repeat((1024 * 1024) / unit.length)
    for (const value of [filler, `Sun,${filler}`, `22 Nov 2026 11:40:00 +0100 ${filler}x`])
      assert.equal(isDateTime(value), false)
  })
