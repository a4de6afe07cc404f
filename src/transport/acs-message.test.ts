// The table of what can be a request and what cannot.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EmailMessage } from '@azure/communication-email'
import fc from 'fast-check'
import {
  type AcsCase,
  carried,
  convert,
  converted,
  crlf,
  HEADER,
  HTML,
  multipart,
  PICTURE,
  plain,
  TEXT,
  headed,
  FROM,
} from './acs-message.fixture.ts'

for (const { name, expected, ...one } of carried)
  test(`carried: ${name}`, async () => {
    const request = await converted(one)
    assert.deepEqual(
      Object.fromEntries(Object.keys(expected).map((key) => [key, request[key as keyof EmailMessage]])),
      expected,
    )
  })

const CALENDAR = 'Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n'
const RFC822 = 'Content-Type: message/rfc822\n\nSubject: x\n\nx\n'
const SIGNATURE = 'Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment\n\nx\n'
const file = (name: string, type = 'application/octet-stream') =>
  `Content-Type: ${type}\nContent-Disposition: attachment; filename="${name}"\n\nx\n`
const encoded = (encoding: string, body: string) =>
  `${HEADER}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: ${encoding}\n\n${body}\n`

const refused: readonly (AcsCase & { readonly why: RegExp })[] = [
  { name: 'signed', message: HEADER + multipart('signed', 's', TEXT, SIGNATURE), why: /multipart\/signed/ },
  { name: 'encrypted', message: HEADER + multipart('encrypted', 's', TEXT, SIGNATURE), why: /multipart\/encrypted/ },
  {
    name: 'S/MIME',
    message: `${HEADER}Content-Type: application/pkcs7-mime; name=smime.p7m\n\nx\n`,
    why: /pkcs7-mime/,
  },
  { name: 'a signature as a file', message: HEADER + multipart('mixed', 'm', TEXT, SIGNATURE), why: /pkcs7-signature/ },
  {
    name: 'an invitation',
    message: HEADER + multipart('alternative', 'a', TEXT, HTML, CALENDAR),
    why: /other alternatives/,
  },
  {
    name: 'an invitation as text',
    message: HEADER + multipart('alternative', 'a', TEXT, CALENDAR),
    why: /text\/calendar/,
  },
  { name: 'a report', message: HEADER + multipart('report', 'r', TEXT, RFC822), why: /multipart\/report/ },
  { name: 'an unknown multipart', message: HEADER + multipart('x-new', 'r', TEXT), why: /multipart\/x-new/ },
  { name: 'a forwarded message', message: HEADER + multipart('mixed', 'm', TEXT, RFC822), why: /message\/rfc822/ },
  { name: 'a forwarded message alone', message: HEADER + RFC822, why: /message\/rfc822/ },
  { name: 'two texts', message: HEADER + multipart('mixed', 'm', TEXT, TEXT), why: /behind the text/ },
  {
    name: 'HTML before the text',
    message: HEADER + multipart('alternative', 'a', HTML, TEXT),
    why: /other alternatives/,
  },
  { name: 'alternatives of one', message: HEADER + multipart('alternative', 'a', HTML), why: /other alternatives/ },
  { name: 'another start', message: HEADER + multipart('related; start="<x>"', 'r', HTML, PICTURE), why: /start/ },
  { name: 'related text', message: HEADER + multipart('related', 'r', TEXT, PICTURE), why: /HTML/ },
  {
    name: 'one picture twice',
    message: HEADER + multipart('related', 'r', HTML, PICTURE, PICTURE),
    why: /same content-id/,
  },
  { name: 'a program', message: HEADER + multipart('mixed', 'm', TEXT, file('a.exe')), why: /does not take/ },
  {
    name: 'a file without a name',
    message: HEADER + multipart('mixed', 'm', TEXT, 'Content-Type: application/pdf\n\nx\n'),
    why: /no good name/,
  },
  {
    name: 'a name that is a path',
    message: HEADER + multipart('mixed', 'm', TEXT, file('../a.pdf')),
    why: /no good name/,
  },
  {
    name: 'a name with a line end',
    message: HEADER + multipart('mixed', 'm', TEXT, file('=?utf-8?Q?a=0D=0Ab.pdf?=')),
    why: /no good name/,
  },
  {
    name: 'flowed text without its blanks',
    message: `${HEADER}Content-Type: text/plain; format=flowed; delsp=yes\n\nx \ny\n`,
    why: /form/,
  },
  { name: 'octets that the charset has not', message: `${HEADER}\nGrüße\n`, why: /charset/ },
  {
    name: 'a charset nobody knows',
    message: `${HEADER}Content-Type: text/plain; charset=x-none\n\nx\n`,
    why: /charset/,
  },
  { name: 'stray octets in base64', message: encoded('base64', 'aGk=!'), why: /encoding/ },
  { name: 'base64 that ends early', message: encoded('base64', 'aGk'), why: /encoding/ },
  { name: 'a bad escape', message: encoded('quoted-printable', '=ZZ'), why: /encoding/ },
  { name: 'an unknown encoding', message: encoded('x-uuencode', 'x'), why: /encoding/ },
  {
    name: 'an encoded multipart',
    message: `${HEADER}Content-Transfer-Encoding: base64\n${multipart('mixed', 'm', TEXT)}`,
    why: /as a whole/,
  },
  { name: 'two types', message: `${HEADER}Content-Type: text/plain\nContent-Type: text/html\n\nx\n`, why: /twice/ },
  {
    name: 'a comment in the type',
    message: `${HEADER}Content-Type: text/html (x); charset=utf-8\n\nx\n`,
    why: /not understood/,
  },
  {
    name: 'a parameter twice',
    message: `${HEADER}Content-Type: text/html; charset=utf-8; charset=x\n\nx\n`,
    why: /not understood/,
  },
  { name: 'no boundary', message: `${HEADER}Content-Type: multipart/mixed\n\nx\n`, why: /boundary/ },
  { name: 'no end', message: `${HEADER}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n`, why: /does not end/ },
  {
    name: 'a boundary with a tail',
    message: `${HEADER}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--bc\n\n--b--\n`,
    why: /something else/,
  },
  {
    name: 'parts in parts in parts',
    message:
      HEADER +
      Array.from({ length: 12 }, (_, depth) => `b${depth}x`).reduce(
        (inner, boundary) => multipart('mixed', boundary, inner),
        TEXT,
      ),
    why: /deeper/,
  },
  {
    name: 'many parts',
    message: HEADER + multipart('mixed', 'm', ...Array<string>(501).fill(TEXT)),
    why: /more than 500/,
  },
  {
    name: 'two authors',
    message: headed(`From: a@contoso.example, b@contoso.example\nSender: a@contoso.example`),
    why: /one author/,
  },
  { name: 'another sender', message: headed(`${FROM}Sender: sales@contoso.example`), why: /sender/ },
  { name: 'a group of people', message: headed(`${FROM}To: team: one@example.com;`), why: /group/ },
  {
    name: 'an addressee who is no recipient',
    message: headed(`${FROM}To: one@example.com, two@example.com`),
    why: /no recipient/,
  },
  { name: 'a field twice', message: plain('hi', 'X-Tag: a\nX-Tag: b\n'), why: /x-tag comes more than once/ },
  { name: 'resent', message: plain('hi', 'Resent-From: x@contoso.example\n'), why: /resent-from/ },
  {
    name: 'orders to the upstream',
    message: plain('hi', 'x-ms-acsemail-suppress-invalid-attachment: true\n'),
    why: /x-ms-acsemail/,
  },
  { name: 'a line end in the subject', message: headed(`${FROM}Subject: =?utf-8?Q?a=0D=0ABcc:_x?=`), why: /control/ },
  {
    name: 'a line end in a name',
    message: headed(`${FROM}To: =?utf-8?Q?a=0D=0Ab?= <one@example.com>`),
    why: /address field/,
  },
  { name: 'a report of success', message: plain('hi'), notify: ['SUCCESS'], why: /reports/ },
  { name: 'no report at all', message: plain('hi'), notify: ['NEVER'], why: /reports/ },
  { name: 'reports of delay only', message: plain('hi'), notify: ['DELAY'], why: /reports/ },
  { name: 'an envelope id', message: plain('hi'), parameters: { envid: 'x' }, why: /reports/ },
  { name: 'reports in full', message: plain('hi'), parameters: { ret: 'FULL' }, why: /reports/ },
  { name: 'a recipient beyond ASCII', message: plain('hi'), recipients: ['grüße@example.com'], why: /ASCII/ },
  { name: 'a message that is too large', message: plain('x'.repeat(10_000_000)), why: /larger/ },
  { name: 'a message that is too large as JSON', message: plain('\u0001'.repeat(2_000_000)), why: /as JSON/ },
]

for (const { name, why, ...one } of refused)
  test(`not carried: ${name}`, async () => {
    const detail = await convert(one)
    assert.match(typeof detail === 'string' ? detail : `carried: ${JSON.stringify(detail).slice(0, 300)}`, why)
  })

test('any octets are converted or not, and nothing is thrown', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...carried),
      fc.nat(),
      fc.uint8Array({ maxLength: 4 }),
      async (one, place, noise) => {
        const octets = Buffer.from(crlf(one.message))
        const at = place % octets.length
        const changed = Buffer.concat([octets.subarray(0, at), noise, octets.subarray(at + noise.length)])
        await convert({ ...one, message: changed.toString('latin1') })
      },
    ),
    { numRuns: 500 },
  )
})
