// Which messages tell of engagement, and what of them changes for it: over a real store, with real signatures that another program checks.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { HTML_LIMIT } from '../message/html-parts.ts'
import { anySevenBitMessage, linesOf } from '../message/seven-bit.fixture.ts'
import type { Resource } from '../resources/resource.ts'
import { verdictsOfMailauth } from '../signing/signing.fixture.ts'
import { A, B, change, communicationService, domain } from '../storage/two-tenants.fixture.ts'
import { clickOf, openTrackingScene, recordsOf, type TrackingScene, unsigned, VIEW } from './engagement.fixture.ts'

let scene: TrackingScene
let connected: Resource
before(async () => {
  scene = await openTrackingScene()
  connected = await scene.connect('Enabled')
})
after(() => scene.close())

const CLICK = clickOf('http://a.test/')
const HTML = '<html><body><a href="http://a.test/">x</a></body></html>'
const TRACKED = `<html><body><a href="${CLICK}">x</a>${VIEW}</body></html>`
const QUOTED = 'Content-Transfer-Encoding: quoted-printable'
const FROM = 'From: a@contoso.test'

/** A message of one part. */
const single = (html: string, ...fields: string[]) =>
  linesOf(FROM, 'MIME-Version: 1.0', ...(fields.length === 0 ? ['Content-Type: text/html'] : fields), '') + html

const base64 = (text: string, encoding: BufferEncoding = 'latin1') =>
  Buffer.from(text, encoding)
    .toString('base64')
    .replaceAll(/.{76}(?=.)/g, '$&\r\n')

/** By another reader than ours. */
async function htmlOf(message: Buffer): Promise<string> {
  return (await PostalMime.parse(message)).html ?? ''
}

type Written = { readonly fields: readonly string[]; readonly body: string; readonly expected: string }
const utf8 = (text: string) => Buffer.from(text).toString('latin1')
const written: Readonly<Record<string, Written>> = {
  'without a charset': { fields: ['Content-Type: text/html'], body: HTML, expected: TRACKED },
  'utf-8, 8bit': {
    fields: ['Content-Type: text/html; charset="UTF-8"', 'Content-Transfer-Encoding: 8bit'],
    body: utf8(`Gr\u{fc}\u{df}e \u{1f600} ${HTML}`),
    expected: `Gr\u{fc}\u{df}e \u{1f600} ${TRACKED}`,
  },
  'utf-8, a link beyond ASCII': {
    fields: ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
    body: utf8('<a href="http://a.test/\u{fc}">'),
    expected: `<a href="${clickOf('http://a.test/%C3%BC')}">${VIEW}`,
  },
  'iso-8859-1, 8bit': {
    fields: ['Content-Type: text/html; charset=iso-8859-1', 'Content-Transfer-Encoding: 8bit'],
    body: `Gr\xfc\xdfe\xa0${HTML}`,
    expected: `Gr\u{fc}\u{df}e\u{a0}${TRACKED}`,
  },
  'iso-8859-1, a link beyond ASCII': {
    fields: ['Content-Type: text/html; charset=iso-8859-1', 'Content-Transfer-Encoding: 8bit'],
    body: '<a href="http://a.test/\xfc">',
    expected: `<a href="http://a.test/\u{fc}">${VIEW}`,
  },
  'windows-1252, quoted-printable': {
    fields: ['Content-Type: text/html; charset=windows-1252', QUOTED],
    body: `=80 ${HTML.replaceAll('=', '=3D')}`,
    expected: `\u{20ac} ${TRACKED}`,
  },
  'quoted-printable with line ends of its own': {
    fields: ['Content-Type: text/html; charset=us-ascii', QUOTED],
    body: `a=0Ab=0D=0Ac=0Dd =\r\n\r\ne ${HTML.replaceAll('=', '=3D')}\r\n`,
    expected: `a\nb\nc\rd \ne ${TRACKED}\n`,
  },
  'utf-8, base64': {
    fields: ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: base64'],
    body: `${base64(`\u{20ac}\n${HTML}\n`, 'utf8')}\r\n`,
    expected: `\u{20ac}\n${TRACKED}\n`,
  },
  'shift_jis, base64': {
    fields: ['Content-Type: text/html; charset=shift_jis', 'Content-Transfer-Encoding: base64'],
    // Its second octets are letters, brackets and backslashes of ASCII.
    body: base64(`\x83\x5c\x83\x7b\x83\x5b${HTML}`),
    expected: `\u{30bd}\u{30dc}\u{30bc}${TRACKED}`,
  },
  'said to be utf-8, and is not': {
    fields: ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
    body: `\xff ${HTML}`,
    expected: `\u{fffd} ${TRACKED}`,
  },
  inline: { fields: ['Content-Type: text/html', 'Content-Disposition: inline'], body: HTML, expected: TRACKED },
}
for (const [name, { fields, body, expected }] of Object.entries(written))
  test(`tracked: ${name}`, async () => {
    const left = await scene.leaving(single(body, ...fields))
    const plain = (html: string) => html.replaceAll('\r\n', '\n').trimEnd()
    assert.equal(plain(await htmlOf(left)), plain(expected))
    assert.deepEqual(await verdictsOfMailauth(left, recordsOf(connected)), ['pass', 'pass'])
    assert.ok(
      unsigned(left)
        .split('\r\n')
        .every((line) => line.length <= 998),
    )
  })

