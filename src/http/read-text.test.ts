import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { readText } from './read-text.ts'

async function read(body: ReadableStream | string, headers: Record<string, string> = {}) {
  const app = new Hono()
  let outcome: unknown
  app.post('/', async (c) => {
    outcome = await readText(c.req)
    return c.body(null)
  })
  await app.request('/', { method: 'POST', body, headers, duplex: 'half' })
  return outcome as Awaited<ReturnType<typeof readText>>
}

test('a body that breaks off is the client’s fault, not an error of ours', async () => {
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('grant_type='))
      controller.error(new Error('aborted'))
    },
  })
  const outcome = await read(broken)
  assert.equal(outcome.type === 'refused' && outcome.status, 400)
})

test('a body over the limit is refused, declared or not', async () => {
  const large = 'x'.repeat(1024 * 1024 + 1)
  const streamed = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(large))
      controller.close()
    },
  })
  for (const outcome of [await read(large), await read(streamed)])
    assert.equal(outcome.type === 'refused' && outcome.status, 413)
})

test('a whole body is text', async () => {
  assert.deepEqual(await read('grüße'), { type: 'text', text: 'grüße' })
})
