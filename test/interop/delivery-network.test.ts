// Mail straight to real servers, as the DNS leads there: order and fail-over, hosts that are implied, named by an alias or reachable by
// IPv6 alone, domains that take none, reports that come back, and signatures that others verify by the records in the DNS. Skipped where
// the servers are not installed, unless POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { createPacketResolver } from '../../src/dns/packet-resolver.ts'
import { verdictsOfMailauth } from '../../src/signing/signing.fixture.ts'
import type { Cleanup } from '../fixtures/quickstart-service.ts'
import { runClient } from './clients/foreign-client.ts'
import {
  type DeliveryNetwork,
  findNetworkProblem,
  HARAKA,
  NOBODY,
  openNetwork,
  POSTFIX,
  SENDER,
} from './delivery-network.ts'

const problem = await findNetworkProblem()
const skip = problem === undefined || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : problem
const isIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

const endings: (() => Promise<void> | void)[] = []
const scene: Cleanup = { after: (run) => void endings.unshift(run) }
after(async () => {
  for (const run of endings) await run()
})

const LINES = [
  `postfix A ${POSTFIX}`,
  `haraka A ${HARAKA}`,
  `nobody A ${NOBODY}`,
  'six AAAA ::1',
  'alias CNAME haraka',
  'first MX 20 haraka',
  'first MX 10 postfix',
  'second MX 10 nobody',
  'second MX 20 haraka',
  `implicit A ${HARAKA}`,
  'null MX 0 .',
  'by-six MX 10 six',
  'by-alias MX 10 alias',
  'elsewhere CNAME second',
]

let network: DeliveryNetwork
before(async () => {
  if (skip !== false) return
  assert.equal(problem, undefined)
  network = await openNetwork(scene, {
    zones: () => ({ 'example.org': LINES }),
    names: ['postfix.example.org', 'haraka.example.org'],
    postfixDomains: ['first.example.org'],
    isIpv6,
  })
})

test('the preferred host takes it, over TLS, and no other', { skip }, async () => {
  const subject = await network.send(['b@first.example.org'])
  const octets = await network.at(network.postfix, subject)
  assert.match(octets.toString(), /^Received: from .*\n(?:\s.*\n)*\s.*with ESMTPS/m)
  await network.timeline(subject, /"status":"delivered"/)
  assert.ok(!network.haraka.arrived().some((one) => one.includes(subject)))
})

const ways: readonly (readonly [domain: string, how: string])[] = [
  ['second.example.org', 'the second host, where nobody listens at the first'],
  ['implicit.example.org', 'the domain itself, which has an address and no MX'],
  ['by-alias.example.org', 'a host that is an alias'],
  ['elsewhere.example.org', 'a domain that is an alias'],
  ...(isIpv6 ? ([['by-six.example.org', 'a host that has nothing but an IPv6 address']] as const) : []),
]
for (const [domain, how] of ways)
  test(how, { skip }, async () => {
    const subject = await network.send([`b@${domain}`])
    const octets = await network.at(network.haraka, subject)
    assert.match(octets.toString(), /with ESMTPS/)
    assert.match(octets.toString(), /\r\n\r\nHello\.\r\n\.\r\n$/)
    await network.timeline(subject, /"status":"delivered"/)
  })

const bounces: readonly (readonly [recipient: string, what: RegExp])[] = [
  ['b@null.example.org', /^Status: 5\.1\.10$[^]*^Diagnostic-Code: .*556 5\.1\.10/m],
  ['nobody@implicit.example.org', /^Status: 5\.1\.1$[^]*^Diagnostic-Code: smtp; 550 5\.1\.1 no such mailbox$/m],
  ['b@nowhere.example.org', /^Status: 5\.1\.2$/m],
]
for (const [recipient, what] of bounces)
  test(`a report comes back through the network: ${recipient}`, { skip }, async () => {
    const subject = await network.send([recipient])
    const report = (await network.at(network.postfix, subject)).toString()
    assert.match(report, /^Return-Path: <>$/m)
    assert.match(report, new RegExp(`^To: <${SENDER}>$`, 'm'))
    assert.match(report, /^Content-Type: multipart\/report; report-type=delivery-status/m)
    assert.match(report, /^Action: failed$/m)
    assert.match(report, what)
    await network.timeline(subject, /failed report to [^"]* queued as/)
  })

/** What the DNS has for each signature of a message. */
async function recordsFor(message: string): Promise<Record<string, string>> {
  const resolver = createPacketResolver({ servers: [network.dns.server], validating: true })
  const records: Record<string, string> = {}
  for (const [field] of message.matchAll(/^DKIM-Signature:(?:.*\r\n)(?:[ \t].*\r\n)*/gm)) {
    const tag = (name: string) => new RegExp(`[;\\s]${name}=([^;\\s]+)`).exec(field)?.[1] ?? ''
    const name = `${tag('s')}._domainkey.${tag('d')}`
    const answer = await resolver.resolveTxt(name)
    assert.ok(answer.type === 'found' && answer.secure, name)
    records[name] = answer.records[0]
  }
  return records
}

const SCRIPT = fileURLToPath(new URL('verify_dkim.py', import.meta.url))

test('both signatures hold where the message arrived, and those of a report', { skip }, async () => {
  const direct = await network.send(['b@first.example.org', 'b@implicit.example.org'])
  const refused = await network.send(['nobody@implicit.example.org'])
  const arrived = [
    await network.at(network.postfix, direct),
    await network.at(network.haraka, direct),
    await network.at(network.postfix, refused),
  ].map((octets) => octets.toString('latin1').replace(/\r?\n/g, '\r\n'))
  for (const message of arrived) {
    const records = await recordsFor(message)
    assert.equal(Object.keys(records).length, 2)
    const octets = Buffer.from(message, 'latin1')
    assert.deepEqual(await verdictsOfMailauth(octets, records), ['pass', 'pass'])
    const input = JSON.stringify({ records, messages: [octets.toString('base64')] })
    assert.deepEqual(JSON.parse(await runClient(['/usr/bin/python3', SCRIPT], input)), [['pass', 'pass']])
  }
})
