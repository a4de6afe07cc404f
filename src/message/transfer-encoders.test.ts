// Any octets in either encoding, in any pieces: short lines, and the same octets again.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBody } from './mime-entity.ts'
import { Base64Encoder, QuotedPrintableEncoder } from './transfer-encoders.ts'

const octet = fc.oneof(fc.constantFrom(0x0d, 0x0a, 0x20, 0x09, 0x3d, 0x78), fc.integer({ min: 0, max: 255 }))
const octets = fc.array(octet, { maxLength: 300 }).map((all) => Uint8Array.from(all))

for (const [encoding, Encoder] of [
  ['quoted-printable', QuotedPrintableEncoder],
  ['base64', Base64Encoder],
] as const)
  test(`${encoding} gives the same octets again`, () => {
    fc.assert(
      fc.property(octets, fc.integer({ min: 1, max: 100 }), (written, size) => {
        const encoder = new Encoder()
        const pieces: Uint8Array[] = []
        for (let at = 0; at < written.length; at += size)
          pieces.push(Buffer.from(encoder.take(written.subarray(at, at + size))))
        const body = Buffer.concat([...pieces, encoder.end()])
        assert.deepEqual(Buffer.from(decodeBody({ encoding, body }) ?? []), Buffer.from(written))
        const lines = body.toString('latin1').split('\r\n')
        assert(lines.every((line) => line.length <= 76 && /^(?:[\t -~]*[!-~])?$/.test(line)))
      }),
      { numRuns: 1000 },
    )
  })

test('a row of blanks takes no longer than other octets', () => {
  const body = Buffer.from(`${' '.repeat(1_000_000)}x`)
  assert.equal(decodeBody({ encoding: 'quoted-printable', body })?.length, body.length)
})
