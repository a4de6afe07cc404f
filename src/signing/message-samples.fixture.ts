// Fixture: messages of every shape that may be queued (folded and giant headers, UTF-8, blanks at line ends, bodies of nothing), and what
// somebody on the way might do to one.

import fc from 'fast-check'

const blanks = fc.stringMatching(/^[ \t]{0,3}$/)
const word = fc.stringMatching(/^[!-9;-~]{1,20}$/)
const utf8Word = fc.constantFrom('Grüße', '日本語', 'naïve', 'a\u00a0b', '🙂')
/** What stands behind a colon; folded anywhere between words. */
const value = fc
  .array(fc.tuple(fc.constantFrom(' ', '  ', '\t', '\r\n ', '\r\n\t '), fc.oneof(word, utf8Word)), { maxLength: 12 })
  .map((parts) => parts.map(([gap, text]) => `${gap}${text}`).join(''))
const name = fc.constantFrom(
  'Received',
  'X-Anything',
  'To',
  'TO',
  'subject',
  'Cc',
  'References',
  'List-Unsubscribe',
  'List-Id',
  'Content-Type',
  'Comments',
)
const field = fc.tuple(name, value, blanks).map(([name, text, end]) => `${name}:${text}${end}\r\n`)

const bodyLine = fc
  .array(fc.oneof(word, utf8Word, blanks), { maxLength: 8 })
  .chain((words) => fc.tuple(fc.constantFrom('', ' ', '\t', '  '), blanks).map(([gap, end]) => words.join(gap) + end))
const body = fc
  .tuple(fc.array(bodyLine, { maxLength: 20 }), fc.constantFrom('', '\r\n', '\r\n\r\n \t\r\n'))
  .map(([lines, end]) => lines.map((line) => `${line}\r\n`).join('') + end)

/** Lines end with CRLF; From is of the domain. */
export const anyMessage = (domain: string): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.array(field, { maxLength: 15 }), fc.nat(15), body)
    .map(([fields, place, body]) =>
      Buffer.from([...fields.toSpliced(place, 0, `From: Grüße <a@${domain}>\r\n`), '\r\n', body].join('')),
    )

const header = (...lines: readonly string[]) => lines.map((line) => `${line}\r\n`).join('')
const plain = (domain: string, ...more: readonly string[]) =>
  header(`From: a@${domain}`, 'To: b@example.test', 'Subject: Hi', 'Date: Tue, 1 Jan 2030 00:00:00 +0000', ...more)

/** By name. */
export const sampleMessages = (domain: string): Readonly<Record<string, Buffer>> => ({
  'no body': Buffer.from(`${plain(domain)}\r\n`),
  'no empty line': Buffer.from(plain(domain)),
  'a body of empty lines': Buffer.from(`${plain(domain)}\r\n\r\n\r\n`),
  'a body without a line end': Buffer.from(`${plain(domain)}\r\nHi. `),
  'blanks at line ends': Buffer.from(`${plain(domain)}\r\nHi. \t\r\n \r\nBye.  \r\n \r\n`),
  'an 8-bit body': Buffer.from(`${plain(domain)}\r\nGr\xfc\xdfe \xa0\r\n`, 'latin1'),
  'UTF-8 in the header': Buffer.from(`${plain(domain, 'Cc: "Jürgen" <jürgen@bücher.example>')}\r\nHi.\r\n`),
  'a huge header': Buffer.from(
    `${plain(domain, `References:${'\r\n <0123456789@example.test>'.repeat(2000)}`, `Cc:${`\r\n b@example.test,`.repeat(3000)} c@example.test`, ...Array.from({ length: 900 }, (_, index) => `X-${index}: ${'x'.repeat(100)}`))}\r\nHi.\r\n`,
  ),
  'a long body': Buffer.from(`${plain(domain)}\r\n${`${'word '.repeat(20)}\r\n`.repeat(10_000)}`),
  'list fields': Buffer.from(
    `${plain(domain, 'List-Unsubscribe: <https://x.test/>', 'List-Unsubscribe-Post: List-Unsubscribe=One-Click')}\r\nHi.\r\n`,
  ),
})

/** What breaks every signature of a message that has `To` and a body; `text` is in Latin-1. */
export const tamperings: Readonly<Record<string, (text: string) => string>> = {
  'a second From in front': (text) => `From: evil@example.test\r\n${text}`,
  'a second From behind': (text) => text.replace('\r\n\r\n', '\r\nFrom: evil@example.test\r\n\r\n'),
  'a second Subject in front': (text) => `Subject: Evil\r\n${text}`,
  'a second Date in front': (text) => `Date: Wed, 2 Jan 2030 00:00:00 +0000\r\n${text}`,
  'a second To in front': (text) => `To: evil@example.test\r\n${text}`,
  'a Cc that was not there': (text) => `Cc: evil@example.test\r\n${text}`,
  'a Reply-To that was not there': (text) => `Reply-To: evil@example.test\r\n${text}`,
  'a Content-Type that was not there': (text) => `Content-Type: multipart/mixed; boundary=x\r\n${text}`,
  'another octet in the body': (text) => `${text.slice(0, -4)}x${text.slice(-3)}`,
  'a line behind the body': (text) => `${text}x\r\n`,
  'a line before the body': (text) => text.replace('\r\n\r\n', '\r\n\r\nx\r\n'),
  'a field taken out': (text) => text.replace(/\r\nTo: [^\r]*/, ''),
  'another signed field': (text) => text.replace('Subject: Hi', 'Subject: Ha'),
  'words run together': (text) => text.replace('Hi there.', 'Hithere.'),
}

/** Fields that nobody signs, and blanks that relaxed forms do not see. */
export const harmless: Readonly<Record<string, (text: string) => string>> = {
  'trace fields in front': (text) => `Return-Path: <a@x.test>\r\nReceived: from x by y\r\n${text}`,
  'a field of a list': (text) => `List-Id: <x.example.test>\r\nSender: list@example.test\r\n${text}`,
  'folding and case': (text) => text.replace('\r\nSubject: Hi', '\r\nSUBJECT:\r\n\tHi  '),
  'blanks at line ends': (text) => text.replace('Hi there.', 'Hi \t there. '),
  'empty lines at the end': (text) => `${text}\r\n \r\n`,
}

export const tamperedSample = (domain: string) => Buffer.from(`${plain(domain)}\r\nHi there.\r\nBye.\r\n`)
