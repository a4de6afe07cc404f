// What happens to a header on submission: what is refused, removed, added and kept, and that the rest stays as it was.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FixupContext, prepareHeader } from './submission-fixups.ts'

const CONTEXT: FixupContext = {
  queueId: '0190f3a1-1111-7222-8333-944455556666',
  hostname: 'mail.example.test',
  receivedAt: Date.UTC(2026, 10, 22, 11, 40, 0),
  client: { name: 'app.example.test', address: '192.0.2.1' },
  protocol: 'ESMTPSA',
  smtputf8: false,
  messageIdDomain: 'mail.example.test',
  receivedLimit: 100,
}

const FROM = 'From: me@mine.test\r\n'
const TO = 'To: you@example.org\r\n'
const DATE = 'Date: Sun, 22 Nov 2026 12:40:00 +0100\r\n'
const MESSAGE_ID = 'Message-ID: <1@mine.test>\r\n'
/** Nothing is missing here. */
const WHOLE = FROM + TO + DATE + MESSAGE_ID

const NEW_DATE = 'Date: Sun, 22 Nov 2026 11:40:00 +0000\r\n'
const NEW_MESSAGE_ID = `Message-ID: <${CONTEXT.queueId}@mail.example.test>\r\n`
const NEW_TO = 'To: undisclosed-recipients:;\r\n'
const MIME_VERSION = 'MIME-Version: 1.0\r\n'

const octets = (text: string) => new Uint8Array(Buffer.from(text))

function prepared(header: string, context: FixupContext = CONTEXT) {
  const outcome = prepareHeader(octets(`${header}\r\nbody`), context)
  assert.equal(outcome.type, 'prepared', outcome.type === 'refused' ? outcome.detail : '')
  return outcome as typeof outcome & { readonly type: 'prepared' }
}

/** The new header without our trace field and the empty line. */
function mended(header: string, context?: FixupContext): string {
  const text = Buffer.from(prepared(header, context).header).toString()
  const trace = /^Received: from [^\r]+\r\n(?:\t[^\r]+\r\n)+/.exec(text)?.[0]
  assert.ok(trace !== undefined && text.endsWith('\r\n\r\n'))
  return text.slice(trace.length, -2)
}

