// How much is done at once, in which order, and that a failure takes nobody's place away.

import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { createTurns } from './turns.ts'

test('so much is done at once, the rest in order, whatever fails', async () => {
  const inTurn = createTurns(2)
  const begun: number[] = []
  const ends: (() => void)[] = []
  const work = (which: number) =>
    inTurn(async () => {
      begun.push(which)
      await new Promise<void>((resolve) => ends.push(resolve))
      if (which % 2 === 0) throw new Error('failed')
      return which
    })
  const all = Promise.allSettled([0, 1, 2, 3, 4].map(work))
  const steps: number[][] = []
  for (let step = 0; step < 5; step += 1) {
    await setImmediate()
    steps.push([...begun])
    ends.shift()?.()
  }
  assert.deepEqual(steps, [
    [0, 1],
    [0, 1, 2],
    [0, 1, 2, 3],
    [0, 1, 2, 3, 4],
    [0, 1, 2, 3, 4],
  ])
  assert.deepEqual(
    (await all).map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected'],
  )
  assert.equal(await Promise.race([inTurn(() => Promise.resolve('at once')), setImmediate('late')]), 'at once')
})
