// Every message log passes this suite, together with the spool that fills it.

import assert from 'node:assert/strict'
import {
  claimAt,
  claimOne,
  enqueue,
  inline,
  type MailStore,
  mailTests,
  OTHER_SERVICE,
  outcome,
  SERVICE,
} from '../storage/mail-store.fixture.ts'
import { A, AT, B } from '../storage/two-tenants.fixture.ts'

/** `open` gives an empty store. */
export function describeMessageLog(name: string, open: () => Promise<MailStore>): void {
  const logTest = mailTests(`${name} message log`, open)

  logTest('a message is shown with every recipient, its envelope and its timeline', async (store) => {
    const recipients = ['one@example.com', 'two@example.com'].map((forwardPath) => ({ forwardPath, parameters: {} }))
    const queueId = await enqueue(store, { recipients }, inline('12345'))
    const claim = await claimOne(store, AT + 5)
    const outcomes = [outcome(0, 'delivered'), outcome(1, 'deferred', AT + 9000)]
    await store.write.spool.settle([{ queueId, token: claim.token, at: AT + 10, outcomes }])
    const detail = await store.read.messages.find(A.tenantId, queueId)
    assert(detail !== undefined)
    const { timeline, envelope, ...summary } = detail
    assert.deepEqual(envelope, claim.envelope)
    assert.deepEqual(summary, {
      queueId,
      resourceId: SERVICE,
      tenantId: A.tenantId,
      applicationId: A.applicationId,
      reversePath: 'DoNotReply@contoso.example',
      recipients: [
        { forwardPath: 'one@example.com', status: 'delivered', attempts: 1 },
        {
          forwardPath: 'two@example.com',
          status: 'deferred',
          attempts: 1,
          nextAttemptAt: AT + 9000,
          lastReply: 'deferred by test',
        },
      ],
      receivedAt: AT,
      size: 5,
      subject: 'Grüße',
      internetMessageId: `${queueId}@contoso.example`,
      status: 'queued',
    })
    assert.deepEqual(await store.read.messages.summarize(A.tenantId, queueId), summary)
    assert.equal(await store.read.messages.summarize(B.tenantId, queueId), undefined)
    assert.deepEqual(timeline, [
      { at: AT, kind: 'queued', detail: 'from printer.example [192.0.2.1]; 5 octets, 2 recipients' },
      {
        at: AT + 10,
        kind: 'final',
        recipient: 'one@example.com',
        status: 'delivered',
        detail: 'test: 2.0.0 delivered by test',
        transport: 'test',
        enhancedStatusCode: '2.0.0',
      },
      {
        at: AT + 10,
        kind: 'attempt',
        recipient: 'two@example.com',
        status: 'deferred',
        detail: 'test: 4.0.0 deferred by test',
        transport: 'test',
        enhancedStatusCode: '4.0.0',
      },
    ])
    assert.deepEqual(await store.read.messages.search({ tenantId: A.tenantId, limit: 10 }), { messages: [summary] })
  })

  logTest('the timeline keeps every attempt in order', async (store) => {
    const queueId = await enqueue(store)
    for (const at of [AT, AT + 1000, AT + 2000]) {
      const { token } = await claimOne(store, at)
      const outcomes = [at === AT + 2000 ? outcome(0, 'failed') : outcome(0, 'deferred', at + 1000)]
      await store.write.spool.settle([{ queueId, token, at, outcomes }])
    }
    const detail = await store.read.messages.find(A.tenantId, queueId)
    assert.deepEqual(
      detail?.timeline.map(({ at, kind }) => [at - AT, kind]),
      [
        [0, 'queued'],
        [0, 'attempt'],
        [1000, 'attempt'],
        [2000, 'final'],
      ],
    )
  })

  logTest('newest first, page by page, over all resources', async (store) => {
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1)
      ids.push(await enqueue(store, { receivedAt: AT + index, resourceId: index % 2 === 0 ? SERVICE : OTHER_SERVICE }))
    ids.reverse()
    const page = async (before?: string) =>
      (
        await store.read.messages.search({
          tenantId: A.tenantId,
          limit: 3,
          ...(before === undefined ? {} : { before }),
        })
      ).messages.map(({ queueId }) => queueId)
    assert.deepEqual(await page(), ids.slice(0, 3))
    assert.deepEqual(await page(ids[2]), ids.slice(3, 6))
    assert.deepEqual(await page(ids[5]), ids.slice(6))
    assert.deepEqual(await page(ids[6]), [])
  })

  logTest('only the resources asked for, in any case', async (store) => {
    const mine = await enqueue(store)
    const other = await enqueue(store, { resourceId: OTHER_SERVICE })
    const list = async (...resourceIds: string[]) =>
      (await store.read.messages.search({ tenantId: A.tenantId, resourceIds, limit: 10 })).messages.map(
        ({ queueId }) => queueId,
      )
    assert.deepEqual(await list(SERVICE.toUpperCase()), [mine])
    assert.deepEqual(await list(OTHER_SERVICE, SERVICE, SERVICE), [other, mine].sort().reverse())
    assert.deepEqual(await list(), [])
    assert.deepEqual(await list('/subscriptions/none'), [])
  })

  logTest('tenants are walls', async (store) => {
    const mine = await enqueue(store, { internetMessageId: 'same@example.com' })
    const theirs = await enqueue(store, { internetMessageId: 'same@example.com', tenantId: B.tenantId })
    const read = store.read.messages
    for (const [tenantId, own, foreign] of [
      [A.tenantId, mine, theirs],
      [B.tenantId, theirs, mine],
    ] as const) {
      assert.equal(await read.find(tenantId, foreign), undefined)
      assert.equal((await read.find(tenantId, 'same@example.com'))?.queueId, own)
      for (const query of [
        { tenantId, limit: 9 },
        { tenantId, limit: 9, resourceIds: [SERVICE] },
      ])
        assert.deepEqual(
          (await read.search(query)).messages.map(({ queueId }) => queueId),
          [own],
        )
    }
  })

  logTest('every Message-ID is found among many, the newest when there are several', async (store) => {
    const COUNT = 700
    await Promise.all(Array.from({ length: COUNT }, (_, index) => enqueue(store, { internetMessageId: `m${index}@x` })))
    for (const index of [0, 255, 256, 511, 512, COUNT - 1])
      assert.equal(
        (await store.read.messages.find(A.tenantId, `m${index}@x`))?.internetMessageId,
        `m${index}@x`,
        `number ${index}`,
      )
    const newest = await enqueue(store, { receivedAt: AT + 1, internetMessageId: 'm3@x' })
    assert.equal((await store.read.messages.find(A.tenantId, 'm3@x'))?.queueId, newest)
    assert.equal(await store.read.messages.find(A.tenantId, 'none@x'), undefined)
    assert.equal((await claimAt(store, AT, COUNT)).length, COUNT)
  })
}
