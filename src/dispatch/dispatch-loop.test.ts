import assert from 'node:assert/strict'
import test from 'node:test'
import { settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { Settlement, Spool } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'
import type { DestinationPace } from './delivery-ports.ts'
import { claimOf, NOW, openDispatch, type Say, slowTransport, statusesOf, transportOf } from './dispatch.fixture.ts'

const delivering = () => transportOf('test', () => ({}))

test('what the transport says is settled under the token of the claim', async () => {
  const { settled, hand } = openDispatch([delivering()])
  await hand(claimOf('1'), claimOf('2'))
  assert.deepEqual(
    settled.map(({ queueId, token, outcomes }) => [queueId, token, outcomes[0]?.status]),
    [
      ['1', 'token 1', 'delivered'],
      ['2', 'token 2', 'delivered'],
    ],
  )
})

test('a deferred recipient gets its next moment', async () => {
  const { settled, hand, clock } = openDispatch([transportOf('test', () => ({ status: 'deferred' }))])
  await hand(claimOf('1'))
  assert.equal(settled[0]?.outcomes[0]?.nextAttemptAt, clock.now() + 60_000)
})

test('a transport that throws, or forgets a recipient, defers the message', async () => {
  const forgetful = { name: 'test', signs: false, deliver: async () => [] }
  const throwing = { name: 'test', signs: false, deliver: () => Promise.reject(new Error('bug')) }
  for (const [transport, told] of [
    [forgetful, []],
    [throwing, ['transport test']],
  ] as const) {
    const { settled, failures, hand } = openDispatch([transport])
    await hand(claimOf('1'))
    assert.deepEqual([statusesOf(settled), failures], [['deferred'], told])
  }
})

test('an attempt whose lease was lost is aborted and not settled', async () => {
  const { transport, waiting } = slowTransport('test')
  const { settled, hand, wait } = openDispatch([transport], {}, () => [])
  await hand(claimOf('1'))
  await wait(10_000)
  assert.equal(waiting[0]?.signal.aborted, true)
  waiting[0].answer(() => ({}))
  await settleMicrotasks()
  assert.deepEqual(settled, [])
})

test('stopping waits for attempts under way and claims no more', async () => {
  const { transport, waiting } = slowTransport('test')
  const { settled, hand, dispatch, wake, wait } = openDispatch([transport])
  await hand(claimOf('1'))
  const stopped = dispatch.stop(5_000)
  wake()
  await wait(20)
  waiting[0]?.answer(() => ({}))
  await settleMicrotasks()
  await wait(20)
  await stopped
  assert.deepEqual(statusesOf(settled), ['delivered'])
})

test('an attempt that outlasts the patience of a stop is aborted and given back', async () => {
  const { transport, waiting } = slowTransport('test')
  const { settled, released, hand, dispatch, wake, wait } = openDispatch([transport])
  await hand(claimOf('1'))
  const stopped = dispatch.stop(5_000)
  wake()
  await wait(5_000)
  await stopped
  assert.equal(waiting[0]?.signal.aborted, true)
  assert.deepEqual([released, settled], [['token 1'], []])
})

test('what waits for its turn when the loop stops is given back at once', async () => {
  const pace = { destinationOf: () => 'd', admit: async () => ({ type: 'busy' as const, askAgainAt: NOW + 60_000 }) }
  const { settled, hand, dispatch, wake, wait } = openDispatch([delivering()], { pace })
  await hand(claimOf('1'))
  const stopped = dispatch.stop(5_000)
  wake()
  await settleMicrotasks()
  assert.deepEqual(
    settled.map(({ postponed }) => postponed?.map(({ index }) => index)),
    [[0]],
  )
  await wait(20)
  await stopped
})

test('what is lent while stopping is given back', async () => {
  const { settled, released, dispatch, lendByHand, turn } = openDispatch([delivering()])
  const answer = lendByHand()
  await turn()
  const stopped = dispatch.stop(5_000)
  answer([claimOf('1')])
  await stopped
  assert.deepEqual([released, settled], [['token 1'], []])
})

test('a hold that comes meanwhile ends what waits, and lets no content begin', async () => {
  const { transport, waiting } = slowTransport('mx')
  const pace = {
    destinationOf: (_: unknown, path: string) => path.slice(path.indexOf('@') + 1),
    admit: async (_: unknown, destination: string) =>
      destination === 'busy.test'
        ? { type: 'busy' as const, askAgainAt: NOW + 9_000_000 }
        : { type: 'admitted' as const, permit: { done: () => {} } },
  }
  const { settled, hand, holds, wait } = openDispatch([transport], { pace })
  await hand(claimOf('1', ['a@quick.test', 'b@busy.test']), claimOf('2', ['c@busy.test'], { applicationId: 'other' }))
  holds.push({
    holdId: 'h',
    tenantId: 't',
    selection: { applicationId: 'a' },
    reason: '',
    createdAt: NOW,
    createdBy: '',
  })
  await wait(9_000)
  assert.equal(waiting.length, 1)
  await assert.rejects(waiting[0]?.shipment.open() ?? Promise.resolve())
  waiting[0]?.answer(() => ({ status: 'deferred', enhancedStatusCode: '4.3.0' }))
  await settleMicrotasks()
  assert.deepEqual(
    settled.map(({ queueId, outcomes, postponed }) => [queueId, outcomes.length, postponed?.map(({ index }) => index)]),
    [['1', 0, [1, 0]]],
  )
})

test('what waits begins nothing once nobody knows whether its lease holds', async () => {
  const transport = delivering()
  const renewals: number[] = []
  let now = () => NOW
  const pace: DestinationPace = {
    destinationOf: () => 'busy.test',
    admit: async () =>
      now() < NOW + 26_000
        ? { type: 'busy', askAgainAt: now() + 1_000 }
        : { type: 'admitted', permit: { done: () => {} } },
  }
  const rig = openDispatch([transport], { pace }, () => {
    renewals.push(now() - NOW)
    throw new StoreError('unavailable', 'away')
  })
  now = () => rig.clock.now()
  await rig.hand(claimOf('1'))
  for (let second = 0; second < 30; second += 1) await rig.wait(1_000)
  assert(renewals.length >= 3, renewals.join())
  assert.equal(transport.shipments.length, 0)
})

test('a result that cannot be stored is stored without what follows from it, so that no copy is made', async () => {
  const stored: Settlement[] = []
  const settle: Spool['settle'] = async (settlements) => {
    if (settlements.some(({ events = [] }) => events.length > 0)) throw new StoreError('internal', 'a bug')
    stored.push(...settlements)
    return []
  }
  const say: Say = ({ index }) => (index === 0 ? {} : { status: 'failed' })
  const { hand } = openDispatch([transportOf('mx', say)], {}, undefined, { settle })
  await hand(claimOf('1', ['a@one.test', 'b@one.test']))
  assert.deepEqual(statusesOf(stored), ['delivered'])
  assert.deepEqual(
    stored[0]?.postponed?.map(({ index }) => index),
    [1],
  )
})
