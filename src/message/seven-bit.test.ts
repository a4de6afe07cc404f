// What a message comes to in 7 bits, and which messages do not come to anything.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inSevenBits, linesOf } from './seven-bit.fixture.ts'
import { planSevenBit } from './seven-bit-plan.ts'

const MIME = ['From: a@x.test', 'MIME-Version: 1.0']
const QP = 'Content-Transfer-Encoding: quoted-printable'
const BASE64 = 'Content-Transfer-Encoding: base64'
const WIDE = 'Content-Transfer-Encoding: 8bit'
const SEVEN = 'Content-Transfer-Encoding: 7bit'
const MIXED = 'Content-Type: multipart/mixed; boundary=b'

/** The lines of a message before and after. */
const converted: readonly (readonly [name: string, before: readonly string[], after: readonly string[]])[] = [
  [
    'a text without a MIME header',
    ['From: a@x.test', '', 'Gr\xfc\xdfe'],
    ['From: a@x.test', QP, 'MIME-Version: 1.0', '', 'Gr=FC=DFe'],
  ],
  [
    'the encoding is replaced where it stands',
    [...MIME, 'content-transfer-encoding:', '\t8BIT', 'Subject: s', '', '\xfc'],
    [...MIME, QP, 'Subject: s', '', '=FC'],
  ],
  ['a text that says 7bit and is not', [...MIME, SEVEN, '', '\xfc'], [...MIME, QP, '', '=FC']],
  [
    'blanks at line ends, equals signs, dots and controls',
    [...MIME, '', '\xfc \t', ' ', 'a=b \tc', '.', '\x0c', ''],
    [...MIME, QP, '', '=FC =09', '=20', 'a=3Db \tc', '.', '=0C', ''],
  ],
  [
    'long lines',
    [...MIME, '', `\xfc${'x'.repeat(72)}`, `\xfc${'x'.repeat(73)}`, '\xfc'.repeat(26), `${'x'.repeat(74)} `],
    [
      ...MIME,
      QP,
      '',
      `=FC${'x'.repeat(72)}`,
      `=FC${'x'.repeat(72)}=`,
      'x',
      `${'=FC'.repeat(25)}=`,
      '=FC',
      `${'x'.repeat(74)}=`,
      '=20',
    ],
  ],
  [
    'a file',
    [...MIME, 'Content-Type: image/png', WIDE, '', '\xff\xfe', 'x'],
    [...MIME, 'Content-Type: image/png', BASE64, '', '//4NCngNCg=='],
  ],
  [
    'a long file',
    [...MIME, 'Content-Type: image/png', WIDE, '', '\xff'.repeat(112)],
    [...MIME, 'Content-Type: image/png', BASE64, '', '/'.repeat(76), `${'/'.repeat(73)}w0K`],
  ],
  [
    'a message that only says that it is wide',
    [...MIME, 'Content-Type: image/png', WIDE, '', 'x'],
    [...MIME, 'Content-Type: image/png', SEVEN, '', 'x'],
  ],
  [
    'parts, each in its own way',
    [
      ...MIME,
      MIXED,
      WIDE,
      '',
      'for old readers',
      '--b',
      '',
      '\xfc ',
      '--b',
      'Content-Type: text/html',
      QP,
      '',
      '=FC ',
      '--b \t',
      'Content-Type: image/png',
      WIDE,
      '',
      '\xff\xff\xff',
      '--b--',
      'behind',
    ],
    [
      ...MIME,
      MIXED,
      SEVEN,
      '',
      'for old readers',
      '--b',
      QP,
      '',
      '=FC=20',
      '--b',
      'Content-Type: text/html',
      QP,
      '',
      '=FC ',
      '--b \t',
      'Content-Type: image/png',
      BASE64,
      '',
      '////',
      '--b--',
      'behind',
    ],
  ],
  [
    'what stands around the parts',
    [...MIME, MIXED, '', '\xfc', '--b', '', 'x', '--b--', '', '\xfc'],
    [...MIME, MIXED, '', '--b', '', 'x', '--b--'],
  ],
  [
    'parts within parts, with one end for both',
    [
      ...MIME,
      MIXED,
      '',
      '--b',
      'Content-Type: multipart/alternative; boundary="c d"',
      WIDE,
      '',
      '--c d',
      '',
      '--b is no line of ours'.replace('b is', 'B is'),
      '\xfc',
      '--c d--',
      '\xfc',
      '--b--',
    ],
    [
      ...MIME,
      MIXED,
      '',
      '--b',
      'Content-Type: multipart/alternative; boundary="c d"',
      SEVEN,
      '',
      '--c d',
      QP,
      '',
      '--B is no line of ours',
      '=FC',
      '--c d--',
      '',
      '--b--',
    ],
  ],
  [
    'a message within',
    ['From: a@x.test', 'Content-Type: message/rfc822', WIDE, '', 'Subject: within', '', '\xfc'],
    [
      'From: a@x.test',
      'Content-Type: message/rfc822',
      SEVEN,
      'MIME-Version: 1.0',
      '',
      'Subject: within',
      QP,
      'MIME-Version: 1.0',
      '',
      '=FC',
    ],
  ],
  [
    'messages of a digest',
    [...MIME, 'Content-Type: multipart/digest; boundary=b', '', '--b', '', 'Subject: within', '', '\xfc', '--b--'],
    [
      ...MIME,
      'Content-Type: multipart/digest; boundary=b',
      '',
      '--b',
      '',
      'Subject: within',
      QP,
      'MIME-Version: 1.0',
      '',
      '=FC',
      '--b--',
    ],
  ],
]
for (const [name, before, after] of converted)
  test(`in 7 bits: ${name}`, async () => {
    const [given, expected] = [linesOf(...before), linesOf(...after)]
    for (const size of [1, 2, 3, 7, 1000])
      assert.equal(await inSevenBits(given, size), expected, `in chunks of ${size}`)
  })

