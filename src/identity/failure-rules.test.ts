// How the wait grows with failures, and that the settings only stretch it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CEILING, costOf, isTurnedAway, waitAt } from './failure-rules.ts'

/** After so many failures at one moment, where `free` cost nothing. */
const cases: readonly { failures: number; free: number; wait: number; turnedAway?: true }[] = [
  { failures: 1, free: 20, wait: 0 },
  { failures: 20, free: 20, wait: 0 },
  { failures: 21, free: 20, wait: 1000 },
  { failures: 22, free: 20, wait: 2000 },
  { failures: 23, free: 20, wait: 4000 },
  { failures: 24, free: 20, wait: 8000 },
  { failures: 25, free: 20, wait: 10_000 },
  { failures: 40, free: 20, wait: 10_000 },
  { failures: 41, free: 20, wait: 10_000, turnedAway: true },
  { failures: 500, free: 500, wait: 0 },
  { failures: 501, free: 500, wait: 1000 },
  { failures: 526, free: 500, wait: 2000 },
  { failures: 1000, free: 500, wait: 10_000 },
  { failures: 1001, free: 500, wait: 10_000, turnedAway: true },
  { failures: 1, free: 1, wait: 0 },
  { failures: 3, free: 1, wait: 10_000, turnedAway: true },
]
for (const { failures, free, wait, turnedAway = false } of cases)
  test(`failure ${failures} where ${free} are free`, () => {
    const backlog = failures * costOf(free)
    assert.deepEqual({ wait: waitAt(backlog), turnedAway: isTurnedAway(backlog) }, { wait, turnedAway })
  })

test('a failure every half minute never costs anything, and whoever stops is free after twenty minutes', () => {
  assert.equal(costOf(20), 30_000)
  assert.equal(CEILING, 1_200_000)
})
