// What the engine refuses by itself: each refusal has a reason, a reference and something to do, and a list of the same refusals is one
// trace. How a whole session reads is shown end to end.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from '../smtp/commands.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import { SmtpServerSession } from '../smtp/session.ts'
import type { DecisionTrace } from './decision-trace.ts'
import { type SessionMoment, SessionRefusals } from './session-refusals.ts'
import type { SubmissionService } from './submission.ts'
import type { Sender } from './sender.ts'
import type { MailTransaction } from './transaction.ts'

const NOW = Date.UTC(2030, 0, 1)
const SERVICE = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Communication/communicationServices/contoso'

const sender = {
  verdict: {
    username: 'printer',
    service: { id: SERVICE, name: 'contoso', tenantId: 'tenant' },
    credential: { principal: { tenantId: 'tenant', applicationId: 'app', principalId: 'principal' } },
  },
} as unknown as Sender
const transaction = () => ({ reversePath: { localPart: 'a', domain: 'example.test' } }) as unknown as MailTransaction

const STRANGER: SessionMoment = { clientName: undefined, sender: undefined, transaction: undefined }
const SIGNED_IN: SessionMoment = { clientName: 'app.example.test', sender, transaction: undefined }

function open() {
  const traces: DecisionTrace[] = []
  let keep = () => {}
  const service = {
    options: { hostname: 'mail.example.test', limits: { recipients: 100, size: 1000 } },
    clock: { now: () => NOW },
    counters: { refused: () => {} },
    decisions: {
      begin(trace: DecisionTrace) {
        traces.push(trace)
        const kept = new Promise<void>((resolve) => {
          keep = resolve
        })
        return { reference: `REFERENCE${traces.length - 1}`, kept }
      },
    },
  } as unknown as SubmissionService
  const refusals = new SessionRefusals(service, { address: '192.0.2.1', listener: 'submission', port: 587 })
  return { refusals, traces, keep: () => keep() }
}

const told: readonly [command: Command, reply: Reply, stage: string, reason: string][] = [
  ['AUTH', replies.encryptionRequired, 'AUTH', 'tls-required'],
  ['AUTH', replies.unknownMechanism, 'AUTH', 'unknown-mechanism'],
  ['AUTH', replies.badBase64, 'AUTH', 'malformed-response'],
  ['AUTH', replies.authenticationLineTooLong, 'AUTH', 'malformed-response'],
  ['AUTH', replies.alreadyAuthenticated, 'AUTH', 'command-out-of-order'],
  ['MAIL', replies.startTlsFirst, 'MAIL', 'tls-required'],
  ['MAIL', replies.authenticationRequired, 'MAIL', 'not-authenticated'],
  ['MAIL', replies.badReversePath, 'MAIL', 'sender-malformed'],
  ['MAIL', replies.messageTooLarge, 'MAIL', 'limit-size'],
  ['MAIL', replies.unknownParameter('X'), 'MAIL', 'command-malformed'],
  ['RCPT', replies.badForwardPath, 'RCPT', 'recipient-malformed'],
  ['RCPT', replies.smtputf8Required, 'RCPT', 'recipient-malformed'],
  ['RCPT', replies.tooManyRecipients, 'RCPT', 'limit-recipients'],
  ['DATA', replies.noValidRecipients, 'DATA', 'recipient-none'],
  ['DATA', replies.badLineEnd, 'DATA', 'content-line-ends'],
  ['BDAT', replies.contentLineTooLong, 'DATA', 'content-line-too-long'],
  ['BDAT', replies.badSequence, 'DATA', 'command-out-of-order'],
]

for (const [command, reply, stage, reason] of told)
  test(`${command}: ${reply.lines[0]} is ${reason}`, () => {
    const { refusals, traces } = open()
    const answer = refusals.refer(command, reply, SIGNED_IN)
    assert.deepEqual(answer, { ...reply, lines: [`${reply.lines[0]} [REFERENCE0]`] })
    const [trace] = traces
    assert.deepEqual(
      [trace?.stage, trace?.reason, trace?.tenantId, trace?.resourceId],
      [stage, reason, 'tenant', SERVICE],
    )
    assert.match(trace?.suggestions[0]?.command ?? '', /^postern [a-z]/)
    assert.doesNotMatch(JSON.stringify(trace), /undefined/)
  })

