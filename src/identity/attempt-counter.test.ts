// That counting costs one write at a time whatever comes, that places are exact, and what happens while the store does not answer.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { AttemptRecord, LoginLevel, LoginSubject } from '../storage/storage.ts'
import { createAttemptCounter, type Place } from './attempt-counter.ts'

const COST = 30_000
const CEILING = 40 * COST
const source = (key: string): LoginSubject => ({ kind: 'source', key, shown: key })
const attempt = (subject: LoginSubject) => ({ subject, cost: COST, ceiling: CEILING })

function open() {
  const clock = new ManualClock()
  const writes: { record: AttemptRecord; finish: (levels: readonly LoginLevel[]) => void; fail: () => void }[] = []
  const counter = createAttemptCounter(
    {
      recordAttempts: (record) =>
        new Promise((finish, reject) => writes.push({ record, finish, fail: () => reject(new Error('gone')) })),
    },
    () => clock.now(),
  )
  return { clock, writes, counter }
}

const backlogs = (places: readonly Place[]) => places.map(({ backlog }) => backlog / COST)

test('while one write runs, the next gathers: a thousand attempts of one source are one charge', async () => {
  const { writes, counter, clock } = open()
  const first = counter.count(attempt(source('a')))
  await settleMicrotasks()
  const others = Array.from({ length: 1000 }, () => counter.count(attempt(source('a'))))
  await settleMicrotasks()
  assert.equal(writes.length, 1)
  writes[0]?.finish([{ backlog: 0, since: clock.now(), attempts: 1 }])
  assert.deepEqual(backlogs([await first]), [1])
  await settleMicrotasks()
  assert.deepEqual(
    writes[1]?.record.charges.map(({ subject, count }) => [subject.key, count]),
    [['a', 1000]],
  )
  writes[1]?.finish([{ backlog: COST, since: clock.now(), attempts: 1001 }])
  const places = await Promise.all(others)
  assert.deepEqual(
    backlogs(places),
    Array.from({ length: 1000 }, (_, index) => index + 2),
  )
  assert.deepEqual(
    places.map(({ attempts }) => attempts),
    Array.from({ length: 1000 }, (_, index) => index + 2),
  )
})

test('what is taken back is what was added: nothing beyond the ceiling', async () => {
  const { writes, counter, clock } = open()
  const counted = Array.from({ length: 3 }, () => counter.count(attempt(source('a'))))
  await settleMicrotasks()
  writes[0]?.finish([{ backlog: CEILING - 2 * COST, since: clock.now(), attempts: 41 }])
  for (const place of await Promise.all(counted)) counter.takeBack(source('a'), place)
  await settleMicrotasks()
  assert.deepEqual(writes[1]?.record.refunds, [{ kind: 'source', key: 'a', amount: 2 * COST, count: 3 }])
})

test('an attempt that the store cannot count is counted by the thread, and taken back there', async () => {
  const { writes, counter, clock } = open()
  const count = async () => {
    const place = counter.count(attempt(source('a')))
    await settleMicrotasks()
    writes.at(-1)?.fail()
    return place
  }
  assert.deepEqual(await count(), { backlog: COST, added: COST, since: clock.now(), attempts: 1, isOwn: true })
  const second = await count()
  assert.deepEqual(backlogs([second]), [2])
  counter.takeBack(source('a'), second)
  assert.deepEqual(backlogs([await count()]), [2])
  clock.advance(2 * COST)
  assert.deepEqual(backlogs([await count()]), [1])
  assert.ok(writes.every(({ record }) => record.refunds.length === 0))
})

test('memory is bounded: what gathers beyond 3,000 subjects is counted by the thread, which remembers 10,000', async () => {
  const { writes, counter } = open()
  const counted = Array.from({ length: 20_000 }, (_, index) => counter.count(attempt(source(`hostile ${index}`))))
  await settleMicrotasks()
  assert.equal(writes[0]?.record.charges.length, 3000)
  assert.deepEqual((await counted.at(-1))?.isOwn, true)
  const again = counter.count(attempt(source('hostile 19999')))
  const forgotten = counter.count(attempt(source('hostile 3000')))
  await settleMicrotasks()
  writes[0]?.fail()
  await settleMicrotasks()
  writes[1]?.fail()
  assert.deepEqual(backlogs([await again, await forgotten]), [2, 1])
})

test('the store is trimmed once in a thousand subjects', async () => {
  const { writes, counter, clock } = open()
  const trims: boolean[] = []
  for (let round = 0; round < 5; round += 1) {
    const counted = Array.from({ length: 400 }, (_, index) => counter.count(attempt(source(`${round} ${index}`))))
    await settleMicrotasks()
    const write = writes.at(-1)
    trims.push(write?.record.trim ?? false)
    write?.finish(counted.map(() => ({ backlog: 0, since: clock.now(), attempts: 1 })))
    await Promise.all(counted)
  }
  assert.deepEqual(trims, [false, false, true, false, false])
})

test('all that was asked for is written before it is settled', async () => {
  const { writes, counter } = open()
  counter.remember({ usernameKey: 'u', sourceKey: 's' })
  let settled = false
  const waiting = counter.settled().then(() => {
    settled = true
  })
  await settleMicrotasks()
  counter.remember({ usernameKey: 'u', sourceKey: 't' })
  writes[0]?.finish([])
  await settleMicrotasks()
  assert.equal(settled, false)
  writes[1]?.finish([])
  await waiting
  assert.deepEqual(
    writes.map(({ record }) => record.known.map(({ sourceKey }) => sourceKey)),
    [['s'], ['t']],
  )
})
