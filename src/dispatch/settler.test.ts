import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { Settlement } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'
import { createSettler } from './settler.ts'

const LEASE = 10_000

/** The spool fails with these, one after the other, and stores whatever comes after. */
function open(...errors: readonly Error[]) {
  const clock = new ManualClock()
  const left = [...errors]
  const asked: string[][] = []
  const failures: unknown[] = []
  const spool = {
    settle: async (settlements: readonly Settlement[]) => {
      asked.push(settlements.map(({ queueId }) => queueId))
      const error = left.shift()
      if (error !== undefined) throw error
      return []
    },
  }
  const settler = createSettler({ spool, clock }, LEASE, (error) => failures.push(error))
  const settle = (queueId: string) => settler.settle({ queueId, token: queueId, at: clock.now(), outcomes: [] })
  const wait = async (by: number) => {
    clock.advance(by)
    await settleMicrotasks()
  }
  return { clock, asked, failures, settle, wait }
}

const unavailable = () => new StoreError('unavailable', 'away')

test('what comes while a batch is stored is the next batch', async () => {
  const { settle, asked } = open()
  const first = settle('1')
  await Promise.resolve()
  await Promise.all([first, settle('2'), settle('3')])
  assert.deepEqual(asked, [['1'], ['2', '3']])
})

test('a store that is away or full is asked again until it is back, and its failure told once', async () => {
  const { settle, wait, asked, failures } = open(unavailable(), new StoreError('full', 'no space'), unavailable())
  const done = settle('1')
  await wait(0)
  for (let look = 0; look < 3; look += 1) await wait(500)
  await done
  assert.deepEqual(asked, [['1'], ['1'], ['1'], ['1']])
  assert.equal(failures.length, 1)
})

test('nothing is asked about a message that somebody else may have by now', async () => {
  const { settle, wait, asked } = open(unavailable(), unavailable())
  const done = settle('1')
  await wait(0)
  await wait(LEASE - 1_000)
  await wait(1_000)
  await done
  assert.equal(asked.length, 2)
})

const bug = () => new StoreError('internal', 'a bug')

test('a bug of the store is not asked for again', async () => {
  const { settle, asked, failures, clock } = open(bug())
  assert.equal(await settle('1'), false)
  assert.deepEqual([asked.length, failures.length, clock.pending], [1, 1, 0])
})

test('a result that cannot be stored takes no other with it', async () => {
  const { settle, asked } = open(bug(), bug())
  assert.deepEqual(await Promise.all([settle('1'), settle('2'), settle('3')]), [false, true, true])
  assert.deepEqual(asked, [['1', '2', '3'], ['1'], ['2'], ['3']])
})

test('nor does one that turns out to be such when the store is back', async () => {
  const { settle, wait, asked } = open(unavailable(), bug(), bug())
  const done = Promise.all([settle('1'), settle('2')])
  await wait(0)
  await wait(500)
  assert.deepEqual(await done, [false, true])
  assert.deepEqual(asked, [['1', '2'], ['1', '2'], ['1'], ['2']])
})
