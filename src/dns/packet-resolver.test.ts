// The resolver over a real socket: what is there, what is not, and what cannot be known. Hostile answers are in
// `hostile-answers.test.ts`, what a validating server vouches for in `test/interop/signed-dns.test.ts`.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type DnsZone, type Mood, openDnsZone } from '../../test/fixtures/dns-zone.ts'
import type { DnsResolver } from './dns.ts'
import { createPacketResolver } from './packet-resolver.ts'

let zone: DnsZone
let resolver: DnsResolver
before(async () => {
  zone = await openDnsZone()
  resolver = createPacketResolver({ servers: [zone.server], timeout: 300 })
})
after(() => zone.close())

test('the strings of a record are one text, and each record is one', async () => {
  const long = 'v=DKIM1; p='.padEnd(700, 'x')
  zone.publish('long.contoso.test', { type: 'TXT', value: long }, { type: 'TXT', value: 'other' })
  assert.deepEqual(await resolver.resolveTxt('long.contoso.test'), {
    type: 'found',
    records: [long, 'other'],
    secure: false,
  })
})

test('the target of a CNAME, and mail exchanges', async () => {
  zone.publish('alias.contoso.test', { type: 'CNAME', value: 'Target.postern.test' })
  zone.publish('contoso.test', { type: 'MX', preference: 10, value: 'mx.contoso.test' })
  assert.deepEqual(await resolver.resolveCname('alias.contoso.test'), {
    type: 'found',
    records: ['Target.postern.test'],
    secure: false,
  })
  assert.deepEqual(await resolver.resolveMx('contoso.test'), {
    type: 'found',
    records: [{ preference: 10, exchange: 'mx.contoso.test' }],
    secure: false,
  })
})

test('no such name, and no such record at a name that is there, are both none', async () => {
  zone.publish('only-mx.contoso.test', { type: 'MX', preference: 10, value: 'mx.contoso.test' })
  assert.deepEqual(await resolver.resolveTxt('missing.contoso.test'), { type: 'none', secure: false })
  assert.deepEqual(await resolver.resolveTxt('only-mx.contoso.test'), { type: 'none', secure: false })
  assert.deepEqual(await resolver.resolveTxt(`${'a'.repeat(64)}.test`), { type: 'none', secure: false })
})

const moods: readonly [Mood, RegExp][] = [
  ['SERVFAIL', /SERVFAIL/],
  ['REFUSED', /REFUSED/],
  ['silent', /in time/],
  ['truncated', /could be reached/],
]
for (const [mood, detail] of moods) {
  test(`a server that is ${mood} leaves the answer unknown`, async () => {
    zone.state.mood = mood
    const outcome = await resolver.resolveTxt('contoso.test')
    zone.state.mood = 'serve'
    assert(outcome.type === 'unavailable')
    assert.match(outcome.detail, detail)
  })
}

test('nobody at the address', async () => {
  const gone = await openDnsZone()
  gone.close()
  const outcome = await createPacketResolver({ servers: [gone.server], timeout: 50 }).resolveTxt('contoso.test')
  assert.equal(outcome.type, 'unavailable')
})

test('nothing is remembered: a record that changed is seen at once', async () => {
  for (const value of ['one', 'two']) {
    zone.publish('changing.contoso.test', { type: 'TXT', value })
    assert.deepEqual(await resolver.resolveTxt('changing.contoso.test'), {
      type: 'found',
      records: [value],
      secure: false,
    })
  }
})
