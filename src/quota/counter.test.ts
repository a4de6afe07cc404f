import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  countExactly,
  countOnShard,
  findOver,
  readShard,
  shardCount,
  type Shards,
  usagesOf,
  writeShard,
} from './counter.ts'
import { QUOTA_UNITS, QUOTA_WINDOWS, type QuotaAmount, type QuotaLimits, type QuotaTerm, windowStart } from './quota.ts'

const SUBJECT = { kind: 'application', key: 'a' } as const
const NONE: Shards = new Map()
const MIDNIGHT = Date.UTC(2026, 10, 22)

const termOf = (limits: QuotaLimits): QuotaTerm => ({ subject: SUBJECT, limits })
const one: QuotaAmount = { messages: 1, recipients: 1 }

/** As a thread counts: on its own shard where that does, else with a look at all. Undefined when the message is refused. */
function count(shards: Shards, term: QuotaTerm, amount: QuotaAmount, at: number, thread: number): Shards | undefined {
  const number = shardCount(term)
  const own = thread % number
  const shard = shards.get(own)
  const simple = shard && countOnShard(shard, term, amount, at, number)
  if (simple !== undefined) return new Map([...shards, [own, simple]])
  const outcome = countExactly(shards, term, amount, at, { own, count: number })
  return outcome.type === 'over' ? undefined : outcome.shards
}

const limit = fc.option(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 500, max: 3000 })), {
  nil: undefined,
})
const unitLimits = fc
  .record({ minute: limit, hour: limit, day: limit })
  .map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)))
const limits: fc.Arbitrary<QuotaLimits> = fc.record({ messages: unitLimits, recipients: unitLimits })
const sending = fc.record({
  gap: fc.oneof(fc.constant(0), fc.integer({ min: -5_000, max: 90_000 }), fc.integer({ min: 0, max: 90_000_000 })),
  recipients: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 120 })),
  thread: fc.nat(20),
  changed: fc.option(limits, { nil: undefined, freq: 30 }),
})

test('what is accepted never exceeds a limit in any window, nothing is refused while there is room', () => {
  fc.assert(
    fc.property(limits, fc.array(sending, { maxLength: 200 }), (first, sendings) => {
      let [term, shards, now] = [termOf(first), NONE, MIDNIGHT]
      for (const { gap, recipients, thread, changed } of sendings) {
        if (changed !== undefined) term = termOf(changed)
        now += gap
        const amount = { messages: 1, recipients }
        const isOver = findOver(shards, term, amount, now) !== undefined
        const before = usagesOf(shards, EVERYTHING, now)
        const after = count(shards, term, amount, now, thread)
        assert.equal(after === undefined, isOver)
        if (after === undefined) continue
        shards = new Map([...after].map(([number, shard]) => [number, readShard(writeShard(shard))]))
        for (const { limit: own, used } of usagesOf(shards, term, now)) assert(used <= own.limit)
        const counted = usagesOf(shards, EVERYTHING, now)
        for (const [index, usage] of counted.entries())
          assert.equal(usage.used, (before[index]?.used ?? 0) + amount[usage.limit.unit])
      }
    }),
    { numRuns: 300 },
  )
})

/** Limits that are never reached, so that everything counted can be asked for. */
const EVERYTHING = termOf({
  messages: { minute: 1e9, hour: 1e9, day: 1e9 },
  recipients: { minute: 1e9, hour: 1e9, day: 1e9 },
})

test('threads that never look at each other stay within the limit together', () => {
  const term = termOf({ messages: { hour: 10_000 } })
  const number = shardCount(term)
  assert.equal(number, 16)
  let shards = count(NONE, term, one, MIDNIGHT, 0)
  for (const hour of [MIDNIGHT, MIDNIGHT + 3_600_000]) {
    let accepted = hour === MIDNIGHT ? 1 : 0
    for (let own = 0; own < number; own += 1)
      for (;;) {
        const shard = shards?.get(own)
        const counted = shard && countOnShard(shard, term, one, hour, number)
        if (counted === undefined) break
        shards = new Map([...(shards ?? []), [own, counted]])
        accepted += 1
      }
    assert(accepted > 9_900 && accepted <= 10_000, String(accepted))
  }
})

