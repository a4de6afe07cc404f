// The header scan: what is a field, what is malformed, and where the header ends, however it is cut.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  findHeaderEnd,
  HEADER_FIELD_COUNT_LIMIT,
  HEADER_FIELD_LIMIT,
  HEADER_SECTION_LIMIT,
  scanHeaderSection,
} from './header-section.ts'

const octets = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

/** Name and raw value of each field, or the complaint. */
function scanned(text: string): readonly (readonly [string, string])[] | string {
  const scan = scanHeaderSection(octets(text))
  if (scan.type === 'malformed') return scan.detail
  return scan.fields.map((field) => [field.name, text.slice(field.valueStart, field.end)])
}

const wellFormed: readonly { name: string; text: string; fields: readonly (readonly [string, string])[] }[] = [
  { name: 'nothing at all', text: '', fields: [] },
  { name: 'an empty header', text: '\r\nbody: not a field\r\n', fields: [] },
  { name: 'one field', text: 'Subject: hi\r\n\r\n', fields: [['subject', ' hi\r\n']] },
  { name: 'no white space after the colon', text: 'Subject:hi\r\n\r\n', fields: [['subject', 'hi\r\n']] },
  { name: 'an empty value', text: 'Subject:\r\n\r\n', fields: [['subject', '\r\n']] },
  {
    name: 'a header without a body',
    text: 'A: 1\r\nB: 2\r\n',
    fields: [
      ['a', ' 1\r\n'],
      ['b', ' 2\r\n'],
    ],
  },
  { name: 'what follows the empty line', text: 'A: 1\r\n\r\nB: 2\r\n\r\n', fields: [['a', ' 1\r\n']] },
  {
    name: 'folding',
    text: 'A: 1\r\n 2\r\n\t3\r\nB: 4\r\n\r\n',
    fields: [
      ['a', ' 1\r\n 2\r\n\t3\r\n'],
      ['b', ' 4\r\n'],
    ],
  },
  { name: 'a fold of white space only', text: 'A: 1\r\n \r\n 2\r\n\r\n', fields: [['a', ' 1\r\n \r\n 2\r\n']] },
  { name: 'a colon in a folded line', text: 'A: 1\r\n B: 2\r\n\r\n', fields: [['a', ' 1\r\n B: 2\r\n']] },
  {
    name: 'any printable in a name',
    text: "x!#$%&'*+-.^_`|~/9: 1\r\n\r\n",
    fields: [["x!#$%&'*+-.^_`|~/9", ' 1\r\n']],
  },
  { name: 'several colons', text: 'A:: :\r\n\r\n', fields: [['a', ': :\r\n']] },
  { name: 'octets above 127 in a value', text: 'A: \xe9\r\n\r\n', fields: [['a', ' \xe9\r\n']] },
]

for (const { name, text, fields } of wellFormed)
  test(`header scan: ${name}`, () => {
    assert.deepEqual(scanned(text), fields)
  })

const malformed: readonly { name: string; text: string; detail: RegExp }[] = [
  { name: 'white space before the first field', text: ' From: a@b\r\n\r\n', detail: /field 1 begins with white space/ },
  { name: 'a tab before the first field', text: '\tFrom: a@b\r\n\r\n', detail: /field 1 begins with white space/ },
  { name: 'white space before the colon', text: 'From : a@b\r\n\r\n', detail: /field 1 has a malformed name/ },
  { name: 'a fold before the colon', text: 'From\r\n : a@b\r\n\r\n', detail: /field 1 has a malformed name/ },
  {
    name: 'a mailbox separator line',
    text: 'From me Mon Jan  1 00:00:00 2026\r\n\r\n',
    detail: /field 1 has a malformed name/,
  },
  { name: 'no name', text: 'A: 1\r\n: 2\r\n\r\n', detail: /field 2 has a malformed name/ },
  { name: 'an octet above 127 in a name', text: 'S\xfcbject: hi\r\n\r\n', detail: /field 1 has a malformed name/ },
  { name: 'no colon', text: 'A: 1\r\nbody text\r\n\r\n', detail: /field 2 has no colon/ },
  {
    name: 'no colon in this line but in a later one',
    text: 'body text\r\nA: 1\r\n\r\n',
    detail: /field 1 has no colon/,
  },
  { name: 'a body where a header should be', text: 'Hello\r\nWorld\r\n', detail: /field 1 has no colon/ },
  { name: 'no CRLF at the end', text: 'A: 1', detail: /does not end with CRLF/ },
  { name: 'only CR at the end', text: 'A: 1\r', detail: /does not end with CRLF/ },
  { name: 'a bare LF', text: 'A: 1\nBcc: x\r\n\r\n', detail: /does not end with CRLF/ },
  { name: 'a bare LF and no CR', text: 'A: 1\nB: 2\n\n', detail: /does not end with CRLF/ },
  { name: 'a bare LF first', text: '\nA: 1\n', detail: /does not end with CRLF/ },
  { name: 'a bare CR', text: 'A: 1\rBcc: x\r\n\r\n', detail: /does not end with CRLF/ },
  { name: 'CR CR LF', text: 'A: 1\r\r\nB: 2\r\n\r\n', detail: /does not end with CRLF/ },
  { name: 'a bare LF in a fold', text: 'A: 1\r\n 2\n 3\r\n\r\n', detail: /does not end with CRLF/ },
  { name: 'NUL', text: 'A: \0\r\n\r\n', detail: /control character/ },
  { name: 'ESC', text: 'A: \x1b[31m\r\n\r\n', detail: /control character/ },
  { name: 'vertical tab in a fold', text: 'A: 1\r\n\x0b2\r\n\r\n', detail: /control character/ },
  { name: 'DEL', text: 'A: \x7f\r\n\r\n', detail: /control character/ },
]

