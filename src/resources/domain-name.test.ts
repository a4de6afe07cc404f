import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalDomain } from './domain-name.ts'

const LABEL = 'a'.repeat(63)

const cases = [
  { text: 'Contoso.TEST', domain: 'contoso.test' },
  { text: 'mail.contoso.test', domain: 'mail.contoso.test' },
  { text: 'a-b.1a.test', domain: 'a-b.1a.test' },
  { text: '1.2.test', domain: '1.2.test' },
  { text: 'münchen.test', domain: 'xn--mnchen-3ya.test' },
  { text: 'XN--MNCHEN-3YA.test', domain: 'xn--mnchen-3ya.test' },
  { text: 'mu\u0308nchen.test', domain: 'xn--mnchen-3ya.test' },
  { text: 'straße.test', domain: 'xn--strae-oqa.test' },
  { text: 'contoso。test', domain: 'contoso.test' },
  { text: 'ｃｏｎｔｏｓｏ.test', domain: 'contoso.test' },
  { text: 'con\u00adtoso.test', domain: 'contoso.test' },
  { text: `${LABEL}.test`, domain: `${LABEL}.test` },
  { text: `${LABEL}a.test`, domain: undefined },
  { text: `${`${LABEL}.`.repeat(3)}${'a'.repeat(61)}`, domain: `${`${LABEL}.`.repeat(3)}${'a'.repeat(61)}` },
  { text: `${`${LABEL}.`.repeat(3)}${'a'.repeat(62)}`, domain: undefined },
  { text: '', domain: undefined },
  { text: 'contoso', domain: undefined },
  { text: 'contoso.test.', domain: undefined },
  { text: '.contoso.test', domain: undefined },
  { text: 'contoso..test', domain: undefined },
  { text: '-a.test', domain: undefined },
  { text: 'a-.test', domain: undefined },
  { text: 'a_b.test', domain: undefined },
  { text: 'a b.test', domain: undefined },
  { text: 'a\tb.test', domain: undefined },
  { text: ' a.test', domain: undefined },
  { text: 'a.test\0', domain: undefined },
  { text: 'a.test/b', domain: undefined },
  { text: 'a.test／b', domain: undefined },
  { text: 'a.test:25', domain: undefined },
  { text: 'a.test?b', domain: undefined },
  { text: 'a.test#b', domain: undefined },
  { text: 'x@a.test', domain: undefined },
  { text: '%61.test', domain: undefined },
  { text: '％61.test', domain: undefined },
  { text: '127.0.0.1', domain: undefined },
  { text: '127.1', domain: undefined },
  { text: '0x7f.1', domain: undefined },
  { text: '１２７.0.0.1', domain: undefined },
  { text: '[127.0.0.1]', domain: undefined },
  { text: 'IPv6:::1', domain: undefined },
  { text: 'a.1', domain: undefined },
  { text: 'a\u200db.test', domain: undefined },
  { text: '\u0300a.test', domain: undefined },
  { text: '\ud800.test', domain: undefined },
  { text: `con${'\u00ad'.repeat(1001)}toso.test`, domain: undefined },
]

for (const { text, domain } of cases)
  test(`domain name: ${JSON.stringify(text).slice(0, 60)}`, () => assert.equal(canonicalDomain(text), domain))

test('domain name: any text has a form that is its own form, of LDH labels, or none', () => {
  const label = fc.string({
    unit: fc.oneof(
      fc.constantFrom('a', 'Z', '1', '-', '.', '。', 'ß', 'é', '漢'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
  })
  fc.assert(
    fc.property(label, (text) => {
      for (const candidate of [text, `${text}.test`]) {
        const domain = canonicalDomain(candidate)
        if (domain === undefined) continue
        assert.match(domain, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
        assert.equal(canonicalDomain(domain), domain)
      }
    }),
    { numRuns: 2000 },
  )
})
