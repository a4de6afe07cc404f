import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { migrate, migrationNames, migrations } from './migrations.ts'

const GOLDEN = join(import.meta.dirname, 'schema.golden.sql')

function tables(database: DatabaseSync): unknown[] {
  return database
    .prepare('SELECT name FROM sqlite_schema ORDER BY name')
    .all()
    .map((row) => row['name'])
}

// Rewrite with: node --test --test-update-snapshots src/storage/sqlite/migrations.test.ts
test('the schema is the golden one', (t) => {
  const database = new DatabaseSync(':memory:')
  migrate(database)
  const dump = database
    .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name')
    .all()
    .map((row) => `${String(row['sql'])};\n`)
  t.assert.fileSnapshot(dump.join('\n'), GOLDEN, { serializers: [String] })
})

test('steps run once, in order', () => {
  const database = new DatabaseSync(':memory:')
  assert.deepEqual(migrate(database, ['CREATE TABLE one (x)']), { type: 'current' })
  assert.deepEqual(migrate(database, ['fails when run', 'CREATE TABLE two (x); ALTER TABLE one ADD COLUMN y']), {
    type: 'current',
  })
  assert.deepEqual(migrate(database, ['fails when run', 'fails when run']), { type: 'current' })
  assert.deepEqual(tables(database), ['one', 'two'])
})

test('a failing step leaves what the steps before it made', () => {
  const database = new DatabaseSync(':memory:')
  assert.throws(() => migrate(database, ['CREATE TABLE one (x)', 'CREATE TABLE two (x); nonsense']))
  assert.deepEqual(tables(database), ['one'])
  assert.equal(database.isTransaction, false)
  migrate(database, ['CREATE TABLE one (x)', 'CREATE TABLE two (x)'])
  assert.deepEqual(tables(database), ['one', 'two'])
})

test('a newer schema is left alone', () => {
  const database = new DatabaseSync(':memory:')
  migrate(database, ['CREATE TABLE one (x)', 'CREATE TABLE two (x)'])
  assert.deepEqual(migrate(database, ['CREATE TABLE one (x)']), { type: 'newer', version: 2, known: 1 })
})

test('every step has a name', () => {
  assert.equal(migrationNames.length, migrations.length)
})

test('every key column is declared NOT NULL', () => {
  const database = new DatabaseSync(':memory:')
  for (const step of migrations) database.exec(step)
  const nullable = database
    .prepare(
      `SELECT t.name || '.' || c.name AS name FROM sqlite_schema t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND c.pk > 0 AND c."notnull" = 0`,
    )
    .all()
  assert.deepEqual(nullable, [])
})

test('uses of credentials count from the step that records them, for tenants that were there', () => {
  const database = new DatabaseSync(':memory:')
  migrate(database, migrations.slice(0, 8))
  const insert = "INSERT INTO tenants (tenant_id, display_name, epoch) VALUES ('"
  database.exec(`${insert}old', '', 1)`)
  migrate(database)
  database.exec(`${insert}new', '', 1)`)
  const rows = database.prepare('SELECT tenant_id FROM tenants WHERE uses_since > 0 AND epoch = 1').all()
  assert.deepEqual(
    rows.map((row) => row['tenant_id']),
    ['old'],
  )
})
