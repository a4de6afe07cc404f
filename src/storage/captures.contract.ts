// Every capture inbox passes this suite. A capture needs the stored content of its message, so each begins as accepted mail.

import assert from 'node:assert/strict'
import type { Claim } from '../spool/spool.ts'
import {
  claimOne,
  enqueue,
  inline,
  isStored,
  type MailStore,
  mailTests,
  OTHER_SERVICE,
  readOctets,
  SERVICE,
  settleAll,
} from './mail-store.fixture.ts'
import type { CapturedMessage } from './storage.ts'
import { A, AT, B, change } from './two-tenants.fixture.ts'

/** `open` gives an empty store. */
export function describeCaptures(name: string, open: () => Promise<MailStore>): void {
  const captureTest = mailTests(`${name} captures`, open)
  describeCapturing(captureTest)
  describeDeleting(captureTest)
}

type CaptureTest = ReturnType<typeof mailTests>

function describeCapturing(captureTest: CaptureTest): void {
  captureTest('a capture keeps the content after the message is delivered', async (store) => {
    const claim = await accept(store, {}, 'Subject: kept\r\n\r\n')
    await store.write.captures.addCapture(captureOf(claim), claim.content)
    await settleAll(store, claim, 'delivered', AT)
    const { queueId } = claim.envelope
    const capture = await store.read.captures.readCapture(queueId)
    assert(capture !== undefined)
    const { content, ...metadata } = capture
    assert.deepEqual(metadata, captureOf(claim))
    assert.equal(Buffer.from(await readOctets(store.content, content)).toString(), 'Subject: kept\r\n\r\n')
  })

  captureTest('the same message and recipient are captured once, further recipients are added', async (store) => {
    const claim = await accept(store)
    const capture = captureOf(claim)
    const add = (...recipients: string[]) => store.write.captures.addCapture({ ...capture, recipients }, claim.content)
    await add('one@example.com', 'two@example.com', 'one@example.com')
    await add('one@example.com', 'two@example.com')
    await add('two@example.com', 'three@example.com')
    const captures = await store.read.captures.listCaptures({ tenantId: A.tenantId, limit: 10 })
    assert.deepEqual(
      captures.map(({ recipients }) => recipients),
      [['one@example.com', 'two@example.com', 'three@example.com']],
    )
  })

  captureTest('what is not stored cannot be captured', async (store) => {
    const claim = await accept(store)
    const capture = captureOf(claim)
    await assert.rejects(store.write.captures.addCapture(capture, inline('not stored')))
    const elsewhere = { kind: 'stored', size: 1, contentId: 'elsewhere' } as const
    await assert.rejects(store.write.captures.addCapture(capture, elsewhere))
    await settleAll(store, claim, 'delivered', AT)
    await assert.rejects(store.write.captures.addCapture(capture, claim.content))
    assert.equal(await store.read.captures.readCapture(capture.id), undefined)
  })

  captureTest('newest first, page by page, by resource in any case', async (store) => {
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) {
      const resourceId = index === 2 ? OTHER_SERVICE : SERVICE
      const claim = await accept(store, { receivedAt: AT + index, resourceId })
      await store.write.captures.addCapture(captureOf(claim), claim.content)
      ids.unshift(claim.envelope.queueId)
    }
    const list = async (query: { resourceIds?: readonly string[]; limit: number; before?: string }) =>
      (await store.read.captures.listCaptures({ tenantId: A.tenantId, ...query })).map(({ id }) => id)
    assert.deepEqual(await list({ limit: 2 }), ids.slice(0, 2))
    assert.deepEqual(await list({ limit: 9, before: ids[1] ?? '' }), ids.slice(2))
    assert.deepEqual(await list({ limit: 9, resourceIds: [OTHER_SERVICE.toUpperCase()] }), [ids[2]])
    assert.deepEqual(await list({ limit: 9, resourceIds: [] }), [])
  })
}

function describeDeleting(captureTest: CaptureTest): void {
  captureTest('deleting tells how many went, by resource or all', async (store) => {
    for (const resourceId of [SERVICE, SERVICE, OTHER_SERVICE]) {
      const claim = await accept(store, { resourceId })
      await store.write.captures.addCapture(captureOf(claim), claim.content)
      await settleAll(store, claim, 'delivered', AT)
    }
    const remove = (resourceIds?: string[]) => store.write.captures.deleteCaptures(change(), A.tenantId, resourceIds)
    assert.equal(await remove([]), 0)
    assert.equal(await remove([SERVICE.toUpperCase(), SERVICE]), 2)
    assert.equal(await remove(), 1)
    assert.equal(await remove(), 0)
    assert.deepEqual(await store.read.captures.listCaptures({ tenantId: A.tenantId, limit: 10 }), [])
  })

  captureTest('content goes with its capture when the message is final, and stays while it is not', async (store) => {
    const final = await accept(store)
    const live = await accept(store)
    for (const claim of [final, live]) await store.write.captures.addCapture(captureOf(claim), claim.content)
    await settleAll(store, final, 'delivered', AT)
    await store.write.captures.deleteCaptures(change(), A.tenantId, undefined)
    assert.equal(await isStored(store, final.envelope.queueId), false)
    assert.equal(await isStored(store, live.envelope.queueId), true)
    await settleAll(store, live, 'delivered', AT)
    assert.equal(await isStored(store, live.envelope.queueId), false)
  })

  captureTest('tenants are walls', async (store) => {
    const mine = await accept(store)
    const theirs = await accept(store, { tenantId: B.tenantId })
    for (const claim of [mine, theirs]) await store.write.captures.addCapture(captureOf(claim), claim.content)
    for (const query of [{}, { resourceIds: [SERVICE] }]) {
      const captures = await store.read.captures.listCaptures({ tenantId: A.tenantId, limit: 10, ...query })
      assert.deepEqual(
        captures.map(({ id }) => id),
        [mine.envelope.queueId],
      )
    }
    assert.equal(await store.write.captures.deleteCaptures(change(), A.tenantId, [SERVICE]), 1)
    assert.equal(await store.write.captures.deleteCaptures(change(), A.tenantId, undefined), 0)
    assert.equal((await store.read.captures.readCapture(theirs.envelope.queueId))?.tenantId, B.tenantId)
  })
}

async function accept(store: MailStore, changes: Parameters<typeof enqueue>[1] = {}, text = 'hi'): Promise<Claim> {
  await enqueue(store, changes, inline(text))
  return claimOne(store, changes.receivedAt ?? AT)
}

function captureOf({ envelope, recipients, content }: Claim): CapturedMessage {
  const { queueId, tenantId, resourceId, reversePath, subject, receivedAt } = envelope
  const paths = recipients.map(({ forwardPath }) => forwardPath)
  return { id: queueId, tenantId, resourceId, reversePath, recipients: paths, subject, receivedAt, size: content.size }
}
