// Every content store passes this suite. It asks for a whole store, because a small content becomes durable with its message only.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import {
  enqueue,
  type MailStore,
  mailTests,
  readOctets,
  readStored,
  sampleOctets,
  writeContent,
} from '../storage/mail-store.fixture.ts'

const KIB = 1024
const SIZES = [
  0,
  1,
  1000,
  32 * KIB - 1,
  32 * KIB,
  32 * KIB + 1,
  256 * KIB - 1,
  256 * KIB,
  256 * KIB + 1,
  1024 * KIB + 7,
  5 * 1024 * KIB,
]

/** Any adapter may hand out pieces of this size at most. */
const PIECE = 256 * KIB

/** `open` gives an empty store. */
export function describeContent(name: string, open: () => Promise<MailStore>): void {
  const contentTest = mailTests(`${name} content`, open)

  contentTest('what was written is read back, from the reference and once it is stored', async (store) => {
    for (const size of SIZES) {
      const octets = sampleOctets(size, size)
      const ref = await writeContent(store.content, octets)
      assert.equal(ref.size, size)
      assertSame(await readOctets(store.content, ref), octets, `${size} by reference`)
      const queueId = await enqueue(store, {}, ref)
      assertSame(await readStored(store, queueId), octets, `${size} stored`)
    }
  })

  contentTest('however it was cut into chunks', async (store) => {
    const octets = sampleOctets(700 * KIB, 3)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.nat(40), fc.nat(20_000), fc.nat(600_000)), { maxLength: 40 }),
        fc.boolean(),
        async (lengths, views) => {
          const writer = store.content.begin()
          let end = 0
          for (const length of lengths) {
            const chunk = octets.subarray(end, end + length)
            end += chunk.byteLength
            await writer.append(views ? chunk : chunk.slice())
          }
          const ref = await writer.seal()
          assertSame(await readOctets(store.content, ref), octets.subarray(0, end), lengths.join())
        },
      ),
      { numRuns: 30 },
    )
  })

  contentTest('octet by octet', async (store) => {
    const octets = sampleOctets(40 * KIB, 4)
    assertSame(await readOctets(store.content, await writeContent(store.content, octets, 1)), octets, 'octets')
  })

  contentTest('twenty writers at once do not mix', async (store) => {
    const contents = Array.from({ length: 20 }, (_, index) => sampleOctets(200 * KIB + index * 50_021, index + 1))
    const refs = await Promise.all(
      contents.map((octets, index) => writeContent(store.content, octets, 3000 + 997 * index)),
    )
    const ids = await Promise.all(refs.map((ref) => enqueue(store, {}, ref)))
    for (const [index, octets] of contents.entries())
      assertSame(await readStored(store, ids[index] ?? ''), octets, `writer ${index}`)
  })

  contentTest('a writer that gives up leaves the others alone', async (store) => {
    const dropped = store.content.begin()
    const kept = store.content.begin()
    const octets = sampleOctets(900 * KIB, 5)
    for (let at = 0; at < octets.byteLength; at += 100_000) {
      await dropped.append(sampleOctets(100_000, at))
      await kept.append(octets.slice(at, at + 100_000))
    }
    dropped.drop()
    dropped.drop()
    assertSame(await readOctets(store.content, await kept.seal()), octets, 'kept')
    await assert.rejects(dropped.append(new Uint8Array(1)))
    await assert.rejects(dropped.seal())
  })

  contentTest('large content is read in pieces, and reading may stop early', async (store) => {
    const ref = await writeContent(store.content, sampleOctets(1024 * KIB, 6))
    for await (const piece of store.content.open(ref)) assert(piece.byteLength <= PIECE)
    for await (const piece of store.content.open(ref)) {
      assert(piece.byteLength > 0)
      break
    }
  })

  contentTest('a reference that leads nowhere throws', async (store) => {
    const extents = [{ offset: 0, length: 9 }]
    await assert.rejects(readOctets(store.content, { kind: 'stored', size: 9, contentId: 'nobody' }))
    await assert.rejects(readOctets(store.content, { kind: 'segment', size: 9, segment: 'nobody', extents }))
  })
}

/** Says where they differ instead of printing a megabyte. */
function assertSame(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.byteLength, expected.byteLength, `${what}: length`)
  if (Buffer.compare(actual, expected) === 0) return
  const at = actual.findIndex((octet, index) => octet !== expected[index])
  assert.fail(`${what}: differs at ${at}`)
}
