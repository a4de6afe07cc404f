// Everything through PgBouncer in transaction mode, where a server connection is somebody else's after each transaction: the suites
// that every store passes, a quickstart from an empty database on, and two nodes under load. Without PgBouncer it is skipped, unless
// POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openTemporaryMailStore } from '../../src/storage/postgres/temporary-store.fixture.ts'
import { describeWholeStore } from '../../src/storage/whole-store.contract.ts'
import { findPgBouncerProblem, SERVER_CONNECTIONS, startPgBouncer } from '../fixtures/pgbouncer.ts'
import { databaseOf, sharedPostgres, testSettings } from '../fixtures/postgres-server.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { settledQueue } from '../fixtures/settled-queue.ts'
import { makeSharedInstallation } from '../fixtures/shared-installation.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'
import { SteadyLoad } from './steady-load.ts'

const MESSAGES = 200
const LARGE = Array.from({ length: 6_000 }, () => 'x'.repeat(68))

const problem = findPgBouncerProblem()
const skip = problem === undefined || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : problem

test('PgBouncer is here', { skip }, () => assert.equal(problem, undefined))
if (problem === undefined) await testThroughPgBouncer()

async function testThroughPgBouncer(): Promise<void> {
  const server = await sharedPostgres()
  const through = await startPgBouncer({ after }, server.url('postgres'))
  describeWholeStore('through PgBouncer', () =>
    openTemporaryMailStore((url) => testSettings(through(url), { pooler: 'transaction' })),
  )

  test('a quickstart on an empty database makes its installation, and mail goes through', async (t) => {
    const POSTERN_STORE = through(await server.createDatabase())
    const service = await startIn(temporaryDirectory(t), { POSTERN_STORE }, (config) => {
      const { postgres } = config.store
      return postgres === undefined
        ? config
        : { ...config, store: { ...config.store, postgres: { ...postgres, pooler: 'transaction' } } }
    })
    t.after(() => service.stop())
    const { smtp, usernames, application, senderAddress } = service.quickstart
    await service.arrived('Welcome to Postern')
    const dialogue = await SmtpDialogue.openSecure(smtp.port, service.ca)
    assert.match(await dialogue.authenticate(usernames.dot, application.clientSecret), /^235 /)
    for (const [subject, body] of [
      ['small', ['Hello.']],
      ['large', LARGE],
    ] as const) {
      const content = [`From: ${senderAddress}`, `Subject: ${subject}`, '', ...body]
      assert.match(await dialogue.submit(senderAddress, ['reader@example.test'], content), /^250 /)
      const { octets } = await service.arrived(subject)
      assert(octets.toString().endsWith(`\r\n\r\n${body.join('\r\n')}\r\n`))
    }
    dialogue.destroy()
  })

  test('two nodes share few connections under load, and lose nothing', async (t) => {
    const url = await server.createDatabase()
    const installation = await makeSharedInstallation(t, server, url)
    const settings = { url: through(url), postgres: { pooler: 'transaction' } }
    const nodes = [await installation.startNode(settings), await installation.startNode(settings)]
    const load = new SteadyLoad(nodes)
    await load.more(MESSAGES)
    const [row] = await server.execute(
      `SELECT count(*)::int AS open FROM pg_stat_activity
       WHERE datname = '${databaseOf(url)}' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    )
    assert(Number(row?.['open']) <= SERVER_CONNECTIONS, `${Number(row?.['open'])} connections`)
    await load.stop()
    assert.deepEqual(load.refusals, [])
    const delivered = new Set((await settledQueue(server, url)).map(({ id }) => id))
    assert.deepEqual(
      load.acknowledged.filter(({ queueId }) => !delivered.has(queueId)),
      [],
    )
    for (const node of nodes) assert.doesNotMatch((await node.signal('SIGTERM')).stderr, /"level":"error"/)
  })

  test('a node that was not told of the pooler says so instead of starting', async (t) => {
    const url = await server.createDatabase()
    const installation = await makeSharedInstallation(t, server, url)
    const { code, stderr } = await installation.startInVain({ url: through(url) })
    assert.equal(code, 1)
    assert.match(stderr, /a pooler in between needs "pooler: transaction"/)
  })
}
