import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration, parseSize } from './quantities.ts'

const cases: { text: string; duration?: number; size?: number }[] = [
  { text: '500ms', duration: 500 },
  { text: '15s', duration: 15_000 },
  { text: '5m', duration: 300_000 },
  { text: '1h', duration: 3_600_000 },
  { text: '30d', duration: 2_592_000_000 },
  { text: '15 s', duration: 15_000 },
  { text: '300', size: 300 },
  { text: '1KiB', size: 1024 },
  { text: '25MiB', size: 26_214_400 },
  { text: '1 GiB', size: 1_073_741_824 },
  { text: '' },
  { text: 's' },
  { text: '-1s' },
  { text: '1.5h' },
  { text: '1e3s' },
  { text: '1h30m' },
  { text: '25MB' },
  { text: '25mib' },
  { text: ' 1s' },
  { text: '1  s' },
  { text: '9999999999s' },
  { text: '1constructor' },
]

for (const { text, duration, size } of cases)
  test(`'${text}' as a duration and as a size`, () => {
    assert.deepEqual([parseDuration(text), parseSize(text)], [duration, size])
  })
