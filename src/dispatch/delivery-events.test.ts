import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecipientOutcome } from '../spool/spool.ts'
import { envelope } from '../storage/mail-store.fixture.ts'
import { AT } from '../storage/two-tenants.fixture.ts'
import { reportEvents } from './conclude.ts'
import { statusOf } from './delivery-events.ts'

const outcome = (status: RecipientOutcome['status'], enhancedStatusCode: string, reply?: string): RecipientOutcome => ({
  index: 0,
  status,
  enhancedStatusCode,
  diagnostic: 'd',
  transport: 'mx',
  ...(reply === undefined ? {} : { remote: { host: 'mx.example.com', reply } }),
})

const cases: readonly (readonly [outcome: RecipientOutcome, expected: string])[] = [
  [outcome('delivered', '2.0.0', '250 2.0.0 not spam'), 'Delivered'],
  [outcome('suppressed', '5.1.1'), 'Suppressed'],
  [outcome('failed', '5.1.1', '550 5.1.1 no such user'), 'Bounced'],
  [outcome('failed', '5.1.10'), 'Bounced'],
  [outcome('failed', '5.7.1', '550 5.7.1 message looks like SPAM'), 'FilteredSpam'],
  [outcome('failed', '5.7.1', '554 5.7.1 blocked by the reputation of the sender'), 'FilteredSpam'],
  [outcome('failed', '5.7.1', '550 5.7.1 relaying denied'), 'Failed'],
  [outcome('failed', '5.4.7', '450 4.2.0 spam folder is full'), 'Failed'],
  [outcome('failed', '5.6.3'), 'Failed'],
]
for (const [given, expected] of cases)
  test(`${given.status} ${given.enhancedStatusCode} ${given.remote?.reply ?? ''} is told as ${expected}`, () => {
    assert.equal(statusOf(given), expected)
  })

const service = { nextEventId: () => 'id' }
const all = ['delivered', 'deferred', 'failed', 'suppressed'] as const
const outcomes = all.map((status) => outcome(status, '5.0.0'))

test('each recipient that is final is told of, by what its sender knows the message by', () => {
  const message = envelope({ operationId: 'operation' })
  const events = reportEvents(service, message, outcomes, AT)
  assert.deepEqual(
    events.map(({ data }) => [data['status'], data['messageId']]),
    ['Delivered', 'Failed', 'Suppressed'].map((status) => [status, 'operation']),
  )
  assert.equal(events[0]?.subject, `sender/${message.reversePath}/message/operation`)
  const [event] = reportEvents(service, envelope(), outcomes, AT)
  assert.notEqual(event?.data['messageId'], 'operation')
})

test('a report of ours is told of only when it is lost', () => {
  const events = reportEvents(service, envelope({ reversePath: '' }), outcomes, AT)
  assert.deepEqual(
    events.map(({ data }) => data['status']),
    ['Failed', 'Suppressed'],
  )
})
