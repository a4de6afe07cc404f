// `postern db status` and `postern db migrate` on both engines: what is told of every state that a store can be in, and what is done.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { runCommandLine } from '../../src/cli/program.ts'
import { lockDataDirectory } from '../../src/storage/sqlite/data-directory.ts'
import { APPLICATION_ID, openWriter } from '../../src/storage/sqlite/database.ts'
import { migrationNames, migrations } from '../../src/storage/sqlite/migrations.ts'
import { migrations as postgresMigrations } from '../../src/storage/postgres/migrations.ts'
import { type PostgresServer, sharedPostgres } from '../fixtures/postgres-server.ts'
import { temporaryDirectory } from '../fixtures/quickstart-service.ts'

type Step = { readonly version: number; readonly name: string; readonly appliedAt: string | null }
type Status = {
  readonly engine: string
  readonly store: string
  readonly state: string
  readonly version: number
  readonly known: number
  readonly oldestProgram: number
  readonly applied: readonly Step[]
  readonly pending: readonly Step[]
  readonly migrated?: readonly Step[]
}
type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string; readonly json?: Status }

async function postern(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const said = { stdout: '', stderr: '' }
  const terminal = {
    out: { write: (text: string) => (said.stdout += text) },
    err: { write: (text: string) => (said.stderr += text) },
    env,
    askSecret: async () => undefined,
  }
  const code = await runCommandLine(args, terminal, Date.now)
  return args.includes('json') && said.stdout !== ''
    ? { code, ...said, json: JSON.parse(said.stdout) as Status }
    : { code, ...said }
}

const root = temporaryDirectory({ after })
let configurations = 0

/** A configuration file; gives what to put behind a command. */
function configure(store: object = {}): { flags: string[]; directory: string } {
  configurations += 1
  const directory = join(root, `data-${configurations}`)
  const file = join(root, `${configurations}.yaml`)
  writeFileSync(file, JSON.stringify({ dataDirectory: directory, hostname: 'localhost', store }), { mode: 0o600 })
  return { flags: ['--config', file], directory }
}

const status = (flags: readonly string[]) => postern(['db', 'status', '--output', 'json', ...flags])
const migrate = (flags: readonly string[]) => postern(['db', 'migrate', '--output', 'json', ...flags])
const versions = (steps: readonly Step[] | undefined) => steps?.map(({ version }) => version)
const upTo = (version: number) => Array.from({ length: version }, (_, at) => at + 1)

