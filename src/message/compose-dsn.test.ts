import assert from 'node:assert/strict'
import { test } from 'node:test'
import PostalMime from 'postal-mime'
import { composeDsn, type Report, type ReportedRecipient } from './compose-dsn.ts'

const RECIPIENT: ReportedRecipient = {
  forwardPath: 'bob@example.org',
  parameters: {},
  action: 'failed',
  enhancedStatusCode: '5.1.1',
  diagnostic: 'the address was refused',
  remote: { host: 'mx.example.org', reply: '550 5.1.1 <bob@example.org>: no such user' },
}

const HEADER = 'From: alice@contoso.com\r\nSubject: Lunch\r\nMessage-ID: <m1@contoso.com>\r\n\r\n'

const REPORT: Report = {
  kind: 'failed',
  queueId: '0190f3a1-2222-7222-8333-944455556666',
  reportingMta: 'mail.example.net',
  now: Date.UTC(2026, 10, 22, 12, 0, 0),
  original: {
    queueId: '0190f3a1-1111-7222-8333-944455556666',
    reversePath: 'alice@contoso.com',
    parameters: {},
    receivedAt: Date.UTC(2026, 10, 22, 11, 40, 0),
    internetMessageId: 'm1@contoso.com',
    subject: 'Lunch',
  },
  recipients: [RECIPIENT],
  returned: { header: Buffer.from(HEADER) },
}

const reportOn = (original: Partial<Report['original']>, rest: Partial<Report> = {}): Report => ({
  ...REPORT,
  ...rest,
  original: { ...REPORT.original, ...original },
})
const reportOf = (recipient: Partial<ReportedRecipient>, rest: Partial<Report> = {}): Report => ({
  ...REPORT,
  ...rest,
  recipients: [{ ...RECIPIENT, ...recipient }],
})

const textOf = (report: Report): string => Buffer.from(composeDsn(report).octets).toString('utf8')

const withoutReturns = (text: string): string => text.replaceAll('\r\n', '\n')

/** As another parser splits it: the header, and of each part its type and what it holds, with line ends as that parser gives them. */
async function parse(report: Report) {
  const { octets } = composeDsn(report)
  const email = await PostalMime.parse(octets, { forceRfc822Attachments: true })
  const parts = [
    { type: 'text', content: email.text ?? '' },
    ...email.attachments.map(({ mimeType, content }) => ({
      type: mimeType,
      content: withoutReturns(
        typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString('utf8'),
      ),
    })),
  ]
  return { email, parts, fields: Object.fromEntries(email.headers.map(({ key, value }) => [key, value])) }
}

test('a report on a failure, whole', (t) => {
  t.assert.fileSnapshot(textOf(REPORT), new URL('./compose-dsn.test.failed.eml', import.meta.url).pathname, {
    serializers: [(value) => withoutReturns(String(value))],
  })
})

test('it is addressed, correlated and marked', async () => {
  const { email, fields } = await parse(REPORT)
  assert.deepEqual(email.from, { name: 'Mail Delivery System', address: 'postmaster@contoso.com' })
  assert.deepEqual(email.to, [{ name: '', address: 'alice@contoso.com' }])
  assert.equal(email.inReplyTo, '<m1@contoso.com>')
  assert.equal(email.references, '<m1@contoso.com>')
  assert.equal(email.messageId, `<${REPORT.queueId}@contoso.com>`)
  assert.equal(fields['auto-submitted'], 'auto-replied')
  assert.match(fields['content-type'] ?? '', /^multipart\/report; report-type=delivery-status;/)
})

test('three parts: for a person, for a machine, and the header of the message', async () => {
  const { parts } = await parse(REPORT)
  assert.deepEqual(
    parts.map(({ type }) => type),
    ['text', 'message/delivery-status', 'text/rfc822-headers'],
  )
  assert.equal(parts[2]?.content, 'From: alice@contoso.com\nSubject: Lunch\nMessage-ID: <m1@contoso.com>\n\n')
})

