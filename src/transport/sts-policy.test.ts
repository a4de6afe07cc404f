import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesStsPolicy, parseStsPolicy, readStsAnnouncement } from './sts-policy.ts'

const announcements: readonly { readonly name: string; readonly records: readonly string[]; readonly id?: string }[] = [
  { name: 'one', records: ['v=STSv1; id=20310504T010203;'], id: '20310504T010203' },
  { name: 'among others', records: ['v=spf1 -all', 'v=STSv1;id=a'], id: 'a' },
  { name: 'with white space and what is not known', records: ['v=STSv1 ; x=y; id = 1 ;'], id: '1' },
  { name: 'two', records: ['v=STSv1; id=1', 'v=STSv1; id=1'] },
  { name: 'without an id', records: ['v=STSv1;'] },
  { name: 'with an id that is none', records: ['v=STSv1; id=a-b;'] },
  { name: 'with an id too long', records: [`v=STSv1; id=${'a'.repeat(33)}`] },
  { name: 'of another version', records: ['v=STSv10; id=1'] },
  { name: 'of something else', records: ['xid=1; v=STSv1;'] },
  { name: 'none', records: [] },
]

for (const { name, records, id } of announcements)
  test(`an announcement: ${name}`, () => {
    assert.equal(readStsAnnouncement(records), id)
  })

const lines = (...more: readonly string[]) => ['version: STSv1', ...more].join('\r\n')
const ENFORCE = { mode: 'enforce', patterns: ['mx.example.org'], maxAge: 604_800 }

const policies: readonly { readonly name: string; readonly text: string; readonly policy?: object }[] = [
  { name: 'as in the RFC', text: lines('mode: enforce', 'mx: mx.example.org', 'max_age: 604800', ''), policy: ENFORCE },
  {
    name: 'with bare line feeds, in another order and without blanks',
    text: 'max_age:604800\nmx:MX.example.org.\nmode:enforce\nversion:STSv1',
    policy: ENFORCE,
  },
  {
    name: 'with keys of a later version, and repeated ones',
    text: lines('mode: enforce', 'mode: none', 'new_key: x: y', 'mx: mx.example.org', 'max_age: 604800', 'max_age: 1'),
    policy: ENFORCE,
  },
  {
    name: 'with a wildcard, and no end of patience',
    text: lines('mode: testing', 'mx: *.example.org', 'mx: mx.example.net', 'max_age: 9999999999'),
    policy: { mode: 'testing', patterns: ['*.example.org', 'mx.example.net'], maxAge: 31_557_600 },
  },
  {
    name: 'that is withdrawn',
    text: lines('mode: none', 'max_age: 0'),
    policy: { mode: 'none', patterns: [], maxAge: 0 },
  },
  { name: 'without hosts', text: lines('mode: enforce', 'max_age: 1') },
  { name: 'of another version', text: 'version: STSv2\nmode: none\nmax_age: 1' },
  { name: 'of no version', text: 'mode: none\nmax_age: 1' },
  { name: 'in an unknown mode', text: lines('mode: Enforce', 'mx: mx.example.org', 'max_age: 1') },
  { name: 'without an age', text: lines('mode: enforce', 'mx: mx.example.org') },
  { name: 'of a negative age', text: lines('mode: none', 'max_age: -1') },
  { name: 'with a wildcard in the middle', text: lines('mode: enforce', 'mx: mx.*.org', 'max_age: 1') },
  { name: 'with a wildcard alone', text: lines('mode: enforce', 'mx: *', 'max_age: 1') },
  { name: 'that is a page', text: '<html>version: STSv1</html>' },
  { name: 'with too many hosts', text: lines('mode: enforce', 'max_age: 1', ...Array<string>(101).fill('mx: a.org')) },
]

for (const { name, text, policy } of policies)
  test(`a policy ${name}`, () => {
    assert.deepEqual(parseStsPolicy(text), policy)
  })

const hosts = [
  { host: 'mx.example.org', matches: true },
  { host: 'a.example.net', matches: true },
  { host: 'a.b.example.net', matches: false },
  { host: 'example.net', matches: false },
  { host: 'mx.example.org.evil.net', matches: false },
  { host: 'amx.example.org', matches: false },
]

for (const { host, matches } of hosts)
  test(`${host} is ${matches ? 'one of the hosts' : 'another host'}`, () => {
    assert.equal(matchesStsPolicy(['mx.example.org', '*.example.net'], host), matches)
  })
