// What domains promise of TLS, and real servers that keep the promise or break it: MTA-STS with policies from a web server, DANE with
// records that DNSSEC vouches for, REQUIRETLS, and answers that are signed wrongly. A promise that is broken defers, and nothing is ever
// sent in the clear instead. Skipped where the servers are not installed, unless POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createInProcessStore } from '../../src/storage/sqlite/in-process-store.ts'
import type { Cleanup } from '../fixtures/quickstart-service.ts'
import { type DeliveryNetwork, findNetworkProblem, HARAKA, openNetwork, POLICIES } from './delivery-network.ts'

const problem = await findNetworkProblem()
const skip = problem === undefined || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : problem

const endings: (() => Promise<void> | void)[] = []
const scene: Cleanup = { after: (run) => void endings.unshift(run) }
after(async () => {
  for (const run of endings) await run()
})

/** Where DNSSEC vouches for nothing, so that only MTA-STS promises anything. */
const UNSIGNED = 'example.net'
const POLICY_DOMAINS = ['kept', 'other-host', 'wrong-name', 'testing', 'no-policy'] as const
const policy = (mode: string, mx: string) => `version: STSv1\r\nmode: ${mode}\r\nmx: ${mx}\r\nmax_age: 86400\r\n`
const HOST = `haraka.${UNSIGNED}`

const unsigned = [
  `haraka A ${HARAKA}`,
  `unnamed A ${HARAKA}`,
  ...POLICY_DOMAINS.flatMap((domain) => [
    `${domain} MX 10 ${domain === 'wrong-name' ? 'unnamed' : 'haraka'}`,
    `_mta-sts.${domain} TXT "v=STSv1; id=1;"`,
    `mta-sts.${domain} A ${POLICIES}`,
  ]),
]

const POLICY_TEXTS = {
  [`kept.${UNSIGNED}`]: policy('enforce', HOST),
  [`other-host.${UNSIGNED}`]: policy('enforce', `mx.other.${UNSIGNED}`),
  [`wrong-name.${UNSIGNED}`]: policy('enforce', `*.${UNSIGNED}`),
  [`testing.${UNSIGNED}`]: policy('testing', `mx.other.${UNSIGNED}`),
}

const SIGNED = 'example.org'
const WRONG_DIGEST = `TLSA 3 1 1 ${'0f'.repeat(32)}`
const signedLines = (port: number, tlsa: string) => {
  const hosts: readonly (readonly [string, string | undefined])[] = [
    ['dane', tlsa],
    ['dane-wrong', WRONG_DIGEST],
    ['dane-both', `${WRONG_DIGEST}\n_${port}._tcp.mx.dane-both ${tlsa}`],
    ['plain', undefined],
  ]
  return hosts.flatMap(([domain, record]) => [
    `${domain} MX 10 mx.${domain}`,
    `mx.${domain} A ${HARAKA}`,
    ...(record === undefined ? [] : [`_${port}._tcp.mx.${domain} ${record}`]),
  ])
}

let network: DeliveryNetwork
before(async () => {
  if (skip !== false) return
  assert.equal(problem, undefined)
  network = await openNetwork(scene, {
    zones: ({ port, harakaTlsa }) => ({
      [UNSIGNED]: unsigned,
      [SIGNED]: signedLines(port, harakaTlsa),
      'example.com': ['@ MX 10 mx', `mx A ${HARAKA}`],
    }),
    unsigned: [UNSIGNED],
    bogus: ['example.com'],
    names: [HOST, `mx.plain.${SIGNED}`],
    policies: POLICY_TEXTS,
    postfixDomains: [],
  })
})

const kept: readonly (readonly [how: string, domain: string])[] = [
  ['MTA-STS, and host and certificate as the policy says', `kept.${UNSIGNED}`],
  ['MTA-STS of another host, only for testing', `testing.${UNSIGNED}`],
  ['MTA-STS announced, and never a policy that can be believed', `no-policy.${UNSIGNED}`],
  ['DANE, the key of the server; its certificate is for another name', `dane.${SIGNED}`],
  ['DANE, one record of another key and one of its own', `dane-both.${SIGNED}`],
]
for (const [how, domain] of kept)
  test(`delivered over TLS: ${how}`, { skip }, async () => {
    const subject = await network.send([`b@${domain}`])
    assert.match((await network.at(network.haraka, subject)).toString(), /with ESMTPS/)
    await network.timeline(subject, /"status":"delivered"/)
  })

const broken: readonly (readonly [how: string, domain: string, said: RegExp])[] = [
  ['MTA-STS of another host', `other-host.${UNSIGNED}`, /policy of other-host\.example\.net does not name the host/],
  ['MTA-STS, a certificate for another name', `wrong-name.${UNSIGNED}`, /its certificate is for another name/],
  ['DANE, another key', `dane-wrong.${SIGNED}`, /at the TLS handshake: /],
  ['a zone that is signed wrongly', 'example.com', /cannot be looked up: [^"]*SERVFAIL/],
]
for (const [how, domain, said] of broken)
  test(`deferred, and nothing sent: ${how}`, { skip }, async () => {
    const subject = await network.send([`b@${domain}`])
    await network.timeline(subject, /"status":"deferred"/)
    await network.timeline(subject, said)
    assert.ok(!network.haraka.arrived().some((one) => one.includes(subject)))
    assert.ok(!network.haraka.log().includes(`<b@${domain}>`))
  })

test('REQUIRETLS comes back from a server that does not promise it', { skip }, async () => {
  const subject = await network.send([`b@plain.${SIGNED}`], ' REQUIRETLS')
  await network.timeline(subject, /5\.7\.30/)
  const report = (await network.at(network.postfix, subject)).toString()
  assert.match(report, /^Status: 5\.7\.30$/m)
  assert.ok(!network.haraka.log().includes(`<b@plain.${SIGNED}>`))
})

test('what TLS came to is counted for the owners of the domains', { skip }, async () => {
  const { service } = network
  // With its end the service tells the store what it has counted.
  await service.stop()
  const store = await createInProcessStore(join(service.directory, 'postern.db'))
  const day = new Date().toISOString().slice(0, 10)
  const expected: readonly (readonly [domain: string, ...counted: string[]])[] = [
    [`kept.${UNSIGNED}`, 'sts success'],
    [`wrong-name.${UNSIGNED}`, 'sts certificate-host-mismatch'],
    [`no-policy.${UNSIGNED}`, 'sts sts-webpki-invalid'],
    [`dane.${SIGNED}`, 'tlsa success'],
    [`dane-wrong.${SIGNED}`, 'tlsa validation-failure'],
  ]
  for (const [domain, ...counted] of expected) {
    const results = await store.read.transportPolicies.readTlsResults(day, domain)
    const told = results.map(({ policyType, result }) => `${policyType} ${result}`)
    assert.deepEqual(told, counted, domain)
  }
  await store.close()
})
