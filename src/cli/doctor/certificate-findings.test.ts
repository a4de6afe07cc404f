import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerCertificate } from 'node:tls'
import { certificateFindings } from './certificate-findings.ts'

const NOW = Date.UTC(2030, 5, 15)
const DAY = 86_400_000
const certificate = (fields: Partial<PeerCertificate> = {}) =>
  ({
    subject: {},
    subjectaltname: 'DNS:mail.example.test, DNS:*.comm.example.test, IP Address:127.0.0.1',
    valid_from: new Date(NOW - DAY).toUTCString(),
    valid_to: new Date(NOW + 90 * DAY).toUTCString(),
    ...fields,
  }) as PeerCertificate

const cases: readonly {
  name: string
  host?: string
  fields?: Partial<PeerCertificate>
  distrust?: string
  /** Name, time, trust. */
  states: readonly string[]
  setting?: string
}[] = [
  { name: 'all is well', states: ['pass', 'pass', 'pass'] },
  { name: 'a name that is covered by a wildcard', host: 'a.comm.example.test', states: ['pass', 'pass', 'pass'] },
  {
    name: 'another name',
    host: 'smtp.example.test',
    states: ['fail', 'pass', 'pass'],
    setting: 'mail.example.test',
    distrust: 'ERR_TLS_CERT_ALTNAME_INVALID',
  },
  {
    name: 'only a wildcard is there, and none of its names',
    host: 'other.test',
    fields: { subjectaltname: 'DNS:*.comm.example.test' },
    states: ['fail', 'pass', 'pass'],
  },
  {
    name: 'it is over',
    fields: { valid_to: new Date(NOW).toUTCString() },
    distrust: 'CERT_HAS_EXPIRED',
    states: ['pass', 'fail', 'skip'],
  },
  {
    name: 'it has not begun',
    fields: { valid_from: new Date(NOW + DAY).toUTCString() },
    distrust: 'CERT_NOT_YET_VALID',
    states: ['pass', 'fail', 'skip'],
  },
  {
    name: 'it ends soon',
    fields: { valid_to: new Date(NOW + 7 * DAY).toUTCString() },
    states: ['pass', 'note', 'pass'],
  },
  {
    name: 'signed by nobody known',
    distrust: 'SELF_SIGNED_CERT_IN_CHAIN',
    states: ['pass', 'pass', 'fail'],
    setting: 'the CA of the service',
  },
  {
    name: 'its chain is not whole',
    distrust: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    states: ['pass', 'pass', 'fail'],
    setting: 'the CA of the service',
  },
  { name: 'revoked', distrust: 'CERT_REVOKED', states: ['pass', 'pass', 'fail'] },
]

for (const { name, host = 'mail.example.test', fields, distrust, states, setting } of cases)
  test(`certificate: ${name}`, () => {
    const seen = { protocol: 'TLSv1.3', cipher: 'X', distrust, certificate: certificate(fields) }
    const findings = certificateFindings(host, seen, NOW)
    assert.deepEqual(
      findings.map(({ state }) => state),
      states,
    )
    const [first] = findings.flatMap(({ fixes }) => fixes)
    assert.equal(first?.setting?.value, setting)
    assert.equal(first !== undefined, states.includes('fail'))
  })
