import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../storage/store-error.ts'
import { createGate, fakeSegment, idle, systemError } from './fake-file.fixture.ts'
import { SegmentContentWriter } from './segment-writer.ts'

const KIB = 1024

function open() {
  const { fake, file } = fakeSegment()
  const lent = { acquired: 0, released: 0, failure: undefined as Error | undefined }
  const pool = {
    acquire: async () => {
      if (lent.failure !== undefined) throw lent.failure
      lent.acquired += 1
      return file
    },
    release: () => {
      lent.released += 1
    },
  }
  return { fake, lent, writer: new SegmentContentWriter(pool), other: new SegmentContentWriter(pool) }
}

const chunk = (size: number) => new Uint8Array(size).fill(7)

test('at most one write is on its way: a slow disk slows the sender, not memory', async () => {
  const { fake, writer } = open()
  const disk = createGate()
  fake.gate = disk.wait
  let taken = 0
  const sender = (async () => {
    for (let index = 0; index < 128; index += 1) {
      await writer.append(chunk(16 * KIB))
      taken += 16
    }
  })()
  await idle()
  await idle()
  assert.equal(fake.writes, 1)
  assert.equal(taken, 512 - 16)
  disk.open()
  await sender
  assert.equal((await writer.seal()).size, 2048 * KIB)
})

test('what others wrote between divides a content into extents', async () => {
  const { writer, other } = open()
  for (let index = 0; index < 3; index += 1) {
    await writer.append(chunk(256 * KIB))
    if (index !== 1) await other.append(chunk(256 * KIB))
    await idle()
  }
  const [ref, otherRef] = [await writer.seal(), await other.seal()]
  assert(ref.kind === 'segment' && otherRef.kind === 'segment')
  assert.deepEqual(ref.extents, [
    { offset: 0, length: 256 * KIB },
    { offset: 512 * KIB, length: 512 * KIB },
  ])
  assert.deepEqual(otherRef.extents, [
    { offset: 256 * KIB, length: 256 * KIB },
    { offset: 1024 * KIB, length: 256 * KIB },
  ])
})

test('a reference is given out after the sync only', async () => {
  const { fake, writer } = open()
  await writer.append(chunk(256 * KIB))
  await idle()
  const sync = createGate()
  fake.gate = sync.wait
  let sealed = false
  const sealing = writer.seal().then(() => {
    sealed = true
  })
  await idle()
  assert.deepEqual([fake.syncs, sealed], [1, false])
  sync.open()
  await sealing
})

test('a failed write comes out at the next step, and the segment is given back', async () => {
  const { fake, lent, writer } = open()
  fake.failure = systemError('ENOSPC')
  await writer.append(chunk(256 * KIB))
  await idle()
  await assert.rejects(writer.append(chunk(1)), { name: 'StoreError', code: 'full' })
  writer.drop()
  await idle()
  assert.deepEqual([lent.acquired, lent.released], [1, 1])
})

test('a failed last write or sync fails the seal', async () => {
  for (const size of [100 * KIB, 300 * KIB]) {
    const { fake, lent, writer } = open()
    await writer.append(chunk(size))
    await idle()
    fake.failure = systemError('EIO')
    await assert.rejects(writer.seal(), { name: 'StoreError', code: 'unavailable' })
    assert.deepEqual([lent.acquired, lent.released], [1, 1])
  }
})

test('without a segment there is no content, and nothing to give back', async () => {
  const { lent, writer } = open()
  lent.failure = new StoreError('unavailable', 'no store')
  await writer.append(chunk(100 * KIB))
  await assert.rejects(writer.seal(), { code: 'unavailable' })
  assert.equal(lent.released, 0)
})

test('a segment is given back when the write of a dropped content has ended, not before', async () => {
  const { fake, lent, writer } = open()
  const disk = createGate()
  fake.gate = disk.wait
  await writer.append(chunk(256 * KIB))
  writer.drop()
  await idle()
  assert.deepEqual([lent.acquired, lent.released], [1, 0])
  disk.open()
  await idle()
  assert.equal(lent.released, 1)
})

test('a small content asks for no segment', async () => {
  const { lent, writer, other } = open()
  await writer.append(chunk(32 * KIB))
  await writer.seal()
  await other.append(chunk(32 * KIB))
  other.drop()
  await idle()
  assert.deepEqual([lent.acquired, lent.released], [0, 0])
})
