import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { TlsResult } from '../storage/transport-policies.ts'
import { StoreError } from '../storage/store-error.ts'
import { createTlsResults, type TlsSession } from './tls-results.ts'

const session = (changes: Partial<TlsSession> = {}): TlsSession => ({
  policyDomain: 'a.org',
  policyType: 'sts',
  policy: 'mode: enforce',
  result: 'certificate-expired',
  host: 'mx1.a.org',
  address: '1.1.1.1',
  ...changes,
})

function openScene(fails?: () => Error) {
  const clock = new ManualClock(Date.UTC(2031, 4, 4, 23, 59, 30))
  const told: TlsResult[][] = []
  const writer = {
    addTlsResults: async (results: readonly TlsResult[]) => {
      told.push([...results])
      const error = fails?.()
      if (error !== undefined) throw error
    },
  }
  return { clock, told, results: createTlsResults(writer, clock) }
}

test('what is the same is one count; the day is the one it happened on', async () => {
  const { clock, told, results } = openScene()
  results.count(session())
  results.count(session())
  results.count(session({ result: 'success' }))
  results.count(session({ result: 'success', host: 'mx2.a.org' }))
  clock.advance(30_000)
  results.count(session())
  clock.advance(30_000)
  await settleMicrotasks()
  assert.deepEqual(told, [
    [
      { ...session(), day: '2031-05-04', sessions: 2 },
      { ...session({ result: 'success', host: '', address: '' }), day: '2031-05-04', sessions: 2 },
      { ...session(), day: '2031-05-05', sessions: 1 },
    ],
  ])
  assert.equal(clock.pending, 0)
})

test('the end tells what is left, once', async () => {
  const { clock, told, results } = openScene()
  results.count(session())
  await results.close()
  await results.close()
  assert.deepEqual([told.flat().length, clock.pending], [1, 0])
})

test('no more kinds are held than there is room for', async () => {
  const { told, results } = openScene()
  for (let index = 0; index < 10_500; index += 1) results.count(session({ address: `${index}` }))
  results.count(session({ address: '0' }))
  await results.close()
  assert.equal(told.flat().length, 10_000)
  assert.equal(told[0]?.[0]?.sessions, 2)
})

test('a store that is away loses counts and nothing else', async () => {
  const { told, results } = openScene(() => new StoreError('unavailable', ''))
  results.count(session())
  await results.close()
  results.count(session())
  await results.close()
  assert.equal(told.length, 2)
})
