import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContentRef } from '../content/content.ts'
import type { MailParameters, RcptParameters } from '../smtp/events.ts'
import type { RecipientOutcome, SpooledEnvelope } from '../spool/spool.ts'
import { composeReports, planReports } from './reports.ts'

const AT = Date.UTC(2026, 10, 22, 12, 0, 0)
const RETRY_UNTIL = AT + 4 * 86_400_000

const envelopeFor = (
  recipients: readonly RcptParameters[],
  reversePath = 'alice@contoso.com',
  parameters: MailParameters = {},
): SpooledEnvelope => ({
  queueId: '0190f3a1-1111-7222-8333-944455556666',
  tenantId: 't',
  resourceId: 'r',
  principalId: 'p',
  applicationId: 'a',
  reversePath,
  parameters,
  recipients: recipients.map((one, index) => ({ forwardPath: `r${index}@example.org`, parameters: one })),
  receivedAt: AT - 60_000,
  internetMessageId: 'm1@contoso.com',
  subject: 'Lunch',
  fromField: 'alice@contoso.com',
  client: { address: '192.0.2.1', name: 'app' },
})

const outcome = (status: RecipientOutcome['status'], rest: Partial<RecipientOutcome> = {}): RecipientOutcome => ({
  index: 0,
  status,
  enhancedStatusCode: status === 'delivered' ? '2.0.0' : '5.1.1',
  diagnostic: 'because',
  transport: 'mx',
  ...rest,
})

type Notify = RcptParameters['notify']

/** RFC 3461 §4.1, §5.2: what the sender asked for, what came of it, what is said. */
const RULES: readonly [string, Notify, RecipientOutcome, string | undefined][] = [
  ['a failure, unasked', undefined, outcome('failed'), 'failed failed'],
  ['a failure that was asked for', ['FAILURE'], outcome('failed'), 'failed failed'],
  ['a failure, asked for success only', ['SUCCESS'], outcome('failed'), undefined],
  ['a failure nobody wants to hear of', ['NEVER'], outcome('failed'), undefined],
  ['a suppressed recipient, unasked', undefined, outcome('suppressed'), 'failed failed'],
  ['a suppressed recipient nobody wants to hear of', ['NEVER'], outcome('suppressed'), undefined],
  ['a delivery, unasked', undefined, outcome('delivered'), undefined],
  ['a delivery into a mailbox', ['SUCCESS'], outcome('delivered', { takenBy: 'mailbox' }), 'delivered delivered'],
  ['a delivery to a relay', ['SUCCESS'], outcome('delivered', { takenBy: 'relay' }), 'delivered relayed'],
  ['a delivery to who knows what', ['SUCCESS'], outcome('delivered'), 'delivered relayed'],
  ['a delivery to a relay that reports', ['SUCCESS'], outcome('delivered', { takenBy: 'reporting relay' }), undefined],
  ['a delivery, asked for failures', ['FAILURE', 'DELAY'], outcome('delivered', { takenBy: 'mailbox' }), undefined],
  ['a delay whose time it is not', undefined, outcome('deferred'), undefined],
  ['a delay, unasked', undefined, outcome('deferred', { delayReported: true }), 'delayed delayed'],
  ['a delay that was asked for', ['DELAY'], outcome('deferred', { delayReported: true }), 'delayed delayed'],
  ['a delay, asked for failures only', ['FAILURE'], outcome('deferred', { delayReported: true }), undefined],
]

for (const [name, notify, what, expected] of RULES)
  test(`told or not: ${name}`, () => {
    const planned = planReports(envelopeFor([notify === undefined ? {} : { notify }]), [what], RETRY_UNTIL)
    const told = planned.map(({ kind, recipients }) => [kind, ...recipients.map(({ action }) => action)].join(' '))
    assert.deepEqual(told, expected === undefined ? [] : [expected])
  })

test('nothing is said to nobody: a report is not reported on', () => {
  assert.deepEqual(planReports(envelopeFor([{ notify: ['FAILURE'] }], ''), [outcome('failed')], RETRY_UNTIL), [])
})

test('one report of a kind, whatever the number of recipients', () => {
  const envelope = envelopeFor([{}, {}, { notify: ['SUCCESS'] }, { notify: ['NEVER'] }])
  const outcomes = [
    outcome('failed', { index: 1, remote: { host: 'mx', reply: '550 no' } }),
    outcome('failed', { index: 0 }),
    outcome('delivered', { index: 2 }),
    outcome('failed', { index: 3 }),
  ]
  const planned = planReports(envelope, outcomes, RETRY_UNTIL)
  assert.deepEqual(
    planned.map(({ kind, recipients }) => [kind, recipients.map(({ forwardPath }) => forwardPath)]),
    [
      ['failed', ['r1@example.org', 'r0@example.org']],
      ['delivered', ['r2@example.org']],
    ],
  )
  assert.deepEqual(planned[0]?.recipients[0]?.remote, { host: 'mx', reply: '550 no' })
})

