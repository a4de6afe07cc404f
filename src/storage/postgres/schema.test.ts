import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { sharedPostgres, type PostgresServer } from '../../../test/fixtures/postgres-server.ts'
import { migrate as migrateSqlite } from '../sqlite/migrations.ts'

const GOLDEN = join(import.meta.dirname, 'schema.golden.txt')

let server: PostgresServer
let url: string
before(async () => {
  server = await sharedPostgres()
  url = await server.createMigratedDatabase()
})
after(() => server.dropDatabase(url))

const COLUMNS = `SELECT format('%s.%s %s%s%s%s', table_name, column_name, data_type,
    CASE WHEN collation_name IS NOT NULL THEN ' COLLATE ' || collation_name END,
    CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' END,
    CASE WHEN column_default IS NOT NULL THEN ' DEFAULT ' || column_default END) AS line
  FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name COLLATE "C", ordinal_position`
const CONSTRAINTS = `SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) AS line
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')
  ORDER BY conrelid::regclass::text COLLATE "C", contype DESC, conname COLLATE "C"`
const INDEXES = `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'
  ORDER BY tablename COLLATE "C", indexname COLLATE "C"`
const TABLE_SETTINGS = `SELECT format('%s %s', relname, reloptions) AS line FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL ORDER BY relname`
const STORAGE = `SELECT format('%s.%s %s', attrelid::regclass, attname, attstorage) AS line FROM pg_attribute
  JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' AND relnamespace = 'public'::regnamespace
  WHERE attnum > 0 AND attstorage = 'e' ORDER BY attrelid::regclass::text COLLATE "C"`

// Rewrite with: node --test --test-update-snapshots src/storage/postgres/schema.test.ts
test('the schema is the golden one', async (t) => {
  const parts = await Promise.all(
    [COLUMNS, CONSTRAINTS, INDEXES, TABLE_SETTINGS, STORAGE].map((sql) => server.execute(sql, url)),
  )
  const dump = parts.map((rows) => rows.map(({ line }) => `${String(line)}\n`).join('')).join('\n')
  t.assert.fileSnapshot(dump, GOLDEN, { serializers: [String] })
})

test('every text is compared by octets', async () => {
  const others = await server.execute(
    `SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`,
    url,
  )
  assert.deepEqual(others, [])
})

/** What the two engines do not share, on purpose. */
const SQLITE_ONLY = [/^segments\./, /^contents\.(segment|extents) /]
const POSTGRES_ONLY = [
  /^(schema_migrations|leases|uploads|content_chunks|quickstart_bootstrap|copies)\./,
  /^contents\.upload_id /,
]

test('tables and columns are those of SQLite, but for what is named here', async () => {
  const columns = await server.execute(
    `SELECT format('%s.%s %s%s', table_name, column_name, upper(data_type), CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' END)
       AS line FROM information_schema.columns WHERE table_schema = 'public'`,
    url,
  )
  const postgres = columns.map(({ line }) => String(line))
  assert.deepEqual(without(postgres, POSTGRES_ONLY), without(sqliteColumns(), SQLITE_ONLY))
})

test('indexes are those of SQLite, but for what is named here', async () => {
  const rows = await server.execute(
    `SELECT indexname AS line FROM pg_indexes WHERE schemaname = 'public'
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)`,
    url,
  )
  const postgres = rows.map(({ line }) => String(line))
  const sqlite = sqliteDatabase(`SELECT name AS line FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
  assert.deepEqual(
    without(postgres, [/^contents_by_upload$/, /^uploads_abandoned$/]),
    without(sqlite, [/^contents_by_segment$/]),
  )
})

function sqliteColumns(): string[] {
  return sqliteDatabase(
    `SELECT t.name || '.' || c.name || ' ' || c.type || CASE WHEN c."notnull" THEN ' NOT NULL' ELSE '' END AS line
     FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'`,
  )
}

function sqliteDatabase(sql: string): string[] {
  const database = new DatabaseSync(':memory:')
  migrateSqlite(database)
  const lines = database
    .prepare(sql)
    .all()
    .map((row) => String(row['line']))
  database.close()
  return lines
}

/** Every exception must be of use. */
function without(lines: readonly string[], exceptions: readonly RegExp[]): string[] {
  for (const exception of exceptions)
    assert.ok(
      lines.some((line) => exception.test(line)),
      `${exception} matches nothing`,
    )
  return lines.filter((line) => !exceptions.some((exception) => exception.test(line))).sort()
}