test('the last line may have no end', async () => {
  assert.equal(
    await inSevenBits('A: b\r\nMIME-Version: 1.0\r\n\r\n\xfc '),
    `A: b\r\nMIME-Version: 1.0\r\n${QP}\r\n\r\n=FC=20`,
  )
  const file = 'MIME-Version: 1.0\r\nContent-Type: image/png\r\n'
  assert.equal(await inSevenBits(`${file}\r\n\xff\xff\xff`), `${file}${BASE64}\r\n\r\n////\r\n`)
  assert.equal(
    await inSevenBits(`${linesOf(...MIME, MIXED, '', '--b', '', '\xfc')}--b--`),
    `${linesOf(...MIME, MIXED, '', '--b', QP, '', '=FC')}--b--`,
  )
})

const part = (...lines: readonly string[]) => [...MIME, MIXED, '', '--b', ...lines, '--b--']
const refused: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ...['signed', 'encrypted'].map(
    (subtype) =>
      [
        `multipart/${subtype}`,
        part(`Content-Type: multipart/${subtype}; boundary=c`, '', '--c', '', '\xfc', '--c--'),
      ] as const,
  ),
  ...['application/pkcs7-mime', 'application/x-pkcs7-mime', 'message/partial', 'Message/External-Body'].map(
    (type) => [type, part(`Content-Type: ${type}; name=x`, '', '\xfc')] as const,
  ),
  ['a message of another kind', part('Content-Type: message/delivery-status', '', '\xfc')],
  ['an 8-bit header', ['Subject: \xfc', '', '\xfc']],
  ['an 8-bit header of a part', part('Content-Type: image/png; name=\xfc', '', '\xfc')],
  ['an 8-bit header of a message within', part('Content-Type: message/rfc822', '', 'Subject: \xfc', '', 'x')],
  ['a malformed header', ['Subject', '', '\xfc']],
  ['a malformed header of a part', part('Subject : x', '', '\xfc')],
  ['no body', ['Subject: x']],
  ['a part without a body', part('Subject: x')],
  ['two types', [...MIME, 'Content-Type: text/plain', 'Content-Type: text/html', '', '\xfc']],
  ['two encodings', [...MIME, WIDE, SEVEN, '', '\xfc']],
  ['an unknown encoding', [...MIME, 'Content-Transfer-Encoding: x-uue', '', '\xfc']],
  ['an empty encoding', [...MIME, 'Content-Transfer-Encoding:', '', '\xfc']],
  ['8-bit octets in what is encoded', [...MIME, QP, '', '\xfc']],
  ['8-bit octets in a message that is encoded', [...MIME, 'Content-Type: message/rfc822', BASE64, '', '\xfc']],
  ['a type that is none', [...MIME, 'Content-Type: text', '', '\xfc']],
  ['a type with something behind', [...MIME, 'Content-Type: text/plain charset=x', '', '\xfc']],
  ['no boundary', [...MIME, 'Content-Type: multipart/mixed', '', '--', '', '\xfc', '----']],
  ['an empty boundary', [...MIME, 'Content-Type: multipart/mixed; boundary=""', '', '--', '', '\xfc', '----']],
  ['two boundaries', [...MIME, `${MIXED}; boundary=b`, '', '--b', '', '\xfc', '--b--']],
  ['a boundary in another form too', [...MIME, `${MIXED}; boundary*0=c`, '', '--b', '', '\xfc', '--b--']],
  [
    'a boundary with a blank at its end',
    [...MIME, 'Content-Type: multipart/mixed; boundary="b "', '', '--b ', '', '\xfc', '--b --'],
  ],
  [
    'a boundary that is too long',
    [
      ...MIME,
      `Content-Type: multipart/mixed; boundary=${'b'.repeat(71)}`,
      '',
      `--${'b'.repeat(71)}`,
      '',
      '\xfc',
      `--${'b'.repeat(71)}--`,
    ],
  ],
  ['no end', [...MIME, MIXED, '', '--b', '', '\xfc']],
  ['no part', [...MIME, MIXED, '', '--b--', '\xfc']],
  ['another part behind the end', [...part('', '\xfc'), '--b', '', 'x', '--b--']],
  ['a line that begins with the boundary', part('', '--bc', '\xfc')],
  ['an inner multipart without an end', part('Content-Type: multipart/mixed; boundary=c', '', '--c', '', '\xfc')],
  ['the boundary in a header', [...MIME, MIXED, '', '--b', '--b: x', '', '\xfc', '--b--']],
  [
    'a boundary that begins like another',
    part('Content-Type: multipart/mixed; boundary=bc', '', '--bc', '', '\xfc', '--bc--'),
  ],
  [
    'a boundary that another begins with',
    [
      ...MIME,
      'Content-Type: multipart/mixed; boundary=bc',
      '',
      '--bc',
      MIXED,
      '',
      '--b',
      '',
      '\xfc',
      '--b--',
      '--bc--',
    ],
  ],
  ['a boundary within itself', part(MIXED, '', '--b', '', '\xfc', '--b--')],
  ['an encoded multipart', [...MIME, MIXED, BASE64, '', '--b', '', '\xfc', '--b--']],
  ['a CR on its own', [...MIME, '', '\xfc\rx']],
  ['a CR before a line end', [...MIME, '', '\xfc\r']],
  ['an LF on its own', [...MIME, '', '\xfc\nx']],
  ['a NUL', [...MIME, '', '\xfc\0']],
]
for (const [name, lines] of refused)
  test(`not to be converted: ${name}`, async () => {
    for (const size of [1, 2, 1000]) assert.equal(await inSevenBits(linesOf(...lines), size), undefined)
  })

