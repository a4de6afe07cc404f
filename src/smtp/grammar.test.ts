import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBase64, decodeXtext, isAuthParameter, isClientName, parseParameters, parsePath } from './grammar.ts'

const label = 'x'.repeat(63)
const paths: [text: string, mailbox: string | undefined][] = [
  ['<a@example.test>', 'a|example.test'],
  ['<A.b-c+d=e/f@Example.TEST>', 'A.b-c+d=e/f|Example.TEST'],
  ["<!#$%&'*+-/=?^_`{|}~@example.test>", "!#$%&'*+-/=?^_`{|}~|example.test"],
  ['<"a b"@example.test>', 'a b|example.test'],
  ['<"a\\"b\\\\c\\d"@example.test>', 'a"b\\cd|example.test'],
  ['<"a@other.test "@example.test>', 'a@other.test |example.test'],
  ['<@x.test,@y.test:a@example.test>', 'a|example.test'],
  ['<a@[192.0.2.1]>', 'a|[192.0.2.1]'],
  ['<a@[IPv6:2001:db8::1]>', 'a|[IPv6:2001:db8::1]'],
  ['<a@[ipv6:::]>', 'a|[ipv6:::]'],
  ['<a@[IPv6:1:2:3:4:5:6:7:8]>', 'a|[IPv6:1:2:3:4:5:6:7:8]'],
  ['<a@[IPv6:::ffff:192.0.2.1]>', 'a|[IPv6:::ffff:192.0.2.1]'],
  ['<a@1.2.3.4>', 'a|1.2.3.4'],
  ['<a@xn--bcher-kva.test>', 'a|xn--bcher-kva.test'],
  ['<ü@bücher.test>', 'ü|bücher.test'],
  [`<a@${label}.test>`, `a|${label}.test`],
  [`<${'x'.repeat(64)}@example.test>`, `${'x'.repeat(64)}|example.test`],
  ['<>', undefined],
  ['a@example.test', undefined],
  ['<a@example.test', undefined],
  ['<a@localhost>', undefined],
  ['<a@example.test.>', undefined],
  ['<a@.example.test>', undefined],
  ['<a@example..test>', undefined],
  ['<a@-x.test>', undefined],
  ['<a@x-.test>', undefined],
  ['<a@under_score.test>', undefined],
  ['<.a@example.test>', undefined],
  ['<a.@example.test>', undefined],
  ['<a..b@example.test>', undefined],
  ['<a b@example.test>', undefined],
  ['< a@example.test>', undefined],
  ['<a@example.test >', undefined],
  ['<a@b@example.test>', undefined],
  ['<a(comment)@example.test>', undefined],
  ['<a@example.test>'.replace('a', 'a\x85'), undefined],
  ['<""@example.test>', undefined],
  ['<"a"b@example.test>', undefined],
  ['<"a\\"@example.test>', undefined],
  ['<"a"b"@example.test>', undefined],
  ['<@x.test:@example.test>', undefined],
  ['<@:a@example.test>', undefined],
  ['<a@[192.0.2]>', undefined],
  ['<a@[192.0.2.256]>', undefined],
  ['<a@[192.0.2.1].test>', undefined],
  ['<a@[2001:db8::1]>', undefined],
  ['<a@[IPv6:1:2:3:4:5:6:7]>', undefined],
  ['<a@[IPv6:1:2:3:4:5:6:7:8:9]>', undefined],
  ['<a@[IPv6:1::2::3]>', undefined],
  ['<a@[IPv6:12345::]>', undefined],
  ['<a@[IPv6:192.0.2.1::]>', undefined],
  [`<a@x${label}.test>`, undefined],
  [`<${'x'.repeat(65)}@example.test>`, undefined],
  [`<${'ü'.repeat(33)}@example.test>`, undefined],
  [`<${'@x.test,'.repeat(40)}@y.test:a@example.test>`, undefined],
]

