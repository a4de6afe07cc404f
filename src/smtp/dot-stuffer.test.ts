// What is stuffed must be what our own scanner reads, wherever the pieces are cut; what may not be sent must never be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ContentScanner } from './content-scanner.ts'
import { DotStuffer } from './dot-stuffer.ts'

/** The octets on the wire; undefined when it was refused. */
function stuffAll(content: string, length: number): string | undefined {
  const stuffer = new DotStuffer()
  const octets = Buffer.from(content, 'latin1')
  let sent = ''
  for (let at = 0; at < octets.length; at += length) {
    const stuffed = stuffer.stuff(octets.subarray(at, at + length))
    if (stuffed === undefined) return undefined
    sent += Buffer.from(stuffed).toString('latin1')
  }
  const end = stuffer.end()
  return end === undefined ? undefined : sent + end
}

const cases: readonly (readonly [name: string, content: string, expected: string | undefined])[] = [
  ['no dots', 'a\r\nb\r\n', 'a\r\nb\r\n.\r\n'],
  ['nothing', '', '.\r\n'],
  ['an end without CRLF', 'a', 'a\r\n.\r\n'],
  ['a dot first', '.a\r\n', '..a\r\n.\r\n'],
  ['a dot alone', '.\r\n', '..\r\n.\r\n'],
  ['what would be the end', 'a\r\n.\r\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
  ['dots of every kind', '..\r\na.b\r\n.\r\n...', '...\r\na.b\r\n..\r\n....\r\n.\r\n'],
  ['a bare LF', 'a\nb\r\n', undefined],
  ['a bare LF and a dot', 'a\n.\r\nMAIL FROM:<>\r\n', undefined],
  ['LF first', '\na\r\n', undefined],
  ['a bare CR', 'a\rb\r\n', undefined],
  ['CR CR LF', 'a\r\r\n', undefined],
  ['LF after CRLF', 'a\r\n\nb', undefined],
  ['a bare CR and a dot', 'a\r.\r\n', undefined],
  ['CR last', 'a\r\nb\r', undefined],
  ['NUL', 'a\0\r\n', undefined],
  ['NUL first', '\0\r\n', undefined],
]

for (const [name, content, expected] of cases)
  for (const length of [content.length || 1, 1, 2, 3])
    test(`${name}, ${length} octets at a time`, () => assert.equal(stuffAll(content, length), expected))

test('our own scanner reads what was stuffed; what it would refuse is not sent', () => {
  const piece = fc.constantFrom('a', '.', '\r\n', '\r', '\n', '\0', '\r\n.\r\n', 'text ')
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 1, max: 5 }), (pieces, length) => {
      const content = pieces.join('')
      const sent = stuffAll(content, length)
      if (sent === undefined) return assert.match(content, /\0|\r(?!\n)|(?<!\r)\n/)
      const scan = new ContentScanner('DATA', 10_000)
      const { octets, ended, used } = scan.scan(Buffer.from(sent, 'latin1'))
      assert.deepEqual([scan.fault, ended, used], [undefined, true, sent.length])
      const whole = content === '' || content.endsWith('\r\n') ? content : `${content}\r\n`
      assert.equal(octets?.toString('latin1') ?? '', whole)
    }),
  )
})
