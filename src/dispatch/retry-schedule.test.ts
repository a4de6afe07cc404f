import assert from 'node:assert/strict'
import test from 'node:test'
import type { PendingRecipient, RecipientOutcome } from '../spool/spool.ts'
import { claimOf, DAY, HOUR, NOW } from './dispatch.fixture.ts'
import { FIRST_RETRY_WITHIN, latestAttempt, nextAttemptAt, schedule } from './retry-schedule.ts'

const MINUTE = 60_000
const LIMITS = { giveUpAfter: 4 * DAY, delayedAfter: 4 * HOUR }

test('retries come ever later', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99].map((attempts) => nextAttemptAt(attempts, 0, () => 0.5) / MINUTE)
  assert.deepEqual(delays, [1, 2, 5, 10, 20, 40, 80, 160, 240, 240, 240])
})

test('a step is a fifth shorter or longer, and the first one within two minutes', () => {
  assert.equal(
    nextAttemptAt(1, 0, () => 0),
    48_000,
  )
  assert.equal(
    nextAttemptAt(1, 0, () => 1),
    72_000,
  )
  assert(nextAttemptAt(1, 0, () => 1) < FIRST_RETRY_WITHIN)
})

const deferred: RecipientOutcome = {
  index: 0,
  status: 'deferred',
  enhancedStatusCode: '4.2.0',
  diagnostic: '450 4.2.0 later',
  transport: 'mx',
  remote: { host: 'mx.example', reply: '450 4.2.0 later' },
}

type Case = {
  readonly name: string
  readonly age: number
  readonly recipient?: Partial<PendingRecipient>
  readonly outcome?: Partial<RecipientOutcome>
  readonly next?: number
  readonly told?: true
  readonly status?: string
}
const cases: readonly Case[] = [
  { name: 'the first failure', age: 0, next: MINUTE },
  { name: 'the sixth', age: 38 * MINUTE, recipient: { attempts: 5 }, next: 78 * MINUTE },
  { name: 'one that would be after the sender is told', age: 3 * HOUR, recipient: { attempts: 8 }, next: 4 * HOUR },
  { name: 'at four hours', age: 4 * HOUR, recipient: { attempts: 8 }, next: 8 * HOUR, told: true },
  { name: 'who was told', age: 5 * HOUR, recipient: { attempts: 9, delayReported: true }, next: 9 * HOUR },
  {
    name: 'who does not want to hear of it',
    age: 5 * HOUR,
    recipient: { attempts: 9, parameters: { notify: ['FAILURE'] } },
    next: 9 * HOUR,
  },
  {
    name: 'who asked for it',
    age: 5 * HOUR,
    recipient: { attempts: 9, parameters: { notify: ['DELAY'] } },
    next: 9 * HOUR,
    told: true,
  },
  { name: 'a moment that the transport chose', age: 0, outcome: { nextAttemptAt: NOW + 7 }, next: 7 },
  {
    name: 'the last step ends with the time',
    age: 4 * DAY - HOUR,
    recipient: { attempts: 30, delayReported: true },
    next: 4 * DAY,
  },
  { name: 'past its time', age: 4 * DAY, recipient: { attempts: 31 }, status: 'failed' },
  { name: 'a final outcome stays', age: 9 * DAY, outcome: { status: 'delivered' }, status: 'delivered' },
]
for (const { name, age, recipient = {}, outcome = {}, next, told, status = 'deferred' } of cases)
  test(`schedule: ${name}`, () => {
    const { envelope, recipients } = claimOf('1', [recipient])
    const options = { at: NOW + age, limits: LIMITS, random: () => 0.5 }
    const result = schedule(envelope, recipients[0] as PendingRecipient, { ...deferred, ...outcome }, options)
    assert.equal(result.status, status)
    assert.equal(result.nextAttemptAt, next === undefined ? undefined : NOW + next)
    assert.equal(result.delayReported, told)
  })

test('who is given up keeps the last reply', () => {
  const { envelope, recipients } = claimOf('1')
  const options = { at: NOW + 4 * DAY, limits: LIMITS, random: () => 0.5 }
  const result = schedule(envelope, recipients[0] as PendingRecipient, deferred, options)
  assert.deepEqual(
    [result.enhancedStatusCode, result.diagnostic, result.remote?.reply],
    ['5.4.7', 'given up after 4 days; last: 450 4.2.0 later', '450 4.2.0 later'],
  )
})

test('a pause of its destination ends in time for what is to be done', () => {
  const { envelope } = claimOf('1')
  const of = (...recipients: Partial<PendingRecipient>[]) =>
    latestAttempt(envelope, claimOf('1', recipients).recipients, LIMITS)
  assert.equal(of({ attempts: 0 }), NOW + FIRST_RETRY_WITHIN)
  assert.equal(of({ attempts: 1, lastAttemptAt: NOW + 500 }), NOW + 500 + FIRST_RETRY_WITHIN)
  assert.equal(of({ attempts: 2, lastAttemptAt: NOW + 500 }), NOW + 4 * HOUR)
  assert.equal(of({ attempts: 9, delayReported: true }), NOW + 4 * DAY)
  assert.equal(of({ attempts: 9, parameters: { notify: ['FAILURE'] } }), NOW + 4 * DAY)
  assert.equal(of({ attempts: 9 }, { attempts: 1, lastAttemptAt: NOW }), NOW + FIRST_RETRY_WITHIN)
})
