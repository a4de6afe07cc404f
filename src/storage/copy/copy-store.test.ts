import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sharedPostgres, testSettings, type PostgresServer } from '../../../test/fixtures/postgres-server.ts'
import { createPostgresContentStore } from '../../content/postgres.ts'
import { createSegmentContentStore } from '../../content/sqlite.ts'
import type { MailStore } from '../mail-store.fixture.ts'
import { createPool, type PostgresPool } from '../postgres/pool.ts'
import { createPostgresStore } from '../postgres/postgres-store.ts'
import { read } from '../postgres/run-sql.ts'
import { firstArray } from '../sql/sql.ts'
import { openReader } from '../sqlite/database.ts'
import { temporaryDirectory } from '../sqlite/temporary-store.fixture.ts'
import { A, AT, change } from '../two-tenants.fixture.ts'
import { COPIED_TABLES } from './copied-tables.ts'
import { copyMarkFile, readCopyMark, removeCopyMark } from './copy-mark.ts'
import { type CopyOptions, type CopyOutcome, type CopyProgress, copyStore } from './copy-store.ts'
import { openMailStoreIn, populate } from './populated-store.fixture.ts'
import { drain, readEverything } from './read-everything.fixture.ts'
import { measureRows } from './table-rows.ts'

const original = temporaryDirectory()
let server: PostgresServer
before(async () => {
  server = await sharedPostgres()
  const store = await openMailStoreIn(original.path)
  await populate(store)
  await store.close()
})
after(() => original.remove())

type Report = (progress: CopyProgress) => void
type Fixture = {
  readonly directory: string
  readonly url: string
  readonly pool: PostgresPool
  /** `newId` gives the names of the run and of the copy. */
  copy(report?: Report, changes?: Partial<CopyOptions>): Promise<CopyOutcome>
  /** Everything in the source, and in the target. */
  here<T>(ask: (store: MailStore) => Promise<T>): Promise<T>
  there<T>(ask: (store: MailStore) => Promise<T>): Promise<T>
  execute(sql: string): Promise<Record<string, unknown>[]>
}

/** Each with a populated source and an empty target of its own. */
function copyTest(name: string, body: (fixture: Fixture) => Promise<void>): void {
  void test(name, async () => {
    const { path: directory, remove } = temporaryDirectory()
    cpSync(original.path, directory, { recursive: true })
    const url = await server.createMigratedDatabase()
    const pool = createPool(testSettings(url), 'test')
    const target = {
      ...createPostgresStore(pool),
      content: createPostgresContentStore({ pool, now: () => AT, newId: randomUUID }),
    }
    const here: Fixture['here'] = async (ask) => {
      const store = await openMailStoreIn(directory)
      try {
        return await ask(store)
      } finally {
        await store.close()
      }
    }
    const copy: Fixture['copy'] = (report = () => {}, changes = {}) => runCopy(directory, pool, report, changes)
    const execute = (sql: string) => server.execute(sql, url)
    try {
      await body({ directory, url, pool, copy, here, there: (ask) => ask(target), execute })
    } finally {
      await pool.close()
      await server.dropDatabase(url)
      remove()
    }
  })
}

async function runCopy(dataDirectory: string, pool: PostgresPool, report: Report, changes: Partial<CopyOptions>) {
  const from = openReader(join(dataDirectory, 'postern.db'))
  const segments = { openSegment: async () => '', closeSegment: async () => {} }
  const options = { database: from, segments, directory: join(dataDirectory, 'content'), now: () => AT }
  const content = createSegmentContentStore(options)
  const subject = { dataDirectory, keyId: 'key', to: 'The target' }
  try {
    return await copyStore({ ...subject, from, content, pool, now: () => AT, newId: randomUUID, report, ...changes })
  } finally {
    from.close()
  }
}

/** Fails like a kill after so many reports, or at the first that is meant. */
function stopAt(when: number | ((progress: CopyProgress) => boolean)): Report {
  let reports = 0
  return (progress) => {
    reports += 1
    if (typeof when === 'number' ? reports === when : when(progress)) throw new Error('stopped')
  }
}

async function assertCopied({ copy, here, there }: Fixture, resumed: boolean): Promise<void> {
  const outcome = await copy()
  assert(outcome.type === 'copied', JSON.stringify(outcome))
  assert.equal(outcome.resumed, resumed)
  assert.deepEqual(await there(readEverything), await here(readEverything))
}

copyTest('the fixture has something in every table', async ({ directory }) => {
  const from = openReader(join(directory, 'postern.db'))
  for (const { name } of COPIED_TABLES)
    assert.notEqual(from.prepareArrays(`SELECT 1 FROM ${name}`).get(), undefined, name)
  from.close()
})

