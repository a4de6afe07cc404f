// Every store of destinations passes this suite: what nodes have together is never more than the window, the window follows what came
// of attempts, and what a dead node had comes free.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { DestinationState, PermitExchange, PermitGrant, PermitRequest } from './destinations.ts'
import { type MailStore, mailTests } from './mail-store.fixture.ts'
import { DESTINATION_AGE } from './sql/destinations.ts'
import { AT } from './two-tenants.fixture.ts'

const PERIOD = 10_000
const MINUTE = 60_000
const LIMITS = { initial: 2, most: 5 }
const BACK_OFF = { first: 10_000, most: 30 * MINUTE, jitter: 0 }

const request = (changes: Partial<PermitRequest> = {}): PermitRequest => ({
  destination: 'contoso.example',
  limits: LIMITS,
  inUse: 0,
  wanted: 0,
  messages: 0,
  successes: 0,
  failures: 0,
  reply: '',
  ...changes,
})

type Asked = Partial<PermitRequest> & { readonly node?: string; readonly at?: number; readonly jitter?: number }

async function exchange(
  store: MailStore,
  { node = 'one', at = AT, jitter = 0, ...changes }: Asked,
): Promise<PermitGrant> {
  const turn: PermitExchange = {
    node,
    at,
    until: at + PERIOD,
    backOff: { ...BACK_OFF, jitter },
    requests: [request(changes)],
  }
  const [grant] = await store.write.destinations.exchangePermits(turn)
  assert(grant !== undefined)
  return grant
}

const list = (store: MailStore, at = AT) => store.read.destinations.listDestinations({ at, limit: 10 })
const state = async (store: MailStore, at = AT): Promise<DestinationState | undefined> => (await list(store, at))[0]

/** `open` gives an empty store. */
export function describeDestinations(name: string, open: () => Promise<MailStore>): void {
  const paceTest = mailTests(`${name} destinations`, open)
  describeSharing(paceTest)
  describeWindow(paceTest)
  describeBackOff(paceTest)
  describeRate(paceTest)
  describeMany(paceTest)
}

type PaceTest = ReturnType<typeof mailTests>

function describeSharing(paceTest: PaceTest): void {
  paceTest('one node alone has the whole window, and no more', async (store) => {
    assert.equal((await exchange(store, { wanted: 1 })).granted, 1)
    assert.equal((await exchange(store, { wanted: 9 })).granted, 2)
    assert.equal((await state(store))?.permits, 2)
  })

  paceTest('what one has, another cannot have; each gets its part when the first asks again', async (store) => {
    assert.equal((await exchange(store, { node: 'one', wanted: 9 })).granted, 2)
    const second = await exchange(store, { node: 'two', wanted: 9 })
    assert.deepEqual([second.granted, second.askAgainAt], [0, AT + 1000])
    assert.equal((await exchange(store, { node: 'one', wanted: 9, inUse: 1 })).granted, 1)
    assert.equal((await exchange(store, { node: 'two', wanted: 9 })).granted, 1)
    assert.equal((await exchange(store, { node: 'three', wanted: 9 })).granted, 0)
  })

  paceTest('a node that wants little leaves the rest to the others', async (store) => {
    await exchange(store, { successes: 3 })
    assert.equal((await exchange(store, { node: 'one', wanted: 1 })).granted, 1)
    assert.equal((await exchange(store, { node: 'two', wanted: 9 })).granted, 4)
  })

  paceTest('what is in use counts as taken until it ends, granted or not', async (store) => {
    await exchange(store, { successes: 3 })
    assert.equal((await exchange(store, { node: 'one', wanted: 9 })).granted, 5)
    await exchange(store, { node: 'two', wanted: 9 })
    assert.equal((await exchange(store, { node: 'one', wanted: 9, inUse: 5 })).granted, 3)
    assert.equal((await exchange(store, { node: 'two', wanted: 9 })).granted, 0)
    assert.equal((await exchange(store, { node: 'one', wanted: 9, inUse: 3 })).granted, 3)
    assert.equal((await exchange(store, { node: 'two', wanted: 9 })).granted, 2)
  })

  paceTest('permits of a dead node lapse, and those given back are free at once', async (store) => {
    await exchange(store, { node: 'dead', wanted: 9 })
    assert.equal((await exchange(store, { node: 'two', wanted: 2, at: AT + PERIOD - 1 })).granted, 0)
    assert.equal((await exchange(store, { node: 'two', wanted: 2, at: AT + PERIOD })).granted, 2)
    await exchange(store, { node: 'two', at: AT + PERIOD })
    assert.equal((await exchange(store, { node: 'three', wanted: 2, at: AT + PERIOD })).granted, 2)
  })

  paceTest('of many that ask at once, all together have no more than the window', async (store) => {
    const grants = await Promise.all(
      Array.from({ length: 8 }, (_, index) => exchange(store, { node: `node ${index}`, wanted: 9 })),
    )
    assert.equal(
      grants.reduce((sum, { granted }) => sum + granted, 0),
      2,
    )
  })
}

