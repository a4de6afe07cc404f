// The timeline of every message log: what was known at the acceptance, and everything since, in order of time.

import assert from 'node:assert/strict'
import {
  claimOne,
  enqueue,
  inline,
  type MailStore,
  mailTests,
  message,
  outcome,
} from '../storage/mail-store.fixture.ts'
import type { StoredEvent } from '../storage/storage.ts'
import { A, AT, B, change } from '../storage/two-tenants.fixture.ts'
import type { Acceptance } from './acceptance.ts'
import type { Settlement } from './spool.ts'

const KEY = '9e4b1c52-0f57-4c53-8d3c-7a4b9a0c1d2e'
const HOLD = '01890000-0000-7000-8000-00000000000a'

const ACCEPTANCE: Acceptance = {
  listener: 'submission',
  tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
  username: 'contoso.app.tenant',
  login: { at: AT - 500, method: 'PLAIN' },
  grant: { via: 'actions', roles: [{ role: 'SMTP Email Sender', scope: '/subscriptions/s', group: 'g' }] },
  replaced: 'scanner@local',
  contentCheck: { type: 'accepted', detail: 'score 1.5' },
}

const event = (at: number, tenantId = A.tenantId): StoredEvent => ({
  eventId: `01890000-0000-7000-8000-0000000${tenantId[0]}0001`,
  tenantId,
  source: '/service',
  subject: 'sender/x/message/y',
  type: 'Microsoft.Communication.EmailDeliveryReportReceived',
  at,
  data: { recipient: 'one@example.com', status: 'Bounced' },
})

/** `open` gives an empty store. */
export function describeMessageTimeline(name: string, open: () => Promise<MailStore>): void {
  const timelineTest = mailTests(`${name} timeline`, open)

  const lines = async (store: MailStore, queueId: string) =>
    (await store.read.messages.find(A.tenantId, queueId))?.timeline.map(({ at, kind, detail }) => [
      at - AT,
      kind,
      detail,
    ])

  timelineTest('it begins with the login, what gave the right, and what the checks found', async (store) => {
    const queueId = await enqueue(store, { acceptance: ACCEPTANCE, proof: { keyId: KEY } }, inline('12345'))
    const claim = await claimOne(store, AT)
    assert.deepEqual(claim.envelope.acceptance, ACCEPTANCE)
    assert.deepEqual(await lines(store, queueId), [
      [
        -500,
        'login',
        `PLAIN as contoso.app.tenant, credential ${KEY}; from 192.0.2.1 to submission over TLSv1.3 TLS_AES_256_GCM_SHA384`,
      ],
      [
        0,
        'decision',
        'may send, by every required action; role SMTP Email Sender on /subscriptions/s through the group g',
      ],
      [
        0,
        'policy',
        'sender DoNotReply@contoso.example in the place of scanner@local and author DoNotReply@contoso.example may stand; content check accepted: score 1.5',
      ],
      [0, 'queued', 'from printer.example [192.0.2.1]; 5 octets, 1 recipient'],
    ])
  })

  timelineTest('a network that stands for the login, without TLS, a role or a check', async (store) => {
    const { listener, username } = ACCEPTANCE
    const queueId = await enqueue(store, { acceptance: { listener, username } })
    assert.deepEqual((await lines(store, queueId))?.slice(0, 2), [
      [0, 'login', 'the network 192.0.2.1 stands for contoso.app.tenant; from 192.0.2.1 to submission without TLS'],
      [0, 'policy', 'sender DoNotReply@contoso.example and author DoNotReply@contoso.example may stand'],
    ])
  })

  timelineTest(
    'reports and events of a settlement, each where it is told of, with what became of it',
    async (store) => {
      const queueId = await enqueue(store)
      const { token } = await claimOne(store, AT)
      const report = await message(store, { reversePath: '', receivedAt: AT + 10 })
      const { queueId: reportId } = report.envelope
      const settlement: Settlement = {
        queueId,
        token,
        at: AT + 10,
        outcomes: [outcome(0, 'failed')],
        notes: [`failed report to x queued as ${reportId}`, 'something else'],
        reports: [{ envelope: report.envelope, content: report.content }],
        events: [event(AT + 11)],
      }
      await store.write.spool.settle([settlement])
      const timeline = (await store.read.messages.find(A.tenantId, queueId))?.timeline.slice(1)
      assert.deepEqual(
        timeline?.map(({ at, kind, status, id }) => [at - AT, kind, status, id]),
        [
          [10, 'final', 'failed', undefined],
          [10, 'report', 'queued', reportId],
          [10, 'note', undefined, undefined],
          [11, 'event', 'Bounced', event(AT).eventId],
        ],
      )
      assert.equal(timeline[3]?.recipient, 'one@example.com')
    },
  )

  timelineTest('a hold tells while it stops something, and its end when it is over', async (store) => {
    const before = await enqueue(store)
    const selection = { applicationId: A.applicationId }
    const hold = { holdId: HOLD, tenantId: A.tenantId, selection, reason: 'spam', createdAt: AT + 5, createdBy: 'me' }
    await store.write.holds.putHold(change(AT + 5), hold)
    const after = await enqueue(store, { receivedAt: AT + 9 })
    assert.deepEqual(await store.write.spool.claim({ at: AT + 10, limit: 9, leaseUntil: AT + 99 }), [])
    assert.deepEqual((await lines(store, before))?.slice(1), [[5, 'hold', 'held by me: spam']])
    assert.deepEqual((await lines(store, after))?.slice(1), [[9, 'hold', 'held by me: spam']])
    await store.write.holds.deleteHold(change(AT + 20), A.tenantId, HOLD)
    const ended = `let go; held since ${new Date(AT + 5).toISOString()} by me: spam`
    assert.deepEqual((await lines(store, before))?.slice(1), [[20, 'hold', ended]])
  })

  timelineTest('what an operator did stands between the attempts', async (store) => {
    const queueId = await enqueue(store)
    const { token } = await claimOne(store, AT)
    const first = outcome(0, 'deferred', AT + 9000)
    await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [first] }])
    assert.deepEqual(await store.write.queue.retryQueued(change(AT + 5), A.tenantId, [queueId]), ['due'])
    const again = await claimOne(store, AT + 6)
    await store.write.spool.settle([{ queueId, token: again.token, at: AT + 7, outcomes: [outcome(0, 'delivered')] }])
    assert.deepEqual((await lines(store, queueId))?.slice(1), [
      [0, 'attempt', 'test: 4.0.0 deferred by test'],
      [5, 'note', 'an operator had it tried at once'],
      [7, 'final', 'test: 2.0.0 delivered by test'],
    ])
  })

  timelineTest('tenants are walls, also for what a message names', async (store) => {
    const queueId = await enqueue(store)
    const { token } = await claimOne(store, AT)
    const foreign = event(AT, B.tenantId)
    const theirs = await message(store, { tenantId: B.tenantId, resourceId: '/other' })
    const note = `failed report to x queued as ${theirs.envelope.queueId}`
    const outcomes = [outcome(0, 'failed')]
    const reports = [{ envelope: theirs.envelope, content: theirs.content }]
    await store.write.spool.settle([{ queueId, token, at: AT, outcomes, notes: [note], reports, events: [foreign] }])
    const timeline = (await store.read.messages.find(A.tenantId, queueId))?.timeline
    assert.deepEqual(
      timeline?.map(({ kind, status }) => [kind, status]),
      [
        ['queued', undefined],
        ['final', 'failed'],
        ['report', undefined],
      ],
    )
  })
}
