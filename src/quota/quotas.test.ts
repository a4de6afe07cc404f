import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { QuotaCounter, QuotaReader } from '../storage/quotas.ts'
import { countExactly } from './counter.ts'
import type { QuotaAmount, QuotaTerm } from './quota.ts'
import { createQuotas } from './quotas.ts'

const NOON = Date.UTC(2026, 10, 22, 12)
const ONE: QuotaAmount = { messages: 1, recipients: 1 }

const termOf = (limit: number): QuotaTerm => ({
  subject: { kind: 'application', key: 'a' },
  limits: { messages: { day: limit } },
})

/** A store in which so much was counted as the test says, and which tells how often it was asked. */
function open() {
  let counters: readonly QuotaCounter[] = []
  let looks = 0
  const reader: QuotaReader = {
    findQuotas: async () => [],
    listQuotas: async () => [],
    readCounters: async () => {
      looks += 1
      return counters
    },
  }
  return {
    quotas: createQuotas(reader),
    looks: () => looks,
    use: (term: QuotaTerm, messages: number) => {
      const counting = { own: 0, count: 1, mayExceed: true }
      const counted = countExactly(new Map(), term, { messages, recipients: messages }, NOON, counting)
      assert(counted.type === 'counted')
      counters = [{ subject: term.subject, shards: counted.shards }]
    },
  }
}

const looksCases: readonly (readonly [
  name: string,
  limit: number,
  used: number,
  looks: readonly (readonly [afterMs: number, looks: number])[],
])[] = [
  [
    'plenty is left: one for a second',
    50_000,
    40_000,
    [
      [0, 1],
      [1, 1],
      [999, 1],
      [1000, 2],
      [1999, 2],
      [2000, 3],
    ],
  ],
  [
    'little is left: each time',
    50_000,
    40_001,
    [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
  ],
  [
    'a small quota: each time',
    30,
    0,
    [
      [0, 1],
      [1, 2],
    ],
  ],
  [
    'a clock that is set back looks again',
    50_000,
    0,
    [
      [0, 1],
      [-5000, 2],
    ],
  ],
]
for (const [name, limit, used, looks] of looksCases)
  test(`looks at counters: ${name}`, async () => {
    const store = open()
    const terms = [termOf(limit)]
    store.use(termOf(limit), used)
    for (const [after, expected] of looks) {
      assert.equal(await store.quotas.findOver('t', terms, ONE, NOON + after), undefined)
      assert.equal(store.looks(), expected, `after ${after} ms`)
    }
  })

test('limits that have changed are looked at, and what is used up is found', async () => {
  const store = open()
  store.use(termOf(50_000), 100)
  assert.equal(await store.quotas.findOver('t', [termOf(50_000)], ONE, NOON), undefined)
  const over = await store.quotas.findOver('t', [termOf(100)], ONE, NOON + 1)
  assert.deepEqual([over?.used, over?.retryAt], [100, Date.UTC(2026, 10, 23)])
  assert.equal((await store.quotas.findOver('t', [termOf(100)], ONE, NOON + 2))?.used, 100)
})