for (const [text, expected] of paths) {
  test(`parsePath ${JSON.stringify(text).slice(0, 60)}`, () => {
    const parsed = parsePath(`FROM:${text} SIZE=1`, 5)
    const mailbox = parsed && `${parsed.mailbox.localPart}|${parsed.mailbox.domain}`
    assert.equal(mailbox, expected)
    if (parsed !== undefined) assert.equal(parsed.end, 5 + text.length)
  })
}

// D10: patterns that could be matched in several ways would take minutes for these.
const traps = [
  '<' + 'a.'.repeat(50_000),
  '<"' + '\\"'.repeat(50_000),
  '<a@' + 'b-'.repeat(50_000),
  '<@' + 'b.c,@'.repeat(20_000),
]

test('the cost of a path grows with its length only', () => {
  for (const trap of traps) assert.equal(parsePath(trap, 0), undefined)
})

const names: [name: string, allowed: boolean][] = [
  ['app.example.test', true],
  ['localhost', true],
  ['DESKTOP_01-x', true],
  ['a', true],
  ['x'.repeat(255), true],
  ['[127.0.0.1]', true],
  ['[IPv6:::1]', true],
  ['[::1]', true],
  ['', false],
  ['-a', false],
  ['a b', false],
  ['a(b)', false],
  ['<a>', false],
  ['a;b', false],
  ['ü.test', false],
  ['x'.repeat(256), false],
  ['[127.0.0.1', false],
  ['[]', false],
  ['[a]', false],
  ['[::1x', false],
]

for (const [name, allowed] of names)
  test(`isClientName ${name.slice(0, 30)}`, () => assert.equal(isClientName(name), allowed))

const parameterLists: [text: string, parameters: [string, string | undefined][] | undefined][] = [
  ['', []],
  [' A', [['A', undefined]]],
  [
    ' size=1   Body=8BITMIME',
    [
      ['SIZE', '1'],
      ['BODY', '8BITMIME'],
    ],
  ],
  [' X-Y=<a>', [['X-Y', '<a>']]],
  ['A', undefined],
  [' -A', undefined],
  [' A=', undefined],
  [' A=b=c', undefined],
  [' A=ü', undefined],
  [' A b;', undefined],
]

for (const [text, expected] of parameterLists) {
  test(`parseParameters ${JSON.stringify(text)}`, () => {
    const parsed = parseParameters(`<a>${text}`, 3)
    assert.deepEqual(
      parsed?.map(({ keyword, value }) => [keyword, value]),
      expected,
    )
  })
}

const xtexts: [text: string, decoded: string | undefined][] = [
  ['', ''],
  ['abc', 'abc'],
  ['a+2Bb+3D', 'a+b='],
  ['+0D+0A', '\r\n'],
  ['+2b', undefined],
  ['+2', undefined],
  ['+', undefined],
  ['a=b', undefined],
  ['a b', undefined],
]

for (const [text, decoded] of xtexts)
  test(`decodeXtext ${JSON.stringify(text)}`, () => assert.equal(decodeXtext(text), decoded))

test('isAuthParameter takes a mailbox or <>', () => {
  const cases = ['<>', 'a@example.test', 'a@host', '<x>', '', 'a b@example.test']
  assert.deepEqual(cases.map(isAuthParameter), [true, true, true, false, false, false])
})

const base64s: [text: string, hex: string | undefined][] = [
  ['', ''],
  ['AHVzZXI=', '0075736572'],
  ['//8=', 'ffff'],
  ['=', undefined],
  ['====', undefined],
  ['A', undefined],
  ['AA', undefined],
  ['AA=A', undefined],
  ['AB==', undefined],
  ['AA==AAAA', undefined],
  ['AAA AAAA', undefined],
  ['__8=', undefined],
  ['AAAA\r', undefined],
  ['ÿÿÿÿ', undefined],
]

for (const [text, hex] of base64s) {
  test(`decodeBase64 ${JSON.stringify(text)}`, () => {
    const octets = decodeBase64(text)
    assert.equal(octets && Buffer.from(octets).toString('hex'), hex)
  })
}
