// Places of a subscription over two threads: taken, used up, given back when a session closes, and each subscription has its own.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { takePlace } from './signed-in-limit.ts'
import { createSourceCountsMemory, openSourceCounts } from './source-counts.ts'

const serviceOf = (subscription: string, name: string) =>
  `/subscriptions/${subscription}/resourceGroups/mail/providers/Microsoft.Communication/communicationServices/${name}`
const [ONE, OTHER] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const

test('so many sessions of a subscription, whatever their service and thread', async () => {
  const memory = createSourceCountsMemory(2, randomBytes)
  const [first, second] = [0, 1].map((thread) => ({ most: 2, counts: openSourceCounts(memory, thread) }))
  const open = new Promise<void>(() => {})
  let close = () => {}
  const closed = new Promise<void>((resolve) => {
    close = resolve
  })
  assert.equal(takePlace(first, serviceOf(ONE, 'a'), closed), true)
  assert.equal(takePlace(second, serviceOf(ONE, 'b'), open), true)
  assert.equal(takePlace(first, serviceOf(ONE, 'a'), open), false)
  assert.equal(takePlace(second, serviceOf(ONE, 'A'), open), false)
  assert.equal(takePlace(first, serviceOf(OTHER, 'a'), open), true)
  close()
  await closed
  assert.equal(takePlace(second, serviceOf(ONE, 'b'), open), true)
  assert.equal(takePlace(first, serviceOf(ONE, 'b'), open), false)
})

test('without a limit nothing is counted', () => {
  assert.equal(takePlace(undefined, serviceOf(ONE, 'a'), Promise.resolve()), true)
})