const mending: readonly { name: string; header: string; becomes: string }[] = [
  { name: 'nothing to mend', header: WHOLE, becomes: WHOLE },
  { name: 'no Date', header: FROM + TO + MESSAGE_ID, becomes: FROM + TO + MESSAGE_ID + NEW_DATE },
  {
    name: 'an unreadable Date',
    header: `${FROM}Date: today\r\n${TO}${MESSAGE_ID}`,
    becomes: FROM + TO + MESSAGE_ID + NEW_DATE,
  },
  {
    name: 'an obsolete Date',
    header: `${FROM}${TO}${MESSAGE_ID}date: 22 Nov 26 12:40 EST\r\n`,
    becomes: `${FROM}${TO}${MESSAGE_ID}date: 22 Nov 26 12:40 EST\r\n`,
  },
  { name: 'no Message-ID', header: FROM + TO + DATE, becomes: FROM + TO + DATE + NEW_MESSAGE_ID },
  {
    name: 'an invalid Message-ID',
    header: `Message-ID: 4711\r\n${FROM}${TO}${DATE}`,
    becomes: FROM + TO + DATE + NEW_MESSAGE_ID,
  },
  {
    name: 'a folded Message-ID',
    header: `Message-Id:\r\n <1@mine.test>\r\n${FROM}${TO}${DATE}`,
    becomes: `Message-Id:\r\n <1@mine.test>\r\n${FROM}${TO}${DATE}`,
  },
  {
    name: 'a Message-ID cut by a fold',
    header: `Message-ID: <1@\r\n mine.test>\r\n${FROM}${TO}${DATE}`,
    becomes: FROM + TO + DATE + NEW_MESSAGE_ID,
  },
  { name: 'Date and Message-ID missing', header: FROM + TO, becomes: FROM + TO + NEW_DATE + NEW_MESSAGE_ID },
  { name: 'Bcc', header: `Bcc: a@b\r\n${WHOLE}`, becomes: WHOLE },
  { name: 'a folded Bcc at the end', header: `${WHOLE}BCC: a@b,\r\n c@d\r\n`, becomes: WHOLE },
  { name: 'Bcc in the middle', header: `${FROM}${TO}Bcc: a@b\r\n${DATE}${MESSAGE_ID}`, becomes: WHOLE },
  {
    name: 'Bcc and nobody else',
    header: `${FROM}Bcc: a@b\r\n${DATE}${MESSAGE_ID}`,
    becomes: FROM + DATE + MESSAGE_ID + NEW_TO,
  },
  { name: 'no recipient', header: FROM + DATE + MESSAGE_ID, becomes: FROM + DATE + MESSAGE_ID + NEW_TO },
  {
    name: 'Cc alone',
    header: `${FROM}Cc: a@b\r\n${DATE}${MESSAGE_ID}`,
    becomes: `${FROM}Cc: a@b\r\n${DATE}${MESSAGE_ID}`,
  },
  {
    name: 'Return-Path, twice',
    header: `Return-Path: <ceo@other.test>\r\n${WHOLE}Return-path: <>\r\n`,
    becomes: WHOLE,
  },
  {
    name: 'our own fields',
    header: `X-Postern-Tenant: t\r\n${WHOLE}x-postern-a: b\r\nX-Postern-: c\r\n`,
    becomes: WHOLE,
  },
  {
    name: 'fields that only look like ours',
    header: `${WHOLE}X-Posternal: 1\r\nPostern-A: 2\r\n`,
    becomes: `${WHOLE}X-Posternal: 1\r\nPostern-A: 2\r\n`,
  },
  {
    name: 'authentication results of ours',
    header: `Authentication-Results: mail.example.test; spf=pass\r\n${WHOLE}`,
    becomes: WHOLE,
  },
  {
    name: 'the same, folded and in capitals',
    header: `authentication-results:\r\n\tMAIL.Example.Test 1;\r\n\tspf=pass\r\n${WHOLE}`,
    becomes: WHOLE,
  },
  {
    name: 'the same, behind a comment',
    header: `Authentication-Results: (a;b) mail.example.test; none\r\n${WHOLE}`,
    becomes: WHOLE,
  },
  {
    name: 'the same, quoted',
    header: `Authentication-Results: "mail.\\example.test"; none\r\n${WHOLE}`,
    becomes: WHOLE,
  },
  {
    name: 'authentication results of others',
    header: `${WHOLE}Authentication-Results: mail.example.test.other; none\r\n`,
    becomes: `${WHOLE}Authentication-Results: mail.example.test.other; none\r\n`,
  },
  {
    name: 'Received of others',
    header: `Received: from a by b; x\r\n${WHOLE}`,
    becomes: `Received: from a by b; x\r\n${WHOLE}`,
  },
  {
    name: 'a signature',
    header: `DKIM-Signature: v=1; d=mine.test;\r\n b=abc\r\n${WHOLE}`,
    becomes: `DKIM-Signature: v=1; d=mine.test;\r\n b=abc\r\n${WHOLE}`,
  },
  {
    name: 'x-ms-acsemail fields',
    header: `${WHOLE}x-ms-acsemail-validate-message-id: true\r\n`,
    becomes: `${WHOLE}x-ms-acsemail-validate-message-id: true\r\n`,
  },
  {
    name: 'Content-Type without MIME-Version',
    header: `${WHOLE}Content-Type: text/plain\r\n`,
    becomes: `${WHOLE}Content-Type: text/plain\r\n${MIME_VERSION}`,
  },
  {
    name: 'Content-Transfer-Encoding without MIME-Version',
    header: `${WHOLE}Content-Transfer-Encoding: 8bit\r\n`,
    becomes: `${WHOLE}Content-Transfer-Encoding: 8bit\r\n${MIME_VERSION}`,
  },
  {
    name: 'MIME-Version of the client',
    header: `${WHOLE}mime-version: 1.0 (x)\r\nContent-Type: a/b\r\n`,
    becomes: `${WHOLE}mime-version: 1.0 (x)\r\nContent-Type: a/b\r\n`,
  },
  {
    name: 'fields that may repeat',
    header: `${WHOLE}Comments: a\r\nComments: b\r\nX-A: 1\r\nX-A: 2\r\n`,
    becomes: `${WHOLE}Comments: a\r\nComments: b\r\nX-A: 1\r\nX-A: 2\r\n`,
  },
  {
    name: 'odd white space and case',
    header: `FROM:me@mine.test\r\n${TO}${DATE}${MESSAGE_ID}sUBJECT:\t a \r\n \r\n b  \r\n`,
    becomes: `FROM:me@mine.test\r\n${TO}${DATE}${MESSAGE_ID}sUBJECT:\t a \r\n \r\n b  \r\n`,
  },
  {
    name: 'several things at once',
    header: `Bcc: a@b\r\nReturn-Path: <x>\r\n${FROM}Date: ?\r\nX-Postern-A: b\r\nSubject: s\r\nMessage-ID: ?\r\n`,
    becomes: `${FROM}Subject: s\r\n${NEW_DATE}${NEW_MESSAGE_ID}${NEW_TO}`,
  },
]

for (const { name, header, becomes } of mending)
  test(`fix-ups: ${name}`, () => {
    assert.equal(mended(header), becomes)
  })

test('fix-ups: what is mended once stays', () => {
  for (const { header } of mending) assert.equal(mended(mended(header)), mended(header))
})