/** What stands in the machine's part. */
const STATUS: readonly { name: string; report: Report; shows: RegExp; not?: RegExp }[] = [
  { name: 'our name', report: REPORT, shows: /^Reporting-MTA: dns; mail\.example\.net\n/ },
  { name: 'when it came', report: REPORT, shows: /\nArrival-Date: Sun, 22 Nov 2026 11:40:00 \+0000\n/ },
  {
    name: 'the reply of the server',
    report: REPORT,
    shows: /\nRemote-MTA: dns; mx\.example\.org\nDiagnostic-Code: smtp; 550 5\.1\.1 <bob@example\.org>: no such user\n/,
    not: /Original-|Will-Retry/,
  },
  {
    name: 'our own finding where no server spoke',
    report: {
      ...REPORT,
      recipients: [
        {
          forwardPath: 'bob@example.org',
          parameters: {},
          action: 'failed',
          enhancedStatusCode: '5.4.4',
          diagnostic: 'no such domain',
        },
      ],
    },
    shows: /\nStatus: 5\.4\.4\nDiagnostic-Code: x-postern; no such domain\n/,
    not: /Remote-MTA/,
  },
  {
    name: 'the envelope id',
    report: reportOn({ parameters: { envid: 'QQ314159' } }),
    shows: /\nOriginal-Envelope-Id: QQ314159\n/,
  },
  {
    name: 'the original recipient',
    report: reportOf({ parameters: { orcpt: 'rfc822;Bob@Example.COM' } }),
    shows:
      /\n\nOriginal-Recipient: rfc822; Bob@Example\.COM\nFinal-Recipient: rfc822; bob@example\.org\nAction: failed\n/,
  },
  {
    name: 'how long it is tried',
    report: reportOf(
      { action: 'delayed', enhancedStatusCode: '4.4.1', willRetryUntil: Date.UTC(2026, 10, 26, 11, 40, 0) },
      { kind: 'delayed' },
    ),
    shows: /\nAction: delayed\n[^]*\nWill-Retry-Until: Thu, 26 Nov 2026 11:40:00 \+0000\n/,
  },
  {
    name: 'a group for each recipient',
    report: { ...REPORT, recipients: [RECIPIENT, { ...RECIPIENT, forwardPath: 'eve@example.org' }] },
    shows: /\n\nFinal-Recipient: rfc822; bob@[^]*\n\nFinal-Recipient: rfc822; eve@/,
  },
  {
    name: 'a recipient beyond ASCII, spelt out for a reader who may only know ASCII',
    report: reportOf({ forwardPath: 'zoë+x@例え.jp' }),
    shows: /\nFinal-Recipient: utf-8; zo\\x\{EB\}\\x\{2B\}x@\\x\{4F8B\}\\x\{3048\}\.jp\n/,
  },
  {
    name: 'something of the right class where a server gave no code',
    report: reportOf({ enhancedStatusCode: '5.evil\r\nX: y' }),
    shows: /\nStatus: 5\.0\.0\n/,
    not: /evil/,
  },
]

for (const { name, report, shows, not } of STATUS)
  test(`the machine's part holds ${name}`, async () => {
    const { parts } = await parse(report)
    const status = parts.find(({ type }) => type === 'message/delivery-status')?.content ?? ''
    assert.match(status, shows)
    if (not !== undefined) assert.doesNotMatch(status, not)
  })

const WORDS: readonly { name: string; report: Report; shows: RegExp; not?: RegExp }[] = [
  { name: 'what happened', report: REPORT, shows: /could not be delivered/ },
  { name: 'to whom', report: REPORT, shows: /^<bob@example\.org>$/m },
  { name: 'what the server said', report: REPORT, shows: /mx\.example\.org said: 550 5\.1\.1 <bob/ },
  {
    name: 'that time was up, not what a server said last',
    report: reportOf({
      enhancedStatusCode: '5.4.7',
      diagnostic: 'given up after 4 days; last: 451 busy',
      remote: { host: 'mx.example.org', reply: '451 busy' },
    }),
    shows: /Reason: given up after 4 days; last: 451 busy \(5\.4\.7\)[^]*The time for this message is over/,
    not: /said:/,
  },
  { name: 'what to do', report: REPORT, shows: /What you can do: Check the address for mistakes/ },
  { name: 'what to quote', report: REPORT, shows: /Queue id: 0190f3a1-1111-7222-8333-944455556666/ },
  { name: 'the subject', report: REPORT, shows: /Subject: Lunch/ },
  {
    name: 'no subject that is encoded',
    report: reportOn({ subject: '=?utf-8?B?TMO8bmNo?=' }),
    shows: /Message-ID/,
    not: /Subject/,
  },
  {
    name: 'that a delay asks nothing of anybody',
    report: reportOf(
      { action: 'delayed', enhancedStatusCode: '4.4.1', willRetryUntil: Date.UTC(2026, 10, 26) },
      { kind: 'delayed' },
    ),
    shows: /You\s+need not do anything[^]*It is tried until Thu, 26 Nov 2026 00:00:00 \+0000/,
    not: /What you can do/,
  },
  {
    name: 'where our knowledge ends',
    report: reportOf({ action: 'relayed', enhancedStatusCode: '2.0.0' }, { kind: 'delivered' }),
    shows: /handed on to a server that sends no\s+such reports/,
    not: /What you can do|said:/,
  },
  {
    name: 'only so many recipients',
    report: {
      ...REPORT,
      recipients: Array.from({ length: 60 }, (_, index) => ({ ...RECIPIENT, forwardPath: `r${index}@example.org` })),
    },
    shows: /<r49@example\.org>[^]*And 10 more, named in the next part/,
    not: /<r50@/,
  },
  {
    name: 'an address that is not what it looks like, by its numbers',
    report: reportOf({ forwardPath: 'a\u202eb@example.org' }),
    shows: /<a\\x\{202E\}b@example\.org>/,
  },
]

for (const { name, report, shows, not } of WORDS)
  test(`the person's part says ${name}`, async () => {
    const { parts } = await parse(report)
    assert.match(parts[0]?.content ?? '', shows)
    if (not !== undefined) assert.doesNotMatch(parts[0]?.content ?? '', not)
  })

