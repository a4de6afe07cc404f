import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { Claim, RecipientOutcome, Settlement, Spool } from '../spool/spool.ts'
import type { Transport } from '../transport/transport.ts'
import { startDispatch } from './dispatch-loop.ts'
import { nextAttemptAt } from './retry-schedule.ts'

const claim = (queueId: string): Claim => ({
  token: `token ${queueId}`,
  leaseUntil: 0,
  envelope: {
    queueId,
    tenantId: 't',
    resourceId: 'r',
    principalId: 'p',
    applicationId: 'a',
    reversePath: 'a@example.test',
    parameters: {},
    recipients: [{ forwardPath: 'b@example.test', parameters: {} }],
    receivedAt: 0,
    internetMessageId: 'm@example.test',
    subject: '',
    fromField: '',
    client: { address: '192.0.2.1', name: 'x' },
  },
  content: { kind: 'stored', size: 1, contentId: 'c' },
  recipients: [{ index: 0, forwardPath: 'b@example.test', parameters: {}, attempts: 0 }],
})

function open(transport: Transport, held: (tokens: readonly string[]) => readonly string[] = (tokens) => tokens) {
  const clock = new ManualClock()
  const due: Claim[] = []
  const settled: Settlement[] = []
  const failures: string[] = []
  const released: string[] = []
  let wake = () => {}
  let lend = async () => due.splice(0)
  const spool: Spool = {
    enqueue: () => assert.fail('dispatch enqueues nothing'),
    claim: () => lend(),
    renew: async (tokens) => held(tokens),
    settle: async (settlements) => {
      settled.push(...settlements)
      return settlements.map(() => ({ type: 'settled' as const }))
    },
    release: async (tokens) => void released.push(...tokens),
    voidClaims: async () => {},
  }
  const dispatch = startDispatch({
    spool,
    selectTransport: () => transport,
    clock,
    random: () => 0.5,
    untilDue: () =>
      new Promise((resolve) => {
        wake = resolve
      }),
    counters: { outcome: () => {} },
    onFailure: (what) => failures.push(what),
  })
  const hand = async (...claims: Claim[]) => {
    due.push(...claims)
    await settleMicrotasks()
    wake()
    await settleMicrotasks()
    clock.advance(20)
    await settleMicrotasks()
  }
  /** The next claim is answered by hand. */
  const lendByHand = () => {
    const { promise, resolve } = Promise.withResolvers<Claim[]>()
    lend = () => promise
    return resolve
  }
  return { clock, settled, failures, released, dispatch, hand, lendByHand, wake: () => wake() }
}

const outcome = (status: RecipientOutcome['status']): RecipientOutcome => ({
  index: 0,
  status,
  enhancedStatusCode: status === 'delivered' ? '2.0.0' : '4.4.1',
  diagnostic: '',
  transport: 'test',
})

test('what the transport says is settled under the token of the claim', async () => {
  const { settled, hand } = open({ name: 'test', deliver: async () => [outcome('delivered')] })
  await hand(claim('1'), claim('2'))
  assert.deepEqual(
    settled.map(({ queueId, token, outcomes }) => [queueId, token, outcomes[0]?.status]),
    [
      ['1', 'token 1', 'delivered'],
      ['2', 'token 2', 'delivered'],
    ],
  )
})

test('a deferred recipient gets its next moment', async () => {
  const { settled, hand, clock } = open({ name: 'test', deliver: async () => [outcome('deferred')] })
  await hand(claim('1'))
  assert.equal(settled[0]?.outcomes[0]?.nextAttemptAt, clock.now() + 60_000)
})

test('a transport that throws defers the message and is reported', async () => {
  const { settled, failures, hand } = open({ name: 'test', deliver: () => Promise.reject(new Error('bug')) })
  await hand(claim('1'))
  assert.equal(settled[0]?.outcomes[0]?.status, 'deferred')
  assert.deepEqual(failures, ['transport test'])
})

test('an attempt whose lease was lost is aborted and not settled', async () => {
  let aborted = false
  const slow: Transport = {
    name: 'slow',
    deliver: (_claim, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted = true
          resolve([outcome('delivered')])
        })
      }),
  }
  const { settled, hand, clock } = open(slow, () => [])
  await hand(claim('1'))
  clock.advance(10_000)
  await settleMicrotasks()
  assert.equal(aborted, true)
  assert.deepEqual(settled, [])
})

test('stopping waits for attempts under way and claims no more', async () => {
  let finish = () => {}
  const slow: Transport = {
    name: 'slow',
    deliver: () =>
      new Promise((resolve) => {
        finish = () => resolve([outcome('delivered')])
      }),
  }
  const { settled, hand, dispatch, wake, clock } = open(slow)
  await hand(claim('1'))
  const stopped = dispatch.stop(5_000)
  wake()
  await settleMicrotasks()
  clock.advance(20)
  finish()
  await stopped
  assert.equal(settled.length, 1)
})

test('an attempt that outlasts the patience of a stop is aborted and given back', async () => {
  let signalled: AbortSignal | undefined
  const endless: Transport = {
    name: 'endless',
    deliver: (_claim, signal) => {
      signalled = signal
      return new Promise(() => {})
    },
  }
  const { settled, released, hand, dispatch, wake, clock } = open(endless)
  await hand(claim('1'))
  const stopped = dispatch.stop(5_000)
  wake()
  await settleMicrotasks()
  clock.advance(5_000)
  await stopped
  assert.equal(signalled?.aborted, true)
  assert.deepEqual([released, settled], [['token 1'], []])
})

test('what is lent while stopping is given back', async () => {
  const { settled, released, dispatch, lendByHand, wake, clock } = open({
    name: 'test',
    deliver: async () => [outcome('delivered')],
  })
  const answer = lendByHand()
  await settleMicrotasks()
  wake()
  await settleMicrotasks()
  clock.advance(20)
  await settleMicrotasks()
  const stopped = dispatch.stop(5_000)
  answer([claim('1')])
  await stopped
  assert.deepEqual([released, settled], [['token 1'], []])
})

test('retries come ever later, with jitter around the step', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => nextAttemptAt(attempts, 0, () => 0.5) / 60_000)
  assert.deepEqual(delays, [1, 5, 15, 30, 60, 120, 240, 240])
  assert.equal(
    nextAttemptAt(1, 0, () => 0),
    54_000,
  )
})