test('a stranger is refused with a trace that names no tenant', () => {
  const { refusals, traces } = open()
  refusals.refer('AUTH', replies.encryptionRequired, STRANGER)
  assert.equal(traces[0]?.tenantId, undefined)
  assert.deepEqual(traces[0]?.client, { address: '192.0.2.1', name: '' })
})

test('what is no refusal of sending has no reference: a client that gives up, or another command', () => {
  const { refusals, traces } = open()
  assert.equal(refusals.refer('AUTH', replies.authenticationCancelled, STRANGER), replies.authenticationCancelled)
  for (const command of ['VRFY', 'EHLO', 'UNKNOWN'] as const)
    assert.equal(refusals.refer(command, replies.badArguments, STRANGER), replies.badArguments)
  assert.deepEqual([traces.length, refusals.takeKept()], [0, undefined])
})

test('the same refusal again in a transaction is one trace; in the next transaction it is another', () => {
  const { refusals, traces } = open()
  const [first, second] = [transaction(), transaction()]
  const refer = (current: MailTransaction) =>
    refusals.refer('RCPT', replies.tooManyRecipients, { ...SIGNED_IN, transaction: current }).lines[0]
  const said = [refer(first), refer(first), refer(second)]
  assert.deepEqual(
    said.map((line) => line?.slice(-12)),
    ['[REFERENCE0]', '[REFERENCE0]', '[REFERENCE1]'],
  )
  assert.equal(traces.length, 2)
})

test('replies in hand wait for every trace, once', async () => {
  const { refusals, keep } = open()
  refusals.refer('AUTH', replies.encryptionRequired, STRANGER)
  keep()
  refusals.refer('MAIL', replies.startTlsFirst, STRANGER)
  let isKept = false
  const kept = refusals.takeKept()?.then(() => {
    isKept = true
  })
  assert.equal(refusals.takeKept(), undefined)
  await Promise.resolve()
  assert.equal(isKept, false)
  keep()
  await kept
})

test('the engine tells each refusal of its own once, with its command, and nothing of what follows from one', () => {
  const seen: string[] = []
  const session = new SmtpServerSession({
    hostname: 'mail.example.test',
    implicitTls: true,
    mechanisms: ['PLAIN'],
    sizeLimit: 10,
    recipientLimit: 1,
    refer: (command, reply) => {
      seen.push(`${command} ${reply.code}`)
      return { ...reply, lines: ['told'] }
    },
  })
  const say = (octets: string, ...answers: readonly Reply[]) => {
    session.receive(Buffer.from(octets, 'latin1'))
    const left = [...answers]
    for (let event = session.next(); event.type !== 'NeedOctets'; event = session.next()) {
      if (event.type !== 'Paused') continue
      const answer = left.shift()
      if (answer === undefined) session.challenge(new Uint8Array(0))
      else session.answer(answer)
    }
  }
  say('MAIL FROM:<a@b.test>\r\nEHLO x\r\nAUTH CRAM-MD5\r\nAUTH PLAIN\r\n')
  say('!\r\nAUTH PLAIN AGEAYg==\r\n', replies.authenticated)
  say('MAIL FROM:<a@b.test> SIZE=11\r\nRCPT TO:<a@b.test>\r\nDATA\r\n')
  say(
    'MAIL FROM:<a@b.test>\r\nRCPT TO:<a@b.test>\r\nRCPT TO:<c@b.test>\r\nDATA\r\nx\ny\r\n.\r\n',
    replies.senderOk,
    replies.recipientOk,
  )
  say('VRFY\r\nNONSENSE\r\n')
  assert.deepEqual(seen, ['MAIL 503', 'AUTH 504', 'AUTH 501', 'MAIL 552', 'RCPT 452', 'DATA 554', 'UNKNOWN 500'])
})
