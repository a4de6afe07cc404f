import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HonoRequest } from 'hono/request'
import { createReadOctets } from './read-octets.ts'

const requestOf = (pieces: readonly number[], headers: Record<string, string> = {}): HonoRequest => {
  const body = new ReadableStream({
    start(controller) {
      for (const size of pieces) controller.enqueue(new Uint8Array(size))
      controller.close()
    },
  })
  return new HonoRequest(new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' }))
}

test('no body is larger than the limit, whatever it says of itself', async () => {
  const read = createReadOctets({ limit: 10, total: 100 })
  for (const [pieces, headers, type] of [
    [[4, 6], {}, 'octets'],
    [[4, 7], {}, 'refused'],
    [[4], { 'content-length': '21' }, 'refused'],
    [[11], { 'content-length': '11' }, 'refused'],
    [[11], { 'content-length': '1' }, 'refused'],
  ] as const) {
    const outcome = await read(requestOf(pieces, headers), 'a')
    assert.equal(outcome.type, type, String(pieces))
    if (outcome.type === 'refused') assert.equal(outcome.status, 413)
  }
})

test('what is refused is read to its end, so that its sender hears why, unless there is no end to it', async () => {
  const read = createReadOctets({ limit: 10, total: 15 })
  const heldByAnother = await read(requestOf([10]), 'b')
  for (const [sizes, taken] of [
    [[6, 6, 6], 3],
    [[6, 1, 1], 3],
    [[11, 9, 1, 1], 3],
  ] as const) {
    let pulled = 0
    const body = new ReadableStream(
      {
        pull(controller) {
          const next = sizes[pulled]
          if (next === undefined) return controller.close()
          pulled += 1
          controller.enqueue(new Uint8Array(next))
        },
      },
      { highWaterMark: 0 },
    )
    const request = new Request('http://localhost/', { method: 'POST', body, duplex: 'half' })
    assert.equal((await read(new HonoRequest(request), 'a')).type, 'refused')
    assert.equal(pulled, taken, sizes.join())
  }
  assert(heldByAnother.type === 'octets')
})

test('all bodies together are bounded until they are let go', async () => {
  const read = createReadOctets({ limit: 10, total: 15 })
  const first = await read(requestOf([10]), 'a')
  const second = await read(requestOf([10]), 'b')
  assert.equal(second.type === 'refused' && second.status, 503)
  assert.equal((await read(requestOf([5]), 'b')).type, 'octets')
  assert(first.type === 'octets')
  first.release()
  first.release()
  assert.equal((await read(requestOf([10]), 'a')).type, 'octets')
})

test('a tenant leaves room for others', async () => {
  const read = createReadOctets({ limit: 10, total: 20 })
  const first = await read(requestOf([10]), 'a')
  assert.equal((await read(requestOf([5]), 'a')).type, 'octets')
  const beyond = await read(requestOf([1]), 'a')
  assert.equal(beyond.type === 'refused' && beyond.status, 503)
  assert.equal((await read(requestOf([5]), 'b')).type, 'octets')
  assert(first.type === 'octets')
  first.release()
  assert.equal((await read(requestOf([10]), 'a')).type, 'octets')
})
