import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TlsaRecord } from '../dns/dns.ts'
import { createAuthority, makeCertificate, octetsOf, tlsa } from './certificates.fixture.ts'
import { findTlsaRecords, verifyDane } from './dane.ts'
import { createFakeDns, type FakeRecords } from './fake-dns.fixture.ts'

const NOW = Date.UTC(2031, 4, 4)
const YEAR = 366 * 86_400_000

const authority = await createAuthority(NOW - 3 * YEAR)
const stranger = await createAuthority(NOW - 3 * YEAR)
const own = (await authority.issue(['mx.example.org'], NOW)).certificate
const wild = (await authority.issue(['*.example.org'], NOW)).certificate
const expired = (await authority.issue(['mx.example.org'], NOW - 2 * YEAR)).certificate
const other = (await authority.issue(['mx.example.net'], NOW)).certificate
const foreign = (await stranger.issue(['mx.example.org'], NOW)).certificate

/** Two authorities of one name, and a server that signs as if it were one. */
const [namesake, impostor] = [await makeCertificate('CN=Namesake'), await makeCertificate('CN=Namesake')]
const signed = await makeCertificate('CN=mx.example.org', namesake)
const mere = await makeCertificate('CN=Mere', undefined, false)
const signedByMere = await makeCertificate('CN=mx.example.org', mere)

const NOT_MEANT = 'its certificate is none that the TLSA records mean'
const WRONG_NAME = 'its certificate is for another name'
const NOT_NOW = 'its certificate is not valid now'
const broken = { usage: 3, selector: 0, matchingType: 1, certificate: new Uint8Array(32) }

const cases: readonly {
  readonly name: string
  readonly records: readonly TlsaRecord[]
  readonly chain: readonly string[]
  readonly refused?: string
}[] = [
  ...[0, 1].flatMap((selector) =>
    [0, 1, 2].map((type) => ({
      name: `the very certificate, 3 ${selector} ${type}`,
      records: [broken, tlsa(3, selector, type, own)],
      chain: [own],
    })),
  ),
  { name: 'the very certificate, expired', records: [tlsa(3, 1, 1, expired)], chain: [expired] },
  { name: 'the very certificate, of another name', records: [tlsa(3, 1, 1, other)], chain: [other] },
  { name: 'another certificate', records: [tlsa(3, 1, 1, own)], chain: [foreign], refused: NOT_MEANT },
  {
    name: 'the authority in place of the certificate',
    records: [tlsa(3, 1, 1, authority.certificate)],
    chain: [own, authority.certificate],
    refused: NOT_MEANT,
  },
  ...[0, 1].flatMap((selector) =>
    [0, 1, 2].map((type) => ({
      name: `an anchor, 2 ${selector} ${type}`,
      records: [tlsa(2, selector, type, authority.certificate)],
      chain: [own, authority.certificate],
    })),
  ),
  { name: 'an anchor that only the record holds', records: [tlsa(2, 0, 0, authority.certificate)], chain: [own] },
  {
    name: 'an anchor that nobody shows',
    records: [tlsa(2, 0, 1, authority.certificate)],
    chain: [own],
    refused: NOT_MEANT,
  },
  {
    name: 'an anchor, for a wildcard',
    records: [tlsa(2, 1, 1, authority.certificate)],
    chain: [wild, authority.certificate],
  },
  {
    name: 'an anchor, for another name',
    records: [tlsa(2, 1, 1, authority.certificate)],
    chain: [other, authority.certificate],
    refused: WRONG_NAME,
  },
  {
    name: 'an anchor, of an expired certificate',
    records: [tlsa(2, 1, 1, authority.certificate)],
    chain: [expired, authority.certificate],
    refused: NOT_NOW,
  },
  {
    name: 'an anchor of a stranger',
    records: [tlsa(2, 1, 1, stranger.certificate)],
    chain: [own, authority.certificate],
    refused: NOT_MEANT,
  },
  {
    name: 'a stranger who shows the anchor too',
    records: [tlsa(2, 1, 1, authority.certificate)],
    chain: [foreign, authority.certificate],
    refused: NOT_MEANT,
  },
  { name: 'an anchor that signs nothing', records: [tlsa(2, 1, 1, own)], chain: [own, own], refused: NOT_MEANT },
  { name: 'a server as authority', records: [tlsa(2, 1, 1, other)], chain: [own, other], refused: NOT_MEANT },
  {
    name: 'an anchor that is the server itself',
    records: [tlsa(2, 1, 1, authority.certificate)],
    chain: [authority.certificate],
    refused: NOT_MEANT,
  },
  { name: 'an anchor of little', records: [tlsa(2, 1, 1, namesake.pem)], chain: [signed.pem, namesake.pem] },
  {
    name: 'an anchor that only has the name of who signed',
    records: [tlsa(2, 1, 1, impostor.pem)],
    chain: [signed.pem, impostor.pem],
    refused: NOT_MEANT,
  },
  {
    name: 'an anchor that is no authority',
    records: [tlsa(2, 1, 1, mere.pem)],
    chain: [signedByMere.pem, mere.pem],
    refused: NOT_MEANT,
  },
  { name: 'no certificate', records: [tlsa(3, 1, 1, own)], chain: [], refused: 'it shows no certificate' },
]