type Turn = {
  readonly node: number
  readonly wanted: number
  readonly ended: number
  readonly successes: number
  readonly failures: number
  readonly wait: number
}

const turn: fc.Arbitrary<Turn> = fc.record({
  node: fc.integer({ min: 0, max: 2 }),
  wanted: fc.integer({ min: 0, max: 8 }),
  ended: fc.integer({ min: 0, max: 5 }),
  successes: fc.integer({ min: 0, max: 3 }),
  failures: fc.integer({ min: 0, max: 1 }),
  wait: fc.integer({ min: 0, max: PERIOD / 2 }),
})

function describeWindow(paceTest: PaceTest): void {
  paceTest('it grows by what succeeds and halves by what fails, between one and the most', async (store) => {
    const windows: number[] = []
    for (const report of [
      { successes: 2 },
      { successes: 9 },
      { successes: 1, failures: 1 },
      { successes: 0, failures: 1 },
      { successes: 1 },
    ])
      windows.push((await exchange(store, report)).window)
    assert.deepEqual(windows, [4, 5, 2, 1, 2])
    assert.equal((await exchange(store, { limits: { initial: 2, most: 1 } })).window, 1)
    assert.equal((await exchange(store, { destination: 'small', limits: { initial: 2, most: 1 } })).window, 1)
  })

  paceTest('whatever nodes do, what they have together is never more than the window', async (store) => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.array(turn, { minLength: 1, maxLength: 25 }), async (destination, turns) => {
        const nodes = new Map<string, { granted: number; inUse: number; until: number }>()
        let at = AT
        for (const { node: index, wanted, ended, wait, successes, failures } of turns) {
          at += wait
          const node = `node ${index}`
          const before = nodes.get(node)
          // A node fills what it was granted, then some attempts end.
          const busy = before === undefined || before.until <= at ? 0 : Math.max(before.granted, before.inUse)
          const inUse = Math.max(0, busy - ended)
          const asked = { node, at, destination, inUse, wanted: inUse + wanted, successes, failures }
          const { granted, window } = await exchange(store, asked)
          assert.ok(granted <= inUse + wanted)
          nodes.set(node, { granted, inUse, until: at + PERIOD })
          const others = [...nodes].filter(([name, { until }]) => name !== node && until > at)
          const taken = others.reduce((sum, [, one]) => sum + Math.max(one.granted, one.inUse), 0)
          assert.ok(granted === 0 || granted + taken <= window, `${granted} + ${taken} of ${window}`)
        }
      }),
      { numRuns: 20 },
    )
  })
}

function describeBackOff(paceTest: PaceTest): void {
  paceTest('each failure after a pause makes the next one twice as long, up to the longest', async (store) => {
    let at = AT
    const pauses: number[] = []
    for (let index = 0; index < 10; index += 1) {
      const { pausedUntil } = await exchange(store, { at, failures: 3, reply: '421 4.3.2 busy' })
      pauses.push((pausedUntil - at) / 1000)
      at = pausedUntil
    }
    assert.deepEqual(pauses, [10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800])
    const { failures, lastReply, window } = (await state(store, at)) ?? {}
    assert.deepEqual([failures, lastReply, window], [10, '421 4.3.2 busy', 1])
  })

  paceTest('jitter makes it shorter', async (store) => {
    assert.equal((await exchange(store, { failures: 1, jitter: 0.5 })).pausedUntil, AT + 9000)
  })

  paceTest('what was under way when the pause began makes it no longer', async (store) => {
    await exchange(store, { failures: 1 })
    const { pausedUntil, window } = await exchange(store, { at: AT + 9999, failures: 4 })
    assert.deepEqual([pausedUntil, window, (await state(store))?.failures], [AT + 10_000, 1, 1])
  })

  paceTest('a success ends it, for all nodes', async (store) => {
    await exchange(store, { failures: 1 })
    assert.equal((await exchange(store, { node: 'two', wanted: 1 })).pausedUntil, AT + 10_000)
    await exchange(store, { successes: 1 })
    assert.equal((await exchange(store, { node: 'two', wanted: 1 })).pausedUntil, 0)
    assert.equal((await state(store))?.failures, 0)
  })
}

