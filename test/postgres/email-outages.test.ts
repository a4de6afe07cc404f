// Azure's e-mail client and a node whose database is gone, or answers and is not heard: it is told to come back, does, and its message
// is sent once. By SMTP nobody could know that it is the same; here the request says so. Azure: data-plane reference §2.8, §2.9.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { openNetwork } from '../../src/storage/postgres/network.fixture.ts'
import { connectByKey, emailOf, type EmailOptions } from '../azure/email-clients.ts'
import { startPostgres } from '../fixtures/postgres-server.ts'
import { makeSharedInstallation } from '../fixtures/shared-installation.ts'

const server = await startPostgres()
after(() => server.stop())
const url = await server.createDatabase()
const installation = await makeSharedInstallation({ after }, server, url)
const { senderAddress, communicationService, connectionString } = installation.quickstart
const network = await openNetwork(url)
after(() => network.close())
const node = await installation.startNode({ url: network.through(url), postgres: { connectTimeout: '1s' } })
const endpoint = `https://${communicationService}.comm.localhost:${new URL(node.quickstart.endpoint).port}/`
const connect = (options: EmailOptions = {}) => connectByKey(node, connectionString, { ...options, endpoint })

async function queued(subject: string): Promise<number> {
  return (await server.execute(`SELECT queue_id FROM messages WHERE messages::text LIKE '%${subject}%'`, url)).length
}

test('a database that is gone: 503, and the message is sent when it is there again', async () => {
  const subject = `gone ${randomUUID()}`
  await server.shutDown()
  let answers = 0
  const { client, tries } = connect({
    onAnswer: async () => {
      answers += 1
      if (answers === 1) await server.start()
    },
  })
  const poller = await client.beginSend(emailOf(senderAddress, subject))
  assert.equal((await poller.pollUntilDone()).status, 'Succeeded')
  const sends = tries.filter(({ method }) => method === 'POST')
  assert.deepEqual([sends[0]?.status, sends.at(-1)?.status], [503, 202])
  assert.equal(await queued(subject), 1)
})

test('a database whose answer is lost: the client comes back, and one message is sent', async () => {
  const subject = `unheard ${randomUUID()}`
  network.cutAfter(subject)
  const { client, tries } = connect({ onAnswer: async () => network.mend() })
  const poller = await client.beginSend(emailOf(senderAddress, subject))
  assert.equal((await poller.pollUntilDone()).status, 'Succeeded')
  assert.deepEqual(
    tries.filter(({ method }) => method === 'POST').map(({ status }) => status),
    [503, 202],
  )
  assert.equal(await queued(subject), 1)
})
