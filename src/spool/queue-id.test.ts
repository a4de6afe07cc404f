import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createQueueIds, firstQueueIdAt } from './queue-id.ts'

const AT = Date.UTC(2030, 0, 1)
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function countingRandom() {
  let next = 0
  return (count: number) => Uint8Array.from({ length: count }, () => next++ & 0xff)
}

const worst = (count: number) => new Uint8Array(count).fill(0xff)

test('an id is a UUIDv7 that begins with its millisecond', () => {
  for (const random of [worst, countingRandom(), (count: number) => new Uint8Array(count)]) {
    const id = createQueueIds(() => AT, random)()
    assert.match(id, UUID_V7)
    assert.equal(parseInt(id.replaceAll('-', '').slice(0, 12), 16), AT)
  }
})

test('ids increase while the clock stands still, goes back or jumps, beyond one counter', () => {
  const times = [AT, AT, AT - 5000, AT - 1, AT + 3]
  let asked = 0
  const next = createQueueIds(() => times[Math.floor(asked++ / 5000)] ?? AT + 3, worst)
  const ids = Array.from({ length: 25_000 }, next)
  assert.deepEqual(ids, ids.toSorted())
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, UUID_V7)
})

test('the random source is asked rarely, and its octets are used once', () => {
  let calls = 0
  const source = countingRandom()
  const next = createQueueIds(
    () => AT,
    (count) => {
      calls += 1
      return source(count)
    },
  )
  const tails = Array.from({ length: 100 }, () => next().slice(19))
  assert.equal(new Set(tails).size, 100)
  assert.equal(calls, 1)
})

test('the first id of a moment divides what came before from what came after', () => {
  const before = createQueueIds(() => AT - 1, worst)()
  const after = createQueueIds(
    () => AT,
    (count) => new Uint8Array(count),
  )()
  assert(before < firstQueueIdAt(AT))
  assert(firstQueueIdAt(AT) <= after)
  assert.match(firstQueueIdAt(AT), UUID_V7)
})
