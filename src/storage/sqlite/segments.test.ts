import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { idle } from '../../content/fake-file.fixture.ts'
import { segmentPath } from '../../content/segment-file.ts'
import { claimOne, enqueue, isStored, message, sampleOctets, settleAll, writeContent } from '../mail-store.fixture.ts'
import { AT, seedTwoTenants } from '../two-tenants.fixture.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

const UNLIMITED = {
  messageAge: 1e15,
  captureCount: 1e15,
  captureSize: 1e15,
  decisionAge: 1e15,
  decisionCount: 1e15,
  auditAge: 1e15,
}
const MINUTE = 60_000

type Store = Awaited<ReturnType<typeof openTemporaryMailStore>>

function segmentTest(title: string, body: (store: Store) => Promise<void>): void {
  test(`sqlite segments: ${title}`, async () => {
    const store = await seedTwoTenants(await openTemporaryMailStore())
    try {
      await body(store)
    } finally {
      await store.close()
    }
  })
}

const large = (store: Store) => writeContent(store.content, sampleOctets(40_000, 1))
const sweep = (store: Store, at: number) => store.write.retention.sweep(at, UNLIMITED)
const files = (store: Store) => readdirSync(store.contentDirectory)

/** Sweeps until the files are as expected; removal is the file system's business and takes its time. */
async function sweepUntil(store: Store, at: number, count: number): Promise<void> {
  for (let turn = 0; files(store).length !== count; turn += 1) {
    assert(turn < 1000, 'a file stays')
    await sweep(store, at)
  }
}

/** A segment with one delivered message in it, closed as after a restart. */
async function emptySegment(store: Store): Promise<void> {
  await enqueue(store, {}, await large(store))
  await settleAll(store, await claimOne(store, AT), 'delivered', AT)
  await store.write.segments.closeAll()
}

segmentTest('a closed segment without content goes after a while, and the register forgets it', async (store) => {
  await emptySegment(store)
  const [name = ''] = files(store)
  await sweep(store, AT)
  await sweep(store, AT + 10 * MINUTE - 1)
  assert.deepEqual(files(store), [name])
  await sweepUntil(store, AT + 10 * MINUTE, 0)
  await sweep(store, AT + 11 * MINUTE)
  writeFileSync(join(store.contentDirectory, name), 'nobody knows this name any more')
  await sweep(store, AT + 12 * MINUTE)
  await idle()
  assert.deepEqual(files(store), [name])
})

segmentTest('an open segment stays, with or without content', async (store) => {
  await enqueue(store, {}, await large(store))
  await settleAll(store, await claimOne(store, AT), 'delivered', AT)
  for (const at of [AT, AT + 10 * MINUTE, AT + 20 * MINUTE]) await sweep(store, at)
  assert.equal(files(store).length, 1)
})

segmentTest('a segment stays as long as any message has content in it', async (store) => {
  const queueId = await enqueue(store, { receivedAt: AT + 1 }, await large(store))
  await emptySegment(store)
  for (const at of [AT, AT + 10 * MINUTE, AT + 20 * MINUTE]) await sweep(store, at)
  assert.equal(files(store).length, 1)
  assert.equal(await isStored(store, queueId), true)
})

segmentTest('content enqueued while its segment waits to go keeps it', async (store) => {
  const ref = await large(store)
  await store.write.segments.closeAll()
  await sweep(store, AT)
  const queueId = await enqueue(store, {}, ref)
  for (const at of [AT + 10 * MINUTE, AT + 11 * MINUTE, AT + 25 * MINUTE]) await sweep(store, at)
  assert.equal(await isStored(store, queueId), true)
})

segmentTest('content whose segment is doomed is not accepted', async (store) => {
  const judged = await message(store, {}, await large(store))
  await store.write.segments.closeAll()
  await sweep(store, AT)
  await sweep(store, AT + 10 * MINUTE)
  assert.equal((await store.write.spool.enqueue(judged)).type, 'unavailable')
  await sweepUntil(store, AT + 10 * MINUTE, 0)
  await sweep(store, AT + 11 * MINUTE)
  assert.equal((await store.write.spool.enqueue(judged)).type, 'unavailable')
})

segmentTest('only files of doomed segments are touched', async (store) => {
  await emptySegment(store)
  writeFileSync(join(store.contentDirectory, 'notes.txt'), 'of somebody else')
  const kept = await store.write.segments.openSegment(AT)
  writeFileSync(segmentPath(store.contentDirectory, kept), 'open')
  await sweep(store, AT)
  await sweepUntil(store, AT + 10 * MINUTE, 2)
  assert.deepEqual(files(store).sort(), [`${kept}.seg`, 'notes.txt'].sort())
})
