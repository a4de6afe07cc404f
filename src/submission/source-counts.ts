// How many connections are open from each source, over all threads of this node that take connections, in memory that they share: each
// thread adds to a table of its own, so that one that dies takes its share along. A source has one place in each of two tables, found by
// a hash that nobody outside can know, and what it shares one with is not counted against it unless it shares both.

import { createHmac } from 'node:crypto'

export type SourceCounts = {
  /** Counts one more and tells how many there are now. */
  add(source: string): number
  remove(source: string): void
}

const SEED = 16
const TABLES = 2
const PLACES = 8192
const PER_THREAD = TABLES * PLACES

export function createSourceCountsMemory(threads: number, random: (count: number) => Uint8Array): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(SEED + threads * PER_THREAD * Int32Array.BYTES_PER_ELEMENT)
  new Uint8Array(memory).set(random(SEED))
  return memory
}

/** `thread` counts from 0. Nothing is open in it yet. */
export function openSourceCounts(memory: SharedArrayBuffer, thread: number): SourceCounts {
  const seed = Uint8Array.from(new Uint8Array(memory, 0, SEED))
  const counts = new Int32Array(memory, SEED)
  const threads = counts.length / PER_THREAD
  const own = thread * PER_THREAD
  counts.fill(0, own, own + PER_THREAD)

  function placesOf(source: string): readonly number[] {
    const hash = createHmac('sha256', seed).update(source).digest()
    return Array.from({ length: TABLES }, (_, table) => table * PLACES + (hash.readUInt32LE(table * 4) % PLACES))
  }
  function total(place: number): number {
    let sum = 0
    for (let other = 0; other < threads; other += 1) sum += Atomics.load(counts, other * PER_THREAD + place)
    return sum
  }
  return {
    add(source) {
      const places = placesOf(source)
      for (const place of places) Atomics.add(counts, own + place, 1)
      return Math.min(...places.map(total))
    },
    remove(source) {
      for (const place of placesOf(source)) Atomics.sub(counts, own + place, 1)
    },
  }
}
