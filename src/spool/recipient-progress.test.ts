import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  applySettlement,
  messageStatus,
  nextDue,
  readProgress,
  type RecipientProgress,
  writeProgress,
} from './recipient-progress.ts'
import type { RecipientOutcome } from './spool.ts'

const AT = 1000

function outcome(index: number, status: RecipientOutcome['status'], nextAttemptAt?: number): RecipientOutcome {
  const base = { index, status, enhancedStatusCode: '2.0.0', diagnostic: '', transport: 'test' }
  return nextAttemptAt === undefined ? base : { ...base, nextAttemptAt }
}

const applyOutcomes = (progress: readonly RecipientProgress[], outcomes: readonly RecipientOutcome[], at: number) =>
  applySettlement(progress, { outcomes, at })

const fresh = (count: number) => readProgress(null, count, AT)

const cases: readonly [name: string, outcomes: readonly RecipientOutcome[], status: string, due: number | undefined][] =
  [
    ['nothing yet', [], 'queued', AT],
    ['all delivered', [outcome(0, 'delivered'), outcome(1, 'delivered')], 'delivered', undefined],
    ['all failed', [outcome(0, 'failed'), outcome(1, 'failed')], 'failed', undefined],
    ['suppressed is not delivered', [outcome(0, 'suppressed'), outcome(1, 'suppressed')], 'failed', undefined],
    ['one of each', [outcome(0, 'delivered'), outcome(1, 'failed')], 'partial', undefined],
    ['one without an outcome', [outcome(0, 'delivered')], 'queued', AT],
    ['one deferred', [outcome(0, 'delivered'), outcome(1, 'deferred', 5000)], 'queued', 5000],
    ['the earlier of two', [outcome(0, 'deferred', 7000), outcome(1, 'deferred', 6000)], 'queued', 6000],
    ['deferred without a time is due at once', [outcome(0, 'deferred'), outcome(1, 'failed')], 'queued', 2000],
    [
      'the first final outcome stands',
      [outcome(0, 'failed'), outcome(1, 'failed'), outcome(1, 'delivered')],
      'failed',
      undefined,
    ],
  ]

for (const [name, outcomes, status, due] of cases)
  test(`${name}: ${status}`, () => {
    const progress = applyOutcomes(fresh(2), outcomes, 2000)
    assert.equal(messageStatus(progress), status)
    assert.equal(nextDue(progress), due)
    assert.deepEqual(readProgress(writeProgress(progress), 2, AT), progress)
  })

test('attempts are counted for each recipient alone', () => {
  let progress: readonly RecipientProgress[] = fresh(2)
  progress = applyOutcomes(progress, [outcome(0, 'deferred', 3000), outcome(1, 'delivered')], 2000)
  progress = applyOutcomes(progress, [outcome(0, 'deferred', 9000)], 3000)
  assert.deepEqual(progress, [
    { status: 'deferred', attempts: 2, due: 9000, delayReported: false, lastAttemptAt: 3000, lastReply: '' },
    { status: 'delivered', attempts: 1, due: undefined, delayReported: false },
  ])
})

test('a suppressed recipient was not attempted, and who is postponed was neither', () => {
  const postponed = [{ index: 1, until: 7000 }]
  const progress = applySettlement(fresh(2), { outcomes: [outcome(0, 'suppressed')], postponed, at: 2000 })
  assert.deepEqual(progress, [
    { status: 'suppressed', attempts: 0, due: undefined, delayReported: false },
    { status: 'queued', attempts: 0, due: 7000, delayReported: false },
  ])
})

test('that a delay was reported is remembered, and so is the last reply', () => {
  const remote = { host: 'mx.example', reply: `450 ${'x'.repeat(600)}` }
  const first = applySettlement(fresh(1), {
    outcomes: [{ ...outcome(0, 'deferred', 3000), delayReported: true }],
    at: 2000,
  })
  const second = applySettlement(first, { outcomes: [{ ...outcome(0, 'deferred', 4000), remote }], at: 3000 })
  const [kept] = readProgress(writeProgress(second), 1, AT)
  assert.deepEqual([kept?.delayReported, kept?.attempts, kept?.lastAttemptAt], [true, 2, 3000])
  assert.equal(kept?.lastReply, remote.reply.slice(0, 250))
})

test('rows of before are read', () => {
  assert.deepEqual(readProgress('[["deferred",2,9000],["failed",1]]', 2, AT), [
    { status: 'deferred', attempts: 2, due: 9000, delayReported: false },
    { status: 'failed', attempts: 1, due: undefined, delayReported: false },
  ])
})

test('an outcome of nobody is a bug', () => {
  assert.throws(() => applyOutcomes(fresh(2), [outcome(2, 'delivered')], AT), RangeError)
})
