// Attacks on the identity of the author, by spelling: each is refused, or names every author it could be read to have, so that
// policy sees them. Another reader of the header we pass on never finds an author that we did not report.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import PostalMime from 'postal-mime'
import { type FixupContext, prepareHeader } from './submission-fixups.ts'

const CONTEXT: FixupContext = {
  queueId: '0190f3a1-1111-7222-8333-944455556666',
  hostname: 'mail.example.test',
  receivedAt: Date.UTC(2026, 10, 22, 11, 40, 0),
  client: { name: 'app.example.test', address: '192.0.2.1' },
  protocol: 'UTF8SMTPSA',
  smtputf8: true,
  messageIdDomain: 'mail.example.test',
  receivedLimit: 100,
}

const REFUSED = 'refused'
const ME = 'me@mine.test'
const CEO = 'ceo@other.test'
const NESTED = '('.repeat(50_000)

/** What policy is shown: every author, then the sender; or that nothing gets so far. */
const attacks: readonly { id: string; header: string; shown: readonly string[] | typeof REFUSED }[] = [
  { id: 'F1 two From fields', header: `From: <${ME}>\r\nFrom: <${CEO}>\r\n`, shown: REFUSED },
  { id: 'F1 two From fields, one in another case', header: `From: <${ME}>\r\nfRoM: <${CEO}>\r\n`, shown: REFUSED },
  { id: 'F2 two authors', header: `From: <${ME}>, <${CEO}>\r\n`, shown: REFUSED },
  { id: 'F2 two authors with Sender', header: `From: <${ME}>, <${CEO}>\r\nSender: ${ME}\r\n`, shown: [ME, CEO, ME] },
  { id: 'F2 another author', header: `From: <${CEO}>\r\n`, shown: [CEO] },
  { id: 'F3 leading space', header: ` From: <${CEO}>\r\nFrom: <${ME}>\r\n`, shown: REFUSED },
  { id: 'F3 second field with leading space', header: `From: <${ME}>\r\n From: <${CEO}>\r\n`, shown: REFUSED },
  { id: 'F3 space before the colon', header: `From : <${CEO}>\r\nFrom: <${ME}>\r\n`, shown: REFUSED },
  { id: 'F3 fold before the colon', header: `From\r\n : <${CEO}>\r\nFrom: <${ME}>\r\n`, shown: REFUSED },
  { id: 'F3 another Sender', header: `From: <${ME}>\r\nSender: <${CEO}>\r\n`, shown: [ME, CEO] },
  { id: 'F3 Resent-From', header: `From: <${ME}>\r\nResent-From: <${CEO}>\r\n`, shown: REFUSED },
  { id: 'F4 encoded address', header: 'From: =?utf-8?b?Y2VvQG90aGVyLnRlc3Q=?=\r\n', shown: REFUSED },
  {
    id: 'F4 encoded angle address as name',
    header: `From: =?utf-8?b?PGNlb0BvdGhlci50ZXN0Pg==?= <${ME}>\r\n`,
    shown: [ME],
  },
  { id: 'F4 source route', header: `From: <@a.test,@b.test:${CEO}>\r\n`, shown: REFUSED },
  { id: 'F4 escaped comma', header: `From: <${CEO}>\\,<${ME}>\r\n`, shown: REFUSED },
  { id: 'F4 address, then angle address', header: `From: ${CEO},<${ME}>\r\nSender: ${ME}\r\n`, shown: [CEO, ME, ME] },
  { id: 'F4 text behind the angle address', header: `From: <${ME}>${CEO}\r\n`, shown: REFUSED },
  { id: 'F5 colon between', header: `From: <${ME}>:<${CEO}>\r\n`, shown: REFUSED },
  { id: 'F5 group', header: `From: g: ${ME}, ${CEO};\r\n`, shown: REFUSED },
  { id: 'F5 empty group', header: 'From: undisclosed:;\r\n', shown: REFUSED },
  {
    id: 'F6 address in a quoted local part',
    header: 'From: "ceo@other.test x"@mine.test\r\n',
    shown: ['ceo@other.test x@mine.test'],
  },
  { id: 'F6 escaped quote', header: 'From: "a\\"@other.test"@mine.test\r\n', shown: ['a"@other.test@mine.test'] },
  { id: 'F6 dots', header: 'From: "..."@mine.test\r\n', shown: ['...@mine.test'] },
  { id: 'F6 line break in quotes', header: 'From: "\r\n"@mine.test\r\n', shown: REFUSED },
  { id: 'F7 comment in the domain', header: 'From: me@mine.test(x).other.test\r\n', shown: REFUSED },
  { id: 'F7 comment, then more', header: 'From: me@mine.test(x)other.test\r\n', shown: REFUSED },
  { id: 'F7 space in the domain', header: 'From: me@mine.test .other.test\r\n', shown: REFUSED },
  { id: 'F7 fold in the domain', header: 'From: me@mine.test\r\n .other.test\r\n', shown: REFUSED },
  { id: 'F7 nested comment', header: `From: ${ME} ((x))\r\n`, shown: REFUSED },
  { id: 'F7 unbalanced comment', header: `From: ${ME} (x\r\n`, shown: REFUSED },
  { id: 'F7 50 KB of parentheses', header: `From: ${ME} ${NESTED}\r\n`, shown: REFUSED },
  { id: 'F8 encoded local part', header: 'From: =?utf-8?q?ceo=40other.test=3e=00?=@mine.test\r\n', shown: REFUSED },
  { id: 'F8 encoded line break', header: 'From: =?utf-8?q?ceo=40other.test=0d=0a?=@mine.test\r\n', shown: REFUSED },
  { id: 'F8 encoded domain', header: 'From: me@=?utf-8?q?other.test?=\r\n', shown: REFUSED },
  { id: 'F9 short source route', header: `From: <@evil.test:${ME}>\r\n`, shown: REFUSED },
  { id: 'F9 percent', header: 'From: ceo%other.test@mine.test\r\n', shown: ['ceo%other.test@mine.test'] },
  { id: 'F9 bang path', header: 'From: mine.test!ceo\r\n', shown: REFUSED },
  { id: 'F9 IPv4 literal', header: 'From: me@[127.0.0.1]\r\n', shown: REFUSED },
  { id: 'F9 IPv6 literal', header: 'From: me@[IPv6:::1]\r\n', shown: REFUSED },
  { id: 'F9 final dot', header: 'From: me@mine.test.\r\n', shown: REFUSED },
  { id: 'F9 two dots', header: 'From: me@mine..test\r\n', shown: REFUSED },
  { id: 'F9 capitals', header: 'From: me@MINE.TEST\r\n', shown: ['me@MINE.TEST'] },
  { id: 'F10 dotless i', header: 'From: me@m\u0131ne.test\r\n', shown: ['me@m\u0131ne.test'] },
  { id: 'F10 ideographic full stop', header: 'From: me@mine\u3002test\r\n', shown: ['me@mine\u3002test'] },
  { id: 'F10 zero-width joiner', header: 'From: me@mi\u200dne.test\r\n', shown: REFUSED },
  { id: 'F13 address as name', header: `From: "${CEO}" <${ME}>\r\n`, shown: [ME] },
  { id: 'F13 bare address as name', header: `From: ${CEO} <${ME}>\r\n`, shown: REFUSED },
  { id: 'F13 right-to-left override in the name', header: `From: "\u202etset.rehto@oec" <${ME}>\r\n`, shown: [ME] },
  { id: 'F13 name of 10 KB', header: `From: "${`${'x'.repeat(900)}\r\n `.repeat(11)}" <${ME}>\r\n`, shown: [ME] },
  { id: 'F13 NUL in the name', header: `From: "a\0b" <${ME}>\r\n`, shown: REFUSED },
  { id: 'F14 bare CR', header: `From: ${ME}\r\nSubject: a\rFrom: ${CEO}\r\n`, shown: REFUSED },
  { id: 'F14 line separator', header: `From: ${ME}\r\nSubject: a\u2028From: ${CEO}\r\n`, shown: [ME] },
  { id: 'F16 no From', header: 'Subject: a\r\n', shown: REFUSED },
  { id: 'F16 two Subjects', header: `From: ${ME}\r\nSubject: a\r\nSubject: b\r\n`, shown: REFUSED },
  { id: 'F16 two To', header: `From: ${ME}\r\nTo: a@b\r\nTo: c@d\r\n`, shown: REFUSED },
  { id: 'F16 two Message-IDs', header: `From: ${ME}\r\nMessage-ID: <a@b>\r\nMessage-ID: <c@d>\r\n`, shown: REFUSED },
]

