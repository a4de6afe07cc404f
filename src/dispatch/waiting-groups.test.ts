// Recipients of one message whose destinations are not equally quick: who has to wait does not wait for the others.

import assert from 'node:assert/strict'
import test from 'node:test'
import { settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { Admission, DestinationPace } from './delivery-ports.ts'
import { claimOf, NOW, openDispatch, slowTransport, statusesOf } from './dispatch.fixture.ts'

const admitted: Admission = { type: 'admitted', permit: { done: () => {} } }
const MESSAGE = ['a@slow.test', 'b@paused.test'] as const

/** `paused.test` for a second. */
function pacing(now: () => number): DestinationPace {
  return {
    destinationOf: (_transport, path) => path.slice(path.indexOf('@') + 1),
    admit: async (_transport, destination) =>
      destination === 'paused.test' && now() < NOW + 1000 ? { type: 'paused', until: NOW + 1000 } : admitted,
  }
}

function open() {
  const { transport, waiting } = slowTransport('mx')
  let now = () => NOW
  const rig = openDispatch([transport], { pace: pacing(() => now()) })
  now = () => rig.clock.now()
  return { ...rig, waiting }
}

test('who was sent away gets its turn while another destination takes long', async () => {
  const { hand, wait, waiting, settled } = open()
  await hand(claimOf('1', MESSAGE))
  assert.equal(waiting.length, 1)
  await wait(1000)
  assert.equal(waiting.length, 2)
  waiting[1]?.answer(() => ({}))
  await settleMicrotasks()
  assert.deepEqual(
    settled.map(({ isPartial, outcomes }) => [isPartial, outcomes.map(({ index }) => index)]),
    [[true, [1]]],
  )
  waiting[0]?.answer(() => ({}))
  await settleMicrotasks()
  assert.deepEqual(statusesOf(settled), ['delivered', 'delivered'])
})

test('who waits is given back with its moment when the other destination ends before', async () => {
  const { hand, waiting, settled } = open()
  await hand(claimOf('1', MESSAGE))
  waiting[0]?.answer(() => ({}))
  await settleMicrotasks()
  assert.deepEqual(
    settled.map(({ isPartial, outcomes, postponed }) => [isPartial, outcomes.length, postponed]),
    [
      [true, 1, undefined],
      [undefined, 0, [{ index: 1, until: NOW + 1000 }]],
    ],
  )
})

test('who waits is given back at once when the loop stops', async () => {
  const { hand, wait, wake, waiting, dispatch, settled } = open()
  await hand(claimOf('1', MESSAGE))
  const stopped = dispatch.stop(5000)
  wake()
  await wait(20)
  waiting[0]?.answer(() => ({}))
  await settleMicrotasks()
  await wait(20)
  await stopped
  assert.deepEqual(
    settled.flatMap(({ postponed = [] }) => postponed).map(({ index }) => index),
    [1],
  )
})
