// How many sign-ins may fail, who is told to wait for how long, and that two nodes count together.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../../test/fixtures/manual-clock.ts'
import { createAttemptCounter } from '../../identity/attempt-counter.ts'
import { createSubjectKey } from '../../identity/login-subjects.ts'
import { openTemporaryMailStore } from '../../storage/sqlite/temporary-mail-store.fixture.ts'
import { createFailureLimits, type FailureLimits } from './failure-limits.ts'

async function open(context: TestContext) {
  const store = await openTemporaryMailStore()
  context.after(() => store.close())
  const clock = new ManualClock()
  const subjectKey = createSubjectKey(new Uint8Array(32))
  const node = () =>
    createFailureLimits(
      createAttemptCounter(store.write.loginLimits, () => clock.now()),
      subjectKey,
    )
  return { clock, node }
}

/** How many of so many failures at one moment are told to wait. */
async function refusals(limits: FailureLimits, times: number, source: (count: number) => string): Promise<number> {
  const waits = await Promise.all(Array.from({ length: times }, (_, count) => limits.failed(source(count))))
  return waits.filter((wait) => wait !== undefined).length
}

test('a source is told to wait from its hundred-and-first failure on, and others are not', async (context) => {
  const { node } = await open(context)
  const limits = node()
  assert.equal(await refusals(limits, 100, () => '192.0.2.1'), 0)
  assert.equal(await limits.failed('192.0.2.1'), 1)
  assert.equal(await limits.failed('192.0.2.2'), undefined)
})

test('two nodes count together', async (context) => {
  const { node } = await open(context)
  const [one, other] = [node(), node()]
  const told = await Promise.all([one, other].map((limits) => refusals(limits, 60, () => '192.0.2.1')))
  assert.equal((told[0] ?? 0) + (told[1] ?? 0), 20)
})

test('what it may fail comes back as time goes by, and waiting does not cost more', async (context) => {
  const { node, clock } = await open(context)
  const limits = node()
  assert.equal(await refusals(limits, 1000, () => '192.0.2.1'), 900)
  clock.advance(500)
  assert.equal(await limits.failed('192.0.2.1'), 1)
  clock.advance(600)
  assert.equal(await limits.failed('192.0.2.1'), undefined)
  assert.equal(await limits.failed('192.0.2.1'), 1)
})

test('an IPv6 network is one source, however its addresses are written', async (context) => {
  const { node } = await open(context)
  const limits = node()
  const compressed = (count: number) => `2001:db8::${count.toString(16)}`
  const whole = (count: number) => `2001:0db8:0:0:${count.toString(16)}:1:2:3`
  assert.equal((await refusals(limits, 50, compressed)) + (await refusals(limits, 50, whole)), 0)
  assert.equal(await limits.failed('2001:db8::ffff'), 1)
  assert.equal(await limits.failed('2001:db8:0:1::1'), undefined)
})
