import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { StoreError } from '../store-error.ts'
import { openWriter } from './database.ts'
import { type CallOutcome, createGroupCommit, type WriteBehind } from './group-commit.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'
import { watchDatabase } from './watched-database.fixture.ts'

const NOTHING_KEPT: WriteBehind = { flush: () => {}, forget: () => {} }

function openGroupCommit(t: TestContext, kept = NOTHING_KEPT) {
  const directory = temporaryDirectory()
  const opened = openWriter(join(directory.path, 'postern.db'))
  assert(opened.type === 'opened')
  const watched = watchDatabase(opened.database)
  const { database, texts } = watched
  t.after(() => {
    database.close()
    directory.remove()
  })
  const groupCommit = createGroupCommit(database, kept)
  const insert = (id: string) =>
    database.prepare('INSERT INTO tenants (tenant_id, display_name, epoch) VALUES (?, ?, 1)').run(id, id)
  return {
    database,
    watched,
    submit: (call: () => unknown) => new Promise<CallOutcome>((resolve) => groupCommit.submit(call, resolve)),
    insert,
    stored: () => database.prepareArrays<[string]>('SELECT tenant_id FROM tenants ORDER BY tenant_id').all().flat(),
    commits: () => texts.filter((text) => text === 'COMMIT').length,
    savepoints: () => texts.filter((text) => text.startsWith('SAVEPOINT')).length,
  }
}

const codes = (outcomes: readonly CallOutcome[]) =>
  outcomes.map((outcome) => (outcome.type === 'failed' ? outcome.error.code : outcome.type))

const throwing = (message: string) => () => {
  throw new Error(message)
}

test('calls of one turn share one commit and get their own values', async (t) => {
  const { submit, insert, stored, commits, savepoints } = openGroupCommit(t)
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      submit(() => {
        insert(String(index))
        return index
      }),
    ),
  )
  assert.deepEqual(
    outcomes,
    outcomes.map((_, value) => ({ type: 'done', value })),
  )
  await nextTurn()
  assert.equal(stored().length, 100)
  assert.equal(commits(), 1)
  assert.equal(savepoints(), 0)
})

test('what is kept back is written in the transaction, and forgotten with what is undone', async (t) => {
  const log: string[] = []
  const kept = { flush: () => log.push(database.inTransaction ? 'flush' : 'late'), forget: () => log.push('forget') }
  const { submit, database, watched } = openGroupCommit(t, kept)
  const told = () => log.splice(0).join(' ')
  await Promise.all([1, 2].map(() => submit(() => {})))
  assert.equal(told(), 'flush')
  await Promise.all([submit(() => {}), submit(throwing('a bug')), submit(() => {})])
  assert.equal(told(), 'forget flush forget flush flush')
  watched.fail('COMMIT')
  await submit(() => {})
  assert.equal(told(), 'flush forget')
  watched.fail(undefined)
})

test('calls that come while a group is settled go into the next one', async (t) => {
  const { submit, insert, stored, commits } = openGroupCommit(t)
  const chain = async (name: string) => {
    for (const step of [1, 2, 3]) await submit(() => insert(`${name}${step}`))
  }
  await Promise.all(['a', 'b', 'c', 'd'].map(chain))
  assert.equal(stored().length, 12)
  assert.equal(commits(), 3)
})

test('nobody is answered before the commit', async (t) => {
  const { submit, database } = openGroupCommit(t)
  const inTransaction: boolean[] = []
  await Promise.all([1, 2].map(() => submit(() => {}).then(() => inTransaction.push(database.inTransaction))))
  assert.deepEqual(inTransaction, [false, false])
})

test('a call that throws is undone and fails alone', async (t) => {
  const { submit, insert, stored } = openGroupCommit(t)
  const outcomes = await Promise.all([
    submit(() => insert('a')),
    submit(() => {
      insert('half done')
      throw new Error('a bug')
    }),
    submit(() => insert('b')),
    submit(() => insert('a')),
  ])
  assert.deepEqual(codes(outcomes), ['done', 'internal', 'done', 'internal'])
  assert(outcomes[1]?.type === 'failed' && outcomes[1].error.message === 'a bug')
  assert.deepEqual(stored(), ['a', 'b'])
})

test('a group in which every call throws leaves the next one alone', async (t) => {
  const { submit, insert, stored } = openGroupCommit(t)
  assert.deepEqual(codes([await submit(throwing('alone'))]), ['internal'])
  assert.deepEqual(codes(await Promise.all([submit(throwing('one')), submit(throwing('two'))])), [
    'internal',
    'internal',
  ])
  assert.deepEqual(codes([await submit(() => insert('a'))]), ['done'])
  assert.deepEqual(stored(), ['a'])
})

test('a full disk fails the whole group, and the store goes on when there is space', async (t) => {
  const { submit, insert, stored, database } = openGroupCommit(t)
  const pages = database.prepareArrays<[number]>('PRAGMA page_count').get()?.[0] ?? 0
  database.exec(`PRAGMA max_page_count = ${pages}`)
  const outcomes = await Promise.all([submit(() => insert('a')), submit(() => insert('x'.repeat(100_000)))])
  assert.deepEqual(codes(outcomes), ['full', 'full'])
  assert.deepEqual(stored(), [])
  database.exec(`PRAGMA max_page_count = ${pages * 100}`)
  assert.deepEqual(codes([await submit(() => insert('a'))]), ['done'])
})

test('an I/O error at COMMIT fails the whole group and nothing is stored', async (t) => {
  const { submit, insert, stored, watched } = openGroupCommit(t)
  watched.fail('COMMIT', Object.assign(new Error('disk I/O error'), { errcode: 10 }))
  const outcomes = await Promise.all([submit(() => insert('a')), submit(() => insert('b'))])
  assert.deepEqual(codes(outcomes), ['unavailable', 'unavailable'])
  watched.fail(undefined)
  assert.deepEqual(stored(), [])
  assert.deepEqual(codes([await submit(() => insert('a'))]), ['done'])
})

test('a COMMIT refused for what a call did fails the group', async (t) => {
  const { submit, insert, stored, database } = openGroupCommit(t)
  const dangling = () => {
    database.exec('PRAGMA defer_foreign_keys = ON')
    database.exec(`INSERT INTO subscriptions (subscription_id, tenant_id, display_name) VALUES ('s', 'nobody', '')`)
  }
  const outcomes = await Promise.all([submit(() => insert('a')), submit(dangling)])
  assert.deepEqual(codes(outcomes), ['internal', 'internal'])
  assert.deepEqual(stored(), [])
  assert.equal(database.inTransaction, false)
})

test('a store that is closed fails its callers instead of the process', async (t) => {
  const directory = temporaryDirectory()
  t.after(() => directory.remove())
  const opened = openWriter(join(directory.path, 'postern.db'))
  assert(opened.type === 'opened')
  const groupCommit = createGroupCommit(opened.database, NOTHING_KEPT)
  opened.database.close()
  const outcomes = await Promise.all(
    [1, 2].map(() => new Promise<CallOutcome>((resolve) => groupCommit.submit(() => {}, resolve))),
  )
  assert(outcomes.every((outcome) => outcome.type === 'failed' && outcome.error instanceof StoreError))
})
