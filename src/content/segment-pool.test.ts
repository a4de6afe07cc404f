import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryDirectory } from '../storage/sqlite/temporary-store.fixture.ts'
import { StoreError } from '../storage/store-error.ts'
import { SegmentPool } from './segment-pool.ts'

const ROTATE_AT = 10

function open(context: TestContext) {
  const { path, remove } = temporaryDirectory()
  context.after(remove)
  const directory = join(path, 'content')
  const log: string[] = []
  const register = { failure: undefined as Error | undefined }
  let opened = 0
  const segments = {
    openSegment: async (at: number) => {
      if (register.failure !== undefined) throw register.failure
      opened += 1
      log.push(`open ${opened} at ${at}`)
      return `${opened}`
    },
    closeSegment: async (segment: string) => {
      log.push(`close ${segment}`)
    },
  }
  const pool = new SegmentPool({ directory, segments, now: () => 7, rotateAt: ROTATE_AT })
  return { directory, log, pool, register }
}

const fill = () => [Buffer.alloc(ROTATE_AT)]

test('everybody gets the same segment until it is large', async (context) => {
  const { directory, log, pool } = open(context)
  const [one, two] = await Promise.all([pool.acquire(), pool.acquire()])
  assert.equal(one, two)
  await one.append([Buffer.alloc(9)], 9)
  assert.equal(await pool.acquire(), one)
  assert.deepEqual(readdirSync(directory), ['1.seg'])
  assert.deepEqual(log, ['open 1 at 7'])
  await pool.close()
  assert.deepEqual(log, ['open 1 at 7', 'close 1'])
})

test('a large segment takes no new writer, and is closed when its last one is done', async (context) => {
  const { log, pool } = open(context)
  const slow = await pool.acquire()
  const fast = await pool.acquire()
  await fast.append(fill(), ROTATE_AT)
  pool.release(fast)
  const [next, also] = await Promise.all([pool.acquire(), pool.acquire()])
  assert.equal(next, also)
  assert.notEqual(next, slow)
  assert.deepEqual(log, ['open 1 at 7', 'open 2 at 7'])
  await slow.append(fill(), ROTATE_AT)
  await slow.sync()
  pool.release(slow)
  await pool.close()
  assert.deepEqual(log.toSorted(), ['close 1', 'close 2', 'open 1 at 7', 'open 2 at 7'])
})

test('a segment that cannot be synced any more is left', async (context) => {
  const { pool } = open(context)
  const first = await pool.acquire()
  await first.close()
  await assert.rejects(first.sync())
  assert.notEqual(await pool.acquire(), first)
  await pool.close()
})

test('a segment that could not be opened is tried again by the next writer', async (context) => {
  const { log, pool, register } = open(context)
  register.failure = new StoreError('full', 'no space')
  await assert.rejects(pool.acquire(), { name: 'StoreError', code: 'full' })
  register.failure = undefined
  await pool.acquire()
  assert.deepEqual(log, ['open 1 at 7'])
  await pool.close()
})

test('what the file system refuses is a StoreError without a path', async (context) => {
  const { directory, log, pool } = open(context)
  writeFileSync(directory, 'a file where the directory should be')
  await assert.rejects(pool.acquire(), { name: 'StoreError', code: 'unavailable', message: 'content: EEXIST' })
  assert.deepEqual(log, ['open 1 at 7', 'close 1'])
})

test('an existing file is never appended to', async (context) => {
  const { directory, pool } = open(context)
  mkdirSync(directory)
  writeFileSync(join(directory, '1.seg'), 'of somebody else')
  await assert.rejects(pool.acquire(), { code: 'unavailable' })
  await pool.acquire()
  assert.deepEqual(readdirSync(directory).sort(), ['1.seg', '2.seg'])
  await pool.close()
})

test('after the end writers get errors, and nothing hangs', async (context) => {
  const { pool } = open(context)
  const file = await pool.acquire()
  await pool.close()
  await assert.rejects(file.append(fill(), ROTATE_AT), { name: 'StoreError' })
  pool.release(file)
})
