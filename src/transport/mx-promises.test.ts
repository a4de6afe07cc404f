// What domains promise and messages ask for: each case with its end, and with what the owner of the domain is to be told of it.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { MailParameters } from '../smtp/events.ts'
import type { StoredStsPolicy } from '../storage/transport-policies.ts'
import { tlsa, withAuthority } from './certificates.fixture.ts'
import type { FakeRecords } from './fake-dns.fixture.ts'
import {
  CLEAR,
  closeAll,
  CONTENT,
  deliver,
  good,
  openHosts,
  openScene,
  shipment,
  stranger,
  TWO_HOSTS,
  untrusted,
  wrongName,
} from './mx-scene.fixture.ts'
import type { ReceivingOptions } from './receiving-server.fixture.ts'

afterEach(closeAll)

const MX1 = '_PORT._tcp.mx1.a.org'
const MX2 = '_PORT._tcp.mx2.a.org'
const noRecord = { usage: 3, selector: 1, matchingType: 1, certificate: new Uint8Array(32) }

const promises: readonly {
  readonly name: string
  readonly hosts: readonly ReceivingOptions[]
  readonly sts?: Partial<StoredStsPolicy>
  readonly tlsa?: Readonly<Record<string, FakeRecords>>
  readonly content?: string
  readonly parameters?: MailParameters
  readonly secure?: boolean
  readonly expected: string
  readonly results: readonly string[]
}[] = [
  // MTA-STS.
  {
    name: 'enforce, a good certificate',
    hosts: [{ tls: good }],
    sts: {},
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['sts success 1'],
  },
  {
    name: 'enforce, no STARTTLS',
    hosts: [CLEAR],
    sts: {},
    expected: 'deferred 4.7.10 mx1.a.org',
    results: ['sts starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'enforce, STARTTLS refused',
    hosts: [{ tls: good, replies: { STARTTLS: '454 4.7.0 no' } }],
    sts: {},
    expected: 'deferred 4.7.0 mx1.a.org',
    results: ['sts starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'enforce, another name',
    hosts: [{ tls: wrongName }],
    sts: {},
    expected: 'deferred 4.7.5 mx1.a.org',
    results: ['sts certificate-host-mismatch mx1.a.org 1'],
  },
  {
    name: 'enforce, a stranger',
    hosts: [{ tls: untrusted }],
    sts: {},
    expected: 'deferred 4.7.5 mx1.a.org',
    results: ['sts certificate-not-trusted mx1.a.org 1'],
  },
  {
    name: 'enforce, broken TLS',
    hosts: [{ keywords: ['STARTTLS'] }],
    sts: {},
    expected: 'deferred 4.7.5 mx1.a.org',
    results: ['sts validation-failure mx1.a.org 1'],
  },
  {
    name: 'enforce, the second host is good',
    hosts: [{ tls: untrusted }, { tls: good }],
    sts: {},
    expected: 'delivered 2.0.0 mx2.a.org TLSv1.3',
    results: ['sts certificate-not-trusted mx1.a.org 1', 'sts success 1'],
  },
  {
    name: 'enforce, only the second host is named',
    hosts: [{ tls: good }, { tls: good }],
    sts: { patterns: ['mx2.a.org'] },
    expected: 'delivered 2.0.0 mx2.a.org TLSv1.3',
    results: ['sts success 1', 'sts validation-failure mx1.a.org 1'],
  },
  {
    name: 'enforce, no host is named',
    hosts: [{ tls: good }],
    sts: { patterns: ['*.b.org'] },
    expected: 'deferred 4.7.5 mx1.a.org',
    results: ['sts validation-failure mx1.a.org 1', 'sts validation-failure mx2.a.org 1'],
  },
  {
    name: 'testing, a stranger: counted, and sent all the same',
    hosts: [{ tls: untrusted }],
    sts: { mode: 'testing' },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['sts certificate-not-trusted mx1.a.org 1'],
  },
  {
    name: 'testing, no STARTTLS',
    hosts: [CLEAR],
    sts: { mode: 'testing' },
    expected: 'delivered 2.0.0 mx1.a.org',
    results: ['sts starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'testing, a host that is not named',
    hosts: [{ tls: good }],
    sts: { mode: 'testing', patterns: ['*.b.org'] },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['sts validation-failure mx1.a.org 1'],
  },
  // DANE.
  {
    name: 'DANE, the very certificate',
    hosts: [{ tls: untrusted }],
    secure: true,
    tlsa: { [MX1]: { tlsa: [tlsa(3, 1, 1, untrusted.certificate)] } },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['tlsa success 1'],
  },
  {
    name: 'DANE, an anchor',
    hosts: [{ tls: withAuthority(untrusted, stranger) }],
    secure: true,
    tlsa: { [MX1]: { tlsa: [tlsa(2, 0, 1, stranger.certificate)] } },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['tlsa success 1'],
  },
  {
    name: 'DANE, another certificate, however good',
    hosts: [{ tls: good }],
    secure: true,
    tlsa: { [MX1]: { tlsa: [noRecord] } },
    expected: 'deferred 4.7.5 mx1.a.org',
    results: ['tlsa validation-failure mx1.a.org 1'],
  },
  {
    name: 'DANE, no STARTTLS',
    hosts: [CLEAR],
    secure: true,
    tlsa: { [MX1]: { tlsa: [noRecord] } },
    expected: 'deferred 4.7.10 mx1.a.org',
    results: ['tlsa starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'DANE, records that cannot be used: any certificate',
    hosts: [{ tls: untrusted }],
    secure: true,
    tlsa: { [MX1]: { tlsa: [{ ...noRecord, usage: 1 }] } },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['tlsa tlsa-invalid mx1.a.org 1'],
  },
  {
    name: 'DANE, records that cannot be used: not in the clear',
    hosts: [CLEAR],
    secure: true,
    tlsa: { [MX1]: { tlsa: [{ ...noRecord, usage: 1 }] } },
    expected: 'deferred 4.7.10 mx1.a.org',
    results: ['tlsa starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'DANE, records that cannot be used: the policy of MTA-STS holds',
    hosts: [{ tls: untrusted }],
    secure: true,
    tlsa: { [MX1]: { tlsa: [{ ...noRecord, usage: 1 }] } },
    sts: {},
    expected: 'deferred 4.7.5 mx1.a.org',
    results: ['sts certificate-not-trusted mx1.a.org 1'],
  },
  {
    name: 'DANE, records that cannot be used: a policy in testing asks for less than they do',
    hosts: [CLEAR],
    secure: true,
    tlsa: { [MX1]: { tlsa: [{ ...noRecord, usage: 1 }] } },
    sts: { mode: 'testing' },
    expected: 'deferred 4.7.10 mx1.a.org',
    results: ['tlsa starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'DANE, a lookup without an answer: the next host',
    hosts: [{ tls: good }, { tls: good }],
    secure: true,
    tlsa: { [MX1]: { unavailable: ['TLSA'] }, [MX2]: { tlsa: [tlsa(3, 1, 1, good.certificate)] } },
    expected: 'delivered 2.0.0 mx2.a.org TLSv1.3',
    results: ['tlsa dnssec-invalid mx1.a.org 1', 'tlsa success 1'],
  },
  {
    name: 'DANE, nothing but lookups without an answer',
    hosts: [{ tls: good }],
    secure: true,
    tlsa: { [MX1]: { unavailable: ['TLSA'] }, [MX2]: { unavailable: ['TLSA'] } },
    expected: 'deferred 4.4.3 mx1.a.org',
    results: ['tlsa dnssec-invalid mx1.a.org 1', 'tlsa dnssec-invalid mx2.a.org 1'],
  },
  {
    name: 'DANE counts only where DNSSEC vouches',
    hosts: [CLEAR],
    tlsa: { [MX1]: { tlsa: [noRecord] } },
    expected: 'delivered 2.0.0 mx1.a.org',
    results: ['no-policy-found starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'DANE does not count for hosts that may be forged',
    hosts: [CLEAR],
    secure: true,
    tlsa: { [MX1]: { tlsa: [noRecord] }, 'a.org': { ...TWO_HOSTS['a.org'], insecure: ['MX'] } },
    expected: 'delivered 2.0.0 mx1.a.org',
    results: ['no-policy-found starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'DANE comes before MTA-STS',
    hosts: [{ tls: untrusted }],
    secure: true,
    sts: { patterns: ['*.b.org'] },
    tlsa: { [MX1]: { tlsa: [tlsa(3, 1, 1, untrusted.certificate)] } },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['tlsa success 1'],
  },
  {
    name: 'MTA-STS does not mend a failed DANE',
    hosts: [{ tls: good }],
    secure: true,
    sts: {},
    tlsa: { [MX1]: { tlsa: [noRecord] } },
    expected: 'deferred 4.7.5 mx1.a.org',
    results: ['tlsa validation-failure mx1.a.org 1'],
  },
  // RFC 8689.
  {
    name: 'REQUIRETLS, by MTA-STS',
    hosts: [{ tls: good, keywords: ['REQUIRETLS'] }],
    sts: {},
    parameters: { requireTls: true },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['sts success 1'],
  },
  {
    name: 'REQUIRETLS, by a policy that is only tested',
    hosts: [{ tls: untrusted }, { tls: untrusted }],
    sts: { mode: 'testing' },
    parameters: { requireTls: true },
    expected: 'failed 5.7.10 mx2.a.org next',
    results: ['sts certificate-not-trusted mx1.a.org 1', 'sts certificate-not-trusted mx2.a.org 1'],
  },
  {
    name: 'REQUIRETLS, by DANE',
    hosts: [{ tls: untrusted, keywords: ['REQUIRETLS'] }],
    secure: true,
    tlsa: { [MX1]: { tlsa: [tlsa(3, 1, 1, untrusted.certificate)] } },
    parameters: { requireTls: true },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['tlsa success 1'],
  },
  {
    name: 'REQUIRETLS, by a secure MX and the name',
    hosts: [{ tls: good, keywords: ['REQUIRETLS'] }],
    secure: true,
    parameters: { requireTls: true },
    expected: 'delivered 2.0.0 mx1.a.org TLSv1.3',
    results: ['no-policy-found success 1'],
  },
  {
    name: 'REQUIRETLS, DANE that proves nothing',
    hosts: [{ tls: untrusted }, { tls: good }],
    secure: true,
    tlsa: { [MX1]: { tlsa: [{ ...noRecord, usage: 1 }] } },
    parameters: { requireTls: true },
    expected: 'failed 5.7.30 mx2.a.org TLSv1.3 next',
    results: ['no-policy-found success 1', 'tlsa certificate-not-trusted mx1.a.org 1'],
  },
  {
    name: 'REQUIRETLS, and TLS is not there for the moment',
    hosts: [{ tls: good, replies: { STARTTLS: '454 4.7.0 not now' } }, CLEAR],
    sts: {},
    parameters: { requireTls: true },
    expected: 'deferred 4.7.0 mx1.a.org',
    results: ['sts starttls-not-supported mx1.a.org 1', 'sts starttls-not-supported mx2.a.org 1'],
  },
  {
    name: 'REQUIRETLS, and nothing proves the host',
    hosts: [{ tls: good, keywords: ['REQUIRETLS'] }],
    parameters: { requireTls: true },
    expected: 'failed 5.7.10 mx2.a.org next',
    results: ['no-policy-found validation-failure mx1.a.org 1', 'no-policy-found validation-failure mx2.a.org 1'],
  },
  {
    name: 'REQUIRETLS, which no host promises',
    hosts: [{ tls: good }, { tls: good }],
    sts: {},
    parameters: { requireTls: true },
    expected: 'failed 5.7.30 mx2.a.org TLSv1.3 next',
    results: ['sts success 2'],
  },
  {
    name: 'REQUIRETLS, which the second host promises',
    hosts: [{ tls: good }, { tls: good, keywords: ['REQUIRETLS'] }],
    sts: {},
    parameters: { requireTls: true },
    expected: 'delivered 2.0.0 mx2.a.org TLSv1.3',
    results: ['sts success 2'],
  },
  {
    name: 'TLS-Required: No',
    hosts: [CLEAR],
    sts: {},
    content: `tls-required:  NO\r\n${CONTENT}`,
    expected: 'delivered 2.0.0 mx1.a.org',
    results: ['no-policy-found starttls-not-supported mx1.a.org 1', 'sts starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'TLS-Required: No, beside REQUIRETLS',
    hosts: [CLEAR, CLEAR],
    sts: {},
    content: `TLS-Required: No\r\n${CONTENT}`,
    parameters: { requireTls: true },
    expected: 'failed 5.7.10 mx2.a.org next',
    results: ['sts starttls-not-supported mx1.a.org 1', 'sts starttls-not-supported mx2.a.org 1'],
  },
  {
    name: 'TLS-Required: No, twice',
    hosts: [CLEAR],
    sts: {},
    content: `TLS-Required: No\r\nTLS-Required: No\r\n${CONTENT}`,
    expected: 'deferred 4.7.10 mx1.a.org',
    results: ['sts starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'TLS-Required: something else',
    hosts: [CLEAR],
    sts: {},
    content: `TLS-Required: Never\r\n${CONTENT}`,
    expected: 'deferred 4.7.10 mx1.a.org',
    results: ['sts starttls-not-supported mx1.a.org 1'],
  },
  {
    name: 'TLS-Required: No, in the body',
    hosts: [CLEAR],
    sts: {},
    content: `${CONTENT}TLS-Required: No\r\n`,
    expected: 'deferred 4.7.10 mx1.a.org',
    results: ['sts starttls-not-supported mx1.a.org 1'],
  },
]

for (const {
  name,
  hosts,
  sts,
  tlsa: records = {},
  content = CONTENT,
  parameters = {},
  secure = false,
  expected,
  results,
} of promises)
  test(`promises: ${name}`, async () => {
    const servers = await openHosts(...hosts)
    const port = servers[0]?.port ?? 0
    const named = Object.entries(records).map(([key, entry]) => [key.replace('PORT', `${port}`), entry] as const)
    const table = { ...TWO_HOSTS, ...Object.fromEntries(named) }
    const { transport, tlsResults } = openScene({ port, table, secure, ...(sts && { sts }) })
    assert.deepEqual(await deliver(transport, shipment(['x@a.org'], { content, parameters })), [expected])
    assert.deepEqual(await tlsResults(), results)
    const taken = servers.flatMap((server) => server.contents()).length
    assert.equal(taken, expected.startsWith('delivered') ? 1 : 0)
    const said = servers.flatMap(({ sessions }) => sessions.flatMap(({ lines }) => lines))
    const asked = parameters.requireTls === true && taken > 0
    assert.equal(
      said.some((line) => line.startsWith('MAIL') && line.includes(' REQUIRETLS')),
      asked,
    )
  })
