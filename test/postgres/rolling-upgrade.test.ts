// Nodes come, go and are replaced while mail is being taken: no acknowledged message is lost, and no client meets anything but a 421 or
// a closed door. A schema that is one step ahead serves old nodes, running ones and new ones; two steps ahead it refuses them.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { migrate, migrations } from '../../src/storage/postgres/migrations.ts'
import { createPool } from '../../src/storage/postgres/pool.ts'
import type { Migration } from '../../src/storage/postgres/schema-status.ts'
import { startPostgres, testSettings } from '../fixtures/postgres-server.ts'
import { settledQueue } from '../fixtures/settled-queue.ts'
import { makeSharedInstallation, type Node } from '../fixtures/shared-installation.ts'
import { SteadyLoad } from './steady-load.ts'

/** What a client may be told by a node that leaves or has left. */
const POLITE = /421 4\.3\.2 |ECONNREFUSED/
const ENOUGH = 60

const server = await startPostgres()
after(() => server.stop())
const url = await server.createDatabase()
const installation = await makeSharedInstallation({ after }, server, url)
const nodes = await Promise.all([installation.startNode(), installation.startNode()])
const [first, second] = nodes as [Node, Node]
const load = new SteadyLoad(nodes)
after(() => load.stop())

const known = migrations.at(-1)?.version ?? 0

/** What a later version might bring: it only adds, as long as old nodes are to go on. */
const NEXT: Migration = {
  version: known + 1,
  name: 'next',
  oldestProgram: known,
  sql: `
    ALTER TABLE messages ADD COLUMN added TEXT;
    ALTER TABLE tenants ADD COLUMN added BIGINT NOT NULL DEFAULT 0;
    CREATE INDEX messages_by_sender ON messages (tenant_id, application_id, queue_id);
    CREATE TABLE added (id TEXT PRIMARY KEY)`,
}
const AFTER_NEXT: Migration = { version: known + 2, name: 'after next', oldestProgram: known + 1, sql: 'SELECT 1' }

/** As the first node of a new version does at its start. */
async function migrateTo(...further: readonly Migration[]): Promise<unknown> {
  const pool = createPool(testSettings(url), 'main')
  try {
    return await migrate(pool, { steps: [...migrations, ...further] })
  } finally {
    await pool.close()
  }
}

/** It goes politely, and nothing went wrong while it was there. */
async function stop(node: Node): Promise<void> {
  load.remove(node)
  const { code, stderr } = await node.signal('SIGTERM')
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stderr, /"level":"error"/)
}

test('a node that starts under load takes its share, and one that stops leaves it to the others', async () => {
  await load.more(ENOUGH)
  const third = await installation.startNode()
  load.add(third)
  await load.more(ENOUGH, third)
  await stop(first)
  await load.more(ENOUGH)
})

test('a node of the next version migrates under load; old nodes go on, and old ones may still start', async () => {
  assert.deepEqual(await migrateTo(NEXT), { type: 'current', applied: [NEXT.version] })
  await load.more(ENOUGH, second)
  const late = await installation.startNode()
  load.add(late)
  await load.more(ENOUGH, late)
  await stop(second)
})

test('a schema two steps ahead refuses old nodes that start, and says what to do', async () => {
  await migrateTo(NEXT, AFTER_NEXT)
  const { code, stderr } = await installation.startInVain()
  assert.equal(code, 1)
  assert.match(
    stderr,
    new RegExp(`schema ${AFTER_NEXT.version}, this version of Postern knows up to ${known}\\. Run the newer`),
  )
  await load.more(ENOUGH)
})

test('nothing acknowledged on the way is lost, and whoever was turned away was told', async (t) => {
  await load.stop()
  const delivered = new Set((await settledQueue(server, url)).map(({ id }) => id))
  const lost = load.acknowledged.filter(({ queueId }) => !delivered.has(queueId))
  assert.deepEqual(lost, [])
  assert.deepEqual(
    load.refusals.filter((refusal) => !POLITE.test(refusal)),
    [],
  )
  t.diagnostic(`${load.acknowledged.length} acknowledged and delivered, ${load.refusals.length} turned away politely`)
})