const shardCases: readonly (readonly [string, QuotaLimits, number])[] = [
  ['a small limit needs one', { messages: { minute: 30 } }, 1],
  ['the tightest limit counts', { messages: { minute: 30, day: 1e6 } }, 1],
  ['a large one has many', { messages: { minute: 2048 } }, 4],
  ['not more than sixteen', { recipients: { day: 1e6 } }, 16],
]
for (const [name, given, expected] of shardCases)
  test(`shards: ${name}`, () => assert.equal(shardCount(termOf(given)), expected))

test('windows begin with the clock’s, and a refusal says when the next one does', () => {
  const term = termOf({ messages: { minute: 1, hour: 2 } })
  const at = MIDNIGHT + 59_000
  const first = count(NONE, term, one, at, 0) ?? NONE
  assert.deepEqual(findOver(first, term, one, at)?.retryAt, MIDNIGHT + 60_000)
  const second = count(first, term, one, MIDNIGHT + 60_000, 0) ?? NONE
  const over = findOver(second, term, one, MIDNIGHT + 60_000)
  assert.deepEqual([over?.limit.window, over?.used, over?.retryAt], ['hour', 2, MIDNIGHT + 3_600_000])
  assert.equal(findOver(second, term, one, MIDNIGHT + 3_600_000), undefined)
})

test('a clock that is behind counts in the window that the counter is in', () => {
  const term = termOf({ messages: { minute: 2 } })
  const ahead = count(NONE, term, one, MIDNIGHT + 60_001, 0) ?? NONE
  const behind = count(ahead, term, one, MIDNIGHT + 59_999, 0) ?? NONE
  assert.equal(usagesOf(behind, term, MIDNIGHT + 59_999)[0]?.used, 2)
  assert.equal(count(behind, term, one, MIDNIGHT + 59_999, 0), undefined)
})

test('what a clock left behind that was far ahead counts for nothing', () => {
  const term = termOf({ messages: { minute: 1, day: 2000 } })
  const year = 365 * 86_400_000
  for (const limits of [term, termOf({ messages: { minute: 600, day: 2000 } })]) {
    const ahead = count(NONE, limits, { messages: 1, recipients: 1 }, MIDNIGHT + year, 0) ?? NONE
    const back = count(ahead, limits, one, MIDNIGHT, 0) ?? NONE
    assert.deepEqual(
      usagesOf(back, limits, MIDNIGHT).map(({ used, retryAt }) => [used, retryAt]),
      [
        [1, MIDNIGHT + 60_000],
        [1, MIDNIGHT + 86_400_000],
      ],
    )
  }
  const full = count(NONE, term, one, MIDNIGHT + year, 0) ?? NONE
  assert.equal(findOver(full, term, one, MIDNIGHT), undefined)
})

test('what has happened already is counted beyond the limit', () => {
  const term = termOf({ messages: { minute: 1 } })
  const outcomes = [1, 2].reduce<Shards>((shards) => {
    const outcome = countExactly(shards, term, one, MIDNIGHT, { own: 0, count: 1, mayExceed: true })
    return outcome.type === 'counted' ? outcome.shards : assert.fail()
  }, NONE)
  assert.equal(usagesOf(outcomes, term, MIDNIGHT)[0]?.used, 2)
})

test('every window and unit has its place', () => {
  const shards = count(NONE, EVERYTHING, { messages: 1, recipients: 7 }, MIDNIGHT, 0) ?? NONE
  for (const { limit: own, used, retryAt } of usagesOf(shards, EVERYTHING, MIDNIGHT)) {
    assert.equal(used, own.unit === 'messages' ? 1 : 7)
    assert(windowStart(own.window, retryAt) === retryAt)
  }
  assert.equal(usagesOf(shards, EVERYTHING, MIDNIGHT).length, QUOTA_UNITS.length * QUOTA_WINDOWS.length)
})
