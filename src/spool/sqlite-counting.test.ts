// Counters are kept in memory and written once for a group: whatever becomes of the group, what is kept is what is stored.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { usagesOf } from '../quota/counter.ts'
import { packTerms } from '../quota/packed-terms.ts'
import type { QuotaTerm } from '../quota/quota.ts'
import { beginQueueIds, envelope, inline } from '../storage/mail-store.fixture.ts'
import { directoryWriter } from '../storage/sql/directory-writer.ts'
import { openReader, openWriter } from '../storage/sqlite/database.ts'
import type { CallOutcome } from '../storage/sqlite/group-commit.ts'
import { createSqliteReaders } from '../storage/sqlite/readers.ts'
import { runSql } from '../storage/sqlite/run-sql.ts'
import { temporaryDirectory } from '../storage/sqlite/temporary-store.fixture.ts'
import { watchDatabase } from '../storage/sqlite/watched-database.fixture.ts'
import { createWriting } from '../storage/sqlite/writers.ts'
import { A, AT, change } from '../storage/two-tenants.fixture.ts'
import type { SpooledEnvelope } from './spool.ts'

const DAY = 86_400_000
const term: QuotaTerm = { subject: { kind: 'application', key: A.applicationId }, limits: { messages: { day: 4 } } }

function open(t: TestContext) {
  beginQueueIds()
  const directory = temporaryDirectory()
  const path = join(directory.path, 'postern.db')
  const opened = openWriter(path)
  assert(opened.type === 'opened')
  runSql(opened.database, directoryWriter.createTenant(change(), { tenantId: A.tenantId, displayName: 'a' }))
  const watched = watchDatabase(opened.database)
  const { writers, groupCommit } = createWriting(watched.database, directory.path)
  const reader = openReader(path)
  t.after(() => {
    reader.close()
    opened.database.close()
    directory.remove()
  })
  const submit = (call: () => unknown) => new Promise<CallOutcome>((resolve) => groupCommit.submit(call, resolve))
  const enqueue = (changes: Partial<SpooledEnvelope> = {}) =>
    writers.spool.enqueue({ envelope: envelope(changes), content: inline('x'), epoch: 1, terms: packTerms([term]) })
  return {
    watched,
    submit,
    enqueue,
    sweepCounters: () => watched.database.prepare('DELETE FROM quota_counters').run(),
    send: async (changes?: Partial<SpooledEnvelope>) => {
      const outcome = await submit(() => enqueue(changes))
      return outcome.type === 'done' ? (outcome.value as { type: string }).type : outcome.error.code
    },
    /** As any other thread reads it. */
    counted: async (at = AT) => {
      const [counter] = await createSqliteReaders(reader).quotas.readCounters(A.tenantId, [term.subject])
      return usagesOf(counter?.shards ?? new Map(), term, at)[0]?.used
    },
  }
}

test('a group counts all that it stores, and nothing of a call that is undone', async (t) => {
  const { submit, send, enqueue, counted } = open(t)
  const undone = () =>
    submit(() => {
      enqueue()
      throw new Error('a bug')
    })
  const outcomes = await Promise.all([send(), undone(), send(), undone(), send(), send(), send()])
  assert.equal(outcomes.filter((one) => typeof one === 'string').join(), 'queued,queued,queued,queued,over quota')
  assert.equal(await counted(), 4)
  assert.equal(await send(), 'over quota')
})

test('a group that is not committed counts nothing', async (t) => {
  const { watched, send, counted } = open(t)
  assert.equal(await send(), 'queued')
  watched.fail('COMMIT', Object.assign(new Error('disk I/O error'), { errcode: 10 }))
  assert.deepEqual(await Promise.all([send(), send()]), ['unavailable', 'unavailable'])
  watched.fail(undefined)
  assert.equal(await counted(), 1)
  assert.deepEqual(await Promise.all([send(), send(), send(), send()]), ['queued', 'queued', 'queued', 'over quota'])
  assert.equal(await counted(), 4)
})

test('the count of a group is written once', async (t) => {
  const { watched, send } = open(t)
  const changes = () => watched.database.prepareArrays<[number]>('SELECT total_changes()').get()?.[0] ?? 0
  const changesOf = async (messages: number) => {
    const before = changes()
    await Promise.all(Array.from({ length: messages }, () => send()))
    return changes() - before
  }
  const ofMessage = (await changesOf(1)) - 1
  assert(ofMessage > 1)
  assert.equal(await changesOf(3), 3 * ofMessage + 1)
})

test('what retention took away is there again with the next message', async (t) => {
  const { submit, send, sweepCounters, counted } = open(t)
  assert.equal(await send(), 'queued')
  await submit(sweepCounters)
  assert.equal(await counted(), 0)
  assert.equal(await send(), 'queued')
  assert.equal(await counted(), 2)
  await Promise.all([submit(sweepCounters), send({ receivedAt: AT + DAY })])
  assert.equal(await counted(AT + DAY), 1)
})
