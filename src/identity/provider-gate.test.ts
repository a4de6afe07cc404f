import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { type Contact, createProviderGate, type ProviderGate, readRetryAfter } from './provider-gate.ts'

const FAILED: Contact = { type: 'failed' }
const SUCCEEDED: Contact = { type: 'succeeded' }

function openGate(fraction = 0.5) {
  const clock = new ManualClock()
  return { clock, gate: createProviderGate(clock, () => fraction) }
}

function contact(gate: ProviderGate, outcome: Contact): boolean {
  const entrance = gate.enter()
  if (entrance.type === 'open') entrance.done(outcome)
  return entrance.type === 'open'
}

const contacts = (gate: ProviderGate, outcome: Contact, count: number) =>
  Array.from({ length: count }, () => contact(gate, outcome)).filter(Boolean).length

test('five failures in a row close the gate, four and a success do not', () => {
  const { gate } = openGate()
  contacts(gate, FAILED, 4)
  contact(gate, SUCCEEDED)
  assert.equal(contacts(gate, FAILED, 10), 5)
})

test('then one at a time looks again: after a while, twice that, and never longer than half a minute', () => {
  const { clock, gate } = openGate()
  contacts(gate, FAILED, 5)
  for (const pause of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    clock.advance(pause - 1)
    assert.equal(contact(gate, FAILED), false, `before ${pause}`)
    clock.advance(1)
    const probe = gate.enter()
    assert.equal(probe.type, 'open', `after ${pause}`)
    assert.equal(gate.enter().type, 'closed', 'while it is being tried')
    if (probe.type === 'open') probe.done(FAILED)
  }
})

test('one that is well again is as new', () => {
  const { clock, gate } = openGate()
  contacts(gate, FAILED, 5)
  clock.advance(2_000)
  assert.equal(contact(gate, SUCCEEDED), true)
  assert.equal(contacts(gate, FAILED, 10), 5)
  clock.advance(2_000)
  assert.equal(contact(gate, SUCCEEDED), true)
})

test('failures of requests that were under way when it closed prolong nothing', () => {
  const { clock, gate } = openGate()
  const entrances = Array.from({ length: 20 }, () => gate.enter())
  for (const entrance of entrances) if (entrance.type === 'open') entrance.done(FAILED)
  clock.advance(2_000)
  assert.equal(contact(gate, SUCCEEDED), true)
})

test('the pause varies by a fifth', () => {
  for (const [fraction, pause] of [
    [0, 1_600],
    [1, 2_400],
  ] as const) {
    const { clock, gate } = openGate(fraction)
    contacts(gate, FAILED, 5)
    clock.advance(pause - 1)
    assert.equal(contact(gate, FAILED), false)
    clock.advance(1)
    assert.equal(contact(gate, FAILED), true)
  }
})

const throttles: readonly [name: string, until: number | undefined, pause: number][] = [
  ['as it asks', 7_000, 7_000],
  ['ten seconds where it does not say', undefined, 10_000],
  ['five minutes at most', 86_400_000, 300_000],
]
for (const [name, until, pause] of throttles)
  test(`a provider that throttles is left alone: ${name}`, () => {
    const { clock, gate } = openGate()
    contact(gate, { type: 'throttled', until: until === undefined ? undefined : clock.now() + until })
    clock.advance(pause - 1)
    assert.equal(contact(gate, SUCCEEDED), false)
    clock.advance(1)
    assert.equal(contact(gate, SUCCEEDED), true)
  })

test('a shorter throttle does not undo a longer one', () => {
  const { clock, gate } = openGate()
  const [first, second] = [gate.enter(), gate.enter()]
  if (first.type === 'open') first.done({ type: 'throttled', until: clock.now() + 9_000 })
  if (second.type === 'open') second.done({ type: 'throttled', until: clock.now() + 1_000 })
  clock.advance(2_000)
  assert.equal(gate.enter().type, 'closed')
})

const NOW = Date.UTC(2030, 0, 1)
const headers: readonly [value: string | undefined, expected: number | undefined][] = [
  [undefined, undefined],
  ['120', NOW + 120_000],
  ['0', NOW],
  ['Tue, 01 Jan 2030 00:01:00 GMT', NOW + 60_000],
  ['soon', undefined],
  ['99999999999', undefined],
]
for (const [value, expected] of headers)
  test(`Retry-After: ${value}`, () => assert.equal(readRetryAfter(value, NOW), expected))
