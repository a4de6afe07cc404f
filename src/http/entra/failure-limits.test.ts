// How many sign-ins may fail, who is told to wait for how long, and that the memory is bounded.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFailureLimits, type FailureLimits } from './failure-limits.ts'

/** How many of so many failures at one moment are told to wait. */
function refusals(limits: FailureLimits, times: number, source: (count: number) => string): number {
  const waits = Array.from({ length: times }, (_, count) => limits.failed(source(count), 0))
  return waits.filter((wait) => wait !== undefined).length
}

test('a source is told to wait from its hundred-and-first failure on, and others are not', () => {
  const limits = createFailureLimits()
  assert.equal(
    refusals(limits, 100, () => '192.0.2.1'),
    0,
  )
  assert.equal(limits.failed('192.0.2.1', 0), 1)
  assert.equal(limits.failed('192.0.2.2', 0), undefined)
})

test('what it may fail comes back as time goes by, and waiting does not cost more', () => {
  const limits = createFailureLimits()
  assert.equal(
    refusals(limits, 1000, () => '192.0.2.1'),
    900,
  )
  assert.equal(limits.failed('192.0.2.1', 500), 1)
  assert.equal(limits.failed('192.0.2.1', 600), undefined)
  assert.equal(limits.failed('192.0.2.1', 600), 1)
})

test('an IPv6 network is one source, however its addresses are written', () => {
  const limits = createFailureLimits()
  const compressed = (count: number) => `2001:db8::${count.toString(16)}`
  const whole = (count: number) => `2001:0db8:0:0:${count.toString(16)}:1:2:3`
  assert.equal(refusals(limits, 50, compressed) + refusals(limits, 50, whole), 0)
  assert.equal(limits.failed('2001:db8::ffff', 0), 1)
  assert.equal(limits.failed('2001:db8:0:1::1', 0), undefined)
})

test('a clock that is set back puts nobody off', () => {
  const limits = createFailureLimits()
  limits.failed('192.0.2.1', 86_400_000)
  assert.equal(limits.failed('192.0.2.1', 0), undefined)
})

test('what has not failed for longest is forgotten first', () => {
  const limits = createFailureLimits()
  refusals(limits, 100, () => '192.0.2.1')
  refusals(limits, 9_999, (count) => `source-${count}`)
  assert.equal(limits.failed('192.0.2.1', 0), 1)
  limits.failed('one more', 0)
  assert.equal(limits.failed('192.0.2.1', 0), undefined)
})
