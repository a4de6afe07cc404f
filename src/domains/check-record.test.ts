// What is in the DNS, over a real socket, against what was issued.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type DnsZone, openDnsZone, type ZoneRecord } from '../../test/fixtures/dns-zone.ts'
import type { DnsResolver } from '../dns/dns.ts'
import { createPacketResolver } from '../dns/packet-resolver.ts'
import { generateDkimKeyPair } from '../keys/dkim-keys.ts'
import { type CheckOutcome, checkRecord } from './check-record.ts'
import { dkimSelectorsOf, fullNameOf, issueRecords, type VerificationType } from './verification-records.ts'

const domain = 'contoso.test'
const selectors = dkimSelectorsOf('/subscriptions/s/d')
const keys = { DKIM: await generateDkimKeyPair('rsa'), DKIM2: await generateDkimKeyPair('ed25519') }
const issue = (dkimRecords: 'txt' | 'cname') =>
  issueRecords({
    domain,
    ownershipToken: '00000000-0000-4000-8000-000000000001',
    selectors,
    keys,
    settings: { spfInclude: 'spf.postern.test', dkimRecords, zone: 'dkim.postern.test' },
  })
const issued = { txt: issue('txt'), cname: issue('cname') }

let zone: DnsZone
let resolver: DnsResolver
before(async () => {
  zone = await openDnsZone()
  resolver = createPacketResolver({ servers: [zone.server], timeout: 300 })
})
after(() => zone.close())

const text = (...values: string[]): ZoneRecord[] => values.map((value) => ({ type: 'TXT', value }))
const alias = (value: string): ZoneRecord[] => [{ type: 'CNAME', value }]
const owned = issued.txt.Domain.value
const rsa = issued.txt.DKIM.value
const rsaKey = keys.DKIM.publicKey

type Fault = 'RecordNotFound' | 'RecordMismatch' | 'MultipleRecords'
const cases: readonly [string, VerificationType, readonly ZoneRecord[] | undefined, 'verified' | Fault][] = [
  ['ownership', 'Domain', text('unrelated=1', owned), 'verified'],
  ['ownership among white space', 'Domain', text(` ${owned} `), 'verified'],
  ['ownership: nothing at the apex', 'Domain', undefined, 'RecordNotFound'],
  ['ownership: only other texts', 'Domain', text('v=spf1 -all'), 'RecordNotFound'],
  ["ownership: another's proof", 'Domain', text(owned.replace(/1$/, '2')), 'RecordMismatch'],
  ['ownership: more than the proof', 'Domain', text(`${owned}0`), 'RecordMismatch'],
  ['SPF as issued', 'SPF', text(issued.txt.SPF.value), 'verified'],
  ['SPF with others', 'SPF', text('V=SPF1 mx +include:SPF.postern.test ~all', 'unrelated'), 'verified'],
  ['SPF with the final dot of the name', 'SPF', text('v=spf1 include:spf.postern.test. -all'), 'verified'],
  ['SPF: none', 'SPF', text('v=spf10 include:spf.postern.test'), 'RecordNotFound'],
  ['SPF: without ours', 'SPF', text('v=spf1 include:spf.postern.test.evil.test -all'), 'RecordMismatch'],
  ['SPF: ours behind all', 'SPF', text('v=spf1 -all include:spf.postern.test'), 'RecordMismatch'],
  ['SPF: ours as a fail', 'SPF', text('v=spf1 -include:spf.postern.test ~all'), 'RecordMismatch'],
  ['SPF: two records', 'SPF', text(issued.txt.SPF.value, 'v=spf1 -all'), 'MultipleRecords'],
  ['RSA key as issued', 'DKIM', text(rsa), 'verified'],
  ['RSA key, spelt otherwise', 'DKIM', text(`p = ${rsaKey.slice(0, 9)} ${rsaKey.slice(9)} ; n=x`), 'verified'],
  ['RSA key through an alias', 'DKIM', [...alias('x.postern.test'), ...text(rsa)], 'verified'],
  ['RSA key: none', 'DKIM', undefined, 'RecordNotFound'],
  ['RSA key: another', 'DKIM', text(rsa.replace('p=', 'p=A')), 'RecordMismatch'],
  ['RSA key: revoked', 'DKIM', text('v=DKIM1; k=rsa; p='), 'RecordMismatch'],
  ['RSA key: the other algorithm', 'DKIM', text(rsa.replace('rsa', 'ed25519')), 'RecordMismatch'],
  ['RSA key: two records', 'DKIM', text(rsa, rsa), 'MultipleRecords'],
  ['Ed25519 key as issued', 'DKIM2', text(issued.txt.DKIM2.value), 'verified'],
  ['Ed25519 key: RSA in its place', 'DKIM2', text(rsa), 'RecordMismatch'],
  ['DMARC as advised', 'DMARC', text(issued.txt.DMARC.value), 'verified'],
  ['DMARC, stricter', 'DMARC', text('v=DMARC1;p=reject;rua=mailto:d@contoso.test'), 'verified'],
  ['DMARC with blanks', 'DMARC', text('v = DMARC1 ; p = none'), 'verified'],
  ['DMARC: none', 'DMARC', text('v=DMARC2; p=none'), 'RecordNotFound'],
  ['DMARC: no policy', 'DMARC', text('v=DMARC1; pct=100'), 'RecordMismatch'],
  ['DMARC: two records', 'DMARC', text('v=DMARC1; p=none', 'v=DMARC1; p=none'), 'MultipleRecords'],
]
for (const [name, type, published, expected] of cases) {
  test(name, async () => {
    const record = issued.txt[type]
    const place = fullNameOf(record, domain)
    if (published === undefined) zone.remove(place)
    else zone.publish(place, ...published)
    const outcome = await checkRecord(resolver, domain, type, record)
    assert.equal(outcome.type === 'failed' ? outcome.errorCode : outcome.type, expected)
    zone.remove(place)
  })
}

