// Address fields: which mailboxes they name, which are refused, and that other readers never see another domain than we do.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import addressparser from 'nodemailer/lib/addressparser'
import { type Address, addressParser } from 'postal-mime'
import { parseMailboxList } from './mailbox-list.ts'

/** `local|domain` of each mailbox, or the complaint. */
function parsed(value: string): readonly string[] | string {
  const list = parseMailboxList(value)
  return list.type === 'malformed'
    ? list.detail
    : list.mailboxes.map(({ localPart, domain }) => `${localPart}|${domain}`)
}

const accepted: readonly (readonly [value: string, ...mailboxes: string[]])[] = [
  ['me@mine.test', 'me|mine.test'],
  [' me@mine.test\r\n', 'me|mine.test'],
  ['<me@mine.test>', 'me|mine.test'],
  ['Me <me@mine.test>', 'me|mine.test'],
  ['Me<me@mine.test>', 'me|mine.test'],
  ['Me < me@mine.test >', 'me|mine.test'],
  ['"Me" <me@mine.test>', 'me|mine.test'],
  ['"Me, Myself" <me@mine.test>', 'me|mine.test'],
  ['"M\\"e" <me@mine.test>', 'me|mine.test'],
  ['John Q. Public <me@mine.test>', 'me|mine.test'],
  ['Postern v1.0 <me@mine.test>', 'me|mine.test'],
  ['"A" B "C" <me@mine.test>', 'me|mine.test'],
  ['"ceo@other.test" <me@mine.test>', 'me|mine.test'],
  ['"<ceo@other.test>" <me@mine.test>', 'me|mine.test'],
  ['=?utf-8?q?J=C3=B6rg?= <me@mine.test>', 'me|mine.test'],
  ['=?utf-8?b?PGNlb0BvdGhlci50ZXN0Pg==?= <me@mine.test>', 'me|mine.test'],
  ['Jörg <me@mine.test>', 'me|mine.test'],
  ['"Long name"\r\n <me@mine.test>', 'me|mine.test'],
  ['me@mine.test\r\n (folded)', 'me|mine.test'],
  ['me@mine.test (Cron Daemon)', 'me|mine.test'],
  ['(Cron Daemon) me@mine.test', 'me|mine.test'],
  ['Me (myself) <me@mine.test> (again)', 'me|mine.test'],
  ['me@mine.test(Doe, John; it: works)', 'me|mine.test'],
  ['me@MINE.Test', 'me|MINE.Test'],
  ['first.last@mine.test', 'first.last|mine.test'],
  ['me+tag@mine.test', 'me+tag|mine.test'],
  ['ceo%other.test@mine.test', 'ceo%other.test|mine.test'],
  ["!#$%&'*+-/?=^_`{|}~@mine.test", "!#$%&'*+-/?=^_`{|}~|mine.test"],
  ['"me"@mine.test', 'me|mine.test'],
  ['"ceo@other.test x"@mine.test', 'ceo@other.test x|mine.test'],
  ['"a\\"@other.test"@mine.test', 'a"@other.test|mine.test'],
  ['"..."@mine.test', '...|mine.test'],
  ['<"a b"@mine.test>', 'a b|mine.test'],
  ['jörg@mine.test', 'jörg|mine.test'],
  ['me@bücher.test', 'me|bücher.test'],
  ['me@xn--bcher-kva.test', 'me|xn--bcher-kva.test'],
  ['me@mıne.test', 'me|mıne.test'],
  ['me@mine.test <me@mine.test>', 'me|mine.test'],
  ['me@Mine.test <me@mine.test>', 'me|mine.test'],
  ['a@mine.test, b@other.test', 'a|mine.test', 'b|other.test'],
  ['A <a@mine.test>,B <b@other.test>', 'a|mine.test', 'b|other.test'],
  ['a@mine.test (x) , (y) b@other.test', 'a|mine.test', 'b|other.test'],
]

for (const [value, ...mailboxes] of accepted)
  test(`address field: ${JSON.stringify(value)}`, () => {
    assert.deepEqual(parsed(value), mailboxes)
  })

