// Every store of engagement passes this suite: each is an event and a line of the timeline, and a message has so many and no more.

import assert from 'node:assert/strict'
import { claimOne, enqueue, type MailStore, mailTests, settleAll } from './mail-store.fixture.ts'
import type { NewEvent } from './storage.ts'
import { A, AT } from './two-tenants.fixture.ts'

const event = (number: number): NewEvent => ({
  eventId: `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`,
  tenantId: A.tenantId,
  source: '/service',
  subject: 'sender/x/message/y',
  type: 'Microsoft.Communication.EmailEngagementTrackingReportReceived',
  at: AT + number,
  data: { engagementType: 'view' },
})

/** `open` gives an empty store. */
export function describeEngagement(name: string, open: () => Promise<MailStore>): void {
  const engagementTest = mailTests(`${name} engagement`, open)

  const listed = async ({ read }: MailStore) =>
    (await read.events.listEvents({ tenantId: A.tenantId, limit: 100 })).map(({ eventId }) => eventId)

  engagementTest('one is an event, a line of the timeline, and counted', async (store) => {
    const queueId = await enqueue(store, { operationId: 'an id' })
    const epoch = await store.read.directory.readEpoch(A.tenantId)
    const before = await store.read.engagement.findEngaged(queueId)
    assert.deepEqual([before?.envelope.queueId, before?.envelope.operationId, before?.counted], [queueId, 'an id', 0])
    assert.equal(await store.write.engagement.recordEngagement({ queueId, most: 9, event: event(1) }), true)
    assert.equal((await store.read.engagement.findEngaged(queueId))?.counted, 1)
    const found = await store.read.messages.find(A.tenantId, queueId)
    const told = found?.timeline.filter(({ kind }) => kind === 'event')
    assert.deepEqual(
      told?.map(({ at, id }) => [at, id]),
      [[AT + 1, event(1).eventId]],
    )
    assert.deepEqual(await listed(store), [event(1).eventId])
    assert.equal(await store.read.directory.readEpoch(A.tenantId), epoch)
  })

  engagementTest('of many at once as many are stored as may be', async (store) => {
    const queueId = await enqueue(store)
    const other = await enqueue(store)
    const record = (number: number) =>
      store.write.engagement.recordEngagement({ queueId, most: 3, event: event(number) })
    const outcomes = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(record))
    assert.equal(outcomes.filter(Boolean).length, 3)
    assert.equal((await listed(store)).length, 3)
    assert.equal(await record(9), false)
    assert.equal((await store.read.engagement.findEngaged(other))?.counted, 0)
  })

  engagementTest('the count stays when the message is settled, and goes with it', async (store) => {
    const queueId = await enqueue(store)
    await store.write.engagement.recordEngagement({ queueId, most: 9, event: event(1) })
    await settleAll(store, await claimOne(store, AT), 'delivered', AT)
    assert.equal((await store.read.engagement.findEngaged(queueId))?.counted, 1)
    const kept = { captureCount: 1e9, captureSize: 1e15, decisionAge: 1e15, decisionCount: 1e9, auditAge: 1e15 }
    await store.write.retention.sweep(AT + 10, { ...kept, eventAge: 1e15, messageAge: 1 })
    assert.equal(await store.read.engagement.findEngaged(queueId), undefined)
    assert.equal(await store.write.engagement.recordEngagement({ queueId, most: 9, event: event(2) }), false)
    assert.deepEqual(await listed(store), [event(1).eventId])
  })
}