const SINGLETONS =
  'Date From Sender Reply-To To Cc Bcc Message-ID In-Reply-To References Subject MIME-Version Content-Type Content-Transfer-Encoding'
const repeated = SINGLETONS.split(' ').map((name) => ({
  name: `two ${name} fields`,
  header: `${name}: me@mine.test\r\n${name.toUpperCase()}: me@mine.test\r\n`,
  detail: new RegExp(`^more than one ${name} field$`),
}))

const AS_SCANNER = { ...CONTEXT, author: { localPart: 'scanner', domain: 'mine.test' } }
const SCANNER = 'From: scanner@mine.test\r\n'
const REST = TO + DATE + MESSAGE_ID

const replacing: readonly { name: string; header: string; becomes: string }[] = [
  {
    name: 'one author',
    header: `From: "Copier, 2nd" <me@copier.test>\r\n${REST}`,
    becomes: `${REST}${SCANNER}Reply-To: me@copier.test\r\n`,
  },
  {
    name: 'several and a sender',
    header: `From: a@copier.test, "b c"@copier.test\r\nSender: a@copier.test\r\n${REST}`,
    becomes: `${REST}${SCANNER}Reply-To: a@copier.test,\r\n "b c"@copier.test\r\n`,
  },
  {
    name: 'an author who is answered to elsewhere',
    header: `From: me@copier.test\r\nReply-To: us@copier.test\r\n${REST}`,
    becomes: `Reply-To: us@copier.test\r\n${REST}${SCANNER}`,
  },
  { name: 'an unreadable author', header: `From: Copier\r\n${REST}`, becomes: REST + SCANNER },
  { name: 'nobody', header: REST, becomes: REST + SCANNER },
]

for (const { name, header, becomes } of replacing)
  test(`another author takes the place of ${name}`, () => {
    const outcome = prepared(header, AS_SCANNER)
    assert.equal(mended(header, AS_SCANNER), becomes)
    assert.deepEqual(
      [outcome.authors, outcome.sender, outcome.fromField],
      [[AS_SCANNER.author], undefined, 'scanner@mine.test'],
    )
  })

test('another author mends nothing else', () => {
  const outcome = prepareHeader(octets(`${FROM}${FROM}${REST}\r\n`), AS_SCANNER)
  assert.equal(outcome.type === 'refused' && outcome.detail, 'more than one From field')
})

const refusals: readonly { name: string; header: string; detail: RegExp }[] = [
  ...repeated,
  { name: 'no header', header: '', detail: /From field is missing/ },
  { name: 'no From', header: TO + DATE, detail: /From field is missing/ },
  { name: 'an empty From', header: 'From:\r\n', detail: /malformed From field/ },
  { name: 'a group in From', header: 'From: g: me@mine.test;\r\n', detail: /malformed From field: a group/ },
  {
    name: 'several authors without Sender',
    header: 'From: me@mine.test, ceo@other.test\r\n',
    detail: /several authors need a Sender/,
  },
  { name: 'a malformed Sender', header: `${FROM}Sender: ceo\r\n`, detail: /malformed Sender field/ },
  { name: 'an empty Sender', header: `${FROM}Sender: \r\n`, detail: /malformed Sender field/ },
  {
    name: 'two addresses in Sender',
    header: `${FROM}Sender: me@mine.test, a@b\r\n`,
    detail: /malformed Sender field: more than one/,
  },
  ...['From', 'Sender', 'Reply-To', 'To', 'Cc', 'Bcc'].map((name) => ({
    name: `Resent-${name}`,
    header: `${WHOLE}Resent-${name}: ceo@other.test\r\n`,
    detail: /Resent address fields are not accepted/,
  })),
  { name: 'white space before From', header: ` ${FROM}`, detail: /begins with white space/ },
  { name: 'white space before the colon', header: 'From : me@mine.test\r\n', detail: /malformed name/ },
  { name: 'a fold before the colon', header: 'From\r\n : me@mine.test\r\n', detail: /malformed name/ },
  { name: 'body text in the header', header: `${FROM}Hello,\r\n`, detail: /has no colon/ },
  { name: '8-bit octets without SMTPUTF8', header: `${FROM}Subject: Grüße\r\n`, detail: /8-bit/ },
  { name: 'an 8-bit From without SMTPUTF8', header: 'From: jörg@mine.test\r\n', detail: /8-bit/ },
  { name: 'NUL', header: `${FROM}Subject: \0\r\n`, detail: /control character/ },
  {
    name: 'a bare LF before a second From',
    header: `${FROM}X: y\nFrom: ceo@other.test\r\n`,
    detail: /does not end with CRLF/,
  },
  {
    name: 'a bare CR before a second From',
    header: `${FROM}X: y\rFrom: ceo@other.test\r\n`,
    detail: /does not end with CRLF/,
  },
  { name: 'a field of 65 KB', header: `${FROM}X: ${'x'.repeat(66_000)}\r\n`, detail: /longer than 65536/ },
  { name: 'a header of 300 KB', header: FROM + `X: ${'x'.repeat(990)}\r\n`.repeat(300), detail: /longer than 262144/ },
  { name: '1,001 fields', header: FROM + 'X: y\r\n'.repeat(1000), detail: /more than 1000 fields/ },
]