test('not to be converted: a CR at the very end', async () => {
  assert.equal(await inSevenBits(`${linesOf(...MIME, '')}\xfc\r`), undefined)
})

test('parts and their depth are bounded', async () => {
  const many = (count: number) =>
    linesOf(...MIME, MIXED, '', ...Array.from({ length: count }, () => ['--b', '', '\xfc']).flat(), '--b--')
  assert.notEqual(await inSevenBits(many(499)), undefined)
  assert.equal(await inSevenBits(many(500)), undefined)
  const deep = (depth: number): string =>
    depth === 0
      ? linesOf('', '\xfc')
      : `${linesOf(`Content-Type: multipart/mixed; boundary=b${depth}_`, '', `--b${depth}_`)}${deep(depth - 1)}--b${depth}_--\r\n`
  assert.notEqual(await inSevenBits(deep(20)), undefined)
  assert.equal(await inSevenBits(deep(21)), undefined)
})

test('a header without an end and a line without an end stay within bounds', async () => {
  let read = 0
  async function* endless(piece: string) {
    for (read = 0; read < 5000; read += 1) yield Buffer.from(piece)
  }
  assert.equal(await planSevenBit(endless(`X: ${'x'.repeat(1000)}\r\n`)), undefined)
  assert(read < 1000)
  assert.equal(await planSevenBit(endless('x'.repeat(1000))), undefined)
})

const signatures: readonly (readonly [field: string, signedBy: readonly string[]])[] = [
  ['DKIM-Signature: v=1; a=rsa-sha256;\r\n d=X.test; s=d', ['x.test']],
  ['dkim-signature: d=x.test;;bd=y.test', ['x.test']],
  ['DKIM-Signature: v=1', ['']],
  ['ARC-Message-Signature: i=1; d = y.test; bd=z', ['y.test']],
  ['X-DKIM-Signature: d=y.test', []],
]
for (const [field, signedBy] of signatures)
  test(`who has signed: ${field}`, async () => {
    async function* pieces() {
      yield Buffer.from(linesOf(field, '', '\xfc'), 'latin1')
    }
    assert.deepEqual((await planSevenBit(pieces()))?.signedBy, signedBy)
  })