const refused: readonly (readonly [value: string, detail: RegExp])[] = [
  ['ceo@other.test <me@mine.test>', /out of place/],
  ['you@mine.test <me@mine.test>', /out of place/],
  ['me@mine.test <me@mine.test> <ceo@other.test>', /out of place/],
  ['me@mine.test <ceo@other.test> <me@mine.test>', /out of place/],
  ['me@mine.test <me@mine.test', /./],
  ['', /without "@"/],
  [' \r\n', /without "@"/],
  ['me', /without "@"/],
  ['Me Myself', /without "@"/],
  ['"me@mine.test"', /without "@"/],
  ['(me@mine.test)', /comment/],
  ['mine.test!ceo', /without "@"/],
  ['<>', /out of place/],
  ['Me <>', /out of place/],
  ['<me>', /out of place/],
  ['<me', /without "@"/],
  ['<me@mine.test', /without "@"/],
  ['me@mine.test>', /out of place/],
  ['<<me@mine.test>>', /out of place/],
  ['@mine.test', /out of place/],
  ['me@', /without a domain/],
  ['<me@>', /without a domain/],
  ['me@@mine.test', /without a domain/],
  ['ceo@other.test@mine.test', /out of place/],
  ['ceo@other.test <me@mine.test>', /must be quoted/],
  ['<me@mine.test> ceo@other.test', /without "@"/],
  ['<me@mine.test><ceo@other.test>', /out of place/],
  ['ceo@other.test,<me@mine.test>x', /without "@"/],
  ['<ceo@other.test>\\,<me@mine.test>', /out of place/],
  ['<me@mine.test>:<ceo@other.test>', /group/],
  ['me@mine.test;ceo@other.test', /group/],
  ['g: me@mine.test, ceo@other.test;', /group/],
  ['g:;', /group/],
  ['g: me@mine.test;', /group/],
  ['<@evil.test:me@mine.test>', /out of place/],
  ['<@a.test,@b.test:ceo@other.test>', /out of place/],
  ['me@[127.0.0.1]', /without a domain/],
  ['me@[IPv6:::1]', /without a domain/],
  ['me@"mine.test"', /without a domain/],
  ['me@mine.test.', /malformed domain/],
  ['me@mine..test', /malformed domain/],
  ['me@.mine.test', /malformed domain/],
  ['me@mine_.test', /malformed domain/],
  ['me@=?utf-8?q?other.test?=', /malformed domain/],
  ['me@mine\u00a0.test', /malformed domain/],
  ['me@mine\u200b.test', /malformed domain/],
  [`me@${'a.'.repeat(127)}test`, /malformed domain/],
  [`${'a'.repeat(65)}@mine.test`, /malformed local part/],
  ['.me@mine.test', /malformed local part/],
  ['me.@mine.test', /malformed local part/],
  ['m..e@mine.test', /malformed local part/],
  ['""@mine.test', /malformed local part/],
  ['"<ceo@other.test>"@mine.test', /malformed local part/],
  ['"a\tb"@mine.test', /malformed local part/],
  ['\u202eme@mine.test', /malformed local part/],
  ['=?utf-8?q?ceo=40other.test=3e=00?=@mine.test', /malformed local part/],
  ['=?utf-8?q?ceo=40other.test=0d=0a?=@mine.test', /malformed local part/],
  ['"=?utf-8?q?ceo=40other.test?="@mine.test', /malformed local part/],
  ['"a"b@mine.test', /out of place/],
  ['a."b"@mine.test', /out of place/],
  ['me @mine.test', /beside the "@"/],
  ['me@ mine.test', /beside the "@"/],
  ['me@(x)mine.test', /beside the "@"/],
  ['me(x)@mine.test', /beside the "@"/],
  ['me@mine(x).other.test', /without "@"/],
  ['me@mine(x)other.test', /without "@"/],
  ['me@mine .other.test', /without "@"/],
  ['<(x)me@mine.test>', /comment between/],
  ['<me@mine.test(x)>', /comment between/],
  ['me@mine.test (a (b))', /comment/],
  ['me@mine.test (a\\) b)', /comment/],
  ['me@mine.test (<ceo@other.test>)', /comment/],
  ['me@mine.test (<x>)', /comment/],
  ['me@mine.test ("a)', /comment/],
  ['me@mine.test (open', /comment/],
  ['me@mine.test )', /out of place/],
  ['"open <me@mine.test>', /quotation mark/],
  ['"open\\', /quotation mark/],
  [',me@mine.test', /out of place/],
  ['me@mine.test,', /without "@"/],
  ['a@mine.test,,b@mine.test', /out of place/],
  ['[x] <me@mine.test>', /out of place/],
  ['a\\b <me@mine.test>', /out of place/],
  ['me@mine.test\0', /out of place/],
  ['\x7fme@mine.test', /out of place/],
]

