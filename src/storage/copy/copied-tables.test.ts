import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { sharedPostgres, type PostgresServer } from '../../../test/fixtures/postgres-server.ts'
import { migrate } from '../sqlite/migrations.ts'
import { CONTENT_TABLES, COPIED_TABLES, POSTGRES_ONLY, SQLITE_ONLY } from './copied-tables.ts'

let server: PostgresServer
let url: string
const sqlite = new DatabaseSync(':memory:')
before(async () => {
  server = await sharedPostgres()
  url = await server.createMigratedDatabase()
  migrate(sqlite)
})
after(async () => {
  sqlite.close()
  await server.dropDatabase(url)
})

const copied = COPIED_TABLES.map(({ name }) => name)
const words = (rows: readonly Record<string, unknown>[]) => rows.map(({ word }) => String(word)).sort()
const inSqlite = (sql: string) => words(sqlite.prepare(sql).all())
const inPostgres = async (sql: string) => words(await server.execute(sql, url))

test('every table is copied, or named as one that is not', async () => {
  const tables = inSqlite(`SELECT name AS word FROM sqlite_schema WHERE type = 'table'`)
  assert.deepEqual(tables, [...copied, ...SQLITE_ONLY].sort())
  const others = await inPostgres(`SELECT tablename AS word FROM pg_tables WHERE schemaname = 'public'`)
  assert.deepEqual(others, [...copied, ...CONTENT_TABLES, ...POSTGRES_ONLY].sort())
})

test('keys are the primary keys of both engines', async () => {
  const keys = COPIED_TABLES.map(({ name, key }) => `${name} ${key.join(' ')}`).sort()
  const inFile = inSqlite(`
    SELECT t.name || ' ' || (SELECT group_concat(c.name, ' ' ORDER BY c.pk) FROM pragma_table_info(t.name) c WHERE c.pk > 0)
      AS word
    FROM sqlite_schema t WHERE type = 'table' AND t.name <> 'segments'`)
  assert.deepEqual(inFile, keys)
  const others = await inPostgres(`
    SELECT i.indrelid::regclass || ' ' ||
      (SELECT string_agg(attname, ' ' ORDER BY array_position(i.indkey::int2[], attnum))
       FROM pg_attribute WHERE attrelid = i.indrelid AND attnum = ANY (i.indkey)) AS word
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace`)
  const own = [...CONTENT_TABLES, ...POSTGRES_ONLY]
  assert.deepEqual(
    others.filter((line) => !own.includes(line.split(' ')[0] ?? '')),
    keys,
  )
})

test('what a table refers to is copied before it', async () => {
  const references = await server.execute(
    `SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent FROM pg_constraint
     WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
    url,
  )
  assert.ok(references.length > 10)
  for (const { child, parent } of references) {
    if (CONTENT_TABLES.includes(String(parent))) continue
    assert.ok(
      copied.indexOf(String(parent)) < copied.indexOf(String(child)),
      `${String(child)} before ${String(parent)}`,
    )
  }
})

test('every column has something to be copied from, and nothing else is left behind', async () => {
  const columns = await inPostgres(
    `SELECT table_name || ' ' || column_name AS word FROM information_schema.columns WHERE table_schema = 'public'`,
  )
  const wanted = columns.filter((line) => copied.includes(line.split(' ')[0] ?? ''))
  const there = inSqlite(
    `SELECT t.name || ' ' || c.name AS word FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name <> 'segments'`,
  )
  const made = COPIED_TABLES.flatMap(({ name, instead = {} }) =>
    Object.keys(instead).map((column) => `${name} ${column}`),
  )
  assert.deepEqual(
    wanted.filter((line) => !there.includes(line) && !made.includes(line)),
    [],
  )
  assert.deepEqual(
    there.filter((line) => !wanted.includes(line)),
    ['contents extents', 'contents segment'],
  )
})