const targets: readonly [string, readonly ZoneRecord[], CheckOutcome['type']][] = [
  ['as issued', alias(issued.cname.DKIM.value.toUpperCase()), 'verified'],
  ['elsewhere', alias('selector.example.test'), 'failed'],
  ['the key itself', text(rsa), 'failed'],
]
for (const [name, published, expected] of targets) {
  test(`a pointer into our zone: ${name}`, async () => {
    zone.publish(`${selectors.DKIM}._domainkey.${domain}`, ...published)
    assert.equal((await checkRecord(resolver, domain, 'DKIM', issued.cname.DKIM)).type, expected)
  })
}

test('a pointer comes with what the zone is to hold', () => {
  const { value, ttl } = issued.txt.DKIM
  assert.equal(issued.cname.DKIM.value, `${selectors.DKIM}._domainkey.dkim.postern.test`)
  assert.deepEqual(issued.cname.DKIM.zoneRecord, { type: 'TXT', name: issued.cname.DKIM.value, value, ttl })
})

test('what is there instead is told, shortened and printable', async () => {
  zone.publish(domain, ...text(`${owned.slice(0, -1)}\u0007${'x'.repeat(300)}`, 'other'))
  const outcome = await checkRecord(resolver, domain, 'Domain', issued.txt.Domain)
  assert(outcome.type === 'failed')
  assert.deepEqual(outcome.seen, [`${`${owned.slice(0, -1)}?`.padEnd(200, 'x')}…`, 'other'])
})

test('where the DNS does not answer, nothing is judged', async () => {
  zone.state.mood = 'SERVFAIL'
  const outcome = await checkRecord(resolver, domain, 'SPF', issued.txt.SPF)
  zone.state.mood = 'serve'
  assert.equal(outcome.type, 'unavailable')
})

test('selectors differ between resources, not with the casing of an id', () => {
  assert.deepEqual(dkimSelectorsOf('/Subscriptions/S/D'), selectors)
  assert.notDeepEqual(dkimSelectorsOf('/subscriptions/s/e'), selectors)
  assert.match(selectors.DKIM, /^pst1-[0-9a-f]{8}$/)
  assert.match(selectors.DKIM2, /^pst2-[0-9a-f]{8}$/)
})
