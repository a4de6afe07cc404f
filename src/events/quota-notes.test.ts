import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OverQuota } from '../quota/quota.ts'
import type { NewEvent } from '../storage/events.ts'
import { createQuotaNotes } from './quota-notes.ts'

const SENDER = { tenantId: 't', resourceId: '/r' }
const over = (retryAt: number, key = 'a'): OverQuota => ({
  limit: { subject: { kind: 'application', key }, unit: 'messages', window: 'minute', limit: 3 },
  used: 3,
  retryAt,
})

function open(appendEvents: (events: readonly NewEvent[]) => Promise<readonly string[]>) {
  const failures: unknown[] = []
  let id = 0
  const notes = createQuotaNotes({
    events: { appendEvents },
    clock: { now: () => 5, after: () => () => {} },
    nextEventId: () => String((id += 1)),
    onFailure: (error) => failures.push(error),
  })
  return { notes, failures }
}

test('a quota that is used up is told of once in its window, and again in the next', async () => {
  const told: NewEvent[] = []
  const { notes } = open(async (events) => (told.push(...events), []))
  for (const [retryAt, key] of [
    [60_000, 'a'],
    [60_000, 'a'],
    [60_000, 'b'],
    [120_000, 'a'],
  ] as const)
    notes.note(over(retryAt, key), SENDER)
  await notes.settled()
  assert.deepEqual(
    told.map(({ subject, data: { resetsAt } }) => [subject, resetsAt]),
    [
      ['quotas/application/a', '1970-01-01T00:01:00.000Z'],
      ['quotas/application/b', '1970-01-01T00:01:00.000Z'],
      ['quotas/application/a', '1970-01-01T00:02:00.000Z'],
    ],
  )
})

test('what cannot be stored is given up', async () => {
  const { notes, failures } = open(() => Promise.reject(new Error('away')))
  notes.note(over(60_000), SENDER)
  await notes.settled()
  assert.equal(failures.length, 1)
})
