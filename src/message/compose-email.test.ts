// What is composed is read back by a parser of another author, and looked at as a server would: short lines of seven bits, ended by CRLF.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import PostalMime from 'postal-mime'
import { composeEmail, type EmailParts } from './compose-email.ts'

const PARTS: EmailParts = {
  from: 'donotreply@contoso.example',
  to: [{ address: 'to@example.com', displayName: 'Jörg "J", <x@y.example>' }],
  cc: [{ address: 'cc@example.com', displayName: '' }],
  replyTo: [{ address: 'answers@example.com', displayName: 'Answers' }],
  subject: 'Grüße '.repeat(40).trim(),
  plainText: undefined,
  html: undefined,
  headers: [],
  files: [],
  messageId: 'left@contoso.example',
  date: Date.UTC(2030, 0, 1),
  boundary: 'abc',
}

async function compose(changes: Partial<EmailParts>): Promise<Buffer> {
  const composed = composeEmail({ ...PARTS, ...changes })
  assert(composed.type === 'composed')
  const pieces: Uint8Array[] = []
  for await (const piece of composed.octets) pieces.push(piece)
  return Buffer.concat(pieces)
}

function assertSevenBitLines(octets: Buffer): void {
  const text = octets.toString('latin1')
  assert.ok(octets.every((octet) => octet > 0 && octet < 0x80))
  assert.doesNotMatch(text, /\r(?!\n)|(?<!\r)\n/)
  for (const line of text.split('\r\n')) assert.ok(line.length <= 998, line.slice(0, 80))
}

test('addressees, subject and headers come out as they went in', async () => {
  const octets = await compose({
    plainText: 'x',
    headers: [
      ['x-MINE', 'wört '.repeat(60).trim()],
      ['X-Plain', 'a b'],
    ],
  })
  assertSevenBitLines(octets)
  const mail = await PostalMime.parse(octets)
  assert.deepEqual(mail.from, { address: PARTS.from, name: '' })
  assert.deepEqual(mail.to, [{ address: 'to@example.com', name: 'Jörg "J", <x@y.example>' }])
  assert.deepEqual(mail.cc, [{ address: 'cc@example.com', name: '' }])
  assert.deepEqual(mail.replyTo, [{ address: 'answers@example.com', name: 'Answers' }])
  assert.deepEqual([mail.subject, mail.messageId], [PARTS.subject, '<left@contoso.example>'])
  assert.equal(Date.parse(mail.date ?? ''), PARTS.date)
  assert.match(octets.toString('latin1'), /^x-MINE: /m)
  assert.equal(mail.headers.find(({ key }) => key === 'x-plain')?.value, 'a b')
  assert.equal(mail.headers.filter(({ key }) => key === 'bcc').length, 0)
})

const plainValues = [
  '{"category":"news"}',
  'say "yes"',
  '<a@b.example> <c@d.example>',
  'bare',
  '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=',
  'long '.repeat(40).trim(),
]
for (const value of plainValues)
  test(`a value that needs no encoding stays as it was written: ${value.slice(0, 30)}`, async () => {
    for (const name of ['X-Mine', 'references', 'In-Reply-To']) {
      const octets = await compose({ plainText: 'x', headers: [[name, value]] })
      assertSevenBitLines(octets)
      const unfolded = octets.toString('latin1').replaceAll(/\r\n(?=[ \t])/g, '')
      assert.ok(
        unfolded.includes(`\r\n${name}: ${value}\r\n`) || unfolded.startsWith(`${name}: ${value}\r\n`),
        unfolded,
      )
    }
  })

const texts: readonly [string, string][] = [
  ['plain', 'one\ntwo\r\nthree'],
  ['line ends of every kind', 'one\rtwo\n\nthree\r\n'],
  ['a dot alone', '.\r\n..\r\n.'],
  ['a line without end', 'x'.repeat(5000)],
  ['other letters', 'Grüße 🖨 '.repeat(50)],
  ['control characters', 'a\u0001b\u007fc'],
  ['what looks like a boundary', '----_NmP-abd-Part_1--\r\n\r\nx'],
]
for (const [title, text] of texts)
  test(`text: ${title}`, async () => {
    const html = `<p>${text}</p>`
    const octets = await compose({ plainText: text, html })
    assertSevenBitLines(octets)
    const mail = await PostalMime.parse(octets)
    const normal = (one = '') => one.replaceAll(/\r\n?|\n/g, '\n').trimEnd()
    assert.equal(normal(mail.text), normal(text))
    assert.equal(normal(mail.html), normal(html))
  })

test('files are beside the text, those with a Content-ID beside the HTML', async () => {
  const octets = Uint8Array.from({ length: 1000 }, (_, index) => index % 256)
  const mail = await PostalMime.parse(
    await compose({
      plainText: 'x',
      html: '<img src="cid:logo@x">',
      files: [
        { name: 'ä "b".txt', contentType: 'text/plain', octets },
        { name: 'logo.png', contentType: 'image/png', octets, contentId: 'logo@x' },
        { name: 'other.eml', contentType: 'message/rfc822', octets },
      ],
    }),
  )
  assert.deepEqual(
    mail.attachments
      .map(({ filename, mimeType, disposition, contentId }) => [filename, mimeType, disposition, contentId])
      .toSorted((one, other) => String(one[0]).localeCompare(String(other[0]))),
    [
      ['ä "b".txt', 'text/plain', 'attachment', undefined],
      ['logo.png', 'image/png', 'inline', '<logo@x>'],
      ['other.eml', 'application/octet-stream', 'attachment', undefined],
    ],
  )
  for (const { content } of mail.attachments) assert.deepEqual(new Uint8Array(content as ArrayBuffer), octets)
})

test('a word that no line can hold is told', () => {
  const composed = composeEmail({ ...PARTS, plainText: 'x', headers: [['X-Long', 'x'.repeat(1000)]] })
  assert.deepEqual(composed, { type: 'line too long', field: 'X-Long' })
})

test('no line of the header is blank', () => {
  const blanks = `a${' '.repeat(300)}b`
  for (const [field, changes] of [
    ['X-Blank', { headers: [['X-Blank', blanks]] }],
    ['X-Blank', { headers: [['X-Blank', blanks.replaceAll(' ', '\t')]] }],
    ['Subject', { subject: blanks }],
  ] as const)
    assert.deepEqual(composeEmail({ ...PARTS, plainText: 'x', ...changes }), { type: 'line too long', field })
})

test('a header that nobody takes is not laid out', () => {
  const half = 'x '.repeat(70_000)
  const replyTo = Array.from({ length: 300 }, () => ({ address: 'a@b.example', displayName: 'x'.repeat(512) }))
  for (const changes of [
    { subject: half + half },
    { subject: half, headers: [['X-A', half]] as const },
    { subject: half, replyTo },
  ])
    assert.deepEqual(composeEmail({ ...PARTS, ...changes }), { type: 'header too long' })
})