for (const { name, text, detail } of malformed)
  test(`header scan refuses: ${name}`, () => {
    assert.match(String(scanned(text)), detail)
  })

test('header scan: offsets cover the section without gaps', () => {
  const scan = scanHeaderSection(octets('A: 1\r\nBB:2\r\n 3\r\n\r\nbody'))
  assert.deepEqual(scan, {
    type: 'header',
    fields: [
      { name: 'a', start: 0, end: 6, valueStart: 2 },
      { name: 'bb', start: 6, end: 16, valueStart: 9 },
    ],
    headerEnd: 16,
    bodyStart: 18,
  })
})

test('header scan: a view into a larger buffer is read from where it begins', () => {
  const whole = octets('XXXXA: 1\r\n\r\nrest')
  const scan = scanHeaderSection(whole.subarray(4))
  assert.equal(scan.type === 'header' && scan.bodyStart, 8)
})

/** Fields of 1,000 octets until the section has exactly `size` of them with its empty line. */
function sectionOf(size: number): Uint8Array {
  const line = `X: ${'x'.repeat(995)}\r\n`
  const text = line.repeat(Math.floor((size - 2) / 1000) - 1)
  return octets(`${text}X: ${'x'.repeat(size - 7 - text.length)}\r\n\r\n`)
}

const atLimits: readonly { name: string; message: Uint8Array; outcome: RegExp }[] = [
  { name: 'a section at the limit', message: sectionOf(HEADER_SECTION_LIMIT), outcome: /^header$/ },
  {
    name: 'a section over the limit',
    message: sectionOf(HEADER_SECTION_LIMIT + 1),
    outcome: /longer than 262144 octets/,
  },
  {
    name: 'a field at the limit',
    message: octets(`X: ${'x'.repeat(HEADER_FIELD_LIMIT - 5)}\r\n\r\n`),
    outcome: /^header$/,
  },
  {
    name: 'a field over the limit',
    message: octets(`X: ${'x'.repeat(HEADER_FIELD_LIMIT - 4)}\r\n\r\n`),
    outcome: /field 1 is longer/,
  },
  {
    name: 'as many fields as allowed',
    message: octets(`${'X:\r\n'.repeat(HEADER_FIELD_COUNT_LIMIT)}\r\n`),
    outcome: /^header$/,
  },
  {
    name: 'one field too many',
    message: octets(`${'X:\r\n'.repeat(HEADER_FIELD_COUNT_LIMIT + 1)}\r\n`),
    outcome: /more than 1000 fields/,
  },
  {
    name: 'a header that never ends',
    message: octets('X: y\r\n'.repeat(200_000)),
    outcome: /longer than 262144 octets/,
  },
  {
    name: 'one endless folded field',
    message: octets(`X:${'\r\n '.repeat(80_000)}\r\n\r\n`),
    outcome: /field 1 is longer/,
  },
  { name: 'lines without a colon', message: octets('x\r\n'.repeat(80_000)), outcome: /field 1 has no colon/ },
]

for (const { name, message, outcome } of atLimits)
  test(`header scan: ${name}`, () => {
    const scan = scanHeaderSection(message)
    assert.match(scan.type === 'malformed' ? scan.detail : scan.type, outcome)
  })

test('the end of the header is found in a growing buffer, searched from three octets back', () => {
  for (const text of ['A: 1\r\n\r\nbody', '\r\nbody', 'A: 1\r\n\r\r\n\r\nbody', '\r\n\r\n', 'A: 1\r\n', ''])
    for (let cut = 0; cut <= text.length; cut++) {
      const whole = octets(text)
      const first = findHeaderEnd(whole.subarray(0, cut), 0)
      const found = first >= 0 ? first : findHeaderEnd(whole, Math.max(0, cut - 3))
      assert.equal(found, findHeaderEnd(whole, 0), `${JSON.stringify(text)} cut at ${cut}`)
    }
})

test('header scan: any octets give fields that lie end to end, or a complaint', () => {
  const piece = fc.oneof(
    fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', ':', 'From', 'a@b', '\0', '\xff', '\r\n\r\n', 'Subject: x\r\n'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const scan = scanHeaderSection(octets(pieces.join('')))
      if (scan.type === 'malformed') return
      const ends = scan.fields.map((field) => field.end)
      assert.deepEqual(
        scan.fields.map((field) => field.start),
        [0, ...ends].slice(0, ends.length),
      )
      assert.equal(ends.at(-1) ?? 0, scan.headerEnd)
    }),
    { numRuns: 2000 },
  )
})
