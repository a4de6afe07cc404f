// Any structure comes out in 7 bits, whatever chunks it came in, needs nothing more then, and is to a parser of another author what it was.

import assert from 'node:assert/strict'
import { isAscii } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { anySevenBitMessage, chunksOf, inSevenBits } from './seven-bit.fixture.ts'
import { planSevenBit } from './seven-bit-plan.ts'

test('any structure in 7 bits', async () => {
  await fc.assert(
    fc.asyncProperty(anySevenBitMessage, fc.integer({ min: 1, max: 200 }), async (message, size) => {
      const written = (await inSevenBits(message)) ?? ''
      assert(written !== '' && isAscii(Buffer.from(written, 'latin1')))
      assert.equal(await inSevenBits(message, size), written)
      assert.deepEqual((await planSevenBit(chunksOf(written, size)))?.edits, [])
      assert.deepEqual(await parsed(written), await parsed(message))
    }),
    { numRuns: 500 },
  )
})

test('any octets come to 7 bits or to nothing', async () => {
  const line = fc.constantFrom(
    '',
    '--b',
    '--b--',
    'Content-Type: multipart/mixed; boundary=b',
    '\xfc',
    'A: b',
    'x\r',
    'Content-Type: message/rfc822',
  )
  const lines = fc.array(fc.tuple(line, fc.constantFrom('\r\n', '\r\n', '\r\n', '\n')), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 1, max: 30 }), async (all, size) => {
      const message = all.map((each) => each.join('')).join('')
      const written = await inSevenBits(message, size)
      assert.equal(written, await inSevenBits(message))
      assert(isAscii(Buffer.from(written ?? '', 'latin1')))
    }),
    { numRuns: 2000 },
  )
})

/** Without the header, which is ours to change. Of what is not encoded PostalMime makes lines that end in LF, one more at its end. */
async function parsed(message: string): Promise<object> {
  const { headers: _, headerLines: __, attachments, ...rest } = await PostalMime.parse(Buffer.from(message, 'latin1'))
  const octets = attachments.map(({ content }) => Buffer.from(content as ArrayBuffer).toString('latin1'))
  return {
    ...rest,
    text: rest.text?.trimEnd(),
    attachments: attachments.map((each, index) => ({
      ...each,
      content: octets[index]?.replaceAll('\r\n', '\n').replace(/\n+$/, ''),
    })),
  }
}