test('a delay says until when it is tried', () => {
  const [report] = planReports(envelopeFor([{}]), [outcome('deferred', { delayReported: true })], RETRY_UNTIL)
  assert.equal(report?.recipients[0]?.willRetryUntil, RETRY_UNTIL)
})

const CONTENT = Buffer.from('From: alice@contoso.com\r\nSubject: Lunch\r\n\r\nThe body.\r\n')

function openService(chunks: readonly Uint8Array[] = [CONTENT], fails = false) {
  let taken = 0
  let next = 0
  return {
    taken: () => taken,
    service: {
      hostname: 'mail.example.net',
      nextQueueId: () => `0190f3a1-2222-7222-8333-94445555000${next++}`,
      content: {
        async *open() {
          if (fails) throw new Error('no such content')
          for (const chunk of chunks) {
            taken += 1
            yield chunk
          }
        },
      },
    },
  }
}

const contentOf = (size: number): ContentRef => ({ kind: 'stored', size, contentId: 'c' })

/** What of a failed message comes back. RFC 3461 §4.3. */
const RETURNED: readonly [string, MailParameters, number, RegExp][] = [
  ['a small message, unasked', {}, 64 * 1024, /message\/rfc822[^]*The body/],
  ['a larger one, unasked', {}, 64 * 1024 + 1, /text\/rfc822-headers[^]*Subject: Lunch/],
  ['a larger one on request', { ret: 'FULL' }, 256 * 1024, /message\/rfc822[^]*The body/],
  ['a large one on request', { ret: 'FULL' }, 256 * 1024 + 1, /text\/rfc822-headers/],
  ['a header on request', { ret: 'HDRS' }, 10, /text\/rfc822-headers/],
  ['what was under REQUIRETLS', { ret: 'FULL', requireTls: true }, 10, /text\/rfc822-headers/],
]

const octetsOf = (content: ContentRef | undefined): string =>
  content?.kind === 'inline' ? Buffer.from(content.octets).toString('latin1') : ''

for (const [name, parameters, size, shows] of RETURNED)
  test(`what comes back: ${name}`, async () => {
    const envelope = envelopeFor([{}], undefined, parameters)
    const planned = planReports(envelope, [outcome('failed')], RETRY_UNTIL)
    const [report] = await composeReports(openService().service, { envelope, content: contentOf(size) }, planned, AT)
    assert.match(octetsOf(report?.content), shows)
    assert.equal(report?.envelope.parameters.requireTls, parameters.requireTls)
    assert.equal(/The body/.test(octetsOf(report?.content)), !shows.source.includes('headers'))
  })

test('of a delay or a success only the header comes back', async () => {
  const envelope = envelopeFor([{ notify: ['SUCCESS'] }, {}], undefined, { ret: 'FULL' })
  const outcomes = [outcome('delivered'), outcome('deferred', { index: 1, delayReported: true })]
  const planned = planReports(envelope, outcomes, RETRY_UNTIL)
  const reports = await composeReports(openService().service, { envelope, content: contentOf(10) }, planned, AT)
  assert.equal(reports.length, 2)
  for (const { content } of reports) assert.doesNotMatch(octetsOf(content), /The body/)
})

test('the report is a message of the same sender, from nobody, that asks for no report', async () => {
  const envelope = envelopeFor([{}])
  const planned = planReports(envelope, [outcome('failed')], RETRY_UNTIL)
  const [report] = await composeReports(openService().service, { envelope, content: contentOf(10) }, planned, AT)
  assert.equal(report?.epoch, undefined)
  assert.deepEqual(report?.envelope, {
    queueId: '0190f3a1-2222-7222-8333-944455550000',
    tenantId: 't',
    resourceId: 'r',
    principalId: 'p',
    applicationId: 'a',
    reversePath: '',
    parameters: {},
    recipients: [{ forwardPath: 'alice@contoso.com', parameters: { notify: ['NEVER'] } }],
    receivedAt: AT,
    internetMessageId: '0190f3a1-2222-7222-8333-944455550000@contoso.com',
    subject: 'Your message could not be delivered',
    fromField: 'Mail Delivery System <postmaster@contoso.com>',
    client: { address: '', name: 'report on 0190f3a1-1111-7222-8333-944455556666' },
  })
})

test('a content that cannot be read does not keep the report', async () => {
  const envelope = envelopeFor([{}])
  const planned = planReports(envelope, [outcome('failed')], RETRY_UNTIL)
  const { service } = openService([], true)
  const [report] = await composeReports(service, { envelope, content: contentOf(10) }, planned, AT)
  assert.match(octetsOf(report?.content), /message\/delivery-status/)
  assert.doesNotMatch(octetsOf(report?.content), /rfc822-headers/)
})

test('of a large message no more than its beginning is read', async () => {
  const envelope = envelopeFor([{}])
  const planned = planReports(envelope, [outcome('failed')], RETRY_UNTIL)
  const opened = openService([CONTENT.subarray(0, 20), CONTENT.subarray(20), CONTENT, CONTENT])
  await composeReports(opened.service, { envelope, content: contentOf(1_000_000) }, planned, AT)
  assert.equal(opened.taken(), 2)
})
