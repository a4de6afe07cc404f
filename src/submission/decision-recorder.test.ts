import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { StoredDecision } from '../storage/storage.ts'
import { createDecisionRecorder } from './decision-recorder.ts'
import type { DecisionTrace } from './decision-trace.ts'

const trace = (username: string): DecisionTrace => ({
  stage: 'AUTH',
  at: 1,
  outcome: 'rejected',
  reason: 'wrong-secret',
  reply: '535 5.7.8',
  client: { address: '192.0.2.1', name: 'app.example.test' },
  listener: 'submission',
  username,
  steps: [],
  suggestions: [],
})

function open() {
  const writes: { decisions: readonly StoredDecision[]; finish: () => void; fail: (error: Error) => void }[] = []
  let shed = 0
  const recorder = createDecisionRecorder(
    {
      recordDecisions: (decisions) =>
        new Promise<void>((finish, fail) => {
          writes.push({ decisions, finish, fail })
        }),
    },
    randomBytes,
    (count) => {
      shed += count
    },
  )
  return { recorder, writes, shed: () => shed }
}

test('a reference is given only after its trace is stored', async () => {
  const { recorder, writes } = open()
  let given: string | undefined
  void recorder.record(trace('a')).then((reference) => {
    given = reference
  })
  await settleMicrotasks()
  assert.equal(writes.length, 1)
  assert.equal(given, undefined)
  writes[0]?.finish()
  await settleMicrotasks()
  assert.deepEqual(writes[0]?.decisions[0]?.references, [given])
})

test('what comes during a write gathers, and equal attempts share one trace with a reference each', async () => {
  const { recorder, writes } = open()
  const first = recorder.record(trace('a'))
  await settleMicrotasks()
  const later = ['b', 'b', 'c', 'b'].map((username) => recorder.record(trace(username)))
  await settleMicrotasks()
  assert.equal(writes.length, 1)
  writes[0]?.finish()
  await first
  await settleMicrotasks()
  assert.deepEqual(
    writes[1]?.decisions.map((decision) => decision.references.length),
    [3, 1],
  )
  writes[1]?.finish()
  assert.equal(new Set(await Promise.all(later)).size, 4)
})

test('beyond the bound traces are shed and counted, and still get a reference at once', async () => {
  const { recorder, writes, shed } = open()
  void recorder.record(trace('first'))
  await settleMicrotasks()
  for (let i = 0; i < 500; i++) void recorder.record(trace(`user ${i}`))
  assert.match(await recorder.record(trace('one too many')), /^\w{10}$/)
  assert.equal(shed(), 1)
  assert.equal(writes.length, 1)
})

test('a store that fails sheds the batch and nobody waits for ever', async () => {
  const { recorder, writes, shed } = open()
  const reference = recorder.record(trace('a'))
  await settleMicrotasks()
  writes[0]?.fail(new Error('disk full'))
  assert.match(await reference, /^\w{10}$/)
  assert.equal(shed(), 1)
})

test('a reference that is needed at once is given before its trace is kept', async () => {
  const { recorder, writes } = open()
  const { reference, kept } = recorder.begin(trace('a'))
  let isKept = false
  void kept.then(() => {
    isKept = true
  })
  await settleMicrotasks()
  assert.deepEqual([isKept, writes[0]?.decisions[0]?.references], [false, [reference]])
  writes[0]?.finish()
  await settleMicrotasks()
  assert.equal(isKept, true)
})

test('what strangers make up is bounded a minute, and does not keep out what names a tenant', async () => {
  const { recorder, writes, shed } = open()
  const minute = 60_000
  const record = (username: string, at: number, tenantId?: string) => {
    const begun = recorder.begin({ ...trace(username), at, ...(tenantId && { tenantId }) })
    writes.at(-1)?.finish()
    return begun.kept
  }
  for (let count = 0; count < 1200; count++) {
    await settleMicrotasks()
    void record(`stranger ${count}`, minute)
  }
  await settleMicrotasks()
  assert.equal(shed(), 200)
  void record('known', minute, 'tenant')
  void record('another minute', 2 * minute)
  await settleMicrotasks()
  assert.equal(shed(), 200)
})
