// What a validating resolver vouches for, by real servers: Unbound in front of zones that Knot signs. Skipped where they are not installed,
// unless POSTERN_REQUIRE_CLIENTS is set: then it fails. RFC 4035 §3.2.3, §4.3.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DnsResolver } from '../../src/dns/dns.ts'
import { createPacketResolver } from '../../src/dns/packet-resolver.ts'
import type { Cleanup } from '../fixtures/quickstart-service.ts'
import { findSignedDnsProblem, startSignedDns } from '../fixtures/signed-dns.ts'
import { txt } from './knot.ts'

const problem = await findSignedDnsProblem()
const skip = problem === undefined || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : problem

const endings: (() => Promise<void> | void)[] = []
const scene: Cleanup = { after: (run) => void endings.unshift(run) }
after(async () => {
  for (const run of endings) await run()
})

const DIGEST = 'ab'.repeat(32)
const LINES = [
  '@ MX 10 mx',
  'mx A 127.0.0.2',
  'mx AAAA ::1',
  `_25._tcp.mx TLSA 3 1 1 ${DIGEST}`,
  'alias CNAME mx',
  'outside CNAME mx.unsigned.test.',
  `long ${txt('x'.repeat(3000))}`,
]

let resolver: DnsResolver
let unbelieved: DnsResolver
before(async () => {
  if (skip !== false) return
  assert.equal(problem, undefined)
  const zones = { signed: ['signed.test'], unsigned: ['unsigned.test'], bogus: ['bogus.test'] }
  const dns = await startSignedDns(scene, zones)
  for (const zone of Object.values(zones).flat()) await dns.publish(zone, LINES)
  resolver = createPacketResolver({ servers: [dns.server], validating: true })
  unbelieved = createPacketResolver({ servers: [dns.server] })
})

const ZONES: readonly [string, boolean][] = [
  ['signed.test', true],
  ['unsigned.test', false],
]
for (const [zone, secure] of ZONES)
  test(`every kind of record, and there being none: ${zone}`, { skip }, async () => {
    const found = (record: unknown) => ({ type: 'found', records: [record], secure })
    const none = { type: 'none', secure }
    const addresses = { type: 'found', records: ['127.0.0.2', '::1'], secure }
    assert.deepEqual(await resolver.resolveMx(zone), found({ preference: 10, exchange: `mx.${zone}` }))
    assert.deepEqual(await resolver.resolveAddresses(`mx.${zone}`), addresses)
    assert.deepEqual(await resolver.resolveAddresses(`alias.${zone}`), addresses)
    assert.deepEqual(await resolver.resolveCname(`alias.${zone}`), found(`mx.${zone}`))
    assert.deepEqual(
      await resolver.resolveTlsa(`_25._tcp.mx.${zone}`),
      found({ usage: 3, selector: 1, matchingType: 1, certificate: Uint8Array.from(Buffer.from(DIGEST, 'hex')) }),
    )
    assert.deepEqual(await resolver.resolveTxt(`long.${zone}`), found('x'.repeat(3000)))
    assert.deepEqual(await resolver.resolveTlsa(`mx.${zone}`), none)
    assert.deepEqual(await resolver.resolveAddresses(`nowhere.${zone}`), none)
  })

test('an alias that leads out of the signed zone is as safe as where it ends', { skip }, async () => {
  assert.deepEqual(await resolver.resolveAddresses('outside.signed.test'), {
    type: 'found',
    records: ['127.0.0.2', '::1'],
    secure: false,
  })
})

test('a signature by a key that is not trusted is no answer', { skip }, async () => {
  const outcome = await resolver.resolveMx('bogus.test')
  assert(outcome.type === 'unavailable')
  assert.match(outcome.detail, /SERVFAIL/)
})

test('who was not named as validating vouches for nothing', { skip }, async () => {
  const outcome = await unbelieved.resolveMx('signed.test')
  assert(outcome.type === 'found')
  assert.equal(outcome.secure, false)
})