for (const { id, header, shown } of attacks)
  test(`attack ${id}`, async () => {
    const outcome = prepareHeader(new Uint8Array(Buffer.from(`${header}\r\nbody`)), CONTEXT)
    if (outcome.type === 'refused') return assert.equal(outcome.type, shown, outcome.detail)
    const { authors, sender, header: passedOn } = outcome
    const reported = [...authors, ...(sender === undefined ? [] : [sender])]
    assert.deepEqual(
      reported.map(({ localPart, domain }) => `${localPart}@${domain}`),
      shown,
    )
    const { from } = await PostalMime.parse(passedOn)
    assert.ok(authors.some(({ domain }) => from?.address?.endsWith(`@${domain}`)))
  })

test('attacks F15, F17: neither forged fields nor blind recipients are passed on', async () => {
  const forged =
    'Return-Path: <ceo@other.test>\r\nAuthentication-Results: mail.example.test; dkim=pass\r\nX-Postern-Verified: yes\r\n'
  const blind = 'Bcc: secret@example.org,\r\n another@example.org\r\n'
  const message = `${forged}From: ${ME}\r\nTo: you@example.org\r\n${blind}\r\nbody`
  const outcome = prepareHeader(new Uint8Array(Buffer.from(message)), CONTEXT)
  assert.ok(outcome.type === 'prepared')
  const { headers } = await PostalMime.parse(outcome.header)
  assert.deepEqual(
    headers.map(({ key }) => key),
    ['received', 'from', 'to', 'date', 'message-id'],
  )
  assert.doesNotMatch(Buffer.from(outcome.header).toString(), /secret|another/)
})