function describeRate(paceTest: PaceTest): void {
  const limits = { initial: 2, most: 5, perMinute: 12 }

  paceTest('nodes together begin no more messages than the rate, and are told when to ask', async (store) => {
    const asked = { limits, wanted: 1, messages: 9 }
    assert.equal((await exchange(store, { ...asked, node: 'one', messages: 1 })).messages, 1)
    assert.equal((await exchange(store, { ...asked, node: 'two' })).messages, 1)
    const { messages, askAgainAt } = await exchange(store, { ...asked, node: 'one' })
    assert.deepEqual([messages, askAgainAt], [0, AT + 10_000])
    assert.equal((await exchange(store, { ...asked, node: 'one', at: AT + 5_000 })).messages, 1)
    assert.equal((await exchange(store, { ...asked, node: 'one', at: AT + MINUTE })).messages, 2)
  })

  paceTest('less than one in a turn is possible, and a clock that is set back does not stop it', async (store) => {
    const asked = { limits: { ...limits, perMinute: 2 }, wanted: 1, messages: 9 }
    assert.equal((await exchange(store, asked)).messages, 1)
    assert.equal((await exchange(store, { ...asked, at: AT + 15_000 })).messages, 0)
    assert.equal((await exchange(store, { ...asked, at: AT + 20_001 })).messages, 1)
    assert.equal((await exchange(store, { ...asked, at: AT - 60 * MINUTE })).messages, 0)
    assert.equal((await exchange(store, { ...asked, at: AT - 59 * MINUTE })).messages, 1)
  })

  paceTest('without a rate nothing is counted', async (store) => {
    assert.equal((await exchange(store, { messages: 900 })).messages, 900)
  })
}

function describeMany(paceTest: PaceTest): void {
  const names = Array.from({ length: 45 }, (_, index) => `${(index * 31) % 45}.example`)
  const requests = names.map((destination, index) => request({ destination, wanted: index % 3 }))
  const ask = (store: MailStore, node: string, order: readonly PermitRequest[]) =>
    store.write.destinations.exchangePermits({ node, at: AT, until: AT + PERIOD, backOff: BACK_OFF, requests: order })

  paceTest('of many destinations each grant stands at the place of its request', async (store) => {
    const grants = await ask(store, 'one', requests)
    assert.deepEqual(
      grants.map(({ granted }) => granted),
      requests.map(({ wanted }) => wanted),
    )
    assert.deepEqual(await ask(store, 'one', []), [])
  })

  paceTest(
    'nodes that ask about the same ones in different orders do not wait for each other forever',
    async (store) => {
      const all = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          ask(store, `node ${index}`, index % 2 === 0 ? requests : requests.toReversed()),
        ),
      )
      assert.deepEqual(
        all.map((grants) => grants.length),
        all.map(() => names.length),
      )
    },
  )

  paceTest('the most troubled come first; the untroubled and idle are not told', async (store) => {
    await exchange(store, { destination: 'idle' })
    await exchange(store, { destination: 'busy', wanted: 1 })
    await exchange(store, { destination: 'troubled', failures: 1, reply: 'no' })
    assert.deepEqual(
      (await list(store)).map(({ destination, permits }) => [destination, permits]),
      [
        ['troubled', 0],
        ['busy', 1],
      ],
    )
    assert.equal((await list(store, AT + PERIOD)).length, 1)
  })

  paceTest('what nothing was heard of for a day is forgotten', async (store) => {
    const limits = {
      messageAge: 1e15,
      captureCount: 1e15,
      captureSize: 1e15,
      decisionAge: 1e15,
      decisionCount: 1e15,
      auditAge: 1e15,
      eventAge: 1e15,
    }
    await exchange(store, { destination: 'old', failures: 1 })
    await exchange(store, { destination: 'new', failures: 1, at: AT + 1 })
    while (await store.write.retention.sweep(AT + DESTINATION_AGE, limits));
    assert.deepEqual(
      (await list(store)).map(({ destination }) => destination),
      ['new'],
    )
  })
}
