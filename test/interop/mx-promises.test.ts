// Direct delivery by what domains promise, with the DNS of others: Knot signs the zones, Unbound validates them, our resolver believes
// Unbound. Mail hosts and the web host with the policies are ours, on loopback, so that each can show the certificate that it should not.
// Skipped where the servers are not installed, unless POSTERN_REQUIRE_CLIENTS is set: then it fails. RFC 7672, RFC 8461, RFC 8689.

import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { systemClock } from '../../src/config/clock.ts'
import { createPacketResolver } from '../../src/dns/packet-resolver.ts'
import type { MailParameters } from '../../src/smtp/events.ts'
import { openTemporaryMailStore } from '../../src/storage/sqlite/temporary-mail-store.fixture.ts'
import { createAuthority, withAuthority } from '../../src/transport/certificates.fixture.ts'
import { createMxTransport } from '../../src/transport/mx.ts'
import { openConnection, SMTP_PATIENCE } from '../../src/transport/open-connection.ts'
import { openReceivingServer } from '../../src/transport/receiving-server.fixture.ts'
import type { Shipment, Transport } from '../../src/transport/transport.ts'
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

/** What the public trusts, and what only a TLSA record can make good. */
const [publicAuthority, ownAuthority] = await Promise.all([createAuthority(), createAuthority()])
const digestOf = (pem: string): string => {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('hex')
}

/** At 127.0.0.2: a certificate that everybody trusts. At 127.0.0.3: one of the host's own authority. At 127.0.0.4: no TLS. */
async function openHosts() {
  const names = ['mx.signed.test', 'mx.unsigned.test']
  const trusted = await publicAuthority.issue(names)
  const own = withAuthority(await ownAuthority.issue(['own.signed.test']), ownAuthority)
  const keywords = ['PIPELINING', '8BITMIME', 'REQUIRETLS']
  const first = await openReceivingServer({ address: '127.0.0.2', tls: trusted, keywords })
  const { port } = first
  const others = [
    await openReceivingServer({ address: '127.0.0.3', port, tls: own }),
    await openReceivingServer({ address: '127.0.0.4', port }),
  ]
  for (const server of [first, ...others]) scene.after(() => server.close())
  return { port, trusted, own }
}

