// Mail whose turn does not come for hours, though nothing fails: its sender hears of it all the same, and nobody gives it up untried.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { PendingRecipient } from '../spool/spool.ts'
import { claimOf, DAY, HOUR, NOW, openDispatch, transportOf } from './dispatch.fixture.ts'

const LATER = NOW + 60_000

type Case = {
  readonly name: string
  readonly age: number
  readonly recipient?: Partial<PendingRecipient>
  readonly isTold: boolean
}
const cases: readonly Case[] = [
  { name: 'that is young', age: HOUR, isTold: false },
  { name: 'that is late', age: 5 * HOUR, isTold: true },
  { name: 'whose sender was told', age: 5 * HOUR, recipient: { delayReported: true }, isTold: false },
  {
    name: 'whose sender does not want to hear of it',
    age: 5 * HOUR,
    recipient: { parameters: { notify: ['FAILURE'] } },
    isTold: false,
  },
  { name: 'that is past its time', age: 5 * DAY, isTold: false },
]
for (const { name, age, recipient = {}, isTold } of cases)
  test(`mail ${name} waits for a turn`, async () => {
    const busy = transportOf('acs', () => ({ status: 'deferred', notTried: true, nextAttemptAt: LATER }))
    const { settled, hand } = openDispatch([busy])
    await hand(claimOf('1', [recipient], { receivedAt: NOW - age }))
    const [settlement] = settled
    assert.deepEqual(settlement?.postponed, isTold ? undefined : [{ index: 0, until: LATER }])
    const [outcome] = settlement?.outcomes ?? []
    assert.deepEqual(
      [outcome?.status, outcome?.delayReported, outcome?.nextAttemptAt],
      isTold ? ['deferred', true, LATER] : [undefined, undefined, undefined],
    )
    assert.equal(settlement?.reports?.length, isTold ? 1 : undefined)
  })
