// Line ends made CRLF, whole and cut anywhere: what becomes of each, and which dot still ends a message.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineEndNormaliser } from './line-end-normaliser.ts'

const normalise = (pieces: readonly string[]): string => {
  const normaliser = new LineEndNormaliser()
  return pieces.map((piece) => normaliser.normalise(Buffer.from(piece, 'latin1')).toString('latin1')).join('')
}

const cases: readonly [name: string, given: string, expected: string][] = [
  ['CRLF stays', 'HELO a\r\nQUIT\r\n', 'HELO a\r\nQUIT\r\n'],
  ['LF becomes CRLF', 'HELO a\nQUIT\n', 'HELO a\r\nQUIT\r\n'],
  ['empty lines', '\n\r\n\n', '\r\n\r\n\r\n'],
  ['a bare CR is left for the session to refuse', 'a\rb\r\n', 'a\rb\r\n'],
  ['a CR before CRLF likewise', 'a\r\r\n', 'a\r\r\n'],
  ['the device that says LF ends with LF.LF', 'DATA\nhi\n.\nQUIT\n', 'DATA\r\nhi\r\n.\r\nQUIT\r\n'],
  ['or with CRLF.CRLF', 'DATA\nhi\r\n.\r\n', 'DATA\r\nhi\r\n.\r\n'],
  ['the device that says CRLF ends with CRLF.CRLF', 'DATA\r\nhi\n\r\n.\r\n', 'DATA\r\nhi\r\n\r\n.\r\n'],
  ['its LF.LF is text', 'DATA\r\nhi\n.\nRSET\r\n.\r\n', 'DATA\r\nhi\r\n..\r\nRSET\r\n.\r\n'],
  ['its LF.CRLF is text', 'DATA\r\nhi\n.\r\nRSET\r\n', 'DATA\r\nhi\r\n..\r\nRSET\r\n'],
  ['its CRLF.LF is text', 'DATA\r\nhi\r\n.\nRSET\r\n', 'DATA\r\nhi\r\n..\r\nRSET\r\n'],
  ['more than a dot is left alone', 'DATA\r\n.a\n..\n.\r\r\n', 'DATA\r\n.a\r\n..\r\n.\r\r\n'],
  ['octets stay octets', 'DATA\n\xff\0\n', 'DATA\r\n\xff\0\r\n'],
]
for (const [name, given, expected] of cases)
  test(name, () => {
    assert.equal(normalise([given]), expected)
    assert.equal(normalise(given.split('')), expected)
  })

test('after a restart the next line decides anew', () => {
  const normaliser = new LineEndNormaliser()
  const give = (text: string) => normaliser.normalise(Buffer.from(text, 'latin1')).toString('latin1')
  assert.equal(give('STARTTLS\nx\n.'), 'STARTTLS\r\nx\r\n')
  normaliser.restart()
  assert.equal(give('EHLO a\r\nb\n.\n'), 'EHLO a\r\nb\r\n..\r\n')
})

const soup = fc.array(fc.constantFrom('\r', '\n', '.', '\r\n', 'a', '\n.\n', '\r\n.\r\n'), { maxLength: 40 })

test('no bare LF comes out, nothing but line ends and dots changes, and cuts change nothing', () => {
  fc.assert(
    fc.property(soup, fc.array(fc.nat(6), { maxLength: 40 }), (words, sizes) => {
      const given = `${words.join('')}a\r\n`
      const pieces: string[] = []
      let from = 0
      for (const size of sizes) pieces.push(given.slice(from, (from += size)))
      const whole = normalise([given])
      assert.equal(normalise([...pieces, given.slice(from)]), whole)
      assert.doesNotMatch(whole, /(?<!\r)\n/)
      assert.equal(whole.replaceAll(/[\r\n.]/g, ''), given.replaceAll(/[\r\n.]/g, ''))
    }),
  )
})

test('a device that says CRLF ends a message with CRLF.CRLF only', () => {
  fc.assert(
    fc.property(soup, (words) => {
      const text = words.join('').replaceAll('\r\n.\r\n', '')
      fc.pre(!`\r\n${text}a`.includes('\r\n.\r\n'))
      assert.doesNotMatch(normalise([`DATA\r\n${text}a\r\n`]), /\r\n\.\r\n/)
    }),
  )
})
