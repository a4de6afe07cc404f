// Two nodes on one store: what each lets begin, when it says no, and what it asks the store for.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { MailStore } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import type { DestinationLimits, PermitExchange } from '../storage/destinations.ts'
import { StoreError } from '../storage/store-error.ts'
import type { Transport } from '../transport/transport.ts'
import type { Admission, Permit } from './delivery-ports.ts'
import { createDestinationPace, type RunningPace } from './destination-pace.ts'

const MINUTE = 60_000
const transport = (name: string): Transport => ({ name, signs: false, deliver: async () => [] })
const MX = transport('mx')
const LIMITS: Readonly<Record<string, DestinationLimits>> = {
  mx: { initial: 2, most: 5 },
  slow: { initial: 2, most: 5, perMinute: 6 },
}

let store: MailStore
before(async () => {
  store = await openTemporaryMailStore()
})
after(() => store.close())

let count = 0
/** A destination that no other test has. */
const somewhere = () => `destination-${(count += 1)}.example`

function open(clock: ManualClock, node: string) {
  const exchanges: PermitExchange[] = []
  const failures: string[] = []
  const inUse = new Map<string, number>()
  const state = { fault: undefined as Error | undefined, answered: undefined as Promise<unknown> | undefined }
  const pace = createDestinationPace({
    destinations: {
      exchangePermits: async (exchange) => {
        exchanges.push(exchange)
        if (state.fault !== undefined) throw state.fault
        const answer = store.write.destinations.exchangePermits(exchange)
        state.answered = answer
        return answer
      },
    },
    limitsOf: (name) => LIMITS[name],
    node,
    clock,
    random: () => 0,
    onUse: (name, change) => inUse.set(name, (inUse.get(name) ?? 0) + change),
    onFailure: (what) => failures.push(what),
  })
  return { pace, exchanges, failures, inUse, state }
}

async function admit(pace: RunningPace, destination: string, latest?: number): Promise<Permit> {
  const admission = await pace.admit(MX, destination, latest)
  assert(admission.type === 'admitted', admission.type)
  return admission.permit
}

const refuse = async (pace: RunningPace, destination: string, latest?: number): Promise<Admission> => {
  const admission = await pace.admit(MX, destination, latest)
  assert.notEqual(admission.type, 'admitted')
  return admission
}

/** Lets renewals finish: they wait for the store, not for the clock. */
async function advance(clock: ManualClock, by: number, { state }: ReturnType<typeof open>): Promise<void> {
  clock.advance(by)
  await settleMicrotasks()
  await state.answered
  await settleMicrotasks()
}

test('a destination is a domain for mx, and a transport for the others', () => {
  const { pace } = open(new ManualClock(), 'one')
  assert.equal(pace.destinationOf(MX, 'you@Bücher.example'), 'xn--bcher-kva.example')
  assert.equal(pace.destinationOf(transport('relay'), 'you@example.org'), 'relay')
})

test('a transport without limits takes whatever comes, and costs the store nothing', async () => {
  const { pace, exchanges, inUse } = open(new ManualClock(), 'one')
  const permits = await Promise.all(Array.from({ length: 50 }, () => pace.admit(transport('capture'), 'capture', 0)))
  assert.ok(permits.every(({ type }) => type === 'admitted'))
  assert.equal(exchanges.length, 0)
  assert.equal(inUse.get('capture'), 50)
})

test('it begins slowly and grows with what succeeds, to the most; then a message costs nothing', async () => {
  const [clock, destination] = [new ManualClock(), somewhere()]
  const { pace, exchanges, inUse } = open(clock, 'one')
  const sizes: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const admissions = await Promise.all(Array.from({ length: 9 }, () => pace.admit(MX, destination, undefined)))
    const permits = admissions.flatMap((one) => (one.type === 'admitted' ? [one.permit] : []))
    sizes.push(permits.length)
    for (const permit of permits) permit.done({ type: 'ok' })
    clock.advance(250)
    // Whoever waits asks again.
    await refuseSome(pace, destination, sizes.at(-1) ?? 0)
  }
  assert.deepEqual(sizes, [2, 4, 5])
  assert.equal(inUse.get('mx'), 0)
  const before = exchanges.length
  for (let round = 0; round < 100; round += 1) (await admit(pace, destination)).done({ type: 'ok' })
  assert.equal(exchanges.length, before)
})

/** Fills what there is, asks once more, and ends all of it as attempts that taught nothing. */
async function refuseSome(pace: RunningPace, destination: string, room: number): Promise<void> {
  const permits = await Promise.all(Array.from({ length: room }, () => admit(pace, destination)))
  const more = await pace.admit(MX, destination, undefined)
  if (more.type === 'admitted') more.permit.done({ type: 'unused' })
  for (const permit of permits) permit.done({ type: 'unused' })
}

test('two nodes share a destination; what one gives back, the other gets', async () => {
  const [clock, destination] = [new ManualClock(), somewhere()]
  const [one, two] = [open(clock, 'one'), open(clock, 'two')]
  const permits = [await admit(one.pace, destination), await admit(one.pace, destination)]
  const busy = await refuse(two.pace, destination)
  assert.deepEqual(busy, { type: 'busy', askAgainAt: clock.now() + 250 })
  permits[0]?.done({ type: 'unused' })
  permits[1]?.done({ type: 'unused' })
  await one.pace.close()
  clock.advance(250)
  await admit(two.pace, destination)
})