const UTF8_HEADER = Buffer.from('From: alice@contoso.com\r\nSubject: Gr\u00fc\u00dfe\r\n\r\n')
const LATIN = Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), Buffer.from([0xfc, 0x0d, 0x0a])])

/** What comes back, how, and what the servers on the way must know for it. */
const RETURNED: readonly {
  name: string
  report: Report
  type: string | undefined
  parameters: object
}[] = [
  { name: 'nothing', report: { ...REPORT, returned: undefined }, type: undefined, parameters: {} },
  { name: 'a header', report: REPORT, type: 'text/rfc822-headers', parameters: {} },
  {
    name: 'a message',
    report: { ...REPORT, returned: { message: Buffer.from(`${HEADER}Hello.\r\n`) } },
    type: 'message/rfc822',
    parameters: {},
  },
  {
    name: 'a message without an end of its last line',
    report: { ...REPORT, returned: { message: Buffer.from(`${HEADER}Hello.`) } },
    type: 'message/rfc822',
    parameters: {},
  },
  {
    name: 'the header of an 8-bit message that nobody asked for',
    report: { ...REPORT, returned: { message: LATIN } },
    type: 'text/rfc822-headers',
    parameters: {},
  },
  {
    name: 'an 8-bit message that was asked for',
    report: reportOn({ parameters: { ret: 'FULL' } }, { returned: { message: LATIN } }),
    type: 'message/rfc822',
    parameters: { body: '8BITMIME' },
  },
  {
    name: 'a header beyond ASCII',
    report: { ...REPORT, returned: { header: UTF8_HEADER } },
    type: 'message/global-headers',
    parameters: { body: '8BITMIME' },
  },
  {
    name: 'the header of a message beyond ASCII',
    report: reportOn({ parameters: { ret: 'FULL', smtputf8: true } }, { returned: { message: UTF8_HEADER } }),
    type: 'message/global-headers',
    parameters: { body: '8BITMIME' },
  },
  {
    name: 'to an address beyond ASCII, a message beyond ASCII',
    report: reportOn({ reversePath: 'zo\u00eb@contoso.com' }, { returned: { message: UTF8_HEADER } }),
    type: 'message/global',
    parameters: { body: '8BITMIME', smtputf8: true },
  },
]

for (const { name, report, type, parameters } of RETURNED)
  test(`what comes back: ${name}`, async () => {
    const { parts } = await parse(report)
    const [, status, returned] = parts
    assert.match(status?.type ?? '', /^message\/(?:global-)?delivery-status$/)
    assert.equal(returned?.type, type)
    assert.deepEqual(composeDsn(report).parameters, parameters)
  })

test('a header beyond ASCII comes back as it was', async () => {
  const { parts } = await parse({ ...REPORT, returned: { header: UTF8_HEADER } })
  assert.equal(parts[2]?.content, 'From: alice@contoso.com\nSubject: Grüße\n\n')
})

test('an address beyond ASCII gets its own status type, unless it need not', async () => {
  const zoe = { reversePath: 'zoë@contoso.com' }
  const both = reportOn(zoe, { recipients: [{ ...RECIPIENT, forwardPath: 'zoë+1@example.org' }] })
  const { parts } = await parse(both)
  assert.equal(parts[1]?.type, 'message/global-delivery-status')
  assert.match(parts[1]?.content ?? '', /^Final-Recipient: utf-8; zoë\\x\{2B\}1@example\.org$/m)
  assert.equal((await parse(reportOn(zoe))).parts[1]?.type, 'message/delivery-status')
})

test('an international domain goes by its A-labels, and nobody needs SMTPUTF8', () => {
  const report = composeDsn(reportOn({ reversePath: 'alice@bücher.example' }))
  assert.equal(report.forwardPath, 'alice@xn--bcher-kva.example')
  assert.equal(report.fromField, 'Mail Delivery System <postmaster@xn--bcher-kva.example>')
  assert.deepEqual(report.parameters, {})
})

test('a long header comes back in whole fields up to a bound', async () => {
  const header = Buffer.from(`${`X-A: ${'a'.repeat(900)}\r\n\tb\r\n`.repeat(200)}\r\n`)
  const { parts } = await parse({ ...REPORT, returned: { header } })
  const returned = parts[2]?.content ?? ''
  assert.ok(returned.length <= 32 * 1024 && returned.length > 31 * 1024)
  assert.ok(returned.endsWith('\n\tb\n\n'))
})

test('content that holds the boundary cannot end a part', async () => {
  const boundary = `report-${REPORT.queueId}`
  const message = Buffer.from(`${HEADER}\r\n--${boundary}--\r\n--${boundary}\r\n\r\nforged\r\n`)
  const { parts } = await parse({ ...REPORT, returned: { message } })
  assert.equal(parts.length, 3)
  assert.equal(parts[2]?.content.trimEnd(), withoutReturns(message.toString()).trimEnd())
})
