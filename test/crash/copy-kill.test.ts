// `postern db copy` is killed again and again, at any moment, and run again until it is done: everything is there then, once, and the
// same through every port of both stores.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createPostgresContentStore } from '../../src/content/postgres.ts'
import { deriveKeys } from '../../src/keys/installation-key.ts'
import { createSealer } from '../../src/keys/sealing.ts'
import { openMailStoreIn, populate } from '../../src/storage/copy/populated-store.fixture.ts'
import { drain, readEverything } from '../../src/storage/copy/read-everything.fixture.ts'
import { createPool } from '../../src/storage/postgres/pool.ts'
import { createPostgresStore } from '../../src/storage/postgres/postgres-store.ts'
import { AT } from '../../src/storage/two-tenants.fixture.ts'
import { startPostern } from '../fixtures/postern-process.ts'
import { sharedPostgres, testSettings } from '../fixtures/postgres-server.ts'
import { temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { createTestRandom } from './test-random.ts'

const KILLS = 12
const SEED = 20_300_103
const MESSAGES = 1500
const KEY = randomBytes(32)

/** Of progress, before it is killed; a whole run prints more. */
const LINES = 45
/** A run may come to its end before it is killed, and then there is nothing left to kill. */
const KILLS_AT_LEAST = 3

async function makeSource(directory: string): Promise<void> {
  const store = await openMailStoreIn(directory)
  await populate(store, MESSAGES)
  const record = { recordId: 'installation', purpose: 'installation', createdAt: AT }
  const sealed = createSealer(deriveKeys(KEY)).seal(record.recordId, record.purpose, randomBytes(8))
  await store.write.sealed.putSealed({ ...record, sealed })
  await store.close()
}

test('a copy that was killed and run again until it was done is whole', async (context) => {
  const root = temporaryDirectory(context)
  const directory = join(root, 'data')
  const config = join(root, 'postern.yaml')
  const server = await sharedPostgres()
  const url = await server.createDatabase()
  const random = createTestRandom(SEED)
  const settings = { dataDirectory: directory, hostname: 'localhost', store: { postgres: { url } } }
  writeFileSync(config, JSON.stringify(settings), { mode: 0o600 })
  mkdirSync(directory)
  await makeSource(directory)

  const args = ['db', 'copy', '--from', 'sqlite', '--to', 'postgres', '--config', config]
  const start = () => startPostern(args, { POSTERN_KEY: KEY.toString('hex') })
  let killed = 0
  for (let round = 0; round < KILLS; round += 1) {
    const run = start()
    let wanted = random(round % 4 === 0 ? 3 : LINES)
    run.process.stderr?.on('data', (text: string) => {
      wanted -= text.split('\n').length - 1
      if (wanted <= 0) setTimeout(() => run.process.kill('SIGKILL'), random(4))
    })
    const { code, signal, stderr } = await run.ended
    if (signal !== 'SIGKILL') {
      assert.equal(code, 0, stderr)
      break
    }
    killed += 1
  }
  const { code, stdout, stderr } = await start().ended
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Both stores hold this, compared row by row|was copied completely/m)
  assert.ok(killed >= KILLS_AT_LEAST, `${killed} kills`)
  context.diagnostic(`${killed} kills`)

  const pool = createPool(testSettings(url), 'test')
  const content = createPostgresContentStore({ pool, now: () => AT, newId: randomUUID })
  const target = { ...createPostgresStore(pool), content }
  const source = await openMailStoreIn(directory)
  assert.deepEqual(await readEverything(target), await readEverything(source))
  const drained = await drain(target)
  // Besides those of the fixture, of which one is held.
  assert.equal(new Set(drained.days.map(({ token }) => token)).size, MESSAGES + 7)
  assert.deepEqual(drained, await drain(source))
  await source.close()
  await pool.close()
  await server.dropDatabase(url)
})
