import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Claim } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'
import { createCaptureTransport } from './capture.ts'

const LEASE_END = 1_900_000_000_000

const claim = {
  token: 'a/1',
  leaseUntil: LEASE_END,
  envelope: { queueId: 'a' },
  content: { kind: 'stored', size: 1, contentId: 'a' },
  recipients: [{ index: 0, forwardPath: 'b@example.test', parameters: {}, attempts: 0, delayReported: false }],
} as unknown as Claim

const cases = [
  { name: 'a store that is away', error: new StoreError('unavailable', ''), next: LEASE_END },
  { name: 'a full store', error: new StoreError('full', ''), next: LEASE_END },
  { name: 'a bug', error: new StoreError('internal', ''), next: undefined },
]

for (const { name, error, next } of cases)
  test(`${name} defers the message ${next === undefined ? 'as any failure' : 'to the end of its lease'}`, async () => {
    const transport = createCaptureTransport({
      addCapture: () => Promise.reject(error),
      deleteCaptures: () => assert.fail('nothing is deleted'),
    })
    const [outcome] = await transport.deliver(
      { claim, recipients: claim.recipients, open: () => assert.fail('content is shared, not read') },
      new AbortController().signal,
    )
    assert.deepEqual([outcome?.status, outcome?.nextAttemptAt], ['deferred', next])
  })
