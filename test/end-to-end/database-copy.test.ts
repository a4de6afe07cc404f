// An installation moves from SQLite to PostgreSQL with `postern db copy`: what waited is delivered there once, old secrets sign in, and
// what must not start by mistake does not. The tests follow one installation, in this order.

import assert from 'node:assert/strict'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import nodemailer from 'nodemailer'
import { runCommandLine } from '../../src/cli/program.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { StartError } from '../../src/server/start-error.ts'
import { type RunningServer, startServer } from '../../src/server/start-server.ts'
import { proveInstallationKey } from '../../src/server/init.ts'
import type { Role } from '../../src/server/thread-protocol.ts'
import { CaptureInbox } from '../fixtures/capture-inbox.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startPostern } from '../fixtures/postern-process.ts'
import { type PostgresServer, sharedPostgres } from '../fixtures/postgres-server.ts'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { addSecondTenant, type SecondTenant } from '../fixtures/second-tenant.ts'

const root = temporaryDirectory({ after })
const directory = join(root, 'data')
const onSqlite = join(root, 'sqlite.yaml')
const onPostgres = join(root, 'postgres.yaml')
const COPY = ['db', 'copy', '--from', 'sqlite', '--to', 'postgres', '--config', onPostgres]

let postgres: PostgresServer
let url: string
let installation: QuickstartService
let second: SecondTenant
before(async () => {
  postgres = await sharedPostgres()
  url = await postgres.createDatabase()
  installation = await startIn(directory)
  second = await addSecondTenant(installation, domainOf(installation))
  await installation.stop()
  writeFileSync(onSqlite, configure({}), { mode: 0o600 })
  writeFileSync(onPostgres, configure({ postgres: { url } }), { mode: 0o600 })
})

const domainOf = ({ quickstart }: QuickstartService) =>
  `/subscriptions/${quickstart.subscriptionId}/resourceGroups/${quickstart.resourceGroup}/providers/Microsoft.Communication` +
  `/emailServices/${quickstart.emailService}/domains/AzureManagedDomain`

function configure(store: object, dataDirectory = directory): string {
  const listeners = [{ name: 'submission', address: '127.0.0.1', port: 0, tls: 'starttls' }]
  return JSON.stringify({
    dataDirectory,
    hostname: 'localhost',
    keys: { file: join(directory, 'installation.key') },
    smtp: { workers: 1, listeners },
    https: { address: '127.0.0.1', port: 0 },
    store,
    log: { level: 'error' },
  })
}

async function postern(...args: readonly string[]) {
  const said = { stdout: '', stderr: '' }
  const terminal = {
    out: { write: (text: string) => (said.stdout += text) },
    err: { write: (text: string) => (said.stderr += text) },
    env: {},
    askSecret: async () => undefined,
  }
  const code = await runCommandLine(args, terminal, Date.now)
  return { code, ...said }
}

async function start(file: string, roles?: readonly Role[]): Promise<RunningServer> {
  const loaded = loadConfig(file, {})
  assert(loaded.type === 'config')
  const options = {
    config: loaded.config,
    createKey: false,
    environment: {},
    ...(roles === undefined ? {} : { roles }),
  }
  return startServer(options, ({ storage, sealer }) => proveInstallationKey(storage, sealer))
}

/** Gives what it says. */
async function refusedStart(file: string): Promise<string> {
  const server = await start(file).catch((error: unknown) => error)
  if (server instanceof StartError) return server.message
  await (server as RunningServer).stop()
  return assert.fail('it started')
}

function connect(server: RunningServer, user: string, pass: string) {
  return nodemailer.createTransport({
    host: 'localhost',
    port: server.doors[0]?.port ?? 0,
    requireTLS: true,
    tls: { ca: readFileSync(join(directory, 'ca.pem')) },
    auth: { user, pass },
  })
}

async function send(server: RunningServer, user: string, pass: string, subject: string, text = 'hi'): Promise<void> {
  const transport = connect(server, user, pass)
  const from = installation.quickstart.senderAddress
  await transport.sendMail({ from, to: 'reader@recipient.example.test', subject, text })
}

const LARGE = 'Every line of this is told from the others by its number.\n'.repeat(4000)

test('while the service runs its store is not copied, and nothing is begun', async () => {
  const server = await start(onSqlite, ['edge', 'api'])
  try {
    const { dot, alias } = installation.quickstart.usernames
    const { clientSecret } = installation.quickstart.application
    for (const subject of ['waiting 1', 'waiting 2']) await send(server, dot, clientSecret, subject)
    await send(server, alias, clientSecret, 'waiting, large', LARGE)
    const { code, stderr } = await postern(...COPY)
    assert.equal(code, 1)
    assert.match(stderr, /^error: .* is in use by another Postern \(process \d+\)\. Stop that one/)
    assert.equal(existsSync(join(directory, 'copied.json')), false)
  } finally {
    await server.stop()
  }
})

