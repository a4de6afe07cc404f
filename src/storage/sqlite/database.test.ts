import assert from 'node:assert/strict'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type Database, openReader, openWriter } from './database.ts'
import { migrations } from './migrations.ts'
import { sqliteCode, toStoreError } from './sqlite-error.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'
import { StoreError } from '../store-error.ts'

function inDirectory(title: string, body: (path: string) => void): void {
  test(title, () => {
    const directory = temporaryDirectory()
    try {
      body(join(directory.path, 'postern.db'))
    } finally {
      directory.remove()
    }
  })
}

function opened(path: string): Database {
  const outcome = openWriter(path)
  assert(outcome.type === 'opened', JSON.stringify(outcome))
  return outcome.database
}

function foreignDatabase(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

inDirectory('a writer syncs fully, in WAL mode, with foreign keys', (path) => {
  const database = opened(path)
  const pragmas = ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema', 'cell_size_check', 'page_size']
  const values = pragmas.map((name) => database.prepareArrays(`PRAGMA ${name}`).get()?.[0])
  assert.deepEqual(values, ['wal', 2, 1, 0, 1, 4096])
  database.close()
})

inDirectory('a closed file opens again with what it held', (path) => {
  const first = opened(path)
  first.exec(`INSERT INTO tenants (tenant_id, display_name, epoch) VALUES ('a', 'A', 7)`)
  first.close()
  const second = opened(path)
  assert.equal(second.prepareArrays('SELECT epoch FROM tenants').get()?.[0], 7)
  second.close()
})

inDirectory('an empty file is taken', (path) => {
  writeFileSync(path, '')
  opened(path).close()
})

const FOREIGN: [string, (path: string) => void][] = [
  ['text', (path) => writeFileSync(path, 'not a database, and longer than a header of one. '.repeat(100))],
  ['a database with tables', (path) => foreignDatabase(path, 'CREATE TABLE other (x)')],
  ['a database of another program', (path) => foreignDatabase(path, 'PRAGMA application_id = 1')],
  ['a database with a version', (path) => foreignDatabase(path, 'PRAGMA user_version = 1')],
]
for (const [title, make] of FOREIGN)
  inDirectory(`${title} is foreign and left as it is`, (path) => {
    make(path)
    const before = readFileSync(path)
    const outcome = openWriter(path)
    assert(outcome.type === 'foreign')
    assert.match(outcome.message, /is not a Postern database\. Choose another data directory/)
    assert.deepEqual(readFileSync(path), before)
  })

const DAMAGE: [string, (path: string) => void][] = [
  [
    'a page of noise',
    (path) => {
      const octets = readFileSync(path)
      octets.fill(0xa5, 4096 * 9, 4096 * 10)
      writeFileSync(path, octets)
    },
  ],
  ['a cut end', (path) => truncateSync(path, 4096 * 12)],
]
for (const [title, damage] of DAMAGE)
  inDirectory(`${title} is corrupt`, (path) => {
    opened(path).close()
    damage(path)
    const outcome = openWriter(path)
    assert(outcome.type === 'corrupt', outcome.type)
    assert.match(outcome.message, /is damaged \(.+\)\. Keep a copy/)
  })

inDirectory('a newer schema is refused', (path) => {
  opened(path).close()
  foreignDatabase(path, `PRAGMA user_version = ${migrations.length + 1}`)
  const outcome = openWriter(path)
  assert(outcome.type === 'newer')
  assert.match(outcome.message, /Run the newer version/)
})

inDirectory('a path that cannot be opened is unusable', (path) => {
  const outcome = openWriter(join(path, 'missing', 'postern.db'))
  assert(outcome.type === 'unusable')
  assert.match(outcome.message, /Check that its directory exists/)
})

test('a file that cannot have a write-ahead log is unusable', () => {
  const outcome = openWriter(':memory:')
  assert(outcome.type === 'unusable')
  assert.match(outcome.message, /does not give WAL with synchronous=FULL/)
})

inDirectory('a reader sees every commit at once and cannot write', (path) => {
  const writer = opened(path)
  const reader = openReader(path)
  const epoch = reader.prepareArrays('SELECT epoch FROM tenants')
  assert.equal(epoch.get(), undefined)
  for (const expected of [1, 2, 3]) {
    writer.exec(
      `INSERT INTO tenants (tenant_id, display_name, epoch) VALUES ('a', 'A', 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1`,
    )
    assert.equal(epoch.get()?.[0], expected)
  }
  assert.throws(() => reader.exec('DELETE FROM tenants'), /readonly/)
  reader.close()
  writer.close()
})

inDirectory('a snapshot is of one moment and ends with its call', (path) => {
  const writer = opened(path)
  const reader = openReader(path)
  const count = reader.prepareArrays('SELECT count(*) FROM tenants')
  reader.snapshot(() => {
    assert.equal(count.get()?.[0], 0)
    writer.exec(`INSERT INTO tenants (tenant_id, display_name, epoch) VALUES ('a', 'A', 1)`)
    assert.equal(count.get()?.[0], 0)
  })
  assert.equal(count.get()?.[0], 1)
  assert.throws(() =>
    reader.snapshot(() => {
      throw new Error('inside')
    }),
  )
  assert.equal(reader.inTransaction, false)
  reader.close()
  writer.close()
})

inDirectory('a reader of nothing throws a StoreError', (path) => {
  assert.throws(
    () => openReader(path),
    (error) => error instanceof StoreError && error.code === 'unavailable',
  )
})

test('SQLite errors tell the world from the program', () => {
  const cases: [number, 'full' | 'unavailable' | undefined][] = [
    [13, 'full'],
    [10, 'unavailable'],
    [10 | (12 << 8), 'unavailable'],
    [5, 'unavailable'],
    [11, 'unavailable'],
    [19, undefined],
    [1, undefined],
  ]
  for (const [errcode, code] of cases) {
    const error = Object.assign(new Error('from SQLite'), { errcode })
    const problem = toStoreError(error)
    assert.equal(problem instanceof StoreError ? problem.code : undefined, code, String(errcode))
  }
  assert.equal(sqliteCode(new Error('other')), undefined)
})
