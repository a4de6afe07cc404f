// A message and its count are committed together: a process that sends against quotas is killed again and again, and after each kill as
// many are counted as are stored. In the end exactly as many were accepted as the quotas allow.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readShard, usagesOf } from '../../src/quota/counter.ts'
import { openReader } from '../../src/storage/sqlite/database.ts'
import { createInProcessStore } from '../../src/storage/sqlite/in-process-store.ts'
import { temporaryDirectory } from '../../src/storage/sqlite/temporary-store.fixture.ts'
import { AT, seedTwoTenants } from '../../src/storage/two-tenants.fixture.ts'
import { createTestRandom } from './test-random.ts'

const KILLS = 10
const LIMIT = 3_000
const CHILD = fileURLToPath(new URL('quota-kill.child.ts', import.meta.url))

/** Gives how many it was told of, and whether that was the end. Undefined `wanted`: it is left alone. */
async function run(path: string, wanted?: number): Promise<{ readonly queued: number; readonly isUsedUp: boolean }> {
  const child = spawn(process.execPath, [CHILD, path, String(LIMIT)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (octets: Buffer) => {
    output += octets
    if (wanted !== undefined && output.split('\n').length > wanted) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return { queued: output.split('queued\n').length - 1, isUsedUp: output.endsWith('used up\n') }
}

/** What is stored, and what was counted against each quota. */
function lookInto(path: string): { readonly stored: number; readonly counted: readonly number[] } {
  const database = openReader(path)
  const [stored = 0] = database.prepareArrays<[number]>('SELECT count(*) FROM messages').get() ?? []
  const rows = database.prepareArrays<[string]>('SELECT tallies FROM quota_counters').all()
  database.close()
  const term = { subject: { kind: 'application', key: '' }, limits: { messages: { day: LIMIT } } } as const
  return {
    stored,
    counted: rows.flatMap(([text]) => usagesOf(new Map([[0, readShard(text)]]), term, AT)[0]?.used ?? []),
  }
}

test(`what is stored is counted, over ${KILLS} kills`, async (t) => {
  const directory = temporaryDirectory()
  t.after(() => directory.remove())
  const path = join(directory.path, 'postern.db')
  await (await seedTwoTenants(await createInProcessStore(path))).close()
  const random = createTestRandom(20_261_122)
  let acknowledged = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    acknowledged += (await run(path, 1 + random(LIMIT / KILLS))).queued
    const { stored, counted } = lookInto(path)
    assert.deepEqual(counted, [stored, stored])
    assert(stored >= acknowledged && stored <= LIMIT, `${acknowledged} of ${stored}`)
  }
  assert((await run(path)).isUsedUp)
  assert.deepEqual(lookInto(path), { stored: LIMIT, counted: [LIMIT, LIMIT] })
})
