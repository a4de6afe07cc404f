import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { MessagePort } from 'node:worker_threads'
import { Supervisor } from './supervisor.ts'
import type { Role, ThreadSettings } from './thread-protocol.ts'

const THREAD = new URL('./supervised-thread.fixture.ts', import.meta.url)
const STOP_ORDER: readonly (readonly Role[])[] = [['edge', 'api', 'dispatch'], ['store']]

const settings = (role: Role, index = 0) => ({ role, index }) as ThreadSettings

async function ask(line: MessagePort, question: string): Promise<unknown> {
  line.postMessage(question)
  return (await once(line, 'message'))[0]
}

test('a store thread that dies is started again alone, and whoever had a line gets a new one', async () => {
  const logged: string[] = []
  const supervisor = new Supervisor({ onLog: (_level, message) => logged.push(message) }, THREAD)
  await supervisor.start(settings('store'))
  const renewed = Promise.withResolvers<MessagePort>()
  const first = supervisor.connectStore((line) => renewed.resolve(line))
  assert.equal(await ask(first, 'ping'), 'store ping')
  first.postMessage('die')
  assert.equal(await ask(await renewed.promise, 'again'), 'store again')
  assert.ok(logged.includes('thread ended, starting it again'))
  await supervisor.stop(STOP_ORDER, 1000)
})

test('a thread that says it cannot work rejects the start with its reason', async () => {
  const supervisor = new Supervisor({ onLog: () => {} }, THREAD)
  await supervisor.start(settings('store'))
  await assert.rejects(supervisor.start(settings('edge', 99)), /no port is free/)
  await supervisor.stop(STOP_ORDER, 1000)
})

test('stopping ends every thread and starts none again', async () => {
  const logged: string[] = []
  const supervisor = new Supervisor({ onLog: (_level, message) => logged.push(message) }, THREAD)
  for (const role of ['store', 'edge', 'dispatch'] as const) await supervisor.start(settings(role))
  await supervisor.stop(STOP_ORDER, 1000)
  assert.deepEqual(logged, [])
})