/** A file as an older program left it. */
function oldStore(directory: string, version: number): void {
  mkdirSync(directory, { mode: 0o700 })
  const file = new DatabaseSync(join(directory, 'postern.db'))
  file.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = WAL`)
  for (const step of migrations.slice(0, version)) file.exec(step)
  file.exec(`PRAGMA user_version = ${version}`)
  file.close()
}

test('SQLite: a store that is not there is made, and then there is nothing to do', async () => {
  const { flags, directory } = configure()
  const none = await status(flags)
  assert.deepEqual([none.code, none.json?.state, none.json?.version], [1, 'empty', 0])
  assert.match(none.stderr, /^error: .* has no schema yet\.\nMake it: postern db migrate --config .*\.yaml \(a start/)
  const made = await migrate(flags)
  const known = migrations.length
  assert.deepEqual([made.code, versions(made.json?.migrated)], [0, upTo(known)], made.stderr)
  const { code, json } = await status(flags)
  assert.equal(code, 0)
  const applied = migrationNames.map((name, at) => ({ version: at + 1, name, appliedAt: null }))
  const current = { state: 'current', version: known, known, oldestProgram: known, applied, pending: [] }
  assert.deepEqual(json, { engine: 'sqlite', store: directory, ...current })
  const again = await postern(['db', 'migrate', ...flags])
  assert.equal(again.stdout, `${directory} has schema ${known}: nothing to do.\n`)
})

test('SQLite: an old store is brought up, each step told', async () => {
  const { flags, directory } = configure()
  oldStore(directory, 4)
  const known = migrations.length
  const behind = await status(flags)
  assert.deepEqual([behind.code, behind.json?.state, behind.json?.version], [1, 'behind', 4])
  assert.deepEqual(versions(behind.json?.pending), upTo(known).slice(4))
  assert.match(behind.stderr, /has schema 4, this version of Postern wants \d+\.\nBring it up: postern db migrate /)
  const { code, stdout } = await postern(['db', 'migrate', ...flags])
  const steps = migrationNames.slice(4).map((name, at) => `Applied step ${at + 5}, ${name}.\n`)
  assert.equal(stdout, `${steps.join('')}${directory} has schema ${known}.\n`)
  assert.equal(code, 0)
})

test('SQLite: a store in use is looked at, not migrated', async () => {
  const { flags, directory } = configure()
  const locked = lockDataDirectory(directory)
  const opened = openWriter(join(directory, 'postern.db'))
  assert(locked.type === 'opened' && opened.type === 'opened')
  opened.database.exec('BEGIN IMMEDIATE')
  assert.equal((await status(flags)).json?.state, 'current')
  const { code, stderr } = await migrate(flags)
  assert.equal(code, 1)
  assert.match(stderr, /is in use by another Postern .* Stop that one/)
  opened.database.close()
  locked.directory.release()
})

test('SQLite: a newer store and a foreign file are left alone', async () => {
  const { flags, directory } = configure()
  oldStore(directory, migrations.length)
  const file = new DatabaseSync(join(directory, 'postern.db'))
  file.exec('PRAGMA user_version = 999')
  const newer = await status(flags)
  assert.deepEqual([newer.code, newer.json?.state, newer.json?.oldestProgram], [1, 'newer', 999])
  for (const { code, stderr } of [newer, await migrate(flags)]) {
    assert.equal(code, 1)
    assert.match(stderr, /has schema 999, this version of Postern knows up to \d+\.\s+Run the newer version again/)
  }
  file.exec('PRAGMA application_id = 0; PRAGMA user_version = 0')
  const foreign = await status(flags)
  assert.deepEqual([foreign.code, foreign.json?.state, foreign.json?.pending], [1, 'foreign', []])
  assert.match((await migrate(flags)).stderr, /is not a Postern database/)
  file.close()
})

test('without a configuration it is the quickstart that is meant', async () => {
  const directory = join(root, 'quickstart')
  const env = { POSTERN_DATA_DIR: directory }
  const none = await postern(['db', 'status'], env)
  assert.equal(none.code, 1)
  assert.match(none.stderr, /has no schema yet\.\nMake it: postern db migrate \(a start/)
  assert.equal((await postern(['db', 'migrate'], env)).code, 0)
  const { code, stdout } = await postern(['db', 'status'], env)
  assert.equal(code, 0)
  assert.match(
    stdout,
    /^Engine +sqlite\nStore +.*quickstart\nState +current\nSchema +\d+\nKnown here +\d+\nOldest program +knows/,
  )
  assert.match(stdout, /^1 +directory +yes$/m)
  const wrong = await postern(['db', 'status'], { POSTERN_STORE: 'mysql://x/y' })
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /^error: POSTERN_STORE: must be /)
  const no = await postern(['db', 'status', '--config', join(root, 'none.yaml')])
  assert.equal(no.code, 1)
  assert.match(no.stderr, /See all: postern config check --config/)
})

let server: PostgresServer
before(async () => {
  server = await sharedPostgres()
})

test('PostgreSQL: an empty database is migrated, and tells when each step was', async () => {
  const url = await server.createDatabase()
  const { flags } = configure({ postgres: { url } })
  const empty = await status(flags)
  assert.deepEqual([empty.code, empty.json?.state], [1, 'empty'])
  assert.equal(empty.json?.store, `The database ${new URL(url).pathname.slice(1)} at ${new URL(url).host}`)
  const steps = postgresMigrations.map(({ version }) => version)
  assert.deepEqual(versions(empty.json?.pending), steps)
  const made = await migrate(flags)
  assert.deepEqual([made.code, versions(made.json?.migrated)], [0, steps], made.stderr)
  const current = await status(flags)
  assert.deepEqual([current.code, current.json?.state, current.json?.pending], [0, 'current', []])
  const [first] = current.json?.applied ?? []
  assert.match(first?.appliedAt ?? '', /^\d{4}-\d\d-\d\dT/)
  assert.deepEqual((await migrate(flags)).json?.migrated, [])
  assert.doesNotMatch(JSON.stringify([empty, made, current]), new RegExp(new URL(url).password))
  await server.dropDatabase(url)
})

test('PostgreSQL: one step ahead is worked with, more is not', async () => {
  const url = await server.createDatabase()
  const { flags } = configure({ postgres: { url } })
  const known = (await migrate(flags)).json?.known ?? 0
  const add = (version: number) =>
    server.execute(`INSERT INTO schema_migrations VALUES (${version}, 'later', 1, ${known})`, url)
  await add(known + 1)
  const ahead = await status(flags)
  assert.deepEqual([ahead.code, ahead.json?.state, ahead.json?.version], [0, 'ahead', known + 1])
  assert.match(
    (await postern(['db', 'migrate', ...flags])).stdout,
    /one step ahead of this program, which works with it/,
  )
  await add(known + 2)
  for (const { code, stderr } of [await status(flags), await migrate(flags)]) {
    assert.equal(code, 1)
    assert.match(stderr, /has schema \d+, this version of Postern knows up to \d+\.\s+Run the newer version again/)
  }
  await server.dropDatabase(url)
})

test('PostgreSQL: tables of something else, and a server that does not answer', async () => {
  const url = await server.createDatabase()
  await server.execute('CREATE TABLE theirs (x BIGINT)', url)
  const { flags } = configure({ postgres: { url } })
  const foreign = await status(flags)
  assert.deepEqual([foreign.code, foreign.json?.state], [1, 'foreign'])
  assert.match((await migrate(flags)).stderr, /has tables that are not Postern’s\. Choose an empty database/)
  const gone = configure({ postgres: { url: 'postgres://user:CANARY@127.0.0.1:1/postern' } })
  for (const { code, stderr } of [await status(gone.flags), await migrate(gone.flags)]) {
    assert.equal(code, 1)
    assert.match(stderr, /^error: PostgreSQL: no connection: .*ECONNREFUSED/)
    assert.doesNotMatch(stderr, /CANARY/)
  }
  await server.dropDatabase(url)
})
