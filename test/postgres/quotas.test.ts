// Two quickstarts on one PostgreSQL share a quota: together they accept exactly what it allows, however many threads count at the same
// time, and what is changed at one node holds for the next message at the other. An application whose counters somebody holds keeps no
// other one waiting.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Client } from 'pg'
import type { Config } from '../../src/config/schema.ts'
import { sharedPostgres } from '../fixtures/postgres-server.ts'
import { openQuotaClients, sendFromAll } from '../fixtures/quota-clients.ts'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { addSendingApplication, type SendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const postgres = await sharedPostgres()
const url = await postgres.createMigratedDatabase()
const twoThreads = (config: Config): Config => ({ ...config, smtp: { ...config.smtp, workers: 2 } })
const startNode = () => startIn(temporaryDirectory({ after }), { POSTERN_STORE: url }, twoThreads)
const one = await startNode()
const other = await startNode()
after(async () => {
  await Promise.all([one.stop(), other.stop()])
  await postgres.dropDatabase(url)
})

const { senderAddress } = one.quickstart
const CONTENT = [`From: ${senderAddress}`, 'Subject: quotas', '', 'Hello.']
const pathOf = ({ applicationId }: SendingApplication) =>
  `/providers/Postern.Mail/applications/${applicationId}/quotas/default`

async function set(node: QuickstartService, application: SendingApplication, limits: object): Promise<void> {
  const { status, json } = await node.api('PUT', pathOf(application), { properties: { limits } })
  assert([200, 201].includes(status), JSON.stringify(json))
}

async function signIn(node: QuickstartService, { username, secret }: SendingApplication): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.openSecure(node.quickstart.smtp.port, node.ca)
  assert.match(await dialogue.authenticate(username, secret), /^235 /)
  return dialogue
}

/** Replies to as many messages as there are dialogues, sent at the same time. */
async function sendAtOnce(dialogues: readonly SmtpDialogue[], recipients: readonly string[]): Promise<string[]> {
  const replies = dialogues.map((dialogue) => dialogue.submit(senderAddress, recipients, CONTENT))
  return (await Promise.all(replies)).map((reply) => reply.slice(0, 9))
}

const ONE = ['reader@recipient.example.test']
const cases: readonly (readonly [name: string, limits: object, recipients: number, accepted: number])[] = [
  ['of one row', { messages: { day: 17 } }, 1, 17],
  ['of several shards', { recipients: { day: 2000 } }, 100, 20],
]
for (const [name, limits, count, accepted] of cases)
  test(`a quota ${name} gives out over both nodes what it has, and no more`, async () => {
    const application = await addSendingApplication(one)
    await set(one, application, limits)
    const recipients = Array.from({ length: count }, (_, index) => `r${index}@recipient.example.test`)
    const nodes = Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? one : other))
    const dialogues = await Promise.all(nodes.map((node) => signIn(node, application)))
    const replies: string[] = []
    for (let round = 0; round < 3; round += 1) replies.push(...(await sendAtOnce(dialogues, recipients)))
    assert.equal(replies.filter((reply) => reply === '250 2.0.0').length, accepted)
    assert.equal(replies.filter((reply) => reply === '450 4.7.1').length, 48 - accepted)
    for (const dialogue of dialogues) dialogue.destroy()
  })

test('of 64 clients at both doors of both nodes exactly the limit is accepted', async () => {
  const application = await addSendingApplication(one)
  await set(one, application, { messages: { day: 100 } })
  const clients = await openQuotaClients([one, other], application, '100 messages per day', 64)
  assert.equal(await sendFromAll(clients, 3), 100)
  for (const client of clients) client.close()
})

test('a change at one node holds for the next message at the other', async () => {
  const application = await addSendingApplication(one)
  const dialogue = await signIn(other, application)
  assert.deepEqual(await sendAtOnce([dialogue], ONE), ['250 2.0.0'])
  await set(one, application, { messages: { day: 0 } })
  assert.deepEqual(await sendAtOnce([dialogue], ONE), ['450 4.7.1'])
  assert.equal((await one.api('DELETE', pathOf(application))).status, 200)
  assert.deepEqual(await sendAtOnce([dialogue], ONE), ['250 2.0.0'])
  dialogue.destroy()
})

test('an application whose counter somebody holds keeps no other one waiting', async () => {
  const [held, free] = [await addSendingApplication(one), await addSendingApplication(one)]
  for (const application of [held, free]) await set(one, application, { messages: { day: 100 } })
  const [first, second] = [await signIn(one, held), await signIn(one, free)]
  assert.deepEqual(await sendAtOnce([first, second], ONE), ['250 2.0.0', '250 2.0.0'])
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN')
  const { rowCount } = await client.query(`SELECT 1 FROM quota_counters WHERE subject = $1 FOR UPDATE`, [
    `application:${held.applicationId}`,
  ])
  assert.equal(rowCount, 1)
  const waiting = sendAtOnce([first], ONE)
  for (let sent = 0; sent < 5; sent += 1) assert.deepEqual(await sendAtOnce([second], ONE), ['250 2.0.0'])
  assert.equal(await Promise.race([waiting, Promise.resolve('waits')]), 'waits')
  await client.query('ROLLBACK')
  await client.end()
  assert.deepEqual(await waiting, ['250 2.0.0'])
  for (const dialogue of [first, second]) dialogue.destroy()
})
