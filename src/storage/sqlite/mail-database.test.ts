// What the mail tables promise beyond the ports: that the hot statements walk indexes, and that space is used again.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSqliteSpool } from '../../spool/sqlite.ts'
import { keepCounters } from '../../spool/sqlite-counting.ts'
import { beginQueueIds, envelope, inline, outcome } from '../mail-store.fixture.ts'
import { A, AT, change } from '../two-tenants.fixture.ts'
import { directoryWriter } from '../sql/directory-writer.ts'
import { type Database, openWriter } from './database.ts'
import { createSqliteReaders } from './readers.ts'
import { runSql } from './run-sql.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'
import { watchDatabase } from './watched-database.fixture.ts'
import { createWriting } from './writers.ts'

function open(): { readonly database: Database; readonly close: () => void } {
  beginQueueIds()
  const { path, remove } = temporaryDirectory()
  const opened = openWriter(join(path, 'postern.db'))
  assert(opened.type === 'opened')
  runSql(opened.database, directoryWriter.createTenant(change(), { tenantId: A.tenantId, displayName: 'a' }))
  return {
    database: opened.database,
    close: () => {
      opened.database.close()
      remove()
    },
  }
}

/** Enqueues, claims, captures and settles, so that every statement on that way has been prepared. */
function deliverOne(database: Database): void {
  const spool = createSqliteSpool(database, keepCounters(database))
  const queued = spool.enqueue({ envelope: envelope(), content: inline('x'.repeat(20_000)), epoch: 1 })
  assert.deepEqual(queued, { type: 'queued' })
  const [claim] = spool.claim({ at: AT, limit: 10, leaseUntil: AT + 1 })
  assert(claim !== undefined)
  const { queueId } = claim.envelope
  const capture = { ...claim.envelope, id: queueId, recipients: ['one@example.com'], size: 20_000 }
  createWriting(database, '/nowhere').writers.captures.addCapture(capture, claim.content)
  assert.deepEqual(spool.renew([claim.token], AT + 2), [claim.token])
  spool.settle([{ queueId, token: claim.token, at: AT, outcomes: [outcome(0, 'delivered')] }])
}

test('neither the way of a message nor a look at the log walks a table', async () => {
  const { database, close } = open()
  const watched = watchDatabase(database)
  deliverOne(watched.database)
  const { messages, captures, holds, queue, suppressions } = createSqliteReaders(watched.database)
  const [tenantId, reversePath, addresses] = [A.tenantId, 'a@b.example', ['one@example.com', 'two@example.com']]
  await suppressions.findSuppressed({ tenantId, reversePath, resourceId: 'r', addresses, at: AT })
  await suppressions.listSuppressions({ tenantId, at: AT, limit: 10 })
  await holds.findHolds(['a', 'b'])
  await holds.listHolds({ tenantId, limit: 10 })
  await queue.listQueue({ tenantId, limit: 10 })
  await queue.countQueue({ tenantId })
  const search = { tenantId: A.tenantId, limit: 10 }
  for (const filter of [
    {},
    { recipient: 'one@example.com', since: AT },
    { status: 'queued' },
    { messageId: 'm@x' },
  ] as const)
    await messages.search({ ...search, ...filter })
  await messages.find(A.tenantId, 'message-id@example.com')
  await captures.listCaptures({ tenantId: A.tenantId, limit: 10 })
  assert(watched.texts.length > 12)
  for (const sql of new Set(watched.texts)) {
    const steps = database.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all()
    // Walks over rows the statement itself makes are what recursion is.
    const walks = steps.filter(({ detail }) => /^SCAN (?!keys|runs|newest|CONSTANT ROW)|TEMP B-TREE/.test(detail))
    assert.deepEqual(walks, [], sql)
  }
  close()
})

test('the file stops growing when as much goes as comes', () => {
  const { database, close } = open()
  const { sweep } = createWriting(database, '/nowhere').writers.retention
  const unlimited = { auditAge: 1e15, eventAge: 1e15 }
  const limits = { messageAge: 0, captureCount: 20, captureSize: 1e9, decisionAge: 0, decisionCount: 0, ...unlimited }
  const pagesAfter = (messages: number) => {
    for (let index = 0; index < messages; index += 1) {
      deliverOne(database)
      if (index % 10 === 0) sweep(AT + 1, limits)
    }
    return database.prepareArrays<[number]>('PRAGMA page_count').get()?.[0] ?? 0
  }
  const early = pagesAfter(100)
  const late = pagesAfter(400)
  assert(late <= early + 10, `${early} pages became ${late}`)
  close()
})
