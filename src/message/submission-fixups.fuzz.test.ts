// Any octets are prepared or refused, never an exception; what is prepared is one clean header, and everything else is as it was.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { scanHeaderSection } from './header-section.ts'
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

const NAMES =
  'Subject To Cc Bcc Date Message-ID Sender Return-Path X-Postern-A X-A Received Content-Type Authentication-Results'
const VALUES = [
  'x',
  '',
  'me@mine.test',
  '<a@b>',
  'Sun, 22 Nov 2026 11:40:00 +0000',
  'mail.example.test; none',
  'a\r\n b',
  'ü',
]

const anyField = fc
  .tuple(fc.constantFrom(...NAMES.split(' ')), fc.constantFrom(...VALUES))
  .map(([name, value]) => `${name}: ${value}\r\n`)

/** Well formed in most cases: distinct fields around one From. */
const likelyMessage = fc
  .tuple(
    fc.uniqueArray(anyField, { maxLength: 8, selector: (field) => field.slice(0, field.indexOf(':')) }),
    fc.nat(8),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
  .map(([fields, at, body]) => `${fields.toSpliced(at, 0, 'From: me@mine.test\r\n').join('')}\r\n${body}`)

const fragment = fc.constantFrom(...'\r\n|\r|\n| |:|From|From: a@b\r\n|Bcc: x\r\n|\r\n\r\n|\0|é|"|(|<|@|,'.split('|'))
const unlikelyMessage = fc
  .array(fc.oneof(fragment, anyField, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 20 })
  .map((parts) => parts.join(''))

/** The fields of a section, each as its octets. */
function fieldsOf(octets: Uint8Array): readonly { name: string; text: string }[] {
  const scan = scanHeaderSection(octets)
  assert.ok(scan.type === 'header', 'the section is well formed')
  return scan.fields.map(({ name, start, end }) => ({
    name,
    text: Buffer.from(octets.subarray(start, end)).toString('latin1'),
  }))
}

const ADDED = new Set(['date', 'message-id', 'to', 'mime-version'])
const REMOVED = /^(?:bcc|return-path|x-postern-a|authentication-results|date|message-id)$/

function check(message: string, smtputf8: boolean): boolean {
  const octets = new Uint8Array(Buffer.from(message))
  const before = octets.slice()
  const outcome = prepareHeader(octets, { ...CONTEXT, smtputf8 })
  assert.deepEqual(octets, before)
  if (outcome.type === 'refused') return false

  const text = Buffer.from(outcome.header).toString('latin1')
  assert.equal(text.indexOf('\r\n\r\n'), text.length - 4)
  assert.doesNotMatch(text, /\r(?!\n)|(?<!\r)\n|[^\t\r\n -~\x80-\xff]/)
  const [trace, ...after] = fieldsOf(outcome.header)
  assert.equal(trace?.name, 'received')

  // What stays comes first, in order and octet for octet; what is ours follows.
  const original = fieldsOf(octets)
  const kept = original.filter(
    (field, index) => after.some(({ text }) => text === field.text) && original.indexOf(field) === index,
  )
  assert.deepEqual(after.slice(0, kept.length), kept)
  for (const field of original) assert.ok(kept.includes(field) || REMOVED.test(field.name), field.name)
  for (const field of after.slice(kept.length)) assert.ok(ADDED.has(field.name), field.name)
  for (const field of after) assert.doesNotMatch(field.name, /^(?:bcc|return-path|x-postern-.*)$/)

  const emptyLine = `\r\n${message}`.indexOf('\r\n\r\n')
  assert.equal(outcome.bodyStart, emptyLine < 0 ? octets.length : Buffer.byteLength(message.slice(0, emptyLine + 2)))
  return true
}

test('likely messages: fields are kept in order, removed by rule or added at the end', () => {
  let prepared = 0
  fc.assert(
    fc.property(likelyMessage, fc.boolean(), (message, smtputf8) => {
      if (check(message, smtputf8)) prepared++
    }),
    { numRuns: 2000 },
  )
  assert.ok(prepared > 500, `only ${prepared} of the generated messages were prepared`)
})

test('unlikely messages: refused, or prepared by the same rules', () => {
  fc.assert(
    fc.property(unlikelyMessage, fc.boolean(), (message, smtputf8) => void check(message, smtputf8)),
    { numRuns: 3000 },
  )
})

test('any octets: never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (octets, smtputf8) => {
      assert.match(prepareHeader(octets, { ...CONTEXT, smtputf8 }).type, /^(?:prepared|refused)$/)
    }),
    { numRuns: 3000 },
  )
})
