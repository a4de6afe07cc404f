import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalSmtpUsername, checkSmtpUsername } from './smtp-username-rules.ts'

const APP = '0000000a-0000-4000-8000-00000000000a'
const TENANT = '0000000B-0000-4000-8000-00000000000B'
const LINKED = ['contoso.test', 'xn--mnchen-3ya.test']

const cases = [
  { text: 'scanner-2nd-floor', canonical: 'scanner-2nd-floor' },
  { text: 'Drucker_Köln', canonical: 'drucker_köln' },
  { text: 'Ko\u0308ln', canonical: 'köln' },
  { text: '\u0390', canonical: '\u0390' },
  { text: 'STRASSE', canonical: 'strasse' },
  { text: 'Straße', canonical: 'strasse' },
  { text: 'a|b', canonical: 'a|b' },
  { text: 'a.b.c', canonical: 'a.b.c' },
  { text: `x.${APP}`, canonical: `x.${APP}` },
  { text: `${APP}.${TENANT}`, canonical: `${APP}.${TENANT.toLowerCase()}` },
  { text: `x${APP}.${APP}`, canonical: `x${APP}.${APP}` },
  { text: `mail.${APP}-${APP}`, canonical: `mail.${APP}-${APP}` },
  { text: `mail.${'x'.repeat(36)}.${APP}`, canonical: `mail.${'x'.repeat(36)}.${APP}` },
  { text: `a.${APP}.${TENANT}.b`, canonical: `a.${APP}.${TENANT.toLowerCase()}.b` },
  { text: 'Scanner@Contoso.TEST', canonical: 'scanner@contoso.test' },
  { text: 'scanner@München.test', canonical: 'scanner@münchen.test' },
  { text: 'a'.repeat(255), canonical: 'a'.repeat(255) },
  { text: '', problem: 'empty' },
  { text: 'a'.repeat(256), problem: 'too long' },
  { text: 'ä'.repeat(128), problem: 'too long' },
  { text: 'a b', problem: 'whitespace or control character' },
  { text: 'a\u00a0b', problem: 'whitespace or control character' },
  { text: 'a\t', problem: 'whitespace or control character' },
  { text: 'a\0b', problem: 'whitespace or control character' },
  { text: 'a\u200bb', problem: 'whitespace or control character' },
  { text: 'a\u202eb', problem: 'whitespace or control character' },
  { text: 'a\u3164b', problem: 'whitespace or control character' },
  { text: 'a\ufe0fb', problem: 'whitespace or control character' },
  { text: 'a\ud800', problem: 'whitespace or control character' },
  { text: `mail.${APP}.${TENANT}`, problem: 'reads as three parts' },
  { text: `mail|${APP}|${TENANT}`, problem: 'reads as three parts' },
  { text: `mail|${APP}.${TENANT}`, problem: 'reads as three parts' },
  { text: `a.b.${APP}.${TENANT}`, problem: 'reads as three parts' },
  { text: `.${APP}.${TENANT}`, problem: 'reads as three parts' },
  { text: `x@contoso.test.${APP}.${TENANT}`, problem: 'reads as three parts' },
  { text: '@contoso.test', problem: 'not an e-mail address' },
  { text: 'a@', problem: 'not an e-mail address' },
  { text: 'a@contoso', problem: 'not an e-mail address' },
  { text: 'a@contoso.test@contoso.test', problem: 'not an e-mail address' },
  { text: 'a@b@contoso.test', problem: 'not an e-mail address' },
  { text: 'a@fabrikam.test', problem: 'domain not linked' },
  { text: 'a@sub.contoso.test', problem: 'domain not linked' },
]

for (const { text, canonical, problem } of cases)
  test(`SMTP username: ${JSON.stringify(text).slice(0, 90)}`, () => {
    const outcome = checkSmtpUsername(text, LINKED)
    assert.equal(outcome.type === 'accepted' ? outcome.canonical : undefined, canonical)
    assert.equal(outcome.type === 'refused' ? outcome.problem : undefined, problem)
  })

test('SMTP username: linked domains are compared in canonical form', () => {
  assert.equal(checkSmtpUsername('a@münchen.test', ['MÜNCHEN.test']).type, 'accepted')
})

test('SMTP username: the compared form is stable, and blind to case and composition', () => {
  const marked = fc.constantFrom('α', 'ι', 'Σ', 'ß', 'I', 'İ', '\u0301', '\u0307', '\u0308', '\u0345')
  const unit = fc.oneof(marked, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const canonical = canonicalSmtpUsername(text)
      assert.equal(canonicalSmtpUsername(canonical), canonical)
      assert.equal(canonical.normalize('NFC'), canonical)
      assert.equal(canonicalSmtpUsername(text.normalize('NFD')), canonical)
      assert.equal(canonicalSmtpUsername(canonical.toUpperCase()), canonical)
    }),
    { numRuns: 2000 },
  )
})

test('SMTP username: letters that differ in case alone are one', () => {
  const same = [
    ['Σίσυφος', 'ΣΊΣΥΦΟΣ'],
    ['ẞ', 'ß', 'SS', 'ss'],
    ['\u212a', 'k'],
    ['İ', 'i\u0307'],
    ['α\u0345\u0301', 'α\u0301\u0345'],
  ]
  for (const [first = '', ...others] of same)
    for (const other of others) assert.equal(canonicalSmtpUsername(other), canonicalSmtpUsername(first))
})

test('a row of marks without end is too long, and is not put in order to find that out', () => {
  const marks = `a${'\u0301\u0323'.repeat(250_000)}`
  assert.equal(canonicalSmtpUsername(marks), marks)
  const outcome = checkSmtpUsername(marks, [])
  assert.equal(outcome.type === 'refused' && outcome.problem, 'too long')
})
