import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageSummary, RecipientSummary } from '../../spool/spool.ts'
import { stateOf } from './operation-state.ts'

const of = (status: RecipientSummary['status'], attempts: number, lastReply?: string): RecipientSummary => ({
  forwardPath: 'x@example.com',
  status,
  attempts,
  ...(lastReply === undefined ? {} : { lastReply }),
})

const cases: readonly [string, MessageSummary['status'], readonly RecipientSummary[], string, string?][] = [
  ['nobody was tried', 'queued', [of('queued', 0)], 'Running'],
  ['one was refused, the other not tried yet', 'queued', [of('failed', 1), of('queued', 0)], 'Running'],
  ['one was taken', 'queued', [of('delivered', 1), of('queued', 0)], 'Succeeded'],
  ['put off', 'queued', [of('deferred', 1, '451 later')], 'Succeeded'],
  ['put off, then refused', 'failed', [of('failed', 2, '550 no')], 'Succeeded'],
  ['all taken', 'delivered', [of('delivered', 1)], 'Succeeded'],
  ['refused at once', 'failed', [of('failed', 1, '550 no')], 'Failed', 'EmailDropped'],
  ['given up untried', 'failed', [of('failed', 0)], 'Failed', 'EmailDropped'],
  [
    'all suppressed',
    'failed',
    [of('suppressed', 0), of('suppressed', 0)],
    'Failed',
    'EmailDroppedAllRecipientsSuppressed',
  ],
  ['one suppressed, one refused', 'failed', [of('suppressed', 0), of('failed', 1)], 'Failed', 'EmailDropped'],
]
for (const [title, status, recipients, expected, code] of cases)
  test(`${title}: ${expected}`, () => {
    const state = stateOf({ status, recipients })
    assert.equal(state.status, expected)
    assert.equal(state.error?.code, code)
  })

test('what a server said is told in printable characters', () => {
  const state = stateOf({ status: 'failed', recipients: [of('failed', 1, '550 \u001b[1mno\r\n')] })
  assert.match(state.error?.message ?? '', /^[ -~]+$/)
})
