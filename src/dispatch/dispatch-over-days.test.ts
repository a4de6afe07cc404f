// The loop over a real store: what a recipient goes through in days, while the process that delivers dies again and again.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { Spool } from '../spool/spool.ts'
import { enqueue, inline, type MailStore, queueIdAt } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { A, AT, seedTwoTenants } from '../storage/two-tenants.fixture.ts'
import type { Transport } from '../transport/transport.ts'
import { DAY, HOUR, type Say, transportOf } from './dispatch.fixture.ts'
import { startDispatch } from './dispatch-loop.ts'

const MINUTE = 60_000

/** Lets through nothing once it is dead, whatever was on its way. */
function mortal(spool: Spool) {
  const state = { isDead: false }
  const whileAlive =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      state.isDead ? new Promise<Result>(() => {}) : call(...args)
  const { enqueue: queue, claim, renew, release, settle, voidClaims } = spool
  const guarded: Spool = {
    enqueue: whileAlive(queue),
    claim: whileAlive(claim),
    renew: whileAlive(renew),
    release: whileAlive(release),
    settle: whileAlive(settle),
    voidClaims: whileAlive(voidClaims),
  }
  return { guarded, die: () => (state.isDead = true) }
}

/** A process that delivers; `die` is a kill. */
function startProcess(store: MailStore, clock: ManualClock, transport: Transport) {
  const { guarded, die } = mortal(store.write.spool)
  startDispatch({
    spool: guarded,
    routes: { selectRoute: () => [transport] },
    pace: {
      destinationOf: (_, path) => path.slice(path.indexOf('@') + 1),
      admit: async () => ({ type: 'admitted', permit: { done: () => {} } }),
    },
    openShipment: async (claim, recipients) => ({
      type: 'shipment',
      shipment: { claim, recipients, open: () => assert.fail('nothing is sent') },
    }),
    suppressions: store.read.suppressions,
    holds: store.read.holds,
    clock,
    random: () => 0.5,
    limits: { giveUpAfter: 4 * DAY, delayedAfter: 4 * HOUR },
    reports: { hostname: 'mail.example', content: store.content, nextQueueId: () => queueIdAt(clock.now()) },
    managedSuffix: 'postern.test',
    nextEventId: () => queueIdAt(clock.now()),
    untilDue: (patience) => new Promise((resolve) => void clock.after(patience, resolve)),
    counters: { outcome: () => {} },
    onFailure: (what, error) => assert.fail(`${what}: ${String(error)}`),
  })
  return die
}

async function pass(clock: ManualClock, by: number, step: number): Promise<void> {
  for (const end = clock.now() + by; clock.now() < end; ) {
    clock.advance(step)
    for (let turn = 0; turn < 6; turn += 1) await settleMicrotasks()
  }
}

test('a recipient that is never there is tried on schedule, told of once and given up with the last reply', async () => {
  const store = await seedTwoTenants(await openTemporaryMailStore())
  const clock = new ManualClock(AT)
  const asked: number[] = []
  const say: Say = ({ forwardPath }, { claim: { envelope } }) => {
    if (envelope.reversePath === '') return {}
    if (forwardPath.startsWith('there')) return {}
    asked.push(Math.round((clock.now() - AT) / MINUTE))
    return {
      status: 'deferred',
      enhancedStatusCode: '4.2.0',
      diagnostic: '450 4.2.0 not today',
      remote: { host: 'mx.away.test', reply: '450 4.2.0 not today' },
    }
  }
  const reports: string[] = []
  const transport = transportOf('mx', say)
  const queueId = await enqueue(
    store,
    { recipients: ['there@one.test', 'away@two.test'].map((forwardPath) => ({ forwardPath, parameters: {} })) },
    inline('Subject: hi\r\n\r\nbody\r\n'),
  )
  let die = startProcess(store, clock, transport)
  await pass(clock, 10 * MINUTE, 500)
  for (let restart = 0; restart < 16; restart += 1) {
    die()
    await store.write.spool.voidClaims()
    die = startProcess(store, clock, transport)
    await pass(clock, 6.1 * HOUR, MINUTE)
  }
  for (const { claim } of transport.shipments)
    if (claim.envelope.reversePath === '') reports.push(claim.envelope.subject)
  // The steps of the schedule, and the moments at which the sender is told and at which it ends.
  const steps = [0, 1, 3, 8, 18, 38, 78, 158, 240]
  assert(
    steps.every((minute, attempt) => Math.abs((asked[attempt] ?? 0) - minute) <= 2),
    asked.join(),
  )
  assert(asked.slice(9).every((minute, index) => minute - (asked[index + 8] ?? 0) <= 242))
  const detail = await store.read.messages.find(A.tenantId, queueId)
  assert.deepEqual(
    detail?.recipients.map(({ status }) => status),
    ['delivered', 'failed'],
  )
  assert.equal(detail.recipients[1]?.attempts, asked.length)
  const last = detail.timeline.findLast(({ kind }) => kind === 'final')
  assert.match(last?.detail ?? '', /^mx: 5\.4\.7 given up after 4 days; last: 450 4\.2\.0 not today/)
  assert.equal(reports.length, 2)
  assert.equal(detail.timeline.filter(({ kind }) => kind === 'report').length, 2)
  const delivered = transport.shipments.filter(({ recipients }) => recipients.some(({ index }) => index === 0))
  assert.equal(delivered.filter(({ claim }) => claim.envelope.queueId === queueId).length, 1)
  const events = await store.read.events.listEvents({ tenantId: A.tenantId, limit: 10 })
  assert.deepEqual(
    events.map(({ data }) => data['status']),
    ['Failed', 'Delivered'],
  )
  die()
  await store.close()
})
