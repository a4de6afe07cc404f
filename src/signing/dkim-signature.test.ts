// Canonical forms, against the example of RFC 8463 appendix A and by table; how a field is written.

import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { relaxedField, selectSignedFields } from './dkim-signature.ts'
import { RelaxedBody } from './relaxed-body.ts'
import { DOMAIN, signed, signerFor } from './signing.fixture.ts'

const lines = (...all: readonly string[]) => all.map((line) => `${line}\r\n`).join('')

/** RFC 8463 appendix A.3. */
const EXAMPLE_FIELDS = [
  'From: Joe SixPack <joe@football.example.com>',
  'To: Suzie Q <suzie@shopping.example.net>',
  'Subject: Is dinner ready?',
  'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)',
  'Message-ID: <20030712040037.46341.5F8J@football.example.com>',
]
const EXAMPLE_BODY = lines('Hi.', '', 'We lost the game.  Are you hungry yet?', '', 'Joe.')
const BODY_HASH = '2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8='

const exampleSignature = (algorithm: string, selector: string) =>
  [
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed;`,
    ' d=football.example.com; i=@football.example.com;',
    ` q=dns/txt; s=${selector}; t=1528637909; h=from : to :`,
    ' subject : date : message-id : from : subject : date;',
    ` bh=${BODY_HASH};`,
    ' b=',
  ].join('\r\n')

const EXAMPLE_RSA_KEY = [
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR',
  'iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b',
  'yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKr',
  'M3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K',
  '4w3QIDAQAB',
].join('')

const EXAMPLE_RSA_SIGNATURE = [
  'F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3',
  'DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz',
  'dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=',
].join('')

const EXAMPLE_ED25519_SIGNATURE = [
  '/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus',
  'Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
].join('')

/** What an example's signature is over. */
const exampleText = (signature: string) =>
  Buffer.from([...EXAMPLE_FIELDS, signature].map(relaxedField).join('\r\n'), 'latin1')

test('the signatures of the example of RFC 8463 are over our canonical form', () => {
  const rsa = createPublicKey({ key: Buffer.from(EXAMPLE_RSA_KEY, 'base64'), format: 'der', type: 'spki' })
  const rsaText = exampleText(exampleSignature('rsa-sha256', 'test'))
  assert(verify('sha256', rsaText, rsa, Buffer.from(EXAMPLE_RSA_SIGNATURE, 'base64')))
  const x = Buffer.from('11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=', 'base64').toString('base64url')
  const ed25519 = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const hash = createHash('sha256')
    .update(exampleText(exampleSignature('ed25519-sha256', 'brisbane')))
    .digest()
  assert(verify(null, hash, ed25519, Buffer.from(EXAMPLE_ED25519_SIGNATURE, 'base64')))
})

/** As RFC 6376 §3.4.4 says it, over the whole body at once. */
function canonicalBody(body: string): string {
  const text = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
  while (text.at(-1) === '') text.pop()
  return text.map((line) => `${line}\r\n`).join('')
}

const bodies: readonly (readonly [name: string, body: string, canonical?: string])[] = [
  ['the example of RFC 8463', EXAMPLE_BODY],
  ['the example of RFC 6376', ' C \r\nD \t E\r\n\r\n\r\n', ' C\r\nD E\r\n'],
  ['nothing', '', ''],
  ['one empty line', '\r\n', ''],
  ['only empty lines', '\r\n'.repeat(5000), ''],
  ['only blanks', ' \t\r\n\t\r\n   ', ''],
  ['blanks at the end of the last line', 'a \t', 'a\r\n'],
  ['no line end at the end', 'a', 'a\r\n'],
  ['many empty lines between', `a\r\n${'\r\n'.repeat(5000)}b\r\n\r\n`, `a\r\n${'\r\n'.repeat(5000)}b\r\n`],
  [
    'some empty lines between',
    `a\r\n${'\r\n'.repeat(64)}b\r\n${'\r\n'.repeat(100)}c`,
    `a\r\n${'\r\n'.repeat(64)}b\r\n${'\r\n'.repeat(100)}c\r\n`,
  ],
  ['a line of blanks between', 'a\r\n \t \r\nb\r\n', 'a\r\n\r\nb\r\n'],
  ['a CR on its own', 'a\rb \r c\r\r\n', 'a\rb \r c\r\r\n'],
  ['a CR at the very end', 'a\r', 'a\r\r\n'],
  ['a blank and a CR at the very end', 'a \r', 'a \r\r\n'],
  ['an LF on its own', 'a\nb\n\r\n', 'a\nb\n\r\n'],
  ['octets above 127', 'gr\xfc\xdfe\xa0 \r\n', 'gr\xfc\xdfe\xa0\r\n'],
]

for (const [name, body, canonical] of bodies)
  test(`relaxed body: ${name}`, () => {
    const expected = canonical ?? canonicalBody(body)
    const hash = createHash('sha256').update(expected, 'latin1').digest('base64')
    for (const size of [1, 2, 3, 1000, 1_000_000]) {
      const octets = Buffer.from(body, 'latin1')
      const hashed = new RelaxedBody()
      for (let at = 0; at < octets.length; at += size) hashed.update(octets.subarray(at, at + size))
      assert.equal(hashed.digest(), hash, `in chunks of ${size}`)
      assert.equal(hashed.has8bit(), /[\x80-\xff]/.test(body))
    }
  })

test('the body hash of the example of RFC 8463', () => {
  const body = new RelaxedBody()
  body.update(Buffer.from(EXAMPLE_BODY))
  assert.equal(body.digest(), BODY_HASH)
})

const fieldCases: readonly (readonly [text: string, canonical: string])[] = [
  ['A: X', 'a:X'],
  ['B : Y\t\r\n\tZ  ', 'b:Y Z'],
  ['Subject:', 'subject:'],
  ['Subject: \t\r\n ', 'subject:'],
  ['X: a:b', 'x:a:b'],
  ['X: \xa0a\xa0 ', 'x:\xa0a\xa0'],
]
for (const [text, canonical] of fieldCases)
  test(`relaxed field ${JSON.stringify(text)}`, () => assert.equal(relaxedField(text), canonical))

test('fields are covered from the bottom up, once more than they are there', () => {
  const fields = ['received: r', 'to: first', 'list-id: one', 'from: f', 'to: second', 'list-id: two']
  const { names, canonical } = selectSignedFields(fields.map((text) => ({ name: text.split(':')[0] ?? '', text })))
  assert.deepEqual(names.slice(0, 7), ['From', 'From', 'Subject', 'Date', 'To', 'To', 'To'])
  assert.deepEqual(names.slice(-3), ['List-Id', 'List-Id', 'List-Id'])
  assert.equal(canonical, lines('from:f', 'to:second', 'to:first', 'list-id:two', 'list-id:one'))
  assert(!names.includes('Sender') && names.includes('Content-Type'))
})

test('the field says what was signed when, in lines of the usual length', async () => {
  const { keys } = await signerFor(DOMAIN)
  const at = Date.UTC(2030, 0, 1)
  const message = Buffer.from(lines('From: a@contoso.test', 'List-Id: l', '', 'Hi.'))
  const [rsa = '', ed25519 = ''] = (await signed(message, keys, { at }))
    .toString('latin1')
    .split(/^From: /m)[0]
    ?.split(/(?<=\r\n)(?=DKIM)/) ?? ['']
  for (const field of [rsa, ed25519])
    assert(
      field.split('\r\n').every((line) => line.length <= 78),
      field,
    )
  assert.equal(
    ed25519.replace(/(?<=\r\n b=)[^;]*$/, ''),
    [
      'DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=contoso.test;',
      ' s=pst2-0123abcd; t=1893456000; x=1894060800;',
      ` bh=${createHash('sha256').update('Hi.\r\n').digest('base64')};`,
      ' h=From:From:Subject:Date:To:Cc:Reply-To:Message-ID:MIME-Version:Content-Type',
      ' :Content-Transfer-Encoding:List-Id:List-Id;',
      ' b=',
    ].join('\r\n'),
  )
  assert.match(rsa, /^DKIM-Signature: v=1; a=rsa-sha256; [^]*s=pst1-0123abcd;/)
})
