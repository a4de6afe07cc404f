import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { idle } from '../../content/fake-file.fixture.ts'
import { segmentPath } from '../../content/segment-file.ts'
import {
  claimOne,
  enqueue,
  isStored,
  type MailStore,
  message,
  sampleOctets,
  settleAll,
  writeContent,
} from '../mail-store.fixture.ts'
import { AT, seedTwoTenants } from '../two-tenants.fixture.ts'
import { openReader } from './database.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

const UNLIMITED = {
  messageAge: 1e15,
  captureCount: 1e15,
  captureSize: 1e15,
  decisionAge: 1e15,
  decisionCount: 1e15,
  auditAge: 1e15,
  eventAge: 1e15,
}
const MINUTE = 60_000

type Store = MailStore & {
  readonly contentDirectory: string
  /** State of the segment that was opened first; undefined when the register knows none. */
  state(): string | undefined
  sweep(at: number): Promise<boolean>
}

function segmentTest(title: string, body: (store: Store) => Promise<void>): void {
  test(`sqlite segments: ${title}`, async () => {
    const store = await seedTwoTenants(await openTemporaryMailStore())
    const reader = openReader(join(store.contentDirectory, '..', 'postern.db'))
    const states = reader.prepareArrays<[string]>('SELECT state FROM segments ORDER BY rowid')
    try {
      await body({
        ...store,
        state: () => states.get()?.[0],
        sweep: (at) => store.write.retention.sweep(at, UNLIMITED),
      })
    } finally {
      reader.close()
      await store.close()
    }
  })
}

const large = (store: Store) => writeContent(store.content, sampleOctets(40_000, 1))

/** A message with content in a segment is delivered; the segment has nothing else in it. */
async function deliverLarge(store: Store): Promise<void> {
  await enqueue(store, {}, await large(store))
  await settleAll(store, await claimOne(store, AT), 'delivered', AT)
}

/** Removing a file is the operating system's business and takes its time. */
async function untilGone(path: string): Promise<void> {
  for (let turn = 0; existsSync(path); turn += 1) {
    assert(turn < 10_000, `${path} stays`)
    await idle()
  }
}

segmentTest(
  'a closed segment without content goes after a while: doomed, then its file, then its row',
  async (store) => {
    await deliverLarge(store)
    const [name = ''] = readdirSync(store.contentDirectory)
    const path = join(store.contentDirectory, name)
    await store.write.segments.closeAll()
    await store.sweep(AT)
    await store.sweep(AT + 10 * MINUTE - 1)
    assert.equal(store.state(), 'closed')
    await store.sweep(AT + 10 * MINUTE)
    assert.equal(store.state(), 'doomed')
    await untilGone(path)
    await store.sweep(AT + 11 * MINUTE)
    assert.equal(store.state(), undefined)
  },
)

segmentTest('a file that could not be removed is tried again', async (store) => {
  await deliverLarge(store)
  const [name = ''] = readdirSync(store.contentDirectory)
  await store.write.segments.closeAll()
  await store.sweep(AT)
  await store.sweep(AT + 10 * MINUTE)
  await untilGone(join(store.contentDirectory, name))
  writeFileSync(join(store.contentDirectory, name), 'still here')
  await store.sweep(AT + 11 * MINUTE)
  assert.equal(store.state(), 'doomed')
  await untilGone(join(store.contentDirectory, name))
})

segmentTest('an open segment stays, with or without content', async (store) => {
  await deliverLarge(store)
  for (const at of [AT, AT + 10 * MINUTE, AT + 20 * MINUTE]) await store.sweep(at)
  assert.equal(store.state(), 'open')
})

segmentTest('a segment stays as long as any message has content in it', async (store) => {
  const queueId = await enqueue(store, { receivedAt: AT + 1 }, await large(store))
  await deliverLarge(store)
  await store.write.segments.closeAll()
  for (const at of [AT, AT + 10 * MINUTE, AT + 20 * MINUTE]) await store.sweep(at)
  assert.equal(store.state(), 'closed')
  assert.equal(await isStored(store, queueId), true)
})

segmentTest('content enqueued while its segment waits to go keeps it', async (store) => {
  const ref = await large(store)
  await store.write.segments.closeAll()
  await store.sweep(AT)
  const queueId = await enqueue(store, {}, ref)
  for (const at of [AT + 10 * MINUTE, AT + 25 * MINUTE]) await store.sweep(at)
  assert.equal(store.state(), 'closed')
  assert.equal(await isStored(store, queueId), true)
})

segmentTest('content whose segment is doomed or gone is not accepted', async (store) => {
  const judged = await message(store, {}, await large(store))
  const [name = ''] = readdirSync(store.contentDirectory)
  await store.write.segments.closeAll()
  await store.sweep(AT)
  await store.sweep(AT + 10 * MINUTE)
  assert.equal((await store.write.spool.enqueue(judged)).type, 'unavailable')
  await untilGone(join(store.contentDirectory, name))
  await store.sweep(AT + 11 * MINUTE)
  assert.equal((await store.write.spool.enqueue(judged)).type, 'unavailable')
})

segmentTest('only files of doomed segments are touched', async (store) => {
  await deliverLarge(store)
  const [doomed = ''] = readdirSync(store.contentDirectory)
  await store.write.segments.closeAll()
  const kept = await store.write.segments.openSegment(AT)
  writeFileSync(segmentPath(store.contentDirectory, kept), 'open')
  writeFileSync(join(store.contentDirectory, 'notes.txt'), 'of somebody else')
  await store.sweep(AT)
  await store.sweep(AT + 10 * MINUTE)
  await untilGone(join(store.contentDirectory, doomed))
  assert.deepEqual(readdirSync(store.contentDirectory).sort(), [`${kept}.seg`, 'notes.txt'].sort())
})

segmentTest('closing one segment leaves the others open', async (store) => {
  const first = await store.write.segments.openSegment(AT)
  const second = await store.write.segments.openSegment(AT)
  assert.notEqual(first, second)
  await store.write.segments.closeSegment(second)
  assert.equal(store.state(), 'open')
  await store.write.segments.closeSegment(first)
  assert.equal(store.state(), 'closed')
})
