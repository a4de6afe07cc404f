import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { CredentialUse } from '../storage/credentials.ts'
import { createCredentialUses, USE_INTERVAL } from './credential-uses.ts'

const MINUTE = 60_000

function open() {
  const clock = new ManualClock()
  const told: (readonly CredentialUse[])[] = []
  const failures: unknown[] = []
  const state: { error?: Error } = {}
  const uses = createCredentialUses({
    writer: {
      async recordUses(batch) {
        if (state.error !== undefined) throw state.error
        told.push(batch)
      },
    },
    clock,
    onFailure: (error) => failures.push(error),
  })
  const mark = (keyId: string, more: Partial<CredentialUse> = {}) =>
    uses.mark({ tenantId: 't', applicationId: 'a', keyId, at: clock.now(), network: 'n', door: 'smtp', ...more })
  const advance = async (by: number) => {
    clock.advance(by)
    await settleMicrotasks()
  }
  const batches = () => told.splice(0).map((batch) => batch.map(({ keyId, at }) => [keyId, at - START]))
  const START = clock.now()
  return { clock, uses, mark, advance, batches, told, failures, state }
}

test('the first use is told soon, with those that come along', async () => {
  const { mark, advance, batches } = open()
  mark('one')
  await advance(400)
  mark('two')
  mark('one')
  assert.deepEqual(batches(), [])
  await advance(600)
  assert.deepEqual(batches(), [
    [
      ['one', 400],
      ['two', 400],
    ],
  ])
})

test('a busy device is told of once in an interval, with its latest use', async () => {
  const { mark, advance, batches } = open()
  const all: unknown[] = []
  for (let second = 0; second < 3600; second += 1) {
    mark('one')
    await advance(1000)
    all.push(...batches())
  }
  assert.equal(all.length, 3600_000 / USE_INTERVAL)
  assert.deepEqual(all[0], [['one', 0]])
  assert.deepEqual(all[1], [['one', USE_INTERVAL]])
})

test('what is told and used no more is forgotten, without a timer', async () => {
  const { mark, advance, batches, clock } = open()
  mark('one')
  await advance(1000)
  assert.equal(clock.pending, 0)
  await advance(USE_INTERVAL)
  batches()
  mark('one')
  await advance(1000)
  assert.equal(batches().length, 1)
})

test('each device of a credential is told of, a new one as soon as the first', async () => {
  const { mark, advance, told } = open()
  const uses = () => told.splice(0).map((batch) => batch.map(({ network, username }) => [network, username]))
  mark('one', { username: 'printer' })
  mark('one', { username: 'printer', network: 'm' })
  mark('one', { door: 'token' })
  await advance(1000)
  assert.deepEqual(uses(), [
    [
      ['n', 'printer'],
      ['m', 'printer'],
      ['n', undefined],
    ],
  ])
  mark('one', { username: 'printer' })
  mark('one', { username: 'fax' })
  await advance(1000)
  assert.deepEqual(uses(), [[['n', 'fax']]])
  await advance(USE_INTERVAL)
  assert.deepEqual(uses(), [[['n', 'printer']]])
})

test('a store that does not answer is asked again, and a later use is not overwritten', async () => {
  const { mark, advance, batches, failures, state } = open()
  state.error = new Error('gone')
  mark('one')
  mark('two')
  await advance(1000)
  assert.equal(failures.length, 1)
  mark('two')
  delete state.error
  await advance(USE_INTERVAL)
  assert.deepEqual(batches(), [
    [
      ['one', 0],
      ['two', 1000],
    ],
  ])
})

test('stop tells what is left', async () => {
  const { mark, advance, batches, uses, clock } = open()
  mark('one')
  await advance(1000)
  batches()
  mark('one')
  await uses.stop()
  assert.deepEqual(batches(), [[['one', 1000]]])
  assert.equal(clock.pending, 0)
})

test('memory is bounded: beyond the limit everything is told', async () => {
  const { mark, batches, uses } = open()
  for (let index = 0; index < 25_000; index += 1) mark(`key ${index}`)
  await uses.stop()
  assert.deepEqual(
    batches().map((batch) => batch.length),
    [10_000, 10_000, 5000],
  )
})

test('credentials of different tenants and applications are different ones', async () => {
  const { mark, advance, batches } = open()
  mark('one')
  mark('one', { tenantId: 'other' })
  mark('one', { applicationId: 'other' })
  await advance(MINUTE)
  assert.equal(batches()[0]?.length, 3)
})