const image = `--r\r\n${linesOf('Content-Type: image/png', 'Content-ID: <i@x>', 'Content-Transfer-Encoding: base64', '')}${base64('\x89PNG'.repeat(40))}\r\n`
const plainPart = `--a\r\n${linesOf('Content-Type: text/plain', '')}See http://a.test/ <a href="http://a.test/">\r\n`
const htmlPart = (delimiter: string) => `--${delimiter}\r\n${linesOf('Content-Type: text/html', '')}${HTML}\r\n`
const attached = `--m\r\n${linesOf('Content-Type: text/html; name=a.html', 'Content-Disposition: attachment; filename=a.html', '')}${HTML}\r\n`
const forwarded = `--m\r\n${linesOf('Content-Type: message/rfc822', '', 'From: x@y.test', 'Content-Type: text/html', '')}${HTML}\r\n`
const nested = [
  linesOf(FROM, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=m', '', 'preamble'),
  `--m\r\n${linesOf('Content-Type: multipart/alternative; boundary=a', '')}${plainPart}`,
  `--a\r\n${linesOf('Content-Type: multipart/related; boundary=r', '')}`,
  htmlPart('r'),
  `${image}--r--\r\n--a--\r\n`,
  `${attached}${forwarded}--m--\r\nepilogue\r\n`,
]

test('of many parts only the one that is shown as HTML changes, and of the others no octet', async () => {
  const left = unsigned(await scene.leaving(nested.join('')))
  const at = nested.slice(0, 3).join('').length
  assert.equal(left.slice(0, at), nested.slice(0, 3).join(''))
  const rest = nested.slice(4).join('')
  assert.equal(left.slice(-rest.length), rest)
  const part = left.slice(at, -rest.length)
  assert.match(part, /^--r\r\nContent-Type: text\/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n/)
  assert.ok((await htmlOf(Buffer.from(left, 'latin1'))).startsWith(TRACKED))
})

test('it leaves the same each time, and in 7 bits as well', async () => {
  const message = single(`\xfc${HTML}`, 'Content-Type: text/html; charset=iso-8859-1')
  const left = await scene.leaving(message)
  assert.deepEqual(await scene.leaving(message), left)
  assert.deepEqual(await scene.leaving(message, { sevenBit: true }), left)
  const wide = `${nested.slice(0, -1).join('')}--m\r\n\r\n\xfc\r\n--m--\r\n`
  const narrow = await scene.leaving(wide, { sevenBit: true })
  assert.match(narrow.toString('latin1'), /\r\n\r\n=FC\r\n--m--\r\n$/)
  assert.ok((await htmlOf(narrow)).startsWith(TRACKED))
  assert.deepEqual(await verdictsOfMailauth(narrow, recordsOf(connected)), ['pass', 'pass'])
})

const whole = (type: string, ...parts: readonly string[]) =>
  `${linesOf(FROM, 'MIME-Version: 1.0', `Content-Type: ${type}; boundary=s`, '')}${parts.join('')}--s--\r\n`
const left: Readonly<Record<string, string>> = {
  'plain text': linesOf(FROM, '', HTML),
  'HTML that is said to be plain text': single(HTML, 'Content-Type: text/plain'),
  'an attachment': single(HTML, 'Content-Type: text/html', 'Content-Disposition: attachment'),
  'a file': single(HTML, 'Content-Type: text/html', 'Content-Disposition: inline; filename=a.html'),
  'a named part': single(HTML, 'Content-Type: text/html; name=a.html'),
  'a signed message': whole(
    'multipart/signed',
    htmlPart('s'),
    '--s\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n',
  ),
  'a signed part': whole(
    'multipart/mixed',
    htmlPart('s'),
    '--s\r\nContent-Type: multipart/signed; boundary=t\r\n\r\n--t\r\n\r\n\r\n--t--\r\n',
  ),
  'an encrypted message': whole('multipart/encrypted', htmlPart('s')),
  'S/MIME': single(base64(HTML), 'Content-Type: application/pkcs7-mime', 'Content-Transfer-Encoding: base64'),
  'PGP within the text': single(`-----BEGIN PGP SIGNED MESSAGE-----\r\n${HTML}`, 'Content-Type: text/html', QUOTED),
  'a report': whole('multipart/report; report-type=delivery-status', htmlPart('s')),
  'what another domain signed': `DKIM-Signature: d=other.test\r\n${single(HTML)}`,
  'a structure that readers take apart differently': whole('multipart/mixed', htmlPart('s'), '--sx\r\n'),
  'an encoding that is not known': single(HTML, 'Content-Type: text/html', 'Content-Transfer-Encoding: x-uuencode'),
  'base64 that is none': single('!', 'Content-Type: text/html', 'Content-Transfer-Encoding: base64'),
  'quoted-printable that is none': single('=ZZ', 'Content-Type: text/html', QUOTED),
  'utf-16': single(
    base64(HTML, 'utf16le'),
    'Content-Type: text/html; charset=utf-16',
    'Content-Transfer-Encoding: base64',
  ),
  'utf-16 that does not say so': single(
    base64(HTML, 'utf16le'),
    'Content-Type: text/html',
    'Content-Transfer-Encoding: base64',
  ),
  'iso-2022-jp': single(HTML, 'Content-Type: text/html; charset=iso-2022-jp', QUOTED),
  'a charset that nobody knows': single(HTML, 'Content-Type: text/html; charset=x-ebcdic', QUOTED),
  'HTML that is too large': single(`${'x\r\n'.repeat(HTML_LIMIT / 3)}${HTML}`, 'Content-Type: text/html', QUOTED),
  'an empty part': single(''),
}
for (const [name, message] of Object.entries(left))
  test(`left alone: ${name}`, async () => {
    assert.equal(unsigned(await scene.leaving(message)), message)
  })

test('parts behind the tenth stay', async () => {
  const message = whole('multipart/mixed', htmlPart('s').repeat(12))
  assert.equal(unsigned(await scene.leaving(message)).split(HTML).length, 3)
})

test('only where the domain wants it, and the message does not refuse it', async (t) => {
  const own = await openTrackingScene()
  t.after(() => own.close())
  const isTracked = async (envelope = {}) => unsigned(await own.leaving(single(HTML), { envelope })) !== single(HTML)
  await own.connect('Disabled')
  assert.equal(await isTracked(), false)
  assert.equal(await isTracked(), false)
  assert.deepEqual(own.reads, ['contoso.test'])
  // At once, as every change of a tenant.
  await own.connect('Enabled')
  assert.equal(await isTracked(), true)
  assert.equal(await isTracked({ engagementTrackingDisabled: true }), false)
  assert.equal(await isTracked({ reversePath: '' }), false)
  await own.connect('Disabled')
  assert.equal(await isTracked(), false)
})

test('a domain of another tenant decides nothing', async (t) => {
  const own = await openTrackingScene()
  t.after(() => own.close())
  await own.connect('Enabled', B)
  const service = communicationService(A, 'mail', [domain(B, 'email', 'contoso.test').id])
  await own.storage.write.resources.putResource(change(), service)
  const message = single(HTML)
  assert.equal(String(await own.leaving(message, { signs: false })), message)
  const envelope = { resourceId: communicationService(B, 'mail-of-b').id }
  assert.equal(String(await own.leaving(message, { signs: false, envelope })), message)
  await own.connect('Enabled', A)
  assert.notEqual(String(await own.leaving(message, { signs: false })), message)
})

test('any message: signatures hold, and other parts are what they were to another parser', async () => {
  await fc.assert(
    fc.asyncProperty(anySevenBitMessage, fc.boolean(), async (message, sevenBit) => {
      const octets = await scene.leaving(message, { sevenBit })
      assert.deepEqual(await verdictsOfMailauth(octets, recordsOf(connected)), ['pass', 'pass'])
      assert.deepEqual(await parsed(octets), await parsed(Buffer.from(message, 'latin1')))
    }),
    { numRuns: 300 },
  )
})

/** Without the header, which is ours to change, and the picture. */
async function parsed(message: Buffer): Promise<object> {
  const { headers: _, headerLines: __, attachments, html, ...rest } = await PostalMime.parse(message)
  const plain = (text: string | undefined) => text?.replaceAll('\r\n', '\n').trimEnd()
  return {
    ...rest,
    // Where a message has both, it makes text of the HTML, too.
    text: html === undefined ? plain(rest.text) : '',
    html: plain(html?.replaceAll(VIEW, '')),
    attachments: attachments.map((each) => ({
      ...each,
      content: plain(Buffer.from(each.content as ArrayBuffer).toString('latin1')),
    })),
  }
}