for (const { name, header, detail } of refusals)
  test(`fix-ups refuse: ${name}`, () => {
    const outcome = prepareHeader(octets(`${header}\r\nbody`), CONTEXT)
    assert.ok(outcome.type === 'refused' && outcome.reason === 'malformed')
    assert.match(outcome.detail, detail)
  })

test('a hundred Received fields are a loop, one less is not', () => {
  const received = (count: number) => octets(`${'Received: x\r\n'.repeat(count)}${WHOLE}\r\n`)
  assert.equal(prepareHeader(received(99), CONTEXT).type, 'prepared')
  assert.deepEqual(prepareHeader(received(100), CONTEXT), {
    type: 'refused',
    reason: 'loop',
    detail: '100 Received fields',
  })
})

test('the authors, the sender and the excerpts are reported', () => {
  const { authors, sender, internetMessageId, subject, fromField } = prepared(
    `From: "Me" <me@mine.test>,\r\n ceo@other.test\r\nSender: (x) me@mine.test\r\n${MESSAGE_ID}Subject: =?utf-8?q?a?=\r\n\tb \r\n`,
  )
  assert.deepEqual(
    { authors, sender, internetMessageId, subject, fromField },
    {
      authors: [
        { localPart: 'me', domain: 'mine.test' },
        { localPart: 'ceo', domain: 'other.test' },
      ],
      sender: { localPart: 'me', domain: 'mine.test' },
      internetMessageId: '1@mine.test',
      subject: '=?utf-8?q?a?=\tb',
      fromField: '"Me" <me@mine.test>, ceo@other.test',
    },
  )
})

test('without Sender, Subject and Message-ID there is no sender, no subject and an identifier of ours', () => {
  const { sender, subject, internetMessageId } = prepared(FROM)
  assert.deepEqual([sender, subject, internetMessageId], [undefined, '', `${CONTEXT.queueId}@mail.example.test`])
})

test('a long subject is cut between characters', () => {
  const { subject } = prepared(`${FROM}Subject: ${`${'x'.repeat(900)}\r\n `.repeat(2)}\r\n`)
  assert.equal(subject.length, 998)
  const utf8 = prepared(`${FROM}Subject: x${'😀'.repeat(600)}\r\n`, { ...CONTEXT, smtputf8: true })
  assert.ok(utf8.subject.length === 998 && utf8.subject.isWellFormed())
})

test('with SMTPUTF8 a header may be UTF-8, and nothing else', () => {
  const context: FixupContext = { ...CONTEXT, smtputf8: true, protocol: 'UTF8SMTPSA', forRecipient: 'jörg@bücher.test' }
  const header = `From: Jörg <jörg@bücher.test>\r\n${TO}${DATE}${MESSAGE_ID}Subject: Grüße\r\n`
  assert.equal(mended(header, context), header)
  assert.match(
    Buffer.from(prepared(header, context).header).toString(),
    /with UTF8SMTPSA id .*\r\n\tfor <jörg@bücher\.test>;/,
  )
  assert.deepEqual(prepared(header, context).authors, [{ localPart: 'jörg', domain: 'bücher.test' }])
  const latin1 = new Uint8Array(Buffer.from(`${FROM}Subject: Gr\xfc\xdfe\r\n\r\n`, 'latin1'))
  const outcome = prepareHeader(latin1, context)
  assert.match(outcome.type === 'refused' ? outcome.detail : '', /not valid UTF-8/)
})

const bodies: readonly { name: string; message: string; bodyStart: number }[] = [
  { name: 'a body', message: `${FROM}\r\nbody`, bodyStart: FROM.length + 2 },
  { name: 'an empty body', message: `${FROM}\r\n`, bodyStart: FROM.length + 2 },
  { name: 'header only', message: FROM, bodyStart: FROM.length },
  {
    name: 'a body with empty lines and what looks like fields',
    message: `${FROM}\r\n\r\nFrom: x\r\n\r\n`,
    bodyStart: FROM.length + 2,
  },
]

for (const { name, message, bodyStart } of bodies)
  test(`fix-ups: ${name} begins where the header ends`, () => {
    const outcome = prepareHeader(octets(message), CONTEXT)
    assert.equal(outcome.type === 'prepared' && outcome.bodyStart, bodyStart)
    assert.match(outcome.type === 'prepared' ? Buffer.from(outcome.header).toString() : '', /[^\n]\r\n\r\n$/)
  })