async function openPolicyHost(domains: readonly string[]): Promise<number> {
  const certificate = await publicAuthority.issue(domains.map((domain) => `mta-sts.${domain}`))
  const server = createServer({ cert: certificate.certificate, key: certificate.privateKey }, (request, response) => {
    const [, name = ''] = (request.headers.host ?? '').split('.')
    const listed = { clear: 'clear.unsigned.test', testing: 'clear.unsigned.test', other: 'mx.elsewhere.test' }[name]
    const mode = name === 'testing' ? 'testing' : 'enforce'
    const policy = ['version: STSv1', `mode: ${mode}`, `mx: ${listed ?? 'mx.unsigned.test'}`, 'max_age: 86400', '']
    response.writeHead(200, { 'content-type': 'text/plain' }).end(policy.join('\r\n'))
  })
  server.listen(0, '127.0.0.5')
  await once(server, 'listening')
  scene.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const hostLines = ['mx A 127.0.0.2', 'own A 127.0.0.3', 'clear A 127.0.0.4']

/** `name MX host`, with its policy. */
const announced = (name: string, host: string) => [
  `${name} MX 5 ${host}`,
  `_mta-sts.${name} ${txt('v=STSv1; id=1;')}`,
  `mta-sts.${name} A 127.0.0.5`,
]

let transport: Transport
let results: () => Promise<readonly string[]>
before(async () => {
  if (skip !== false) return
  assert.equal(problem, undefined)
  const { port, trusted, own } = await openHosts()
  const domains = ['good', 'clear', 'other', 'testing', 'insecure'].map((name) => `${name}.unsigned.test`)
  const policyPort = await openPolicyHost(domains)
  const dns = await startSignedDns(scene, {
    signed: ['signed.test'],
    unsigned: ['unsigned.test'],
    bogus: ['bogus.test'],
  })
  await dns.publish('signed.test', [
    ...hostLines,
    'plain MX 5 mx',
    'key MX 5 own',
    `_${port}._tcp.own TLSA 2 1 1 ${digestOf(ownAuthority.certificate)}`,
    'alias CNAME own',
    'aliased MX 5 alias',
    'stale MX 5 stale-mx',
    'stale-mx A 127.0.0.2',
    `_${port}._tcp.stale-mx TLSA 3 1 1 ${digestOf(own.certificate)}`,
    'lost MX 5 lost-mx',
    'lost-mx A 127.0.0.4',
    `_${port}._tcp.lost-mx TLSA 3 1 1 ${digestOf(own.certificate)}`,
  ])
  await dns.publish('unsigned.test', [
    ...hostLines,
    `_${port}._tcp.own TLSA 3 1 1 ${digestOf(trusted.certificate)}`,
    'insecure MX 5 own',
    ...announced('good', 'mx'),
    ...announced('clear', 'clear'),
    ...announced('other', 'mx'),
    ...announced('testing', 'clear'),
  ])
  await dns.publish('bogus.test', ['@ MX 5 mx', 'mx A 127.0.0.2'])
  const store = await openTemporaryMailStore()
  transport = createMxTransport(
    {
      port,
      connections: 5,
      messagesPerConnection: 50,
      idle: 5000,
      patience: SMTP_PATIENCE,
      localAddresses: [],
      mtaSts: { enabled: true, port: policyPort },
      dane: true,
      allowPrivate: ['127.0.0.0/8'],
      reservedSuffixes: [],
      ca: publicAuthority.certificate,
    },
    {
      openConnection,
      resolver: createPacketResolver({ servers: [dns.server], validating: true }),
      clock: systemClock,
      random: Math.random,
      clientName: 'mail.postern.test',
      own: { hostnames: ['mail.postern.test'], listeners: [] },
      policies: {
        readStsPolicy: (domain) => store.read.transportPolicies.readStsPolicy(domain),
        putStsPolicy: (policy) => store.write.transportPolicies.putStsPolicy(policy),
        addTlsResults: (added) => store.write.transportPolicies.addTlsResults(added),
      },
    },
  )
  results = async () => {
    await transport.close?.()
    const { transportPolicies } = store.read
    const day = new Date().toISOString().slice(0, 10)
    const listed = await transportPolicies.listTlsDomains({ day, limit: 100 })
    const counted = await Promise.all(listed.map((domain) => transportPolicies.readTlsResults(day, domain)))
    return counted.flat().map(({ policyDomain, policyType, result }) => [policyDomain, policyType, result].join(' '))
  }
  scene.after(async () => {
    await transport.close?.()
    await store.close()
  })
})

function shipment(domain: string, parameters: MailParameters): Shipment {
  return {
    claim: { envelope: { reversePath: 'app@contoso.test', parameters } } as unknown as Shipment['claim'],
    recipients: [{ index: 0, forwardPath: `x@${domain}`, parameters: {}, attempts: 0, delayReported: false }],
    open: async () => ({
      size: 15,
      header8bit: false,
      body8bit: false,
      octets: (async function* () {
        yield Buffer.from('Subject: hi\r\n\r\n')
      })(),
    }),
  }
}

const cases: readonly (readonly [name: string, domain: string, expected: string, parameters?: MailParameters])[] = [
  ['nothing is promised', 'plain.signed.test', 'delivered 2.0.0 mx.signed.test TLSv1.3'],
  ['DANE: an authority of its own', 'key.signed.test', 'delivered 2.0.0 own.signed.test TLSv1.3'],
  ['DANE: by the end of an alias', 'aliased.signed.test', 'delivered 2.0.0 alias.signed.test TLSv1.3'],
  ['DANE: the key has changed', 'stale.signed.test', 'deferred 4.7.5 stale-mx.signed.test'],
  ['DANE: no TLS', 'lost.signed.test', 'deferred 4.7.10 lost-mx.signed.test'],
  [
    'DANE: a record that nobody has signed is none',
    'insecure.unsigned.test',
    'delivered 2.0.0 own.unsigned.test TLSv1.3',
  ],
  ['a forged zone', 'bogus.test', 'deferred 4.4.3'],
  ['MTA-STS: a host that keeps it', 'good.unsigned.test', 'delivered 2.0.0 mx.unsigned.test TLSv1.3'],
  ['MTA-STS: no TLS', 'clear.unsigned.test', 'deferred 4.7.10 clear.unsigned.test'],
  ['MTA-STS: another host', 'other.unsigned.test', 'deferred 4.7.5 mx.unsigned.test'],
  ['MTA-STS: only tested', 'testing.unsigned.test', 'delivered 2.0.0 clear.unsigned.test'],
  [
    'REQUIRETLS: DNSSEC and a certificate',
    'plain.signed.test',
    'delivered 2.0.0 mx.signed.test TLSv1.3',
    { requireTls: true },
  ],
  [
    'REQUIRETLS: MTA-STS and a certificate',
    'good.unsigned.test',
    'delivered 2.0.0 mx.unsigned.test TLSv1.3',
    { requireTls: true },
  ],
  [
    'REQUIRETLS: the host does not promise it',
    'key.signed.test',
    'failed 5.7.30 own.signed.test TLSv1.3',
    { requireTls: true },
  ],
  [
    'REQUIRETLS: nothing proves the host',
    'insecure.unsigned.test',
    'failed 5.7.10 own.unsigned.test',
    { requireTls: true },
  ],
]

for (const [name, domain, expected, parameters = {}] of cases)
  test(name, { skip }, async () => {
    const [outcome] = await transport.deliver(shipment(domain, parameters), new AbortController().signal)
    const { status, enhancedStatusCode, remote } = outcome ?? {}
    const seen = [status, enhancedStatusCode, remote?.host, remote?.tls].filter((part) => part !== undefined).join(' ')
    assert.equal(seen, expected)
  })

test('what TLS came to is counted', { skip }, async () => {
  assert.deepEqual(await results(), [
    'aliased.signed.test tlsa success',
    'clear.unsigned.test sts starttls-not-supported',
    'good.unsigned.test sts success',
    'insecure.unsigned.test no-policy-found success',
    'insecure.unsigned.test no-policy-found validation-failure',
    'key.signed.test tlsa success',
    'lost.signed.test tlsa starttls-not-supported',
    'other.unsigned.test sts validation-failure',
    'plain.signed.test no-policy-found success',
    'stale.signed.test tlsa validation-failure',
    'testing.unsigned.test sts starttls-not-supported',
  ])
})
