// The limit of connections from one address holds over both edge threads of a node, and what is closed makes room again.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Config } from '../../src/config/schema.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const LIMIT = 6

const narrow = (config: Config): Config => ({
  ...config,
  smtp: { ...config.smtp, workers: 2, connections: { perAddress: LIMIT, total: 100 } },
})
const service = await startIn(temporaryDirectory({ after }), {}, narrow)
after(() => service.stop())

async function connect(count: number, from: string) {
  const opened = Array.from({ length: count }, async () => {
    const dialogue = await SmtpDialogue.open(service.quickstart.smtp.port, from)
    return { dialogue, greeting: await dialogue.reply() }
  })
  const connections = await Promise.all(opened)
  const welcome = connections.filter(({ greeting }) => greeting.startsWith('220'))
  return { connections, welcome, refusals: connections.filter(({ greeting }) => greeting.startsWith('421 4.3.2 ')) }
}

test('one address has so many connections over all threads, another has its own', async () => {
  // The threads take turns as the kernel likes: with a limit of each thread, more would be let in.
  const { connections, welcome, refusals } = await connect(40, '127.0.0.66')
  assert.equal(welcome.length + refusals.length, 40)
  assert.ok(welcome.length <= LIMIT && welcome.length > 0, String(welcome.length))
  const others = await connect(LIMIT, '127.0.0.67')
  assert.equal(others.welcome.length, LIMIT)
  for (const { dialogue } of [...connections, ...others.connections]) dialogue.destroy()
  await eventually(async () => {
    const again = await connect(LIMIT, '127.0.0.66')
    for (const { dialogue } of again.connections) dialogue.destroy()
    return again.welcome.length === LIMIT || undefined
  }, 'room for as many again')
})
