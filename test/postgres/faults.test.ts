// A node goes through everything that can happen to its database, one thing after the other, and is never started again: mail is told
// 451 (452 when there is no space) and may be sent again, a right secret is never called wrong, what was acknowledged is delivered,
// and the process stays as large as it was.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openNetwork } from '../../src/storage/postgres/network.fixture.ts'
import { eventually } from '../fixtures/eventually.ts'
import { NOBODY } from '../fixtures/postgres-process.ts'
import { startPostgres } from '../fixtures/postgres-server.ts'
import { httpsRequest, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { makeSharedInstallation } from '../fixtures/shared-installation.ts'
import { settledQueue } from '../fixtures/settled-queue.ts'
import { mountSmallFileSystem } from '../fixtures/small-file-system.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'
import { FAULTS, type Fault } from './faults.ts'

const SESSIONS = 6
const LOGINS = 4
/** Those of the node, and its main thread's. */
const CONNECTIONS = 20 + 4
/** What sockets of clients, and connections on their way out, may add. */
const MORE_HANDLES = 60
const MORE_MEBIBYTES = 150
const RECOVERY = 30_000

const server = await startPostgres(['max_connections=40'])
after(() => server.stop())
const disk = mountSmallFileSystem({ after }, 64, NOBODY)
const url = await createDatabase()
const installation = await makeSharedInstallation({ after }, server, url)
const { senderAddress, usernames, application } = installation.quickstart
const network = await openNetwork(url)
after(() => network.close())
const passwordFile = join(temporaryDirectory({ after }), 'password')
const node = await startNode()

async function createDatabase(): Promise<string> {
  if ('problem' in disk) return server.createDatabase()
  await server.execute(`CREATE TABLESPACE small LOCATION '${disk.directory}'`)
  await server.execute('CREATE DATABASE mail TEMPLATE template0 TABLESPACE small')
  return server.url('mail')
}

/** With a login of its own, through the network that has faults; its limits are short, so that nobody waits for long. */
async function startNode() {
  await server.execute('CREATE ROLE node LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO node', url)
  const tellPassword = await changePassword()
  tellPassword()
  const own = new URL(network.through(url))
  own.username = 'node'
  own.password = ''
  const postgres = { passwordFile, connectTimeout: '1s', statementTimeout: '2s' }
  return installation.startNode({ url: own.href, postgres })
}

async function changePassword(): Promise<() => void> {
  const password = randomBytes(12).toString('hex')
  await server.execute(`ALTER ROLE node PASSWORD '${password}'`)
  return () => writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
}

/** Ids by subject of what was answered with 250. */
const acknowledged = new Map<string, string>()
let count = 0

const SMALL = ['Hello.']
const LARGE = Array.from({ length: 4400 }, () => 'x'.repeat(68))

const RECIPIENT = 'reader@example.test'

/** From MAIL, or only what comes after the 354, up to the first reply that is no yes or to that after the data. */
async function submit(dialogue: SmtpDialogue, body = SMALL, from: 'MAIL' | '354' = 'MAIL'): Promise<string> {
  count += 1
  const subject = `fault ${count}`
  const content = [`From: ${senderAddress}`, `Subject: ${subject}`, '', ...body]
  const reply = await (from === '354' ? dialogue.finish(content) : dialogue.submit(senderAddress, [RECIPIENT], content))
  const queueId = /^250 2\.0\.0 Ok: queued as (\S+)$/.exec(reply)?.[1]
  if (queueId !== undefined) acknowledged.set(subject, queueId)
  return reply
}

async function login(): Promise<{ readonly dialogue: SmtpDialogue; readonly reply: string }> {
  const dialogue = await SmtpDialogue.openSecure(node.quickstart.smtp.port, node.ca)
  return { dialogue, reply: await dialogue.authenticate(usernames.dot, application.clientSecret) }
}

/** Signed in, and a message has gone through. */
async function openSession(): Promise<SmtpDialogue> {
  const { dialogue, reply } = await login()
  assert.match(reply, /^235 /)
  assert.match(await submit(dialogue), /^250 /)
  return dialogue
}

/** As far as the 354. */
async function begin(dialogue: SmtpDialogue): Promise<void> {
  for (const command of [`MAIL FROM:<${senderAddress}>`, `RCPT TO:<${RECIPIENT}>`])
    assert.match(await dialogue.command(command), /^250 /)
  assert.match(await dialogue.command('DATA'), /^354 /)
}

async function assertAlive(): Promise<void> {
  const { status } = await httpsRequest(new URL('/health/live', node.quickstart.endpoint), node.ca, 'GET', {})
  assert.equal(status, 200)
}

/** What every client meets while the fault lasts. Those of `begun` had come to the 354 before. */
async function feel(
  { mail, largeMail = mail, login: refusal }: Fault,
  sessions: readonly SmtpDialogue[],
  begun: readonly SmtpDialogue[] = [],
): Promise<void> {
  const sent = sessions.map(async (dialogue, index) => {
    const from = begun.includes(dialogue) ? '354' : 'MAIL'
    if (index === 0) assert.match(await submit(dialogue, LARGE, from), largeMail)
    else assert.match(await submit(dialogue, SMALL, from), mail)
  })
  const logins = Array.from({ length: LOGINS }, async () => {
    const { dialogue, reply } = await login()
    dialogue.destroy()
    assert.match(reply, refusal)
  })
  await Promise.all([...sent, ...logins, assertAlive()])
}

/** Sessions that were told 451 go on, and new ones come in. */
async function assertRecovered(sessions: readonly SmtpDialogue[]): Promise<void> {
  const isAccepted = async (dialogue: SmtpDialogue) => (await submit(dialogue)).startsWith('250') || undefined
  for (const dialogue of sessions) await eventually(() => isAccepted(dialogue), 'mail of an old session', RECOVERY)
  const isLetIn = async () => {
    const { dialogue, reply } = await login()
    dialogue.destroy()
    return reply.startsWith('235') || undefined
  }
  await eventually(isLetIn, 'a login', RECOVERY)
}

async function assertFewConnections(): Promise<void> {
  const look = async () => {
    const [row] = await server.execute(
      `SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name LIKE 'postern/%'`,
    )
    return Number(row?.['open']) <= CONNECTIONS || undefined
  }
  await eventually(look, 'no more connections than are configured')
}

const handles = () => readdirSync(`/proc/${node.pid}/fd`).length
const mebibytes = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${node.pid}/status`, 'utf8'))?.[1]) / 1024

function problemWith({ name }: Fault): string | false {
  if (process.platform !== 'linux' && name.endsWith('stands still')) return 'processes are found in /proc'
  return name === 'the disk is full' && 'problem' in disk && disk.problem
}

let before: { readonly handles: number; readonly mebibytes: number } | undefined

for (const fault of FAULTS)
  test(`${fault.name}: mail waits, secrets stay right, and all is well afterwards`, {
    skip: problemWith(fault),
  }, async () => {
    const sessions = await Promise.all(Array.from({ length: SESSIONS }, openSession))
    const begun = sessions.slice(0, SESSIONS / 2)
    for (const dialogue of begun) await begin(dialogue)
    before ??= { handles: handles(), mebibytes: mebibytes() }
    const end = await fault.begin({ server, url, network, changePassword })
    try {
      await feel(fault, sessions, begun)
      await feel(fault, sessions)
      assert(handles() < before.handles + MORE_HANDLES, `${handles()} handles after ${before.handles}`)
    } finally {
      await end()
    }
    await assertRecovered(sessions)
    await assertFewConnections()
    for (const dialogue of sessions) dialogue.destroy()
  })

test('what was acknowledged on the way was delivered, once', async (t) => {
  const captured = await settledQueue(server, url)
  const bySubject = Map.groupBy(captured, ({ subject }) => subject)
  for (const [subject, queueId] of acknowledged)
    assert.deepEqual(
      bySubject.get(subject)?.map(({ id }) => id),
      [queueId],
    )
  t.diagnostic(`${count} messages sent, ${acknowledged.size} acknowledged and delivered, lost 0`)
  t.diagnostic(
    `${bySubject.size - 1 - acknowledged.size} delivered although they were told 451, before an answer was lost`,
  )
})

test('the node is as well as at the beginning', (t) => {
  t.diagnostic(`${mebibytes().toFixed(0)} MiB after ${before?.mebibytes.toFixed(0)}`)
  t.diagnostic(`${handles()} handles after ${before?.handles}`)
  assert(mebibytes() < (before?.mebibytes ?? 0) + MORE_MEBIBYTES)
  assert(handles() < (before?.handles ?? 0) + MORE_HANDLES)
  assert.doesNotMatch(node.log(), /because of a bug|thread failed|thread ended|"code":"internal"/)
})