for (const [value, detail] of refused)
  test(`address field refuses: ${JSON.stringify(value).slice(0, 80)}`, () => {
    assert.match(String(parsed(value)), detail)
  })

test('an address field names at most 100 mailboxes', () => {
  const list = (count: number) => parsed(Array(count).fill('a@b.test').join(','))
  assert.equal(list(100).length, 100)
  assert.match(String(list(101)), /more than 100/)
})

const MEBI = 1024 * 1024
const heavy = [
  '(',
  ')',
  '()',
  '"',
  '""',
  '\\',
  '"\\',
  ',',
  '<',
  '@',
  '.',
  ' ',
  '\r\n ',
  'a',
  'a ',
  'a.',
  'a@',
  'a@b,',
  '=?',
]
const HARMLESS = new Set(['()', ' ', '\r\n '])

// Each of these would take minutes if any step looked at the rest of the field again.
for (const unit of heavy)
  test(`address field: a mebioctet of ${JSON.stringify(unit)} costs one pass`, () => {
    const filler = unit.repeat(MEBI / unit.length)
    for (const value of [
      filler,
      `"${filler}`,
      `(${filler}`,
      `"${filler}"@b.test`,
      `${filler}@b.test`,
      `<a@b.test${filler}`,
    ])
      assert.equal(parseMailboxList(value).type, 'malformed')
    assert.equal(parseMailboxList(`a@b.test${filler}`).type, HARMLESS.has(unit) ? 'mailboxes' : 'malformed')
  })

// Differential: two readers in wide use. Where either sees an address at a domain, so must we, or refuse.

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1).toLowerCase()

function addressesOf(entries: readonly Address[]): readonly string[] {
  return entries.flatMap((entry) => (entry.group === undefined ? [entry.address] : addressesOf(entry.group)))
}

/** Domains that another reader sees in a value we accept, and we do not. */
function disagreements(value: string): readonly string[] {
  const list = parseMailboxList(value)
  if (list.type === 'malformed') return []
  const ours = new Set(list.mailboxes.map(({ domain }) => domain.toLowerCase()))
  const theirs = [
    ...addressparser(value, { flatten: true }).map(({ address }) => address),
    ...addressesOf(addressParser(value)),
  ]
  return theirs.filter((address) => address.includes('@') && !ours.has(domainOf(address)))
}

test('other readers see the same domains in every spelling of the tables', () => {
  for (const value of [...accepted.map(([value]) => value), ...refused.map(([value]) => value)])
    assert.deepEqual(disagreements(value), [], JSON.stringify(value))
})

const WORDS =
  'me mine me@mine ceo@other <me@mine> <ceo@other> "ceo@other" "me"@mine "<ceo@other>"@mine (c) (ceo@other) (" ") \\"'
const ENCODED = '=?utf-8?q?ceo=40other?= =?utf-8?b?PGNlb0BvdGhlcj4=?='
const piece = fc.constantFrom(
  ...`${WORDS} ${ENCODED}`.split(' '),
  ...'<>@,;:"()\\ .[]%!\t\0é\u00a0\u3000\ufeff\u2028'.split(''),
  '(a, ceo@other)',
  '\r\n ',
)

test('other readers see the same domains in whatever we accept', () => {
  let seen = 0
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 7 }), (pieces) => {
      const value = pieces.join('')
      if (parseMailboxList(value).type === 'mailboxes') seen++
      assert.deepEqual(disagreements(value), [])
    }),
    { numRuns: 20_000 },
  )
  assert.ok(seen > 200, `only ${seen} of the generated values were accepted`)
})
