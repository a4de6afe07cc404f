import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../storage/store-error.ts'
import { createEnqueueGroups, type EnqueueRow } from './postgres-enqueue.ts'

const rows = Array.from({ length: 40 }, (_, index) => ({ messageIdRun: index }) as EnqueueRow)

test('a crowd that meets a database that is away is told once, not one after the other', async () => {
  const asked: number[] = []
  const enqueue = createEnqueueGroups(async (group) => {
    asked.push(group.length)
    throw new StoreError('unavailable', 'away')
  })
  const outcomes = await Promise.allSettled(rows.map(enqueue))
  assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['rejected']))
  assert.deepEqual(asked, [32, 8])
})

test('a message that the database refuses takes no neighbour with it', async () => {
  const enqueue = createEnqueueGroups(async (group) => {
    if (group.some(({ messageIdRun }) => messageIdRun === 3)) throw new Error('refused')
    return group.map(() => ({ type: 'queued' }))
  })
  const outcomes = await Promise.allSettled(rows.map(enqueue))
  assert.deepEqual(
    outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
    [3],
  )
})
