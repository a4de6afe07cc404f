// What another implementation (mailauth) says of our signatures, and what a pass over a message tells of it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyMessage, harmless, sampleMessages, tamperedSample, tamperings } from './message-samples.fixture.ts'
import { digestMessage } from './sign-message.ts'
import { DOMAIN, inChunks, signed, signerFor, verdictsOfMailauth } from './signing.fixture.ts'

const { keys, records } = await signerFor(DOMAIN)
const both = ['pass', 'pass']

for (const [name, message] of Object.entries(sampleMessages(DOMAIN)))
  test(`mailauth passes both signatures: ${name}`, async () => {
    const octets = await signed(message, keys)
    assert.deepEqual(octets.subarray(-message.length), message)
    assert.deepEqual(await verdictsOfMailauth(octets, records), both)
  })

test('mailauth passes both signatures of any message, whatever chunks it came in', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage(DOMAIN), fc.integer({ min: 1, max: 300 }), async (message, chunk) => {
      assert.deepEqual(await verdictsOfMailauth(await signed(message, keys, { chunk }), records), both)
    }),
    { numRuns: 100 },
  )
})

const sample = await signed(tamperedSample(DOMAIN), keys)

for (const [name, tamper] of Object.entries(tamperings))
  test(`mailauth fails both signatures: ${name}`, async () => {
    const text = tamper(sample.toString('latin1'))
    assert.notEqual(text, sample.toString('latin1'))
    for (const verdict of await verdictsOfMailauth(Buffer.from(text, 'latin1'), records))
      assert.match(verdict, /^(?:fail|neutral)/)
  })

for (const [name, change] of Object.entries(harmless))
  test(`mailauth passes both signatures still: ${name}`, async () => {
    const text = change(sample.toString('latin1'))
    assert.notEqual(text, sample.toString('latin1'))
    assert.deepEqual(await verdictsOfMailauth(Buffer.from(text, 'latin1'), records), both)
  })

test('one octet of the body changed fails both signatures, wherever', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage(DOMAIN), fc.nat(), fc.nat(), async (message, place, octet) => {
      const octets = await signed(message, keys)
      const bodyStart = octets.indexOf('\r\n\r\n') + 4
      const visible = [...octets.keys()].filter((at) => at >= bodyStart && (octets[at] ?? 0) > 32)
      const at = visible[place % visible.length]
      if (at === undefined) return
      octets[at] = (((octets[at] ?? 0) - 33 + 1 + (octet % 222)) % 223) + 33
      for (const verdict of await verdictsOfMailauth(octets, records)) assert.match(verdict, /^neutral body hash/)
    }),
    { numRuns: 50 },
  )
})

const facts: readonly (readonly [name: string, message: string, expected: object])[] = [
  ['ASCII', 'From: a@x.test\r\n\r\nb\r\n', { size: 21, header8bit: false, body8bit: false, fromDomain: 'x.test' }],
  ['8-bit body', 'From: a@x.test\r\n\r\n\xfc\r\n', { header8bit: false, body8bit: true }],
  ['8-bit header', 'From: a@x.test\r\nX: \xfc\r\n\r\nb\r\n', { header8bit: true, body8bit: false }],
  ['a U-label', 'From: a@b\xc3\xbccher.test\r\n\r\n', { fromDomain: 'xn--bcher-kva.test' }],
  ['folded, capitals', 'FROM:\r\n "A, b" <a@X.Test>, c@y.test\r\n\r\n', { fromDomain: 'x.test' }],
  ['no From', 'Subject: x\r\n\r\n', { fromDomain: undefined }],
  ['no domain', 'From: a\r\n\r\n', { fromDomain: undefined }],
]
for (const [name, message, expected] of facts)
  test(`what a message is told of: ${name}`, async () => {
    for (const chunk of [1, 7, 1000]) {
      const outcome = await digestMessage(inChunks(Buffer.from(message, 'latin1'), chunk))
      assert(outcome.type === 'digest')
      const { size, header8bit, body8bit, fromDomain } = outcome.digest
      const told = { size, header8bit, body8bit, fromDomain }
      assert.deepEqual({ ...told, ...expected }, told)
    }
  })

test('a header without an end is given up early', async () => {
  let read = 0
  async function* endless() {
    for (; read < 5000; read += 1) {
      yield Buffer.from(`X: ${'x'.repeat(1000)}\r\n`)
    }
  }
  assert.equal((await digestMessage(endless())).type, 'malformed')
  assert(read < 1000)
})
