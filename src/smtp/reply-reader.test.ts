// Replies as servers send them, well and badly, whole and an octet at a time.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ReplyReader } from './reply-reader.ts'

function readAll(stream: string, length: number) {
  const reader = new ReplyReader()
  const octets = Buffer.from(stream, 'latin1')
  const taken: string[] = []
  for (let at = 0; at < octets.length; at += length) {
    reader.push(octets.subarray(at, at + length))
    for (let reply = reader.take(); reply !== undefined; reply = reader.take()) {
      if (reply.type === 'fault') return [...taken, reply.detail]
      taken.push(`${reply.code} ${reply.enhancedStatusCode ?? '-'} ${reply.lines.join('|')}`)
    }
  }
  return reader.isEmpty ? taken : [...taken, '…']
}

const cases: readonly (readonly [name: string, stream: string, expected: readonly string[]])[] = [
  ['one line', '250 Ok\r\n', ['250 - Ok']],
  ['a code alone', '250\r\n', ['250 - ']],
  ['a code and a space', '334 \r\n', ['334 - ']],
  ['several lines', '250-a\r\n250-b\r\n250 c\r\n', ['250 - a|b|c']],
  ['several replies', '250 a\r\n354 b\r\n', ['250 - a', '354 - b']],
  ['an enhanced code on every line', '550-5.1.1 No\r\n550 5.1.1 body\r\n', ['550 5.1.1 No|body']],
  ['an enhanced code alone', '250 2.0.0\r\n', ['250 2.0.0 ']],
  ['an enhanced code on the second line', '550-No\r\n550 5.1.1 body\r\n', ['550 5.1.1 No|body']],
  ['an enhanced code of another class', '550 4.2.0 later\r\n', ['550 - 4.2.0 later']],
  ['an enhanced code cut short', '550 5.1. nobody\r\n', ['550 - 5.1. nobody']],
  ['an enhanced code that is too long', '550 5.1.1234 nobody\r\n', ['550 - 5.1.1234 nobody']],
  ['an address that looks like one', '250 2.0.0.1 is you\r\n', ['250 - 2.0.0.1 is you']],
  ['LF alone', '250-a\n250 b\n', ['250 - a|b']],
  ['octets that are no text', '250 a\0b\x1b[2J\xff\rc\r\n', ['250 - a?b?[2J??c']],
  ['a tab', '250 a\tb\r\n', ['250 - a b']],
  ['an end that has not come', '250 a', ['…']],
  ['a last line that has not come', '250-a\r\n', ['…']],
  ['no code', 'hello\r\n', ['it does not answer with an SMTP reply']],
  ['an empty line', '\r\n', ['it does not answer with an SMTP reply']],
  ['two digits', '25 a\r\n', ['it does not answer with an SMTP reply']],
  ['a code that no reply has', '150 a\r\n', ['it does not answer with an SMTP reply']],
  ['no separator', '250a\r\n', ['it does not answer with an SMTP reply']],
  ['an empty line within', '250-a\r\n\r\n', ['it does not answer with an SMTP reply']],
  ['a code that changes', '250-a\r\n550 b\r\n', ['the code changes within its reply']],
  ['a line at its limit', `250 ${'a'.repeat(2042)}\r\n`, [`250 - ${'a'.repeat(2042)}`]],
  ['a line beyond it', `250 ${'a'.repeat(2043)}\r\n`, ['a line of its reply is too long']],
  ['a line without an end', '2'.repeat(100_000), ['a line of its reply is too long']],
  ['lines at their limit', `${'250-\r\n'.repeat(127)}250 a\r\n`, [`250 - ${'|'.repeat(127)}a`]],
  ['lines without an end', '250-a\r\n'.repeat(1000), ['its reply has too many lines']],
  ['a reply beyond its limit', `250-${'a'.repeat(2000)}\r\n`.repeat(40), ['its reply is too large']],
]

for (const [name, stream, expected] of cases)
  for (const length of [stream.length, 1, 7])
    test(`${name}, ${length} octets at a time`, () => assert.deepEqual(readAll(stream, length), expected))

test('any octets in any pieces: replies or a fault, in printable ASCII, and the pieces do not matter', () => {
  const line = fc.oneof(fc.constantFrom('250 a\r\n', '250-b\r\n', '\n', '421 4.3.2 c\n'), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 9 }), (lines, length) => {
      const stream = lines.join('')
      const whole = readAll(stream, stream.length || 1)
      assert.deepEqual(readAll(stream, length), whole)
      for (const text of whole) assert.match(text, /^[ -~…]*$/)
    }),
  )
})
