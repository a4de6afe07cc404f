import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSenderAddress } from './sender-address.ts'

const CASES: readonly [text: string, parsed: ReturnType<typeof parseSenderAddress>][] = [
  ['scanner@contoso.test', { localPart: 'scanner', domain: 'contoso.test' }],
  ['Scan.Floor-2@Contoso.TEST', { localPart: 'Scan.Floor-2', domain: 'contoso.test' }],
  ['scan@bücher.test', { localPart: 'scan', domain: 'xn--bcher-kva.test' }],
  ['', undefined],
  ['scanner', undefined],
  ['@contoso.test', undefined],
  ['scanner@', undefined],
  ['a@b@contoso.test', undefined],
  ['.a@contoso.test', undefined],
  ['"a b"@contoso.test', undefined],
  ['Scanner <scanner@contoso.test>', undefined],
  ['scanner@contoso.test\r\nBcc: x@y.test', undefined],
  ['scanner@[192.0.2.1]', undefined],
  [`${'a'.repeat(65)}@contoso.test`, undefined],
]

for (const [text, parsed] of CASES)
  test(`${JSON.stringify(text.slice(0, 40))} is ${parsed === undefined ? 'no' : 'an'} address to send as`, () => {
    assert.deepEqual(parseSenderAddress(text), parsed)
  })
