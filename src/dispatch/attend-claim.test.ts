import assert from 'node:assert/strict'
import test from 'node:test'
import { settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { Settlement } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'
import type { Transport } from '../transport/transport.ts'
import type { Admission, DestinationResult } from './delivery-ports.ts'
import {
  claimOf,
  DAY,
  HOUR,
  NOW,
  openDispatch,
  type Say,
  slowTransport,
  statusesOf,
  transportOf,
} from './dispatch.fixture.ts'

const down: Say = () => ({ status: 'deferred', enhancedStatusCode: '4.4.1', tryNext: true })
const unfit: Say = () => ({ status: 'failed', enhancedStatusCode: '5.6.5', tryNext: true })

test('recipients of one destination leave together, the others by themselves', async () => {
  const mx = transportOf('mx', () => ({}))
  const { settled, hand } = openDispatch([mx])
  await hand(claimOf('1', ['a@one.test', 'b@two.test', 'c@one.test']))
  assert.deepEqual(
    mx.shipments.map(({ recipients }) => recipients.map(({ index }) => index)),
    [[0, 2], [1]],
  )
  assert.deepEqual(statusesOf(settled), ['delivered', 'delivered', 'delivered'])
})

test('recipients that were deferred together are due together', async () => {
  let draws = 0
  const mx = transportOf('mx', () => ({ status: 'deferred' }))
  const { settled, hand } = openDispatch([mx], { random: () => (draws += 0.1) })
  await hand(claimOf('1', ['a@one.test', 'b@one.test', 'c@one.test']))
  const moments = settled.flatMap(({ outcomes }) => outcomes.map(({ nextAttemptAt }) => nextAttemptAt))
  assert.equal(moments.length, 3)
  assert.equal(new Set(moments).size, 1)
})

test('whoever took the message is settled before a slower destination ends', async () => {
  const { transport, waiting } = slowTransport('mx')
  const { settled, hand } = openDispatch([transport])
  await hand(claimOf('1', ['a@one.test', 'b@two.test', 'c@three.test']))
  waiting[0]?.answer(() => ({}))
  waiting[1]?.answer(() => ({ status: 'failed' }))
  await settleMicrotasks()
  assert.deepEqual(
    settled.map(({ isPartial, outcomes }) => [isPartial, outcomes.map(({ index }) => index)]),
    [[true, [0]]],
  )
  waiting[2]?.answer(() => ({ status: 'failed' }))
  await settleMicrotasks()
  assert.deepEqual(
    settled.slice(1).map(({ isPartial, outcomes }) => [isPartial, outcomes.map(({ index }) => index)]),
    [[undefined, [1, 2]]],
  )
})

type RouteCase = {
  readonly name: string
  readonly route: readonly (readonly [string, Say])[]
  readonly tried: readonly string[]
  readonly status: string
  readonly code?: string
}
const routeCases: readonly RouteCase[] = [
  {
    name: 'the next way takes whom the first has not',
    route: [
      ['acs', down],
      ['relay', () => ({})],
      ['mx', () => ({})],
    ],
    tried: ['acs', 'relay'],
    status: 'delivered',
  },
  {
    name: 'nobody left',
    route: [
      ['acs', down],
      ['mx', down],
    ],
    tried: ['acs', 'mx'],
    status: 'deferred',
    code: '4.4.1',
  },
  {
    name: 'nobody can carry it',
    route: [
      ['acs', unfit],
      ['mx', unfit],
    ],
    tried: ['acs', 'mx'],
    status: 'failed',
    code: '5.6.5',
  },
  {
    name: 'one that cannot be reached might',
    route: [
      ['acs', down],
      ['mx', unfit],
    ],
    tried: ['acs', 'mx'],
    status: 'deferred',
    code: '4.4.1',
  },
  {
    name: 'a refusal of the last way is final',
    route: [
      ['acs', down],
      ['mx', () => ({ status: 'failed', enhancedStatusCode: '5.1.1', remote: { host: 'h', reply: '550 5.1.1 no' } })],
    ],
    tried: ['acs', 'mx'],
    status: 'failed',
    code: '5.1.1',
  },
  {
    name: 'a deferral that does not lie with the way stays there',
    route: [
      ['acs', () => ({ status: 'deferred' })],
      ['mx', () => ({})],
    ],
    tried: ['acs'],
    status: 'deferred',
  },
  { name: 'no route fits', route: [], tried: [], status: 'deferred', code: '4.4.4' },
]
for (const { name, route, tried, status, code } of routeCases)
  test(`route: ${name}`, async () => {
    const transports = route.map(([transport, say]) => transportOf(transport, say))
    const { settled, hand } = openDispatch(transports)
    await hand(claimOf('1'))
    const [outcome] = settled[0]?.outcomes ?? []
    assert.deepEqual(
      transports.flatMap(({ name: each, shipments }) => shipments.map(() => each)),
      tried,
    )
    assert.equal(outcome?.status, status)
    if (code !== undefined) assert.equal(outcome.enhancedStatusCode, code)
    assert.equal('tryNext' in (outcome ?? {}), false)
  })

test('those whom one way has go no further, and the others are grouped anew', async () => {
  const relay = transportOf('relay', ({ index }) => (index === 0 ? {} : { status: 'deferred', tryNext: true }))
  const mx = transportOf('mx', () => ({}))
  const { settled, hand } = openDispatch([relay, mx])
  await hand(claimOf('1', ['a@one.test', 'b@two.test', 'c@three.test']))
  assert.deepEqual(
    mx.shipments.map(({ recipients }) => recipients.map(({ index }) => index)),
    [[1], [2]],
  )
  assert.deepEqual(statusesOf(settled).toSorted(), ['delivered', 'delivered', 'delivered'])
})

test('what cannot be signed now is deferred with the reason, and never sent', async () => {
  const relay = transportOf('relay', () => ({}))
  const { settled, hand } = openDispatch([relay], {
    openShipment: async () => ({ type: 'deferred', enhancedStatusCode: '4.7.5', detail: 'no key' }),
  })
  await hand(claimOf('1'))
  assert.equal(relay.shipments.length, 0)
  assert.equal(settled[0]?.outcomes[0]?.diagnostic, 'no key')
})

function paceOf(answer: (destination: string, latest: number | undefined) => Admission['type'], until = NOW + DAY) {
  const results: (readonly [string, DestinationResult])[] = []
  const asked: (number | undefined)[] = []
  return {
    results,
    asked,
    destinationOf: ({ name }: Transport, path: string) => (name === 'mx' ? path.slice(path.indexOf('@') + 1) : name),
    admit: async (_: Transport, destination: string, latest: number | undefined): Promise<Admission> => {
      asked.push(latest)
      const type = answer(destination, latest)
      if (type === 'paused') return { type, until }
      if (type === 'busy') return { type, askAgainAt: until }
      return { type, permit: { done: (result) => void results.push([destination, result]) } }
    },
  }
}

test('a destination in trouble gives its mail back until it may be asked again', async () => {
  const pace = paceOf(() => 'paused')
  const { settled, hand } = openDispatch([transportOf('mx', () => ({}))], { pace })
  await hand(claimOf('1', [{ attempts: 3, lastAttemptAt: NOW }]))
  assert.deepEqual(
    settled.map(({ outcomes, postponed }) => [outcomes, postponed]),
    [[[], [{ index: 0, until: NOW + DAY }]]],
  )
  assert.deepEqual(pace.asked, [NOW + 4 * HOUR])
})

test('the pace is told that a first retry must not wait', async () => {
  const pace = paceOf(() => 'admitted')
  const { hand } = openDispatch([transportOf('mx', () => ({}))], { pace })
  await hand(claimOf('1', [{ attempts: 1, lastAttemptAt: NOW + 7 }]))
  assert.deepEqual(pace.asked, [NOW + 7 + 120_000])
})

for (const [name, age, recipient, status, told] of [
  ['told of', 4 * HOUR, {}, 'deferred', true],
  ['given up', 4 * DAY, { delayReported: true }, 'failed', undefined],
] as const)
  test(`mail behind a pause that never ends is ${name} in time`, async () => {
    const pace = paceOf((_, latest) => (latest !== undefined && NOW >= latest ? 'admitted' : 'paused'))
    const { settled, hand } = openDispatch([transportOf('mx', down)], { pace })
    await hand(claimOf('1', [{ attempts: 2, lastAttemptAt: NOW - HOUR, ...recipient }], { receivedAt: NOW - age }))
    const [outcome] = settled[0]?.outcomes ?? []
    assert.deepEqual([outcome?.status, outcome?.delayReported], [status, told])
    assert.equal(settled[0]?.reports?.length, 1)
  })

for (const [attempts, remembers, route] of [
  [0, true, 'goes round'],
  [1, true, 'waits for'],
  [1, undefined, 'goes round'],
] as const)
  test(`mail that was tried ${attempts} times ${route} a way out in trouble that remembers: ${remembers}`, async () => {
    const pace = paceOf((destination) => (destination === 'first' ? 'paused' : 'admitted'))
    const relay = transportOf('relay', () => ({}))
    const first = { ...transportOf('first', () => ({})), ...(remembers && { remembers }) }
    const { settled, hand } = openDispatch([first, relay], { pace })
    await hand(claimOf('1', [{ attempts }]))
    assert.equal(relay.shipments.length, route === 'goes round' ? 1 : 0)
    assert.equal(settled[0]?.postponed?.length, route === 'goes round' ? undefined : 1)
  })

const results: readonly (readonly [string, Say, DestinationResult['type']])[] = [
  ['delivered', () => ({}), 'ok'],
  [
    'a mailbox is full',
    () => ({ status: 'deferred', enhancedStatusCode: '4.2.2', remote: { host: 'h', reply: '452' } }),
    'ok',
  ],
  ['refused', () => ({ status: 'failed', remote: { host: 'h', reply: '550' } }), 'ok'],
  ['it cannot be reached', down, 'failed'],
  [
    'it is overloaded',
    () => ({ status: 'deferred', enhancedStatusCode: '4.3.2', remote: { host: 'h', reply: '421' } }),
    'failed',
  ],
  ['one of two was taken', ({ index }) => (index === 0 ? {} : down(undefined as never, undefined as never)), 'ok'],
  ['we have trouble', () => ({ status: 'deferred', enhancedStatusCode: '4.3.0' }), 'unused'],
  ['it has no MX', () => ({ status: 'failed', enhancedStatusCode: '5.1.10' }), 'unused'],
]
for (const [name, say, type] of results)
  test(`what a destination is said to be when ${name}: ${type}`, async () => {
    const pace = paceOf(() => 'admitted')
    const { hand } = openDispatch([transportOf('mx', say)], { pace })
    await hand(claimOf('1', ['a@one.test', 'b@one.test']))
    assert.deepEqual(
      pace.results.map(([destination, result]) => [destination, result.type]),
      [['one.test', type]],
    )
  })

test('a pace that fails postpones its own recipients alone', async () => {
  const pace = paceOf((destination) => {
    if (destination === 'bad.test') throw new Error('away')
    return 'admitted'
  })
  const { settled, failures, hand } = openDispatch([transportOf('mx', () => ({}))], { pace })
  await hand(claimOf('1', ['a@bad.test', 'b@one.test']))
  assert.deepEqual(statusesOf(settled), ['delivered'])
  assert.deepEqual(
    settled.flatMap(({ postponed = [] }) => postponed.map(({ index }) => index)),
    [0],
  )
  assert.deepEqual(failures, ['destination bad.test'])
})

const suppressing = (address: string) => ({
  findSuppressed: async () => ({
    suppressed: new Map([[address, { reason: 'hard bounce' as const, detail: '550 5.1.1 gone' }]]),
    lapsed: ['lapsed@one.test', 'never@one.test'],
  }),
})

test('a suppressed recipient gets the event instead of an attempt', async () => {
  const mx = transportOf('mx', () => ({}))
  const { settled, hand } = openDispatch([mx], { suppressions: suppressing('gone@one.test') })
  await hand(claimOf('1', ['Gone@One.test', 'b@one.test'], { reversePath: 'a@x.postern.test' }))
  assert.deepEqual(
    mx.shipments.map(({ recipients }) => recipients.map(({ index }) => index)),
    [[1]],
  )
  assert.deepEqual(statusesOf(settled), ['suppressed', 'delivered'])
  const [report] = settled[0]?.events ?? []
  assert.deepEqual(
    [report?.type, report?.data['status']],
    ['Microsoft.Communication.EmailDeliveryReportReceived', 'Suppressed'],
  )
})

test('a hard bounce suppresses, and a delivery ends the streak of an address that had one', async () => {
  const gone: Say = ({ forwardPath }) =>
    forwardPath.startsWith('New')
      ? { status: 'failed', enhancedStatusCode: '5.1.1', remote: { host: 'h', reply: '550 5.1.1 gone' } }
      : {}
  const { settled, hand } = openDispatch([transportOf('mx', gone)], { suppressions: suppressing('x@y.test') })
  await hand(claimOf('1', ['New@one.test', 'Lapsed@one.test', 'c@one.test'], { reversePath: '' }))
  const { suppressions, unsuppressed, events } = settled[0] as Settlement
  assert.deepEqual(
    suppressions?.map(({ address, detail, queueId }) => [address, detail, queueId]),
    [['new@one.test', '550 5.1.1 gone', '1']],
  )
  assert.deepEqual(unsuppressed, ['lapsed@one.test'])
  assert.equal(events?.find(({ type }) => type.startsWith('Microsoft'))?.data['status'], 'Bounced')
})

type ReportCase = {
  readonly name: string
  readonly reversePath: string
  readonly reports: number
  readonly notes: RegExp
  readonly events: readonly string[]
}
const BOUNCE = 'Microsoft.Communication.EmailDeliveryReportReceived'
const UNSENT = 'Postern.Mail.DeliveryReportNotSent'
const reportCases: readonly ReportCase[] = [
  {
    name: 'to its sender',
    reversePath: 'a@example.test',
    reports: 1,
    notes: /^failed report to a@example.test queued as report/,
    events: [BOUNCE],
  },
  {
    name: 'kept where nobody reads',
    reversePath: 'a@X.Postern.test',
    reports: 0,
    notes: /^no failed report to .* takes no mail; kept/,
    events: [BOUNCE, UNSENT],
  },
  {
    name: 'of a report',
    reversePath: '',
    reports: 0,
    notes: /^no failed report: the report itself/,
    events: [BOUNCE, UNSENT],
  },
]
for (const { name, reversePath, reports, notes, events } of reportCases)
  test(`a report ${name}`, async () => {
    const { settled, hand } = openDispatch([transportOf('mx', () => ({ status: 'failed' }))])
    await hand(claimOf('1', ['a@one.test', 'b@one.test'], { reversePath }))
    const [settlement] = settled
    assert.equal(settlement?.reports?.length ?? 0, reports)
    assert.match(settlement?.notes?.join() ?? '', notes)
    assert.deepEqual([...new Set(settlement?.events?.map(({ type }) => type))], events)
    for (const report of settlement?.reports ?? [])
      assert.deepEqual([report.envelope.reversePath, report.epoch], ['', undefined])
  })

test('a report that cannot be made leaves the refusal for later and the delivery as it is', async () => {
  const say: Say = ({ index }) => (index === 0 ? {} : { status: 'failed' })
  const reports = {
    hostname: 'mail.example.test',
    content: { open: () => assert.fail('not now') },
    nextQueueId: () => assert.fail('no ids'),
  }
  const { settled, failures, hand } = openDispatch([transportOf('mx', say)], { reports })
  await hand(claimOf('1', ['a@one.test', 'b@one.test']))
  assert.deepEqual(statusesOf(settled), ['delivered'])
  assert.deepEqual(
    settled[0]?.postponed?.map(({ index }) => index),
    [1],
  )
  assert.deepEqual(failures, ['reports of 1'])
})

test('mail whose sender may not send any more is parked, unless an operator let it go or it is a report', async () => {
  const relay = transportOf('relay', () => ({}))
  const { settled, hand } = openDispatch([relay], {
    standingOf: async () => ({ type: 'may not', reason: 'the application is disabled' }),
  })
  await hand(claimOf('1'), { ...claimOf('2'), released: true }, claimOf('3', undefined, { reversePath: '' }))
  const seen = settled.map(({ queueId, park, outcomes }) => `${queueId} ${park?.reason ?? 'goes'} ${outcomes.length}`)
  assert.deepEqual(seen.toSorted(), ['1 the application is disabled 0', '2 goes 1', '3 goes 1'])
})

test('a store that cannot be read postpones the message for a moment, and is told of once', async () => {
  const away = new StoreError('unavailable', 'away')
  const suppressions = { findSuppressed: () => Promise.reject(away) }
  const { settled, failures, hand, clock } = openDispatch([transportOf('mx', () => ({}))], { suppressions })
  const at = clock.now() + 20
  await hand(claimOf('1'), claimOf('2'))
  assert.deepEqual(
    settled.map(({ postponed }) => postponed),
    [[{ index: 0, until: at + 5_000 }], [{ index: 0, until: at + 5_000 }]],
  )
  assert.deepEqual(failures, ['message 1'])
})
