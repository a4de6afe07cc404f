// Makes queue ids: UUIDv7, so that they sort by the time a message was received and indexes on them grow at one end. Within one
// generator they are strictly increasing, also when the clock stands still or goes back. RFC 9562 §5.7, §6.2 (method 1).

import type { QueueId } from './spool.ts'

/** Octets asked of the random source at a time: one call costs more than the octets. */
const POOL = 4096
/** 12 bits of counter where RFC 9562 has `rand_a`, begun in its lower half each millisecond. */
const COUNTER_LIMIT = 0x1000
const COUNTER_START_MASK = 0x7ff

/** `now` is milliseconds since the epoch, `random(n)` gives n octets. */
export function createQueueIds(now: () => number, random: (count: number) => Uint8Array): () => QueueId {
  const take = pooled(random)
  let millisecond = -1
  let counter = 0
  return () => {
    const octets = take()
    const time = now()
    counter += 1
    if (time > millisecond || counter >= COUNTER_LIMIT) {
      millisecond = Math.max(time, millisecond + 1)
      counter = octets.readUInt16BE(8) & COUNTER_START_MASK
    }
    octets[0] = 0x80 | ((octets[0] as number) & 0x3f)
    const tail = octets.toString('hex', 0, 8)
    const head = millisecond.toString(16).padStart(12, '0')
    const version = (0x7000 | counter).toString(16)
    return `${head.slice(0, 8)}-${head.slice(8)}-${version}-${tail.slice(0, 4)}-${tail.slice(4)}`
  }
}

/** The smallest queue id of a moment: messages received before it have smaller ones. */
export function firstQueueIdAt(at: number): QueueId {
  const head = Math.max(0, at).toString(16).padStart(12, '0')
  return `${head.slice(0, 8)}-${head.slice(8)}-7000-8000-000000000000`
}

/** Gives ten fresh octets at a time: eight for the tail of an id, two for a counter's start. */
function pooled(random: (count: number) => Uint8Array): () => Buffer {
  let pool: Buffer = Buffer.alloc(0)
  return () => {
    if (pool.length < 10) {
      const octets = random(POOL)
      pool = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
    }
    const taken = pool.subarray(0, 10)
    pool = pool.subarray(10)
    return taken
  }
}
