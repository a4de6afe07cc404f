import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ChunkGatherer, tightCopy } from './chunk-gatherer.ts'

test('what is taken is what was added, in order, however it was cut', () => {
  const lengths = fc.array(fc.oneof(fc.nat(20), fc.nat(3000), fc.constant(70_000)), { maxLength: 20 })
  fc.assert(
    fc.property(lengths, fc.boolean(), (cuts, ownBuffers) => {
      const total = cuts.reduce((sum, length) => sum + length, 0)
      const octets = Uint8Array.from({ length: total }, (_, index) => (index * 7 + (index >> 8)) & 0xff)
      const gatherer = new ChunkGatherer()
      let at = 0
      for (const length of cuts) {
        const view = octets.subarray(at, at + length)
        gatherer.add(ownBuffers ? view.slice() : view)
        at += length
      }
      assert.equal(gatherer.length, total)
      assert.deepEqual(tightCopy(gatherer.take(), total), Buffer.from(octets))
      assert.equal(gatherer.length, 0)
      assert.deepEqual(gatherer.take(), [])
    }),
    { numRuns: 50 },
  )
})

test('what is held pins at most four times its length', () => {
  const gatherer = new ChunkGatherer()
  for (let index = 0; index < 5000; index += 1) gatherer.add(new Uint8Array(65_536).subarray(index, index + 1))
  for (let index = 0; index < 20; index += 1) gatherer.add(new Uint8Array(65_536).subarray(0, 8000))
  gatherer.add(new Uint8Array(65_536).subarray(0, 30_000))
  const { length } = gatherer
  const pinned = new Set(gatherer.take().map(({ buffer }) => buffer))
  const size = [...pinned].reduce((sum, { byteLength }) => sum + byteLength, 0)
  assert(size <= length * 4, `${size} octets are alive for ${length}`)
})

test('a large chunk is not copied', () => {
  const chunk = new Uint8Array(16_384)
  const gatherer = new ChunkGatherer()
  gatherer.add(chunk)
  assert.equal(gatherer.take()[0], chunk)
})

test('a tight copy has a buffer of its own', () => {
  const copy = tightCopy([Buffer.from('ab'), Buffer.from('c')], 3)
  assert.equal(copy.buffer.byteLength, 3)
  assert.deepEqual([...copy], [97, 98, 99])
})
