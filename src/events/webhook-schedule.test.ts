// What answers of receivers mean, row by row, and that what never works ends after a day.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT } from '../storage/two-tenants.fixture.ts'
import type { WebhookAnswer } from './webhook-line.ts'
import { judgeAnswer } from './webhook-schedule.ts'

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000]
const DAY = 24 * HOUR

const says = (status: number, headers: Readonly<Record<string, string>> = {}): WebhookAnswer => ({
  type: 'answer',
  status,
  headers,
  body: Buffer.alloc(0),
})
const FAILED: WebhookAnswer = { type: 'failed', detail: 'it did not answer in time' }
const judge = (answer: WebhookAnswer, attempts = 0, at = AT, random = 0) =>
  judgeAnswer({ attempts, createdAt: AT }, answer, at, random)

const DELIVERED = 'delivered'
const DEAD = 'dead'
const cases: readonly (readonly [name: string, answer: WebhookAnswer, outcome: string | number, detail: string])[] = [
  ['an acknowledgement', says(200), DELIVERED, 'it answers 200'],
  ['another one', says(202), DELIVERED, 'it answers 202'],
  ['without a body', says(204), DELIVERED, 'it answers 204'],
  ['a redirect', says(301), 10 * SECOND, 'it answers 301, a redirect, which is not followed'],
  ['a redirect that keeps the method', says(307), 10 * SECOND, 'it answers 307, a redirect, which is not followed'],
  ['a bad request', says(400), DEAD, 'it answers 400'],
  ['nobody known', says(401), DEAD, 'it answers 401'],
  ['no right', says(403), DEAD, 'it answers 403'],
  ['nothing there', says(404), DEAD, 'it answers 404'],
  ['too large', says(413), DEAD, 'it answers 413'],
  ['too many', says(429), 10 * SECOND, 'it answers 429'],
  ['a failure', says(500), 10 * SECOND, 'it answers 500'],
  ['a status that is none', says(999), 10 * SECOND, 'it answers 999'],
  ['silence', FAILED, 10 * SECOND, 'it did not answer in time'],
  ['a wish', says(503, { 'retry-after': '90' }), 90 * SECOND, 'it answers 503'],
  ['a wish for less than the delay', says(503, { 'retry-after': '0' }), 10 * SECOND, 'it answers 503'],
  ['a wish with a date', says(503, { 'retry-after': new Date(AT + HOUR).toUTCString() }), HOUR, 'it answers 503'],
  ['a wish of long ago', says(503, { 'retry-after': new Date(0).toUTCString() }), 10 * SECOND, 'it answers 503'],
  ['a wish for years', says(503, { 'retry-after': '999999999' }), DAY, 'it answers 503'],
  ['a wish for ever', says(503, { 'retry-after': '9'.repeat(400) }), 10 * SECOND, 'it answers 503'],
  ['a date at the end of time', says(503, { 'retry-after': '+275760-09-13' }), DAY, 'it answers 503'],
  ['a wish for nothing', says(503, { 'retry-after': 'never' }), 10 * SECOND, 'it answers 503'],
]
for (const [name, answer, outcome, detail] of cases)
  test(`${name}: ${outcome}`, () => {
    const judged = judge(answer)
    const { type } = judged.outcome
    assert.deepEqual(judged.outcome.type === 'pending' ? judged.outcome.nextAt - AT : type, outcome)
    assert.equal(judged.attempt.detail, detail)
  })

test('what never works is tried at growing distances for a day, the last time at its end', () => {
  const distances: number[] = []
  let at = AT
  for (let attempts = 0; attempts < 100; attempts += 1) {
    const { outcome } = judge(says(500), attempts, at)
    if (outcome.type !== 'pending') {
      assert.equal(outcome.type, 'dead')
      break
    }
    distances.push(outcome.nextAt - at)
    at = outcome.nextAt
  }
  assert.equal(at, AT + DAY)
  const first = [
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
  ]
  assert.deepEqual(distances.slice(0, first.length), first)
  assert.equal(distances.length, first.length + 1)
})

test('a wish never leads past the end, and what failed together is not tried together', () => {
  const late = judge(says(503, { 'retry-after': '7200' }), 3, AT + DAY - HOUR)
  assert.deepEqual(late.outcome, { type: 'pending', nextAt: AT + DAY })
  const scattered = judge(says(500), 0, AT, 0.5)
  assert.deepEqual(scattered.outcome, { type: 'pending', nextAt: AT + 10_500 })
})
