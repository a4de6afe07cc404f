import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  applyOutcomes,
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
    { status: 'deferred', attempts: 2, due: 9000 },
    { status: 'delivered', attempts: 1, due: undefined },
  ])
})

test('an outcome of nobody is a bug', () => {
  assert.throws(() => applyOutcomes(fresh(2), [outcome(2, 'delivered')], AT), RangeError)
})
