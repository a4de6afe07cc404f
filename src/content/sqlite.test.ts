import assert from 'node:assert/strict'
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readOctets, sampleOctets, writeContent } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { describeContent } from './content.contract.ts'
import { INLINE_LIMIT } from './segment-writer.ts'

describeContent('sqlite', openTemporaryMailStore)

test('a small content is inline in a buffer of its own, a larger one in a segment file that only we can read', async () => {
  const store = await openTemporaryMailStore()
  const small = await writeContent(store.content, sampleOctets(INLINE_LIMIT, 1), 100)
  assert(small.kind === 'inline')
  assert.equal(small.octets.buffer.byteLength, INLINE_LIMIT)
  const large = await writeContent(store.content, sampleOctets(INLINE_LIMIT + 1, 1))
  assert(large.kind === 'segment')
  assert.deepEqual(readdirSync(store.contentDirectory), [`${large.segment}.seg`])
  assert.equal(statSync(join(store.contentDirectory, `${large.segment}.seg`)).mode & 0o777, 0o600)
  await store.close()
})

test('a content alone in its segment is one extent, whatever its size', async () => {
  const store = await openTemporaryMailStore()
  const ref = await writeContent(store.content, sampleOctets(2_000_000, 1))
  assert(ref.kind === 'segment')
  assert.deepEqual(ref.extents, [{ offset: 0, length: 2_000_000 }])
  await store.close()
})

test('a segment file that is too short throws instead of giving a part', async () => {
  const store = await openTemporaryMailStore()
  const ref = await writeContent(store.content, sampleOctets(600_000, 1))
  assert(ref.kind === 'segment')
  truncateSync(join(store.contentDirectory, `${ref.segment}.seg`), 599_999)
  await assert.rejects(readOctets(store.content, ref), /shorter/)
  await store.close()
})