test('what cannot be copied is told before anything is begun', async (context) => {
  for (const [from, to] of [
    ['postgres', 'sqlite'],
    ['sqlite', 'sqlite'],
  ] as const) {
    const { code, stderr } = await postern('db', 'copy', '--from', from, '--to', to, '--config', onPostgres)
    assert.equal(code, 2)
    assert.match(
      stderr,
      /^error: Copying from \w+ to \w+ is not possible\.\nThe only way is: --from sqlite --to postgres/,
    )
  }
  const nowhere = await postern('db', 'copy', '--from', 'sqlite', '--to', 'postgres', '--config', onSqlite)
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /names no database to copy to\. Put its URL into store\.postgres\.url/)

  const empty = join(temporaryDirectory(context), 'postern.yaml')
  writeFileSync(empty, configure({ postgres: { url } }, join(empty, '..', 'data')), { mode: 0o600 })
  const none = await postern(...COPY.slice(0, -1), empty)
  assert.match(none.stderr, /There is no SQLite store in .*\/data\./)
  mkdirSync(join(empty, '..', 'data'))
  const away = { recursive: true, filter: (path: string) => !path.endsWith('installation.key') }
  cpSync(directory, join(empty, '..', 'data'), away)
  const other = JSON.parse(readFileSync(empty, 'utf8')) as object
  const keyFile = join(empty, '..', 'another.key')
  writeFileSync(keyFile, 'ab'.repeat(32), { mode: 0o600 })
  writeFileSync(empty, JSON.stringify({ ...other, keys: { file: keyFile } }))
  const foreign = await postern(...COPY.slice(0, -1), empty)
  assert.equal(foreign.code, 1)
  assert.match(foreign.stderr, /opens with this installation key\. Restore the key that belongs to it/)
})

test('a start on the empty database names the copy first', async () => {
  const { code, stderr } = await startPostern(['serve', '--config', onPostgres], {}).ended
  assert.equal(code, 1)
  assert.match(
    stderr,
    /holds no installation yet\. Copy the one in .*data: postern db copy --from sqlite --to postgres /,
  )
})

test('nothing starts on an unfinished copy, and a start on SQLite gives it up', async () => {
  await postgres.execute(`INSERT INTO copies VALUES ('one', 'key', 'runner', 1, NULL)`, url)
  const says = /holds an unfinished copy of an installation\. Finish it where it was begun: postern db copy/
  assert.match(await refusedStart(onPostgres), says)
  const { code, stderr } = await postern('init', '--config', onPostgres)
  assert.equal(code, 1)
  assert.match(stderr, says)
  await postgres.execute('DELETE FROM copies', url)
  writeFileSync(join(directory, 'copied.json'), JSON.stringify({ copyId: 'one', to: 'there' }))
  await (await start(onSqlite, ['edge'])).stop()
  assert.equal(existsSync(join(directory, 'copied.json')), false)
})

test('the copy tells its counts, and a second one that there is nothing to do', async () => {
  copyFileSync(join(directory, 'postern.db'), join(root, 'before.db'))
  const { code, stdout, stderr } = await postern(...COPY)
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^TABLE +ROWS$/m)
  assert.match(stdout, /^tenants +2$/m)
  assert.match(stdout, /^messages +4$/m)
  assert.match(
    stdout,
    /^Both stores hold this, compared row by row and, for \d{6} octets of content, octet by octet\.$/m,
  )
  assert.ok(stdout.includes(`Next:\n  1. Start the service: postern serve --config ${onPostgres}\n`), stdout)
  assert.match(stderr, /^copying tenants: 0 %$/m)
  assert.ok(readFileSync(join(root, 'before.db')).equals(readFileSync(join(directory, 'postern.db'))))
  const again = await postern(...COPY, '--output', 'json')
  assert.equal(again.code, 0, again.stderr)
  assert.equal((JSON.parse(again.stdout) as { type: string }).type, 'complete')
})

test('the SQLite store does not start any more, and says how it would', async () => {
  const message = await refusedStart(onSqlite)
  assert.match(
    message,
    /^This store was copied \(The database test_\d+ at .*\): what waits in both would go out twice\. /,
  )
  assert.match(message, /put store\.postgres into the configuration\. .* remove .*copied\.json\.$/)
})

test('the service goes on in PostgreSQL: what waited arrives once, old secrets sign in', async (context) => {
  const server = await start(onPostgres)
  context.after(() => server.stop())
  const { quickstart, ca } = installation
  const { usernames, application } = quickstart
  await send(server, usernames.dot, application.clientSecret, 'after the move')
  assert.equal(await connect(server, second.username, second.secret).verify(), true)
  await assert.rejects(send(server, usernames.dot, `${application.clientSecret}x`, 'never'), /535 5\.7\.8/)
  const inbox = await CaptureInbox.open({ quickstart: { ...quickstart, endpoint: server.publicUrl }, ca })
  context.after(() => inbox.close())
  const expected = ['Welcome to Postern', 'after the move', 'waiting 1', 'waiting 2', 'waiting, large']
  const captures = await eventually(async () => {
    const list = await inbox.list()
    return list.length >= expected.length ? list : undefined
  }, 'the arrival of what waited')
  assert.deepEqual(captures.map(({ subject }) => subject).sort(), expected)
  const large = captures.find(({ subject }) => subject === 'waiting, large')
  const octets = await inbox.read(large?.id ?? '')
  // Quoted-printable may break a line anywhere.
  assert.ok(octets.toString().replaceAll('=\r\n', '').replaceAll('\r\n', '\n').endsWith(LARGE))
  await settled(url)
  const events = await postgres.execute('SELECT queue_id FROM message_events', url)
  assert.equal(events.length, 5)
})

/** Nothing waits any more. */
const settled = (database: string) =>
  eventually(async () => {
    const waiting = await postgres.execute('SELECT 1 FROM messages WHERE next_due IS NOT NULL', database)
    return waiting.length === 0 || undefined
  }, 'the settlement of everything')

after(async () => {
  rmSync(join(root, 'before.db'), { force: true })
  if (url !== undefined) await postgres.dropDatabase(url)
})
