// The scanner against a reading of the same rules that looks at one octet after the other, has all of them at once, and is slow.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ContentFault, ContentScanner } from '../../src/smtp/content-scanner.ts'

/** `rest` is what lies behind the end of DATA, undefined when there is none. */
type Verdict = { readonly content: string; readonly fault: ContentFault | undefined; readonly rest: string | undefined }

function readSlowly(stream: string, sizeLimit: number): Verdict {
  let content = ''
  let at = 0
  const refuse = (fault: ContentFault): Verdict => {
    // The CRLF that an end begins with may be the one before the fault, or the one before the message.
    const [, ...rest] = `\r\n${stream}`.slice(at).split('\r\n.\r\n')
    return { content: '', fault, rest: rest.length === 0 ? undefined : rest.join('\r\n.\r\n') }
  }
  while (at < stream.length) {
    if (stream.startsWith('.\r\n', at)) return { content, fault: undefined, rest: stream.slice(at + 3) }
    if (stream[at] === '.') at += 1
    for (let column = 0; !stream.startsWith('\r\n', at); column++) {
      const octet = stream[at]
      if (octet === undefined || (octet === '\r' && at + 1 === stream.length))
        return { content, fault: undefined, rest: undefined }
      if (octet === '\n' || octet === '\r') return refuse('bad line end')
      if (column === 998) return refuse('line too long')
      if (octet === '\0') return refuse('bad line end')
      content += octet
      if (content.length > sizeLimit) return refuse('too large')
      at += 1
    }
    content += '\r\n'
    if (content.length > sizeLimit) return refuse('too large')
    at += 2
  }
  return { content, fault: undefined, rest: undefined }
}

function scan(stream: string, lengths: readonly number[], sizeLimit: number): Verdict {
  const scanner = new ContentScanner('DATA', sizeLimit)
  const octets = Buffer.from(stream, 'latin1')
  let content = ''
  for (let at = 0, index = 0; at < octets.length; index++) {
    const piece = octets.subarray(at, at + (lengths[index % lengths.length] ?? 1))
    // A copy, because the scanner takes dots out in place.
    const { used, octets: kept, ended } = scanner.scan(Buffer.from(piece))
    content += kept?.toString('latin1') ?? ''
    at += used
    if (ended)
      return { content: scanner.fault === undefined ? content : '', fault: scanner.fault, rest: stream.slice(at) }
  }
  return { content: scanner.fault === undefined ? content : '', fault: scanner.fault, rest: undefined }
}

const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('.', '..', '\r\n', '\r\n.', '.\r\n', '\r\n.\r\n', 'x', 'Subject: s\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\r', '\n', '\0', '\r\r\n', '\n.\r\n', '\r\n.\r') },
  { weight: 3, arbitrary: fc.integer({ min: 992, max: 1001 }).map((length) => 'y'.repeat(length)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 20 }) },
)
const stream = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''))
const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3000 })), {
  minLength: 1,
  maxLength: 8,
})

test('the scanner and the slow reading agree', () => {
  fc.assert(
    fc.property(stream, lengths, fc.constantFrom(20, 1010, 1_000_000), (text, cuts, sizeLimit) => {
      assert.deepEqual(scan(text, cuts, sizeLimit), readSlowly(text, sizeLimit))
    }),
    { numRuns: 2000 },
  )
})