for (const { name, records, chain, refused } of cases)
  test(name, () => {
    assert.equal(verifyDane(records, ['mx.example.org', 'example.org'], chain.map(octetsOf), NOW), refused)
  })

test('what is no certificate is none', () => {
  assert.equal(verifyDane([broken], ['mx.example.org'], [Buffer.from('no')], NOW), 'it shows no certificate')
})

const RECORD = tlsa(3, 1, 1, own)
const HOST = { name: 'mx.example.org', addresses: ['1.1.1.1'], secure: true }
const usable = (base: string) => ({ type: 'records', base, records: [RECORD] })

const lookups: readonly {
  readonly name: string
  readonly table: Readonly<Record<string, FakeRecords>>
  readonly host?: Partial<typeof HOST>
  readonly standing: object
  readonly asked?: number
}[] = [
  { name: 'records', table: { '_25._tcp.mx.example.org': { tlsa: [RECORD] } }, standing: usable('mx.example.org') },
  { name: 'none', table: {}, standing: { type: 'none' } },
  {
    name: 'addresses that may be forged: nothing is asked',
    table: { '_25._tcp.mx.example.org': { tlsa: [RECORD] } },
    host: { secure: false },
    standing: { type: 'none' },
    asked: 0,
  },
  {
    name: 'records that may be forged',
    table: { '_25._tcp.mx.example.org': { tlsa: [RECORD], insecure: ['TLSA'] } },
    standing: { type: 'none' },
  },
  {
    name: 'no answer',
    table: { '_25._tcp.mx.example.org': { unavailable: ['TLSA'] } },
    standing: {
      type: 'unavailable',
      detail: 'the TLSA records of mx.example.org cannot be looked up; the answer may be forged',
    },
  },
  {
    name: 'an alias: the end of it comes first',
    table: {
      'mx.example.org': { cname: 'B.example.org' },
      'b.example.org': { cname: 'c.example.org' },
      '_25._tcp.c.example.org': { tlsa: [RECORD] },
      '_25._tcp.mx.example.org': { unavailable: ['TLSA'] },
    },
    standing: usable('c.example.org'),
  },
  {
    name: 'an alias whose end has none',
    table: { 'mx.example.org': { cname: 'c.example.org' }, '_25._tcp.mx.example.org': { tlsa: [RECORD] } },
    standing: usable('mx.example.org'),
  },
  {
    name: 'an alias that may be forged',
    table: {
      'mx.example.org': { cname: 'c.example.org', insecure: ['CNAME'] },
      '_25._tcp.c.example.org': { tlsa: [RECORD] },
    },
    standing: { type: 'none' },
  },
  {
    name: 'aliases in a circle',
    table: { 'mx.example.org': { cname: 'mx.example.org' }, '_25._tcp.mx.example.org': { tlsa: [RECORD] } },
    standing: usable('mx.example.org'),
  },
  {
    name: 'an alias without an answer',
    table: { 'mx.example.org': { unavailable: ['CNAME'] } },
    standing: { type: 'unavailable', detail: 'the name mx.example.org cannot be looked up; the answer may be forged' },
  },
  {
    name: 'nothing that can be used',
    table: {
      '_25._tcp.mx.example.org': {
        tlsa: [
          { ...RECORD, usage: 0 },
          { ...RECORD, usage: 1 },
          { ...RECORD, selector: 2 },
          { ...RECORD, matchingType: 3 },
          { ...RECORD, certificate: new Uint8Array(31) },
          { ...RECORD, matchingType: 0, certificate: new Uint8Array() },
        ],
      },
    },
    standing: { type: 'unusable', base: 'mx.example.org' },
  },
]

for (const { name, table, host = {}, standing, asked } of lookups)
  test(`TLSA: ${name}`, async () => {
    const dns = createFakeDns(table, true)
    assert.deepEqual(await findTlsaRecords(dns, { ...HOST, ...host }, 25), standing)
    if (asked !== undefined) assert.equal(dns.asked.length, asked)
  })
