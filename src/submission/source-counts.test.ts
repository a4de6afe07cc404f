// That connections are counted over threads, that a thread which died takes its own along, and that strangers rarely count for each other.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createSourceCountsMemory, openSourceCounts } from './source-counts.ts'

test('connections of one source are counted over all threads', () => {
  const memory = createSourceCountsMemory(3, randomBytes)
  const threads = [0, 1, 2].map((thread) => openSourceCounts(memory, thread))
  const seen = threads.map((thread) => thread.add('192.0.2.1'))
  assert.deepEqual(seen, [1, 2, 3])
  threads[1]?.remove('192.0.2.1')
  assert.equal(threads[0]?.add('192.0.2.1'), 3)
  assert.equal(threads[0]?.add('192.0.2.2'), 1)
})

test('a thread that is started again has no connection open', () => {
  const memory = createSourceCountsMemory(2, randomBytes)
  const [first, second] = [openSourceCounts(memory, 0), openSourceCounts(memory, 1)]
  first.add('192.0.2.1')
  second.add('192.0.2.1')
  assert.equal(openSourceCounts(memory, 1).add('192.0.2.1'), 2)
})

test('a source is not held to account for many others', () => {
  const counts = openSourceCounts(createSourceCountsMemory(1, randomBytes), 0)
  // As many as a limit of 50 lets stand in 15,000 connections.
  for (let index = 0; index < 300; index += 1)
    for (let connection = 0; connection < 50; connection += 1) counts.add(`hostile ${index}`)
  const strangers = Array.from({ length: 200 }, (_, index) => counts.add(`honest ${index}`))
  assert.ok(strangers.filter((count) => count > 50).length <= 4)
})

test('what nobody can know decides the places', () => {
  const places = (memory: SharedArrayBuffer) => {
    openSourceCounts(memory, 0).add('192.0.2.1')
    return new Int32Array(memory, 16).reduce<number[]>(
      (found, count, place) => (count > 0 ? [...found, place] : found),
      [],
    )
  }
  assert.notDeepEqual(
    places(createSourceCountsMemory(1, randomBytes)),
    places(createSourceCountsMemory(1, randomBytes)),
  )
})