copyTest('a copy tells the same through every port, and lends the same mail', async (fixture) => {
  const { directory, pool, copy, here, there } = fixture
  const file = readFileSync(join(directory, 'postern.db'))
  const reports: CopyProgress[] = []
  const outcome = await copy((progress) => reports.push(progress))
  assert(outcome.type === 'copied' && !outcome.resumed)
  assert.ok(file.equals(readFileSync(join(directory, 'postern.db'))), 'the source was written to')
  assert.deepEqual(await there(readEverything), await here(readEverything))
  const drained = await there(drain)
  assert.deepEqual([drained.now.length, drained.days.length], [306, 307])
  assert.deepEqual(drained, await here(drain))
  for (const { name, rows } of outcome.tables) {
    const table = { name, key: [] }
    assert.equal((await read(pool, measureRows(table))).rows, rows, name)
  }
  assert.deepEqual(outcome.tables.at(-1), { name: 'uploads', rows: 3 })
  for (const phase of ['copying', 'comparing'] as const) {
    const done = reports.filter((report) => report.phase === phase).map((report) => report.done)
    assert.deepEqual([done.at(-1), done.toSorted((one, other) => one - other)], [1, done])
  }
})

copyTest('behind a pooler it does without a session', async ({ url, copy, here, there }) => {
  const pool = createPool(testSettings(url, { pooler: 'transaction', max: 2 }), 'test')
  const outcome = await copy(undefined, { pool })
  await pool.close()
  assert.equal(outcome.type, 'copied')
  assert.deepEqual(await there(readEverything), await here(readEverything))
})

copyTest('it goes on wherever it was stopped, and begins nothing anew', async (fixture) => {
  const { copy, execute, there, here } = fixture
  const begun = new Set<unknown>()
  for (let stop = 1; ; stop += 1) {
    const stopped = await copy(stopAt(stop)).then(
      () => false,
      (error: Error) => error.message === 'stopped',
    )
    for (const { copy_id } of await execute('SELECT copy_id FROM copies')) begun.add(copy_id)
    if (!stopped) break
  }
  assert.equal(begun.size, 1)
  assert.deepEqual(await there(readEverything), await here(readEverything))
  const again = await copy()
  assert.deepEqual(again, { type: 'complete', finishedAt: AT })
})

copyTest('an upload that was stopped in the middle is made again', async (fixture) => {
  const { copy, execute } = fixture
  await assert.rejects(copy(stopAt(({ table }) => table === 'captures')))
  await execute(`INSERT INTO uploads SELECT 'left over', 0, false`)
  const uploads = `SELECT segment || ':' || json_extract(extents, '$[0].offset') AS id FROM contents WHERE size > 1000000`
  const from = openReader(join(fixture.directory, 'postern.db'))
  const id = from.prepare<{ id: string }>(uploads).get()?.id ?? ''
  from.close()
  await execute(`DELETE FROM uploads; INSERT INTO uploads VALUES ('${id}', 0, false);
    INSERT INTO content_chunks VALUES ('${id}', 0, 'half'), ('${id}', 1, 'done')`)
  await assertCopied(fixture, true)
})

copyTest('a store that was used since is copied from the beginning', async (fixture) => {
  const { directory, copy, here } = fixture
  await assert.rejects(copy(stopAt(({ phase }) => phase === 'comparing')))
  // As a start does.
  removeCopyMark(directory)
  await here(async ({ write }) => {
    await write.sealed.deleteSealed('aa0')
    await write.directory.deleteApplication(change(), A.tenantId, A.applicationObjectId)
  })
  await assertCopied(fixture, false)
})

const alterations = [
  { name: 'a value', sql: `UPDATE tenants SET display_name = 'x'`, says: /^tenants differs at aaaaaaaa-/ },
  { name: 'a row less', sql: `DELETE FROM sealed_records WHERE record_id = 'aa0'`, says: /^sealed_records .*300.*299/ },
  {
    name: 'a row more',
    sql: `INSERT INTO messages SELECT 'z', tenant_id, resource_key, application_id, internet_message_id,
      message_id_run, received_at, size, status, next_due, claims, lease_until, recipient_count, progress, envelope,
      lane FROM messages LIMIT 1`,
    says: /^messages differs at z; .*311.*312/,
  },
  { name: 'an octet', sql: `UPDATE contents SET octets = set_byte(octets, 1, 7) WHERE size = 300`, says: /^contents / },
  {
    name: 'an octet of a chunk',
    sql: 'UPDATE content_chunks SET octets = set_byte(octets, 0, get_byte(octets, 0) # 1)',
    says: /^The content of message /,
  },
  {
    name: 'an upload more',
    sql: `INSERT INTO uploads VALUES ('x', 1, true)`,
    says: /^PostgreSQL has 4 large contents/,
  },
]
for (const { name, sql, says } of alterations)
  copyTest(`the comparison finds ${name}; the next run begins anew`, async (fixture) => {
    const { copy, execute, directory } = fixture
    await assert.rejects(copy(stopAt(({ phase }) => phase === 'comparing')))
    await execute(sql)
    const outcome = await copy()
    assert(outcome.type === 'refused')
    assert.match(outcome.message, says)
    assert.equal(readCopyMark(directory), undefined)
    const again = await copy()
    assert(again.type === 'copied' && !again.resumed)
  })

