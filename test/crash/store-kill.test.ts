// 250 means durable: a process that accepts mail under load is killed again and again, and after each kill everything it had
// acknowledged is there, once and octet for octet. What it had not acknowledged is there as a whole or not at all.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createSegmentContentStore } from '../../src/content/sqlite.ts'
import { readOctets } from '../../src/storage/mail-store.fixture.ts'
import { openDataDirectory } from '../../src/storage/sqlite/data-directory.ts'
import { openReader } from '../../src/storage/sqlite/database.ts'
import { temporaryDirectory } from '../../src/storage/sqlite/temporary-store.fixture.ts'
import { createTestRandom } from './test-random.ts'

const ROUNDS = 32
const SEED = 20_300_101
const CHILD = fileURLToPath(new URL('store-kill.child.ts', import.meta.url))
const HASH_LENGTH = 64

/** Hashes by queue id. */
type Acknowledged = ReadonlyMap<string, string>

/** Runs the child until it has acknowledged so many and a moment more, and kills it. */
async function runAndKill(path: string, seed: number, random: (below: number) => number): Promise<Acknowledged> {
  const child = spawn(process.execPath, [CHILD, path, `${seed}`], { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  let output = ''
  let complaint = ''
  // Every sixth round it does not even get to its first acknowledgement, or only just.
  let wanted = random(6) === 0 ? 0 : 1 + random(150)
  if (wanted === 0) setTimeout(kill, random(600))
  child.stderr.on('data', (octets: Buffer) => {
    complaint += octets
  })
  child.stdout.on('data', (octets: Buffer) => {
    output += octets
    if (wanted === 0 || output.split('\n').length <= wanted) return
    wanted = 0
    setTimeout(kill, random(5))
  })
  const [, signal] = (await once(child, 'close')) as [unknown, string | null]
  assert.equal(signal, 'SIGKILL', complaint)
  // A line without its end is an acknowledgement that nobody heard.
  const lines = output.split('\n').slice(0, -1)
  return new Map(lines.map((line) => line.split(' ') as [string, string]))
}

/** Every content by its id, as a new process finds it: whole, and what it says it is. */
async function readAll(path: string): Promise<Acknowledged> {
  const outcome = openDataDirectory(path)
  assert(outcome.type === 'opened', 'message' in outcome ? outcome.message : '')
  const database = openReader(outcome.directory.databaseFile)
  const segments = { openSegment: async () => '', closeSegment: async () => {} }
  const content = createSegmentContentStore({ directory: join(path, 'content'), segments, database, now: Date.now })
  const found = new Map<string, string>()
  for (const [id, size] of database.prepareArrays<[string, number]>('SELECT queue_id, size FROM messages').all()) {
    const octets = await readOctets(content, { kind: 'stored', size, contentId: id })
    assert.equal(octets.byteLength, size)
    assert.equal(hashOf(octets.subarray(HASH_LENGTH)), Buffer.from(octets.subarray(0, HASH_LENGTH)).toString(), id)
    found.set(id, hashOf(octets))
  }
  assertConsistent(database)
  database.close()
  outcome.directory.release()
  return found
}

/** Nothing is stored twice, nothing is left without its counterpart. */
function assertConsistent(database: ReturnType<typeof openReader>): void {
  for (const sql of [
    'SELECT internet_message_id FROM messages GROUP BY internet_message_id HAVING count(*) > 1',
    'SELECT content_id FROM contents WHERE content_id NOT IN (SELECT queue_id FROM messages)',
    `SELECT queue_id FROM messages WHERE status <> 'queued' AND queue_id NOT IN (SELECT capture_id FROM captures)`,
    'SELECT segment FROM contents WHERE segment NOT IN (SELECT segment FROM segments)',
  ])
    assert.deepEqual(database.prepareArrays(sql).all(), [], sql)
}

const hashOf = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex')

test(`nothing acknowledged is lost over ${ROUNDS} kills`, async (t) => {
  const { path, remove } = temporaryDirectory()
  t.after(remove)
  const random = createTestRandom(SEED)
  const acknowledged = new Map<string, string>()
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [id, hash] of await runAndKill(path, SEED + round, random)) {
      assert(!acknowledged.has(id), `${id} was given twice`)
      acknowledged.set(id, hash)
    }
    const found = await readAll(path)
    for (const [id, hash] of acknowledged) assert.equal(found.get(id), hash, `round ${round}: ${id}`)
  }
  assert(acknowledged.size > ROUNDS)
  t.diagnostic(`${acknowledged.size} acknowledged`)
})
