// Every queue passes this suite. A case may be skipped only with a written reason.

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
  OTHER_SERVICE,
  outcome,
  queueIdAt,
  SERVICE,
} from '../storage/mail-store.fixture.ts'
import { A, AT, B, change } from '../storage/two-tenants.fixture.ts'
import type { QueueFilter } from './queue.ts'

const OTHER = 'ffffffff-0000-4000-8000-000000000000'
const to = (...paths: string[]) => paths.map((forwardPath) => ({ forwardPath, parameters: {} }))

async function listed(store: MailStore, filter: Partial<QueueFilter> = {}): Promise<readonly string[]> {
  const page = await store.read.queue.listQueue({ tenantId: A.tenantId, limit: 100, ...filter })
  return page.messages.map(({ queueId }) => queueId)
}

/** `open` gives an empty store. */
export function describeQueue(name: string, open: () => Promise<MailStore>): void {
  const queueTest = mailTests(`${name} queue`, open)

  queueTest('what waits is shown with its attempts, its next one and the last reply', async (store) => {
    const queueId = await enqueue(store, { recipients: to('a@one.example', 'b@two.example') })
    const { token } = await claimOne(store, AT)
    const remote = { host: 'mx.two.example', reply: '450 4.2.0 later' }
    const outcomes = [outcome(0, 'delivered'), { ...outcome(1, 'deferred', AT + 500), remote }]
    await store.write.spool.settle([{ queueId, token, at: AT, outcomes }])
    const { messages, next } = await store.read.queue.listQueue({ tenantId: A.tenantId, limit: 10 })
    const [message] = messages
    assert.deepEqual(
      [message?.queueId, message?.state, message?.nextAttemptAt, next],
      [queueId, 'waiting', AT + 500, undefined],
    )
    assert.deepEqual(message?.recipients, [
      { forwardPath: 'a@one.example', status: 'delivered', attempts: 1 },
      {
        forwardPath: 'b@two.example',
        status: 'deferred',
        attempts: 1,
        nextAttemptAt: AT + 500,
        lastReply: '450 4.2.0 later',
      },
    ])
    const { groups } = await store.read.queue.countQueue({ tenantId: A.tenantId })
    assert.deepEqual(
      groups.map(({ destination, lastReply }) => [destination, lastReply]),
      [['two.example', '450 4.2.0 later']],
    )
  })

  queueTest('what is final, or of another tenant, is not in it', async (store) => {
    await enqueue(store, { tenantId: B.tenantId })
    const final = await enqueue(store)
    for (const {
      envelope: { queueId },
      token,
    } of await claimAt(store, AT))
      if (queueId === final)
        await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [outcome(0, 'delivered')] }])
    assert.deepEqual(await listed(store), [])
    assert.deepEqual(await store.read.queue.countQueue({ tenantId: A.tenantId }), {
      messages: 0,
      isComplete: true,
      groups: [],
    })
  })

  queueTest('it is searched by anything that is known of a message', async (store) => {
    const plain = await enqueue(store)
    const other = await enqueue(store, { applicationId: OTHER, reversePath: 'Other@contoso.example' })
    const elsewhere = await enqueue(store, { resourceId: OTHER_SERVICE, recipients: to('a@x.example', 'b@Y.example') })
    const [active] = await claimAt(store, AT, 1)
    assert.equal(active?.envelope.queueId, plain)
    const cases: readonly (readonly [Partial<QueueFilter>, readonly string[]])[] = [
      [{}, [elsewhere, other, plain]],
      [{ applicationId: OTHER.toUpperCase() }, [other]],
      [{ sender: 'other@CONTOSO.example' }, [other]],
      [{ destination: 'y.EXAMPLE' }, [elsewhere]],
      [{ destination: 'example.com', applicationId: A.applicationId }, [plain]],
      [{ resourceIds: [OTHER_SERVICE.toUpperCase()] }, [elsewhere]],
      [{ resourceIds: [SERVICE, OTHER_SERVICE] }, [elsewhere, other, plain]],
      [{ resourceIds: [] }, []],
      [{ queueIds: [plain, 'unknown', elsewhere] }, [elsewhere, plain]],
      [{ queueIds: [] }, []],
      [{ tenantId: B.tenantId, queueIds: [plain] }, []],
      [{ state: 'active' }, [plain]],
      [{ state: 'waiting' }, [elsewhere, other]],
      [{ state: 'held' }, []],
    ]
    for (const [filter, expected] of cases)
      assert.deepEqual(await listed(store, filter), expected, JSON.stringify(filter))
  })

  queueTest('what a hold stops is held, whether it was due or not', async (store) => {
    const [first, second] = [await enqueue(store), await enqueue(store, { receivedAt: AT + 9000 })]
    const selection = { applicationId: A.applicationId }
    const hold = { holdId: queueIdAt(AT), tenantId: A.tenantId, selection, reason: '', createdAt: AT, createdBy: '' }
    await store.write.holds.putHold(change(), hold)
    await claimAt(store, AT)
    assert.deepEqual(await listed(store, { state: 'held' }), [second, first])
    const { groups } = await store.read.queue.countQueue({ tenantId: A.tenantId })
    assert.deepEqual(groups, [
      {
        applicationId: A.applicationId,
        destination: 'example.com',
        messages: 2,
        recipients: 2,
        held: 2,
        oldestAt: AT,
      },
    ])
  })

  queueTest('it is read in pages', async (store) => {
    const ids = [await enqueue(store), await enqueue(store), await enqueue(store)]
    const first = await store.read.queue.listQueue({ tenantId: A.tenantId, limit: 2 })
    assert.deepEqual(
      first.messages.map(({ queueId }) => queueId),
      [ids[2], ids[1]],
    )
    assert(first.next !== undefined)
    const rest = await store.read.queue.listQueue({ tenantId: A.tenantId, limit: 2, before: first.next })
    assert.deepEqual([rest.messages.map(({ queueId }) => queueId), rest.next], [[ids[0]], undefined])
  })

  queueTest('a page does not look at all of a deep queue', async (store) => {
    const needle = await enqueue(store, { applicationId: OTHER })
    for (let index = 0; index < 5_100; index += 50)
      await Promise.all(Array.from({ length: 50 }, () => enqueue(store, { receivedAt: AT + 1 + index })))
    const query = { tenantId: A.tenantId, limit: 10, applicationId: OTHER }
    const first = await store.read.queue.listQueue(query)
    assert(first.messages.length === 0 && first.next !== undefined)
    const second = await store.read.queue.listQueue({ ...query, before: first.next })
    assert.deepEqual(
      second.messages.map(({ queueId }) => queueId),
      [needle],
    )
  })

  queueTest('counts are by application and destination, the largest first', async (store) => {
    for (const recipients of [to('a@one.example', 'b@one.example', 'c@two.example'), to('d@one.example')])
      await enqueue(store, { recipients })
    await enqueue(store, { recipients: to('e@one.example'), applicationId: OTHER, receivedAt: AT - 5 })
    const counted = await store.read.queue.countQueue({ tenantId: A.tenantId })
    assert.deepEqual([counted.messages, counted.isComplete], [3, true])
    assert.deepEqual(
      counted.groups.map(({ applicationId, destination, messages, recipients, oldestAt }) => [
        applicationId === OTHER ? 'other' : 'own',
        destination,
        messages,
        recipients,
        oldestAt - AT,
      ]),
      [
        ['own', 'one.example', 2, 3, 0],
        ['other', 'one.example', 1, 1, -5],
        ['own', 'two.example', 1, 1, 0],
      ],
    )
    const some = await store.read.queue.countQueue({ tenantId: A.tenantId, destination: 'two.example' })
    assert.deepEqual([some.messages, some.groups.map(({ destination }) => destination)], [1, ['two.example']])
  })

  queueTest('what is retried is due at once', async (store) => {
    const [deferred, active, held] = [await enqueue(store), await enqueue(store), await enqueue(store)]
    for (const {
      envelope: { queueId },
      token,
    } of await claimAt(store, AT))
      if (queueId !== active)
        await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [outcome(0, 'deferred', AT + 1e6)] }])
    const hold = { holdId: queueIdAt(AT), tenantId: A.tenantId, reason: '', createdAt: AT, createdBy: '' }
    await store.write.holds.putHold(change(), { ...hold, selection: { queueId: held } })
    const retried = await store.write.queue.retryQueued(change(AT + 5), A.tenantId, [deferred, active, held, 'unknown'])
    assert.deepEqual(retried, ['due', 'active', 'due', 'missing'])
    assert.deepEqual(await store.write.queue.retryQueued(change(), B.tenantId, [deferred]), ['missing'])
    const claim = await claimOne(store, AT + 5)
    assert.deepEqual([claim.envelope.queueId, claim.recipients[0]?.attempts], [deferred, 1])
    await store.write.holds.deleteHold(change(), A.tenantId, hold.holdId)
    assert.equal((await claimOne(store, AT + 5)).envelope.queueId, held)
    const [entry] = await store.read.audit.listAudit(A.tenantId, 1, { operation: 'Postern.Mail/queue/retry/action' })
    assert.equal(entry?.target, `/providers/Postern.Mail/messages/${held}`)
  })

  queueTest('what is deleted fails for whoever is left, and its sender may be told', async (store) => {
    const [queueId, active] = [
      await enqueue(store, { recipients: to('a@x.example', 'b@x.example') }),
      await enqueue(store),
    ]
    const claims = await claimAt(store, AT)
    const tokenOf = (id: string) => claims.find((claim) => claim.envelope.queueId === id)?.token ?? ''
    const outcomes = [outcome(0, 'delivered'), outcome(1, 'deferred', AT + 1e6)]
    await store.write.spool.settle([{ queueId, token: tokenOf(queueId), at: AT, outcomes }])
    const report = { envelope: envelope({ reversePath: '' }), content: inline('told') }
    const event = {
      eventId: queueIdAt(AT),
      tenantId: A.tenantId,
      source: SERVICE,
      subject: '',
      type: 'x',
      at: AT,
      data: {},
    }
    const told = { reports: [report], notes: ['a report is on its way'], events: [event] }
    const gone = [
      { queueId, recipients: [1], ...told },
      { queueId: active, recipients: [0] },
      { queueId: 'unknown', recipients: [0], ...told },
    ]
    const early = { queueId, recipients: [0, 1], ...told }
    assert.deepEqual(await store.write.queue.deleteQueued(change(), A.tenantId, [early]), ['changed'])
    assert.deepEqual(await store.write.queue.deleteQueued(change(), B.tenantId, gone), [
      'missing',
      'missing',
      'missing',
    ])
    const deleted = await store.write.queue.deleteQueued(change(AT + 7), A.tenantId, gone)
    assert.deepEqual(deleted, ['deleted', 'deleted', 'missing'])
    const late = { queueId: active, token: tokenOf(active), at: AT, outcomes: [outcome(0, 'delivered')] }
    assert.deepEqual(await store.write.spool.settle([late]), [{ type: 'fenced' }])
    const detail = await store.read.messages.find(A.tenantId, queueId)
    assert.deepEqual(
      [detail?.status, detail?.recipients.map(({ status }) => status)],
      ['partial', ['delivered', 'failed']],
    )
    assert.deepEqual(
      detail?.timeline.slice(-2).map((entry) => entry.detail),
      ['operator: 5.7.1 deleted from the queue by an operator', 'a report is on its way'],
    )
    assert.deepEqual(await store.read.events.listEvents({ tenantId: A.tenantId, limit: 9 }), [event])
    assert.equal(await isStored(store, queueId), false)
    assert.deepEqual(
      (await claimAt(store, AT + 1e9)).map((claim) => claim.envelope.queueId),
      [report.envelope.queueId],
    )
  })
}
