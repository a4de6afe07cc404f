// Every spool settles this way: in parts, with what is stored along, and postponed. A case may be skipped only with a written reason.

import assert from 'node:assert/strict'
import {
  claimAt,
  claimOne,
  enqueue,
  envelope,
  inline,
  isStored,
  type MailStore,
  mailTests,
  outcome,
  queueIdAt,
  readStored,
} from '../storage/mail-store.fixture.ts'
import { A, AT, B, change } from '../storage/two-tenants.fixture.ts'
import type { NewMessage, Settlement } from './spool.ts'

const THREE = ['one@one.example', 'two@two.example', 'three@three.example'].map((forwardPath) => ({
  forwardPath,
  parameters: {},
}))

const report = (): NewMessage => ({
  envelope: envelope({
    reversePath: '',
    recipients: [{ forwardPath: 'DoNotReply@contoso.example', parameters: { notify: ['NEVER'] } }],
    subject: 'Undelivered',
  }),
  content: inline('Subject: Undelivered\r\n\r\nno\r\n'),
})

const event = (eventId: string) => ({
  eventId,
  tenantId: A.tenantId,
  source: 's',
  subject: 's',
  type: 'Bounced',
  at: AT,
  data: {},
})

const bounce = { tenantId: A.tenantId, address: 'Gone@One.example', detail: '550 5.1.1 gone', queueId: 'q', at: AT }

async function settle(store: MailStore, settlement: Settlement): Promise<string | undefined> {
  return (await store.write.spool.settle([settlement]))[0]?.type
}