copyTest('a finished copy is made once; a target in use is left alone', async ({ directory, copy, there, execute }) => {
  assert.equal((await copy()).type, 'copied')
  assert.equal((await copy()).type, 'complete')
  // As a kill between the two leaves it: the mark is made, the end is not told to the target.
  await execute('UPDATE copies SET finished_at = NULL')
  const ended = await copy()
  assert(ended.type === 'copied' && ended.resumed)
  const before = await there(readEverything)
  const mark = readCopyMark(directory)
  assert(mark?.finishedAt === AT && mark.to === 'The target')
  renameSync(copyMarkFile(directory), join(directory, 'moved'))
  const elsewhere = await copy()
  assert.match(
    elsewhere.type === 'refused' ? elsewhere.message : '',
    /The target holds an installation that was copied there/,
  )
  renameSync(join(directory, 'moved'), copyMarkFile(directory))
  assert.deepEqual(await there(readEverything), before)
  await execute('DELETE FROM copies')
  const again = await copy()
  assert.match(
    again.type === 'refused' ? again.message : '',
    /was copied before \(The target\).* remove .*copied\.json/,
  )
})

copyTest(
  'another installation in the target is left alone, finished or not',
  async ({ directory, copy, there, execute }) => {
    const refusal = async (changes: Partial<CopyOptions> = {}) => {
      const outcome = await copy(undefined, changes)
      return outcome.type === 'refused' ? outcome.message : outcome.type
    }
    await there(({ write }) => write.directory.createTenant(change(), { tenantId: 'x', displayName: 'Theirs' }))
    assert.match(await refusal(), /^The target holds an installation already\. Nothing was changed\./)
    assert.equal(readCopyMark(directory), undefined)
    await execute(
      `DELETE FROM audit; DELETE FROM tenants; INSERT INTO quickstart_bootstrap VALUES ('installation-key', 'x')`,
    )
    assert.match(await refusal(), /holds an installation already/)
    await execute('DELETE FROM quickstart_bootstrap')
    await assert.rejects(copy(stopAt(5), { keyId: 'another' }))
    removeCopyMark(directory)
    assert.match(await refusal(), /^The target holds an unfinished copy of another installation/)
  },
)

copyTest('who was overtaken writes no more', async (fixture) => {
  const { copy, pool } = fixture
  let other: Promise<unknown> | undefined
  const overtaken = copy(({ table }) => {
    if (table === 'sealed_records') other ??= copy(stopAt(1)).catch(() => {})
  })
  await assert.rejects(overtaken, { name: 'StoreError', message: 'another process goes on with this copy' })
  await other
  assert.equal(await read(pool, firstArray('SELECT 1 FROM contents')), undefined)
  await assertCopied(fixture, true)
})

copyTest('text with U+0000 comes over without it', async (fixture) => {
  await fixture.here(({ write }) =>
    write.directory.createGroup(change(), { objectId: 'g', tenantId: A.tenantId, displayName: 'a\0b' }),
  )
  assert.equal((await fixture.copy()).type, 'copied')
  const group = await fixture.there(({ read }) => read.directory.readGroup(A.tenantId, 'g'))
  assert.equal(group?.displayName, 'a\u{fffd}b')
})

copyTest('a segment file that is gone is told with its message, and nothing is finished', async (fixture) => {
  const { directory, copy } = fixture
  const content = join(directory, 'content')
  renameSync(content, join(directory, 'away'))
  const says = /^the content of message [0-9a-f-]{36} cannot be read \(content: ENOENT\)$/
  await assert.rejects(copy(), { name: 'StoreError', message: says })
  rmSync(content, { recursive: true, force: true })
  renameSync(join(directory, 'away'), content)
  assert.ok(readdirSync(content).length > 0)
  await assertCopied(fixture, true)
})
