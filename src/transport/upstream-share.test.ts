// Whose turn it is: shares by weight, room for few, and a moment to come back for the others.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import { createUpstreamShare, type Turn } from './upstream-share.ts'

const SECOND = 1000

/** One request in a second, from one node. */
function open(weights: Readonly<Record<string, number>> = {}, requestsPerMinute = 60) {
  const clock = new ManualClock()
  const pace = { nextAt: 0, pausedUntil: 0, away: false }
  const share = createUpstreamShare(
    { transport: 'acs', requestsPerMinute, weights: new Map(Object.entries(weights)) },
    {
      async takeRequests({ at, wanted, interval }) {
        if (pace.away) throw new Error('the store is away')
        if (pace.pausedUntil > at) return { granted: 0, askAgainAt: pace.pausedUntil, paused: true }
        if (pace.nextAt > at) return { granted: 0, askAgainAt: pace.nextAt, paused: false }
        pace.nextAt = at + Math.ceil(wanted * interval)
        return { granted: wanted, askAgainAt: pace.nextAt, paused: false }
      },
      pauseRequests: async (_, until) => void (pace.pausedUntil = until),
    },
    clock,
    () => 0,
  )
  const turns: string[] = []
  const later = new Map<string, number[]>()
  const ask = (applicationId: string, signal = new AbortController().signal): void => {
    const tell = (turn: Turn): void => {
      if (turn.type === 'now') turns.push(applicationId)
      else later.set(applicationId, [...(later.get(applicationId) ?? []), turn.at - clock.now()])
    }
    void share.turn(applicationId, signal).then(tell)
  }
  const pass = async (seconds: number) => {
    for (let one = 0; one < seconds; one += 1) {
      clock.advance(SECOND)
      await settleMicrotasks()
    }
  }
  return { clock, pace, share, ask, pass, turns, later }
}

test('who comes alone has a turn at once', async () => {
  const { ask, turns } = open()
  ask('a')
  await settleMicrotasks()
  assert.deepEqual(turns, ['a'])
})

test('turns come one each interval, and a flood lets the others in', async () => {
  const { ask, pass, turns, later } = open()
  for (let one = 0; one < 50; one += 1) ask('flood')
  await settleMicrotasks()
  ask('quiet')
  await pass(5)
  assert.deepEqual(turns, ['flood', 'flood', 'quiet', 'flood', 'flood'])
  assert.equal(later.get('quiet'), undefined)
  assert.equal((later.get('flood')?.length ?? 0) + turns.length, 51)
})

test('those who are sent away come back at the pace of their share', async () => {
  const { ask, later } = open()
  for (let one = 0; one < 10; one += 1) ask('a')
  await settleMicrotasks()
  const waits = later.get('a') ?? []
  assert.deepEqual(
    waits,
    [6, 7, 8, 9].map((seconds) => seconds * SECOND),
  )
})

test('two applications with weights have turns by weight, over time', async () => {
  const { ask, pass, turns } = open({ heavy: 3 })
  for (let second = 0; second < 80; second += 1) {
    for (let one = 0; one < 5; one += 1) for (const application of ['heavy', 'light']) ask(application)
    await pass(1)
  }
  const heavy = turns.filter((one) => one === 'heavy').length
  assert.equal(turns.length > 75, true)
  assert.equal(Math.abs(heavy / turns.length - 0.75) < 0.05, true, `${heavy} of ${turns.length}`)
})

test('the room is small whatever comes, and nobody is sent away for long', async () => {
  const { ask, later } = open()
  for (let one = 0; one < 5000; one += 1) ask(`a${one % 3}`)
  await settleMicrotasks()
  const waits = [...later.values()].flat()
  assert.equal(waits.length, 5000 - 6)
  assert.equal(Math.max(...waits) <= 300 * SECOND, true)
})

test('a pause sends everybody away until it is over', async () => {
  const { ask, share, later, pass, turns } = open()
  await share.pause(90 * SECOND)
  for (const application of ['a', 'b']) ask(application)
  await settleMicrotasks()
  assert.deepEqual([...later.values()].flat(), [90 * SECOND, 90 * SECOND])
  await pass(90)
  ask('a')
  await settleMicrotasks()
  assert.deepEqual(turns, ['a'])
})

test('who gives up leaves the room', async () => {
  const { ask, pass, turns, later } = open()
  const given = new AbortController()
  ask('a')
  ask('b', given.signal)
  ask('c')
  await settleMicrotasks()
  given.abort()
  await pass(3)
  assert.deepEqual(turns, ['a', 'c'])
  assert.equal(later.get('b')?.length, 1)
})

test('nobody waits for a store that is away', async () => {
  const { ask, pace, later, turns } = open()
  pace.away = true
  ask('a')
  await settleMicrotasks()
  assert.equal(later.get('a')?.length, 1)
  pace.away = false
  ask('a')
  await settleMicrotasks()
  assert.deepEqual(turns, ['a'])
})

test('where much may be asked, several have their turn at once', async () => {
  const { ask, turns, clock } = open({}, 6000)
  for (let one = 0; one < 10; one += 1) ask('a')
  await settleMicrotasks()
  clock.advance(10)
  await settleMicrotasks()
  assert.equal(turns.length > 5, true)
})