/** `open` gives an empty store. */
export function describeSettlement(name: string, open: () => Promise<MailStore>): void {
  const settlementTest = mailTests(`${name} settlement`, open)

  settlementTest('what is stored along is there with the outcome', async (store) => {
    const queueId = await enqueue(store)
    const { token } = await claimOne(store, AT)
    const [told, eventId] = [report(), queueIdAt(AT)]
    const settlement = { queueId, token, at: AT, outcomes: [outcome(0, 'failed')], notes: ['told'] }
    const along = { reports: [told], suppressions: [bounce], events: [event(eventId)] }
    assert.equal(await settle(store, { ...settlement, ...along }), 'settled')
    const claim = await claimOne(store, AT)
    assert.deepEqual(claim.envelope, told.envelope)
    assert.equal(
      Buffer.from(await readStored(store, told.envelope.queueId)).toString(),
      'Subject: Undelivered\r\n\r\nno\r\n',
    )
    const [suppression] = await store.read.suppressions.listSuppressions({ tenantId: A.tenantId, at: AT, limit: 9 })
    assert.equal(suppression?.address, 'gone@one.example')
    const events = await store.read.events.listEvents({ tenantId: A.tenantId, limit: 9 })
    assert.deepEqual(
      events.map((one) => one.eventId),
      [eventId],
    )
    const detail = await store.read.messages.find(A.tenantId, queueId)
    assert.deepEqual(detail?.timeline.map(({ kind, detail: text }) => [kind, text]).slice(1), [
      ['final', 'test: 4.0.0 failed by test'],
      ['note', 'told'],
      ['event', 'Bounced'],
    ])
    assert.equal(
      (await store.read.messages.find(A.tenantId, told.envelope.queueId))?.internetMessageId,
      told.envelope.internetMessageId,
    )
  })

  settlementTest('a report needs no verdict, and goes also when the tenant has changed', async (store) => {
    const queueId = await enqueue(store)
    const { token } = await claimOne(store, AT)
    await store.write.directory.setApplicationDisabled(change(), A.tenantId, A.applicationObjectId, true)
    const told = report()
    await settle(store, { queueId, token, at: AT, outcomes: [outcome(0, 'failed')], reports: [told] })
    assert.equal((await claimOne(store, AT)).envelope.queueId, told.envelope.queueId)
    assert.deepEqual(await store.write.spool.enqueue(report()), { type: 'queued' })
  })

  settlementTest('of a claim that passed to somebody else nothing is stored', async (store) => {
    const queueId = await enqueue(store)
    const { token } = await claimOne(store, AT)
    const second = await claimOne(store, AT + 30_000)
    const along = { reports: [report()], suppressions: [bounce], events: [event(queueIdAt(AT))] }
    assert.equal(await settle(store, { queueId, token, at: AT, outcomes: [outcome(0, 'failed')], ...along }), 'fenced')
    await settle(store, { queueId, token: second.token, at: AT, outcomes: [outcome(0, 'delivered')] })
    assert.deepEqual(await claimAt(store, AT + 1e9), [])
    assert.deepEqual(await store.read.suppressions.listSuppressions({ tenantId: A.tenantId, at: AT, limit: 9 }), [])
    assert.deepEqual(await store.read.events.listEvents({ tenantId: A.tenantId, limit: 9 }), [])
  })

  settlementTest('a claim is settled in parts, each of which stays whatever comes of the claim', async (store) => {
    const queueId = await enqueue(store, { recipients: THREE })
    const { token } = await claimOne(store, AT)
    const part = { queueId, token, isPartial: true } as const
    assert.equal(await settle(store, { ...part, at: AT + 1, outcomes: [outcome(0, 'delivered')] }), 'settled')
    assert.deepEqual(await claimAt(store, AT + 2), [])
    assert.deepEqual(await store.write.spool.renew([token], AT + 40_000), [token])
    assert.equal(await settle(store, { ...part, at: AT + 3, outcomes: [outcome(1, 'delivered')] }), 'settled')
    assert.equal(await isStored(store, queueId), true)
    const lapsed = await claimOne(store, AT + 40_000)
    assert.deepEqual(
      lapsed.recipients.map(({ index }) => index),
      [2],
    )
    assert.equal(await settle(store, { ...part, at: AT + 4, outcomes: [outcome(2, 'delivered')] }), 'fenced')
    await settle(store, { queueId, token: lapsed.token, at: AT + 5, outcomes: [outcome(2, 'failed')] })
    const detail = await store.read.messages.find(A.tenantId, queueId)
    assert.equal(detail?.status, 'partial')
    assert.deepEqual(
      detail.timeline.slice(1).map(({ at, recipient }) => [at - AT, recipient]),
      [
        [1, 'one@one.example'],
        [3, 'two@two.example'],
        [5, 'three@three.example'],
      ],
    )
    assert.equal(await isStored(store, queueId), false)
  })

  settlementTest('parts of one claim in one batch are settled in order, and the last one ends it', async (store) => {
    const queueId = await enqueue(store, { recipients: THREE })
    const { token } = await claimOne(store, AT)
    const of = (index: number, isPartial: boolean): Settlement => ({
      queueId,
      token,
      at: AT + index,
      outcomes: [outcome(index, 'delivered')],
      ...(isPartial && { isPartial }),
    })
    const settled = await store.write.spool.settle([of(0, true), of(1, true), of(2, false), of(2, false)])
    assert.deepEqual(
      settled.map(({ type }) => type),
      ['settled', 'settled', 'settled', 'fenced'],
    )
    const detail = await store.read.messages.find(A.tenantId, queueId)
    assert.deepEqual([detail?.status, detail?.timeline.length], ['delivered', 4])
  })

  settlementTest('who is postponed was not attempted, and the timeline says nothing', async (store) => {
    const queueId = await enqueue(store, { recipients: THREE })
    const { token } = await claimOne(store, AT)
    const postponed = [
      { index: 1, until: AT + 499.6 },
      { index: 2, until: AT + 900 },
    ]
    await settle(store, { queueId, token, at: AT, outcomes: [outcome(0, 'delivered')], postponed })
    assert.deepEqual(await claimAt(store, AT + 499), [])
    const again = await claimOne(store, AT + 500)
    assert.deepEqual(
      again.recipients.map(({ index, attempts }) => [index, attempts]),
      [[1, 0]],
    )
    assert.equal((await store.read.messages.find(A.tenantId, queueId))?.timeline.length, 2)
  })

  settlementTest('a delay is told once, also over restarts', async (store) => {
    const queueId = await enqueue(store)
    const { token } = await claimOne(store, AT)
    const outcomes = [{ ...outcome(0, 'deferred', AT + 1), delayReported: true }]
    await settle(store, { queueId, token, at: AT, outcomes })
    await store.write.spool.voidClaims()
    const again = await claimOne(store, AT + 1)
    assert.deepEqual(
      again.recipients.map(({ delayReported, lastAttemptAt, lastReply }) => [delayReported, lastAttemptAt, lastReply]),
      [[true, AT, 'deferred by test']],
    )
  })

  settlementTest('what the remote said is in the timeline', async (store) => {
    const queueId = await enqueue(store)
    const { token } = await claimOne(store, AT)
    const remote = { host: 'mx.example', address: '192.0.2.9', tls: 'TLSv1.3', reply: '250 2.0.0 Ok' }
    await settle(store, { queueId, token, at: AT, outcomes: [{ ...outcome(0, 'delivered'), remote }] })
    const detail = await store.read.messages.find(A.tenantId, queueId)
    const text = 'test: 2.0.0 delivered by test; mx.example [192.0.2.9] by TLSv1.3, which said: 250 2.0.0 Ok'
    assert.equal(detail?.timeline.at(-1)?.detail, text)
  })

  settlementTest('mail whose sender may not send is parked until somebody releases it', async (store) => {
    const [first, second] = [await enqueue(store), await enqueue(store)]
    const holdIds = [queueIdAt(AT), queueIdAt(AT)] as const
    for (const [
      place,
      {
        token,
        envelope: { queueId },
      },
    ] of (await claimAt(store, AT)).entries()) {
      const park = { holdId: holdIds[place] ?? '', reason: 'disabled' }
      assert.equal(await settle(store, { queueId, token, at: AT, outcomes: [], notes: ['held'], park }), 'settled')
    }
    assert.deepEqual(await claimAt(store, AT + 1e9), [])
    const [hold, ...others] = await store.read.holds.listHolds({ tenantId: A.tenantId, limit: 9 })
    assert.deepEqual(
      [hold?.holdId, hold?.parked, hold?.reason, hold?.selection, others],
      [holdIds[0], 2, 'disabled', { applicationId: A.applicationId }, []],
    )
    assert.equal(await store.write.holds.deleteHold(change(), B.tenantId, holdIds[0]), false)
    assert.equal(await store.write.holds.deleteHold(change(), A.tenantId, holdIds[0]), true)
    const released = await claimAt(store, AT + 1)
    assert.deepEqual(
      released.map((claim) => [claim.envelope.queueId, claim.released]),
      [
        [first, true],
        [second, true],
      ],
    )
    assert.deepEqual(await store.read.holds.listHolds({ tenantId: A.tenantId, limit: 9 }), [])
  })
}
