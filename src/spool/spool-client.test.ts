import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../storage/store-error.ts'
import type { EnqueueOutcome, NewMessage, Spool } from './spool.ts'
import { createSpoolClient } from './spool-client.ts'

const clientOf = (enqueue: () => Promise<EnqueueOutcome>) => createSpoolClient({ enqueue } as unknown as Spool)
const failing = (error: Error) => clientOf(() => Promise.reject(error))
const message = {} as NewMessage

const cases: readonly [name: string, client: Spool, outcome: EnqueueOutcome][] = [
  ['an outcome passes', clientOf(async () => ({ type: 'stale' })), { type: 'stale' }],
  ['a full store', failing(new StoreError('full', 'no space')), { type: 'full' }],
  [
    'a store that is gone',
    failing(new StoreError('unavailable', 'no store')),
    { type: 'unavailable', detail: 'no store' },
  ],
]

for (const [name, client, outcome] of cases)
  test(name, async () => {
    assert.deepEqual(await client.enqueue(message), outcome)
  })

test('a bug stays a bug', async () => {
  await assert.rejects(failing(new StoreError('internal', 'bug')).enqueue(message), { code: 'internal' })
  await assert.rejects(failing(new TypeError('bug')).enqueue(message), TypeError)
})
