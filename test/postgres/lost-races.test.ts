// What a message meets between its last octet and its commit: somebody else's locks, and an answer that never comes. Races that are lost
// are run again, and nobody outside notices; a commit of which nobody knows is told 451, since a copy is better than a loss.

import assert from 'node:assert/strict'
import { Client } from 'pg'
import { after, test, type TestContext } from 'node:test'
import { openNetwork } from '../../src/storage/postgres/network.fixture.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startPostgres } from '../fixtures/postgres-server.ts'
import { makeSharedInstallation } from '../fixtures/shared-installation.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

/** Others may be in the way by then. */
const DEADLOCK_TIMEOUT = '500ms'

const server = await startPostgres([`deadlock_timeout=${DEADLOCK_TIMEOUT}`])
after(() => server.stop())
const url = await server.createDatabase()
// Where a transaction does not say otherwise, a row that somebody else changed meanwhile is a serialization failure.
await server.execute(
  `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_isolation = 'repeatable read'`,
)
const installation = await makeSharedInstallation({ after }, server, url)
const { senderAddress, usernames, application } = installation.quickstart
const network = await openNetwork(url)
after(() => network.close())
const node = await installation.startNode({ url: network.through(url) })

async function openSession(): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.openSecure(node.quickstart.smtp.port, node.ca)
  assert.match(await dialogue.authenticate(usernames.dot, application.clientSecret), /^235 /)
  return dialogue
}

const compose = (subject: string, lines = 1) => [
  `From: ${senderAddress}`,
  `Subject: ${subject}`,
  '',
  ...Array.from({ length: lines }, () => 'x'.repeat(68)),
]

async function captures(subject: string): Promise<readonly unknown[]> {
  const rows = await server.execute(`SELECT capture_id FROM captures WHERE subject = '${subject}'`, url)
  return rows.map((row) => row['capture_id'])
}

const captured = (subject: string, copies: number) =>
  eventually(
    async () => ((await captures(subject)).length === copies ? true : undefined),
    `${copies} captures of ${subject}`,
  )

/** Large enough for an upload, and all of it sent but the end. */
async function sendAllButTheEnd(dialogue: SmtpDialogue, subject: string): Promise<void> {
  for (const command of [`MAIL FROM:<${senderAddress}>`, 'RCPT TO:<reader@example.test>'])
    assert.match(await dialogue.command(command), /^250 /)
  assert.match(await dialogue.command('DATA'), /^354 /)
  dialogue.send(`${compose(subject, 6_000).join('\r\n')}\r\n`)
}

/** A stranger's transaction that holds the row which the enqueue of the only upload will want. */
async function holdUpload(context: TestContext): Promise<Client> {
  const stranger = new Client({ connectionString: url })
  context.after(() => stranger.end())
  await stranger.connect()
  await stranger.query(`SET deadlock_timeout = '1min'`)
  await stranger.query('BEGIN ISOLATION LEVEL READ COMMITTED')
  const look = async () =>
    (await stranger.query('UPDATE uploads SET opened_at = opened_at + 1 WHERE NOT kept')).rowCount === 1 || undefined
  await eventually(look, 'the upload')
  return stranger
}

/** The enqueue, for the stranger. */
async function isWaiting(): Promise<true | undefined> {
  const edges = `application_name = 'postern/edge' AND wait_event_type = 'Lock'`
  return (await server.execute(`SELECT 1 FROM pg_stat_activity WHERE ${edges}`)).length > 0 || undefined
}

async function failures(what: 'deadlocks' | 'conflicts'): Promise<number> {
  const [row] = await server.execute(
    `SELECT ${what}::int AS count FROM pg_stat_database WHERE datname = '${new URL(url).pathname.slice(1)}'`,
  )
  return Number(row?.['count'])
}

const races = [
  {
    name: 'a row that changed meanwhile (40001)',
    subject: 'serialization',
    async conclude(stranger: Client) {
      await stranger.query('COMMIT')
    },
  },
  {
    name: 'a deadlock (40P01)',
    subject: 'deadlock',
    async conclude(stranger: Client) {
      const before = await failures('deadlocks')
      await stranger.query('LOCK TABLE messages IN SHARE MODE')
      await stranger.query('COMMIT')
      await eventually(async () => (await failures('deadlocks')) > before || undefined, 'the deadlock')
    },
  },
]

for (const { name, subject, conclude } of races)
  test(`${name} is settled inside: 250, and delivered once`, async (t) => {
    const dialogue = await openSession()
    await sendAllButTheEnd(dialogue, subject)
    const stranger = await holdUpload(t)
    dialogue.send('.\r\n')
    await eventually(isWaiting, 'the enqueue that waits')
    await conclude(stranger)
    assert.match(await dialogue.reply(), /^250 2\.0\.0 Ok: queued as /)
    await captured(subject, 1)
    dialogue.destroy()
  })

test('a commit whose answer is lost is told 451; sent again the message is there twice, under two ids', async () => {
  const dialogue = await openSession()
  const subject = `lost answer`
  network.cutAfter(subject)
  const reply = await dialogue.submit(senderAddress, ['reader@example.test'], compose(subject))
  network.mend()
  assert.match(reply, /^451 4\.3\.0 Mail store unavailable/)
  await captured(subject, 1)
  const [first] = await captures(subject)
  const again = await dialogue.submit(senderAddress, ['reader@example.test'], compose(subject))
  assert.match(again, /^250 /)
  await captured(subject, 2)
  assert.notEqual(again.slice(-36), first)
  dialogue.destroy()
})
