import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { Deadline } from './deadline.ts'

test('a deadline that keeps moving needs one timer and fires only when it is reached', () => {
  const clock = new ManualClock()
  let expired = 0
  const deadline = new Deadline(clock, () => {
    expired += 1
  })
  deadline.set(clock.now() + 100)
  for (let i = 0; i < 50; i++) {
    clock.advance(10)
    deadline.set(clock.now() + 100)
    assert.equal(clock.pending, 1)
  }
  assert.equal(expired, 0)
  clock.advance(99)
  assert.equal(expired, 0)
  clock.advance(1)
  assert.equal(expired, 1)
})

test('an earlier deadline is kept', () => {
  const clock = new ManualClock()
  let expired = 0
  const deadline = new Deadline(clock, () => {
    expired += 1
  })
  deadline.set(clock.now() + 1000)
  deadline.set(clock.now() + 10)
  clock.advance(10)
  assert.equal(expired, 1)
})

test('a cleared deadline leaves no timer behind', () => {
  const clock = new ManualClock()
  const deadline = new Deadline(clock, () => assert.fail('must not expire'))
  deadline.set(clock.now() + 10)
  deadline.clear()
  assert.equal(clock.pending, 0)
  clock.advance(1000)
})
