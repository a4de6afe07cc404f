// How many sign-ins may fail, who is put off for how long, who is not, and that the memory is bounded.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFailureLimits, type FailureLimits, type SignIn } from './failure-limits.ts'

const signIn = (change: Partial<SignIn> = {}): SignIn => ({
  source: '192.0.2.1',
  applicationId: 'one',
  at: 0,
  ...change,
})

function fail(limits: FailureLimits, times: number, change: (count: number) => Partial<SignIn>): void {
  for (let count = 0; count < times; count += 1) limits.failed(signIn(change(count)))
}

test('an application is put off at its fiftieth failure, from wherever, and let in again as time goes by', () => {
  const limits = createFailureLimits()
  fail(limits, 49, (count) => ({ source: `192.0.2.${count}` }))
  assert.equal(limits.secondsToWait(signIn({ source: '198.51.100.1' })), undefined)
  limits.failed(signIn({ source: '192.0.2.99' }))
  const wait = limits.secondsToWait(signIn({ source: '198.51.100.1' }))
  assert.equal(wait, 2)
  assert.equal(limits.secondsToWait(signIn({ source: '198.51.100.1', applicationId: 'other' })), undefined)
  assert.equal(limits.secondsToWait(signIn({ source: '198.51.100.1', at: 2_000 })), undefined)
})

test('a source is put off at its hundredth failure, whatever it names; an IPv6 source by its network', () => {
  const limits = createFailureLimits()
  fail(limits, 100, (count) => ({ source: `2001:db8:1:2::${count}`, applicationId: `app-${count}` }))
  assert.equal(limits.secondsToWait(signIn({ source: '2001:db8:1:2:ffff::1', applicationId: 'new' })), 1)
  assert.equal(limits.secondsToWait(signIn({ source: '2001:db8:1:3::1', applicationId: 'new' })), undefined)
})

test('who has signed in from there before is not put off, until it has failed too often itself', () => {
  const limits = createFailureLimits()
  limits.succeeded(signIn())
  fail(limits, 200, (count) => ({ source: `198.51.100.${count}` }))
  assert.equal(limits.secondsToWait(signIn()), undefined)
  fail(limits, 19, () => ({}))
  assert.equal(limits.secondsToWait(signIn()), undefined)
  limits.failed(signIn())
  assert.notEqual(limits.secondsToWait(signIn()), undefined)
})

test('a clock that is set back puts nobody off', () => {
  const limits = createFailureLimits()
  limits.failed(signIn({ at: 86_400_000 }))
  assert.equal(limits.secondsToWait(signIn()), undefined)
})

test('what was not seen for longest is forgotten first', () => {
  const limits = createFailureLimits()
  fail(limits, 50, (count) => ({ source: `s${count}` }))
  assert.notEqual(limits.secondsToWait(signIn({ source: 'x' })), undefined)
  fail(limits, 10_000, (count) => ({ source: 'flood', applicationId: `app-${count}` }))
  assert.equal(limits.secondsToWait(signIn({ source: 'x' })), undefined)
})
