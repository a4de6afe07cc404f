// Our delivery reports, read by Python's email package and taken by Postfix. Each is skipped where it is not there, unless
// POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createTransport } from 'nodemailer'
import { composeDsn, type Report } from '../../src/message/compose-dsn.ts'
import { eventually } from '../fixtures/eventually.ts'
import { runClient, runProcess } from './clients/foreign-client.ts'
import { findPostfixProblem, openPostfix } from './postfix.ts'

const SCRIPT = fileURLToPath(new URL('parse_report.py', import.meta.url))
const probe = await runProcess(['python3', '-c', 'import email.policy']).catch(() => undefined)
const skip = probe?.code === 0 || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : 'there is no python3'

type Parsed = {
  readonly type: string
  readonly reportType: string
  readonly from: string
  readonly to: string
  readonly parts: readonly string[]
  readonly words: string
  readonly groups: readonly (readonly [string, string][])[]
  readonly returned: string | null
  readonly defects: readonly string[]
}

async function parse(reports: readonly Report[]): Promise<readonly Parsed[]> {
  const messages = reports.map((report) => Buffer.from(composeDsn(report).octets).toString('base64'))
  return JSON.parse(await runClient(['python3', SCRIPT], JSON.stringify(messages))) as Parsed[]
}

const HEADER = 'From: alice@contoso.com\r\nTo: bob@example.org\r\nSubject: Lunch\r\n\r\n'
const AT = Date.UTC(2026, 10, 22, 12, 0, 0)

const FAILED: Report = {
  kind: 'failed',
  queueId: '0190f3a1-2222-7222-8333-944455556666',
  reportingMta: 'mail.example.net',
  now: AT,
  original: {
    queueId: '0190f3a1-1111-7222-8333-944455556666',
    reversePath: 'alice@contoso.com',
    parameters: { envid: 'QQ 314159', ret: 'FULL' },
    receivedAt: AT - 60_000,
    internetMessageId: 'm1@contoso.com',
    subject: 'Lunch',
  },
  recipients: [
    {
      forwardPath: 'bob@example.org',
      parameters: { orcpt: 'rfc822;Bob@Example.ORG' },
      action: 'failed',
      enhancedStatusCode: '5.1.1',
      diagnostic: 'refused',
      remote: {
        host: 'mx.example.org',
        reply: `550 5.1.1 no such user\r\nX-Forged: 1 \x1b[2J ${'a long reply that goes on '.repeat(30)}`,
      },
    },
    {
      forwardPath: '"a \\"b\\" c"@example.org',
      parameters: {},
      action: 'failed',
      enhancedStatusCode: '5.4.4',
      diagnostic: 'the domain takes no mail',
    },
  ],
  returned: { message: Buffer.from(`${HEADER}Hello.\r\n--report-0190f3a1-2222-7222-8333-944455556666--\r\n`) },
}

const DELAYED: Report = {
  ...FAILED,
  kind: 'delayed',
  recipients: [
    {
      forwardPath: 'zoë@例え.jp',
      parameters: {},
      action: 'delayed',
      enhancedStatusCode: '4.4.1',
      diagnostic: 'no answer',
      willRetryUntil: AT + 1000,
    },
  ],
  returned: { header: Buffer.from('Subject: Grüße\r\n\r\n') },
}

const TO_UTF8: Report = { ...DELAYED, original: { ...FAILED.original, reversePath: 'zoë@contoso.com' } }

test('a report on failures', { skip }, async () => {
  const [parsed] = await parse([FAILED])
  assert.ok(parsed !== undefined)
  assert.deepEqual(parsed.defects, [])
  assert.deepEqual([parsed.type, parsed.reportType], ['multipart/report', 'delivery-status'])
  assert.deepEqual([parsed.from, parsed.to], ['Mail Delivery System <postmaster@contoso.com>', 'alice@contoso.com'])
  assert.deepEqual(parsed.parts, ['text/plain', 'message/delivery-status', 'message/rfc822'])
  const [message, bob, other, ...more] = parsed.groups.map((group) => Object.fromEntries(group))
  assert.deepEqual(more, [])
  assert.equal(message?.['Original-Envelope-Id'], 'QQ 314159')
  assert.equal(bob?.['Original-Recipient'], 'rfc822; Bob@Example.ORG')
  assert.deepEqual([bob?.['Action'], bob?.['Status'], bob?.['Remote-MTA']], ['failed', '5.1.1', 'dns; mx.example.org'])
  assert.match(bob?.['Diagnostic-Code'] ?? '', /^smtp; 550 5\.1\.1 no such user X-Forged: 1 \?\[2J a long reply/)
  assert.equal(bob?.['X-Forged'], undefined)
  assert.equal(other?.['Final-Recipient'], 'rfc822; "a \\"b\\" c"@example.org')
  assert.match(parsed.returned ?? '', /Subject: Lunch[^]*Hello\./)
})

test('a report on a delay, of a message beyond ASCII', { skip }, async () => {
  const [parsed] = await parse([DELAYED])
  assert.deepEqual(parsed?.defects, [])
  assert.deepEqual(parsed?.parts, ['text/plain', 'message/delivery-status', 'message/global-headers'])
  assert.match(parsed?.words ?? '', /^<zoë@例え\.jp>$/m)
  assert.deepEqual(Object.fromEntries(parsed?.groups[1] ?? [])['Will-Retry-Until'], 'Sun, 22 Nov 2026 12:00:01 +0000')
  assert.equal(parsed?.returned?.trimEnd(), 'Subject: Grüße')
})

test('a report to an address beyond ASCII', { skip }, async () => {
  const [parsed] = await parse([TO_UTF8])
  assert.deepEqual(parsed?.defects, [])
  assert.deepEqual(parsed?.parts, ['text/plain', 'message/global-delivery-status', 'message/global-headers'])
  assert.equal(parsed?.to, 'zoë@contoso.com')
  assert.equal(Object.fromEntries(parsed?.groups[1] ?? [])['Final-Recipient'], 'utf-8; zoë@例え.jp')
})

const postfixProblem = await findPostfixProblem()
const withoutPostfix =
  postfixProblem === undefined || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : postfixProblem

test('Postfix takes reports from nobody, and delivers them as they are', { skip: withoutPostfix }, async () => {
  assert.equal(postfixProblem, undefined)
  const postfix = await openPostfix({ after }, ['contoso.com'], ['strict_rfc821_envelopes = yes'])
  const transport = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true })
  for (const report of [FAILED, DELAYED, TO_UTF8].map(composeDsn)) {
    const octets = Buffer.from(report.octets)
    const envelope = { from: '', to: report.forwardPath, dsn: { notify: 'never' } }
    assert.match((await transport.sendMail({ envelope, raw: octets })).response, /^250 2\.0\.0 Ok: queued/)
    const expected = octets.toString().replaceAll('\r\n', '\n').trimEnd()
    const arrived = await eventually(
      async () =>
        postfix
          .arrived()
          .map(String)
          .find((text) => text.includes(expected)),
      'the arrival of the report',
    )
    assert.match(arrived, /^Return-Path: <>$/m)
  }
  transport.close()
})
