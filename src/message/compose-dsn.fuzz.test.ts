// Whatever a sender, a recipient or a server on the way has chosen, a report is one well-formed multipart/report: the parts we put in,
// the fields of ours and no others, and no line that is too long or ends otherwise than with CRLF.

import assert from 'node:assert/strict'
import { isAscii } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import PostalMime from 'postal-mime'
import { composeDsn, type Report, type ReportedRecipient } from './compose-dsn.ts'
import { scanHeaderSection } from './header-section.ts'

const HEADER_FIELDS =
  /^(?:from|to|subject|date|message-id|in-reply-to|references|auto-submitted|mime-version|content-type|content-transfer-encoding)$/
const STATUS_FIELDS =
  /^(?:reporting-mta|original-envelope-id|arrival-date|x-postern-queue-id|original-recipient|final-recipient|action|status|remote-mta|diagnostic-code|will-retry-until)$/
const QUEUE_ID = '0190f3a1-2222-7222-8333-944455556666'

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 1200 }),
  fc
    .array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        '\0',
        ' ',
        '\t',
        'X-Evil: 1',
        `--report-${QUEUE_ID}`,
        '--',
        'ü',
        '\u2028',
        '\ud800',
        '.',
        'a'.repeat(700),
      ),
      { maxLength: 20 },
    )
    .map((pieces) => pieces.join('')),
)

/** What the grammar of a path lets through, RFC 6531 §3.3. */
const localPart = fc.oneof(
  fc.constantFrom('alice', '"a b\\"c"', '"=?utf-8?q?x?="', 'zoë', '"\u202e x"', '"\u0085\u2028"', 'a+b=c', '"\\\\"'),
  fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}$/),
)
const domain = fc.constantFrom(
  'contoso.com',
  'bücher.example',
  '例え.jp',
  '[192.0.2.1]',
  '[IPv6:2001:db8::1]',
  'xn--p1ai.test',
)
const address = fc.tuple(localPart, domain).map((parts) => parts.join('@'))

const recipient: fc.Arbitrary<ReportedRecipient> = fc.record(
  {
    forwardPath: address,
    parameters: fc.record({ orcpt: hostileText }, { requiredKeys: [] }),
    action: fc.constantFrom('failed', 'delayed', 'delivered', 'relayed'),
    enhancedStatusCode: fc.oneof(fc.constant('5.1.1'), hostileText),
    diagnostic: hostileText,
    remote: fc.record({ host: hostileText, reply: hostileText }, { requiredKeys: ['host'] }),
    willRetryUntil: fc.constant(1_800_000_000_000),
  },
  { requiredKeys: ['forwardPath', 'parameters', 'action', 'enhancedStatusCode', 'diagnostic'] },
)

/** As the submission engine lets it in: CRLF, and lines of at most 998 octets. */
const contentLine = fc.constantFrom(
  '',
  `--report-${QUEUE_ID}--`,
  `--report-${QUEUE_ID}-`,
  '.',
  'Größe',
  'x'.repeat(998),
  'Content-Type: a/b',
)
const returned = fc
  .tuple(
    fc.constantFrom('Subject: x\r\n', 'Subject: ü\r\n', ''),
    fc.array(contentLine, { maxLength: 8 }),
    fc.constantFrom('', '\r\n'),
  )
  .map(([header, lines, end]) => Buffer.from(`${header}\r\n${lines.join('\r\n')}${end}`))

const report: fc.Arbitrary<Report> = fc.record({
  kind: fc.constantFrom('failed', 'delayed', 'delivered'),
  queueId: fc.constant(QUEUE_ID),
  reportingMta: fc.constant('mail.example.net'),
  now: fc.constant(1_795_000_000_000),
  original: fc.record({
    queueId: fc.constant('0190f3a1-1111-7222-8333-944455556666'),
    reversePath: address,
    parameters: fc.record({ envid: hostileText, ret: fc.constantFrom('FULL', 'HDRS') }, { requiredKeys: [] }),
    receivedAt: fc.constant(1_794_000_000_000),
    internetMessageId: fc.oneof(fc.constant('a@b'), hostileText),
    subject: hostileText,
  }),
  recipients: fc.array(recipient, { minLength: 1, maxLength: 4 }),
  returned: fc.oneof(
    fc.constant(undefined),
    returned.map((header) => ({ header })),
    returned.map((message) => ({ message })),
  ),
})

const namesOf = (section: string): readonly string[] => {
  const scan = scanHeaderSection(Buffer.from(section))
  assert.ok(scan.type === 'header', JSON.stringify(scan))
  return scan.fields.map(({ name }) => name)
}

test('a report is well formed whatever others chose', async () => {
  await fc.assert(
    fc.asyncProperty(report, async (value) => {
      const composed = composeDsn(value)
      const octets = Buffer.from(composed.octets)
      const lines = octets.toString('latin1').split('\r\n')
      assert.ok(
        lines.every((line) => line.length <= 998 && !/[\r\n\0]/.test(line)),
        'a bad line',
      )
      const headerEnd = octets.indexOf('\r\n\r\n') + 4
      const header = octets.subarray(0, headerEnd)
      assert.ok(isAscii(header) || composed.parameters.smtputf8 === true, 'nobody is told of the header')
      assert.ok(isAscii(octets.subarray(headerEnd)) || composed.parameters.body === '8BITMIME', 'nor of the body')
      for (const name of namesOf(header.toString('latin1'))) assert.match(name, HEADER_FIELDS)

      const email = await PostalMime.parse(octets, { forceRfc822Attachments: true })
      assert.equal(email.attachments.length, value.returned === undefined ? 1 : 2)
      const status = Buffer.from((email.attachments[0]?.content ?? '') as ArrayBuffer)
        .toString('latin1')
        .trimEnd()
      const groups = status.split(/\r?\n\r?\n/)
      assert.equal(groups.length, 1 + value.recipients.length, status)
      for (const group of groups)
        for (const name of namesOf(`${group.replaceAll(/\r?\n/g, '\r\n')}\r\n`)) assert.match(name, STATUS_FIELDS)
    }),
    { numRuns: 300 },
  )
})
