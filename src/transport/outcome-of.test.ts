// What a reply means for a recipient.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomeOf, type Remote } from './outcome-of.ts'
import type { ConnectionFailure, RecipientReply } from './smtp-connection.ts'

const remote: Remote = { transport: 'relay', host: 'mx.example.test', address: '192.0.2.1', port: 25 }
const connection = { tls: 'TLSv1.3', extensions: new Map([['DSN', '']]) }

type Stage = ConnectionFailure['stage']
function refused(stage: Stage, code: number, enhancedStatusCode?: string): RecipientReply {
  return { type: 'refused', stage, reply: { code, enhancedStatusCode, text: 'said so' } }
}
function failed(stage: Stage, code?: number, enhancedStatusCode?: string): RecipientReply {
  const reply = code === undefined ? {} : { reply: { code, enhancedStatusCode, text: 'said so' } }
  return { type: 'failed', stage, detail: 'it is so', ...reply }
}

const cases: readonly (readonly [RecipientReply, status: string, enhanced: string, tryNext?: boolean])[] = [
  [{ type: 'accepted', reply: { code: 250, enhancedStatusCode: '2.6.0', text: '' } }, 'delivered', '2.6.0'],
  [{ type: 'accepted', reply: { code: 250, enhancedStatusCode: undefined, text: '' } }, 'delivered', '2.0.0'],
  [refused('mail', 451), 'deferred', '4.3.0'],
  [refused('mail', 421, '4.7.0'), 'deferred', '4.7.0', true],
  [refused('mail', 550, '5.7.1'), 'failed', '5.7.1'],
  [refused('mail', 552), 'failed', '5.3.4'],
  [refused('rcpt', 450, '4.2.1'), 'deferred', '4.2.1'],
  [refused('rcpt', 450), 'deferred', '4.0.0'],
  [refused('rcpt', 550), 'failed', '5.0.0'],
  [refused('rcpt', 550, '5.1.1'), 'failed', '5.1.1'],
  [refused('rcpt', 551), 'failed', '5.1.6'],
  [refused('rcpt', 553), 'failed', '5.1.3'],
  [refused('rcpt', 556), 'failed', '5.1.10'],
  [refused('rcpt', 452), 'deferred', '4.5.3'],
  [refused('rcpt', 452, '4.2.2'), 'deferred', '4.2.2'],
  [refused('rcpt', 552), 'deferred', '4.5.3'],
  [refused('rcpt', 552, '5.5.3'), 'deferred', '4.5.3'],
  [refused('rcpt', 552, '5.2.2'), 'failed', '5.2.2'],
  [refused('data', 554), 'failed', '5.0.0'],
  [refused('content', 452), 'deferred', '4.3.1'],
  [refused('content', 554, '5.6.0'), 'failed', '5.6.0'],
  [refused('content', 599), 'failed', '5.0.0'],
  [failed('connect'), 'deferred', '4.4.1', true],
  [failed('greeting', 554, '5.7.1'), 'deferred', '4.7.1', true],
  [failed('greeting', 521), 'deferred', '4.3.2', true],
  [failed('greeting'), 'deferred', '4.4.2', true],
  [failed('starttls'), 'deferred', '4.7.10', true],
  [failed('tls'), 'deferred', '4.7.5', true],
  [failed('auth', 535, '5.7.3'), 'deferred', '4.7.8', true],
  [failed('auth'), 'deferred', '4.7.8', true],
  [failed('mail'), 'deferred', '4.4.2', true],
  [{ type: 'failed', stage: 'content', detail: 'it closed', ambiguous: true }, 'deferred', '4.4.2'],
  [{ type: 'unfit', enhancedStatusCode: '5.6.7', detail: 'no' }, 'failed', '5.6.7', true],
]

for (const [reply, status, enhancedStatusCode, tryNext] of cases)
  test(`${JSON.stringify(reply)}: ${status} ${enhancedStatusCode}`, () => {
    const outcome = outcomeOf(3, reply, remote)
    assert.deepEqual(
      [outcome.index, outcome.status, outcome.enhancedStatusCode, outcome.tryNext, outcome.transport],
      [3, status, enhancedStatusCode, tryNext, 'relay'],
    )
  })

test('who took it, and whether reports are its own from here on', () => {
  const reply = { type: 'accepted', reply: { code: 250, enhancedStatusCode: '2.0.0', text: 'queued as 1' } } as const
  assert.deepEqual(outcomeOf(0, reply, { ...remote, connection }), {
    index: 0,
    status: 'delivered',
    enhancedStatusCode: '2.0.0',
    diagnostic: '250 2.0.0 queued as 1',
    transport: 'relay',
    remote: { host: 'mx.example.test', address: '192.0.2.1', tls: 'TLSv1.3', reply: '250 2.0.0 queued as 1' },
    takenBy: 'reporting relay',
  })
  assert.equal(
    outcomeOf(0, reply, { ...remote, connection: { tls: undefined, extensions: new Map() } }).takenBy,
    'relay',
  )
})

test('a failure tells where and how, and that a copy may be made', () => {
  const failure = { type: 'failed', stage: 'content', detail: 'it closed the connection', ambiguous: true } as const
  assert.equal(
    outcomeOf(0, failure, remote).diagnostic,
    'mx.example.test [192.0.2.1] port 25 at the content: it closed the connection; it may have taken the message, and trying again may make a copy',
  )
  assert.equal(
    outcomeOf(0, failed('greeting', 554, '5.7.1'), { transport: 'mx', host: 'mx.example.test' }).diagnostic,
    'mx.example.test at the greeting: it is so: 554 5.7.1 said so',
  )
})
