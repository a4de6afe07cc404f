// Counting real rows of a real store, with time moved by hand: what is summed when, what comes late, and who goes on.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import { beginQueueIds, enqueue, type MailStore, queueIdAt, SERVICE } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { HOUR, STEP } from '../storage/statistics.ts'
import { A, B, seedTwoTenants } from '../storage/two-tenants.fixture.ts'
import { startStatisticsWatch } from './statistics-watch.ts'

const MINUTE = 60_000
const BEGIN = Date.UTC(2030, 0, 1, 12)

async function openStore(t: TestContext): Promise<MailStore> {
  beginQueueIds()
  const store = await seedTwoTenants(await openTemporaryMailStore())
  t.after(() => store.close())
  return store
}

function watch(t: TestContext, storage: MailStore, clock: ManualClock, holder = 'a') {
  const failures: unknown[] = []
  const onFailure = (_what: string, error: unknown) => failures.push(error)
  const running = startStatisticsWatch({ storage, clock, random: () => 0.5, holder, onFailure })
  t.after(() => running.stop())
  return { failures, stop: () => running.stop() }
}

/** Minute by minute, each look until it is done. */
async function pass(clock: ManualClock, until: number): Promise<void> {
  while (clock.now() < until) {
    clock.advance(MINUTE)
    while (clock.pending === 0) await settleMicrotasks()
  }
}

async function submissions(store: MailStore, tenantId = A.tenantId, resourceId?: string) {
  const subjects = [resourceId === undefined ? {} : { resourceId }]
  const sums = await store.read.statistics.readSums({ tenantId, subjects, from: 0, to: BEGIN + 1000 * HOUR })
  return sums.map(({ at, counts }) => [(at - BEGIN) / STEP, counts.submissions])
}

test('steps are summed when they are over, for the tenant and the resource', async (t) => {
  const store = await openStore(t)
  const clock = new ManualClock(BEGIN + 4 * MINUTE)
  for (const minute of [-2 * 24 * 60, 0, 4, 5]) await enqueue(store, { receivedAt: BEGIN + minute * MINUTE })
  await enqueue(store, { receivedAt: BEGIN, tenantId: B.tenantId, applicationId: B.applicationId })
  const { failures } = watch(t, store, clock)
  await pass(clock, BEGIN + STEP)
  assert.deepEqual(await submissions(store), [[-576, 1]])
  await pass(clock, BEGIN + STEP + 2 * MINUTE)
  assert.deepEqual(await submissions(store), [
    [-576, 1],
    [0, 2],
  ])
  assert.deepEqual(await submissions(store, A.tenantId, SERVICE), await submissions(store))
  assert.deepEqual(await submissions(store, B.tenantId), [[0, 1]])
  assert.deepEqual(failures, [])
})

test('a message that took long to arrive is counted when an hour is over', async (t) => {
  const store = await openStore(t)
  const clock = new ManualClock(BEGIN + STEP)
  await enqueue(store, { receivedAt: BEGIN })
  watch(t, store, clock)
  await pass(clock, BEGIN + STEP + MINUTE)
  await enqueue(store, { receivedAt: BEGIN + 20 * MINUTE, queueId: queueIdAt(BEGIN + MINUTE) })
  assert.deepEqual(await submissions(store), [[0, 1]])
  await pass(clock, BEGIN + HOUR + 2 * STEP)
  assert.deepEqual(await submissions(store), [[0, 2]])
})

test('another node goes on where one stopped, and counting again changes nothing', async (t) => {
  const store = await openStore(t)
  await enqueue(store, { receivedAt: BEGIN })
  await enqueue(store, { receivedAt: BEGIN + STEP })
  const first = new ManualClock(BEGIN + STEP)
  const one = watch(t, store, first)
  await pass(first, BEGIN + STEP + MINUTE)
  await one.stop()
  await store.write.watches.takeTurn({ name: 'statistics', holder: 'c', at: BEGIN + HOUR, until: BEGIN + HOUR + 1 })
  await store.write.watches.endTurn({ name: 'statistics', holder: 'c', dueAt: 0, position: String(BEGIN - HOUR) })
  const second = new ManualClock(BEGIN + 2 * HOUR)
  watch(t, store, second, 'b')
  await pass(second, BEGIN + 2 * HOUR + MINUTE)
  assert.deepEqual(await submissions(store), [
    [0, 1],
    [1, 1],
  ])
})
