// Requests to send mail, well-formed as JSON, with texts that would break a header if anybody let them.

import fc from 'fast-check'
import type { EmailBody } from '../../src/http/email/email-schemas.ts'

/** What ends lines, quotes, encodes or separates in a header, or would be a header of its own. */
const HOSTILE = [
  '\r\nBcc: hidden@victim.example',
  '\nX-Injected: 1',
  '\rX-Injected: 1',
  '\r\n\r\nbody',
  '\u2028X-Injected: 1',
  '\u0085X-Injected: 1',
  '\v',
  '\f',
  '\0',
  '\t',
  '=?utf-8?q?=0D=0AX-Injected:_1?=',
  '=?utf-8?b?DQpYLUluamVjdGVkOiAx?=',
  '=0D=0A',
  '%0D%0AX-Injected: 1',
  '"',
  '\\',
  '\\"',
  '; name="',
  '"; filename="b',
  '>',
  '<',
  '>, <other@victim.example',
  ', other@victim.example',
  '(',
  ':',
  ': ',
  '\ud800',
  '\u{1f600}',
  'ä',
  ' '.repeat(90),
  'x'.repeat(80),
  'word '.repeat(40),
]
export const anyText = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme-ascii', maxLength: 8 })), { maxLength: 4 })
    .map((parts) => parts.join('')),
)
/** Refused hardly ever, and hostile all the same. */
const oneLine = anyText.map((text) => text.toWellFormed().replaceAll(/\p{Cc}/gu, ''))
const someText = fc.oneof({ weight: 40, arbitrary: oneLine }, { weight: 1, arbitrary: anyText })
/** Anything, or more often what is right. */
const mostly = (...right: readonly [string, ...string[]]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: anyText })

const address = fc.record(
  { address: mostly('to@example.com', 'a.b+c@x.example', "o'neil@sub.example.org"), displayName: someText },
  { requiredKeys: ['address'] },
)
const addresses = fc.array(address, { maxLength: 3 })

const HEADERS = [
  'X-A',
  'x-b',
  'List-Unsubscribe',
  'References',
  'In-Reply-To',
  'Comments',
  'Importance',
  'X-Mailer',
] as const
const RISKY = [
  'Bcc',
  'Message-ID',
  'X-A\r\nBcc',
  'X A',
  'X:A',
  '',
  '__proto__',
  'constructor',
  'Content-Type',
  'Resent-Bcc',
]

const attachment = fc.record(
  {
    name: fc.oneof(fc.constant('a.txt'), someText),
    contentType: mostly('text/plain', 'image/png', 'message/rfc822', 'text/html; charset=utf-8'),
    contentInBase64: mostly('', 'aGk=', 'DQpYLUluamVjdGVkOiAx'),
    contentId: mostly('logo', 'a@b'),
  },
  { requiredKeys: ['name', 'contentType', 'contentInBase64'] },
)

const content = fc
  .record({ subject: someText, plainText: fc.option(someText), html: fc.option(someText) })
  .map(({ plainText, html, ...rest }) => ({
    ...rest,
    html,
    plainText: html ? plainText : plainText || 'hello',
  }))

/** Many of them are accepted. */
export const mailBody: fc.Arbitrary<EmailBody> = fc.record({
  senderAddress: fc.constant('DoNotReply@contoso.example'),
  content,
  recipients: fc.record({
    to: addresses.map((list) => [{ address: 'first@example.com' }, ...list]),
    cc: addresses,
    bcc: addresses,
  }),
  replyTo: addresses,
  headers: fc.dictionary(
    fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(...HEADERS) },
      { weight: 1, arbitrary: fc.constantFrom(...RISKY) },
    ),
    someText,
    { maxKeys: 4 },
  ),
  attachments: fc.array(attachment, { maxLength: 2 }),
})