test('what is under way is renewed, also for long; what is idle is given back', async () => {
  const [clock, destination] = [new ManualClock(), somewhere()]
  const [one, two] = [open(clock, 'one'), open(clock, 'two')]
  const permits = [await admit(one.pace, destination), await admit(one.pace, destination)]
  for (let time = 0; time < MINUTE; time += 4_000) await advance(clock, 4_000, one)
  assert.equal((await refuse(two.pace, destination)).type, 'busy')
  for (const permit of permits) permit.done({ type: 'unused' })
  await advance(clock, 4_000, one)
  clock.advance(250)
  await admit(two.pace, destination)
  const before = one.exchanges.length
  for (let time = 0; time < MINUTE; time += 4_000) await advance(clock, 4_000, one)
  assert.equal(one.exchanges.length, before)
})

test('one failure after another pauses the destination for all nodes; a success ends that', async () => {
  const [clock, destination] = [new ManualClock(), somewhere()]
  const [one, two] = [open(clock, 'one'), open(clock, 'two')]
  ;(await admit(one.pace, destination)).done({ type: 'failed', reply: '421 4.3.2 closing' })
  const until = clock.now() + 10_000
  for (const { pace } of [one, two]) assert.deepEqual(await refuse(pace, destination), { type: 'paused', until })
  const stored = await store.read.destinations.listDestinations({ at: clock.now(), limit: 1000 })
  const told = stored.find((each) => each.destination === destination)
  assert.deepEqual([told?.failures, told?.lastReply], [1, '421 4.3.2 closing'])
  clock.advance(10_000)
  ;(await admit(one.pace, destination)).done({ type: 'failed', reply: '421 4.3.2 closing' })
  assert.deepEqual(await refuse(one.pace, destination), { type: 'paused', until: clock.now() + 20_000 })
  await advance(clock, 4_000, one)
  ;(await admit(two.pace, destination, clock.now())).done({ type: 'ok' })
  await advance(clock, 0, two)
  clock.advance(10_000)
  await admit(one.pace, destination)
})

test('a pause does not hold after the latest moment of a message', async () => {
  const [clock, destination] = [new ManualClock(), somewhere()]
  const { pace } = open(clock, 'one')
  for (let failures = 0; failures < 8; failures += 1) {
    ;(await admit(pace, destination, clock.now())).done({ type: 'failed', reply: 'no' })
    const paused = await refuse(pace, destination)
    assert(paused.type === 'paused')
    if (failures < 7) clock.advance(paused.until - clock.now())
  }
  const latest = clock.now() + 2 * MINUTE
  assert.deepEqual(await refuse(pace, destination, latest), { type: 'paused', until: latest })
  clock.advance(2 * MINUTE)
  ;(await admit(pace, destination, latest)).done({ type: 'failed', reply: 'still no' })
  assert.equal((await refuse(pace, destination)).type, 'paused')
})

test('a rate holds over both nodes', async () => {
  const [clock, slow] = [new ManualClock(), transport('slow')]
  const nodes = [open(clock, 'one'), open(clock, 'two')]
  let begun = 0
  for (let second = 0; second < 60; second += 1) {
    for (const { pace } of nodes) {
      const admission = await pace.admit(slow, 'slow', undefined)
      if (admission.type !== 'admitted') continue
      begun += 1
      admission.permit.done({ type: 'ok' })
    }
    for (const node of nodes) await advance(clock, 500, node)
  }
  assert.ok(begun >= 5 && begun <= 7, String(begun))
})

test('a store that is away is told to who asks, and what came of attempts is told later', async () => {
  const [clock, destination] = [new ManualClock(), somewhere()]
  const { pace, failures, state } = open(clock, 'one')
  const permit = await admit(pace, destination)
  state.fault = new StoreError('unavailable', 'away')
  permit.done({ type: 'failed', reply: '421 later' })
  await settleMicrotasks()
  assert.deepEqual(failures, ['tell of a destination'])
  clock.advance(10_000)
  await assert.rejects(pace.admit(MX, destination, undefined), /away/)
  state.fault = undefined
  assert.equal((await refuse(pace, destination)).type, 'paused')
})

test('a permit that is given back twice is a mistake of ours', async () => {
  const { pace } = open(new ManualClock(), 'one')
  const permit = await admit(pace, somewhere())
  permit.done({ type: 'unused' })
  assert.throws(() => permit.done({ type: 'unused' }), /twice/)
})

const step = fc.record({
  node: fc.integer({ min: 0, max: 1 }),
  asked: fc.integer({ min: 0, max: 6 }),
  ended: fc.integer({ min: 0, max: 6 }),
  wait: fc.integer({ min: 0, max: 6_000 }),
})

test('whatever two nodes ask, together they never have more under way than the window', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      const [clock, destination] = [new ManualClock(), somewhere()]
      const nodes = ['one', 'two'].map((name) => ({ ...open(clock, name), permits: [] as Permit[] }))
      for (const { node: index, asked, ended, wait } of steps) {
        const node = nodes[index]
        assert(node !== undefined)
        const admissions = await Promise.all(
          Array.from({ length: asked }, () => node.pace.admit(MX, destination, undefined)),
        )
        for (const one of admissions) if (one.type === 'admitted') node.permits.push(one.permit)
        const total = nodes.reduce((sum, { permits }) => sum + permits.length, 0)
        assert.ok(total <= 5, String(total))
        for (const permit of node.permits.splice(0, ended)) permit.done({ type: 'ok' })
        for (const each of nodes) await advance(clock, wait / 2, each)
      }
    }),
    { numRuns: 30 },
  )
})
