import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeForm, encodeOctets } from './form-octets.ts'

test('whatever is encoded is read back by whoever reads forms', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      const form = encodeForm({ one, none: undefined, other: Buffer.from(other) }).toString('latin1')
      const expected = [one, other].map((text) => Buffer.from(text).toString())
      assert.deepEqual([...new URLSearchParams(form).values()], expected)
      assert.match(form, /^[A-Za-z0-9._~%&=-]*$/)
    }),
  )
})

const cases: readonly [octets: string, encoded: string][] = [
  ['', ''],
  ['aZ09._~-', 'aZ09._~-'],
  ['+/= &', '%2B%2F%3D%20%26'],
  ['ü', '%C3%BC'],
  ['\0\r\n', '%00%0D%0A'],
]
for (const [octets, encoded] of cases)
  test(`"${encoded}"`, () => assert.equal(encodeOctets(Buffer.from(octets)).toString(), encoded))
