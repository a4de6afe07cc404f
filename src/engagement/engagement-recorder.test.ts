// What is told of engagement, over a real store, and that no link that is called for ever is a way to load it.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { SpooledEnvelope } from '../spool/spool.ts'
import { enqueue, queueIdAt } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { StoreError } from '../storage/store-error.ts'
import { A, AT, seedTwoTenants } from '../storage/two-tenants.fixture.ts'
import { createEngagementRecorder, ENGAGEMENTS_OF_MESSAGE } from './engagement-recorder.ts'

const view = { kind: 'view', context: '', userAgent: 'Mail/1.0' } as const

async function openScene(t: TestContext) {
  const store = await seedTwoTenants(await openTemporaryMailStore())
  t.after(() => store.close())
  const state = { at: AT, reads: 0, failure: undefined as Error | undefined }
  const failures: unknown[] = []
  const recorder = createEngagementRecorder({
    engagement: {
      async findEngaged(queueId) {
        state.reads += 1
        if (state.failure !== undefined) throw state.failure
        return store.read.engagement.findEngaged(queueId)
      },
      recordEngagement: (engagement) => store.write.engagement.recordEngagement(engagement),
    },
    clock: { now: () => state.at },
    nextEventId: () => queueIdAt(AT),
    onFailure: (error) => failures.push(error),
  })
  const events = () => store.read.events.listEvents({ tenantId: A.tenantId, limit: 5000 })
  return { store, state, failures, recorder, events }
}

const someone = { forwardPath: 'one@example.com', parameters: {} }
const cases: readonly {
  name: string
  envelope: Partial<SpooledEnvelope>
  seen: object
  data: object
  subject?: string
}[] = [
  { name: 'a message that was opened', envelope: {}, seen: {}, data: {} },
  {
    name: 'a link that was followed',
    envelope: {},
    seen: { kind: 'click', context: 'https://a.test/?b' },
    data: { engagementType: 'click', engagementContext: 'https://a.test/?b' },
  },
  { name: 'one of many', envelope: { recipients: [someone, someone] }, seen: {}, data: { recipient: '' } },
  {
    name: 'one that came by REST',
    envelope: { operationId: 'an id' },
    seen: {},
    data: { messageId: 'an id' },
    subject: 'an id',
  },
  {
    name: 'whatever a program calls itself',
    envelope: {},
    seen: { userAgent: `\u{1b}[31m\r\n\u{e4}${'x'.repeat(400)}` },
    data: { userAgent: `[31m${'x'.repeat(296)}` },
  },
]
for (const { name, envelope, seen, data, subject } of cases)
  test(`told: ${name}`, async (t) => {
    const { store, recorder, events } = await openScene(t)
    const queueId = await enqueue(store, envelope)
    recorder.note(queueId, { ...view, ...seen })
    await recorder.settled()
    const [event] = await events()
    assert.equal(event?.type, 'Microsoft.Communication.EmailEngagementTrackingReportReceived')
    assert.equal(event.subject, `sender/DoNotReply@contoso.example/message/${subject ?? queueId}`)
    assert.deepEqual(event.data, {
      sender: 'DoNotReply@contoso.example',
      recipient: 'one@example.com',
      messageId: queueId,
      userActionTimeStamp: new Date(AT).toISOString(),
      engagementContext: '',
      userAgent: 'Mail/1.0',
      engagementType: 'view',
      ...data,
    })
    const timeline = (await store.read.messages.find(A.tenantId, queueId))?.timeline
    assert.ok(timeline?.some(({ kind, id }) => kind === 'event' && id === event.eventId))
  })

test('a message has so many, and costs nothing then', async (t) => {
  const { store, state, recorder, events } = await openScene(t)
  const queueId = await enqueue(store)
  for (let count = 0; count < ENGAGEMENTS_OF_MESSAGE + 5; count += 1) {
    state.at += 10
    recorder.note(queueId, view)
    await recorder.settled()
  }
  assert.equal((await events()).length, ENGAGEMENTS_OF_MESSAGE)
  // One more found that there is no room.
  assert.equal(state.reads, ENGAGEMENTS_OF_MESSAGE + 1)
})

test('a message that is gone is asked for once', async (t) => {
  const { state, recorder } = await openScene(t)
  for (let count = 0; count < 5; count += 1) {
    recorder.note('01900000-0000-7000-8000-000000000001', view)
    await recorder.settled()
  }
  assert.equal(state.reads, 1)
})

test('at once, and in a second, no more than so many', async (t) => {
  const { store, state, recorder, events } = await openScene(t)
  const ids: string[] = []
  for (let count = 0; count < 20; count += 1) ids.push(await enqueue(store))
  const [first = ''] = ids
  for (let count = 0; count < 20; count += 1) recorder.note(first, view)
  assert.equal(state.reads, 4)
  for (const id of ids) recorder.note(id, view)
  assert.equal(state.reads, 16)
  await recorder.settled()
  assert.equal((await events()).length, 16)
  for (let count = 0; count < 300; count += 1) {
    recorder.note(ids[count % ids.length] ?? '', view)
    await recorder.settled()
  }
  assert.equal((await events()).length, 200)
  state.at += 1000
  recorder.note(first, view)
  await recorder.settled()
  assert.equal((await events()).length, 201)
})

test('what cannot be stored is given up, and asked again', async (t) => {
  const { store, state, failures, recorder, events } = await openScene(t)
  const queueId = await enqueue(store)
  state.failure = new StoreError('unavailable', 'test')
  recorder.note(queueId, view)
  await recorder.settled()
  assert.deepEqual(failures, [state.failure])
  state.failure = undefined
  recorder.note(queueId, view)
  await recorder.settled()
  assert.equal((await events()).length, 1)
})
