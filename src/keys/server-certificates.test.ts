import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { createDevelopmentCa, issueServerCertificates } from './development-ca.ts'
import { type CertificateFiles, loadServerCertificates, type ServerCertificatesOutcome } from './server-certificates.ts'
import { watchServerCertificates } from './watch-server-certificates.ts'

const AT = Date.UTC(2030, 0, 1)
const DAY = 86_400_000

const directory = mkdtempSync(join(tmpdir(), 'postern-certificates-'))
after(() => rmSync(directory, { recursive: true }))

const ca = await createDevelopmentCa(AT)
const [ecdsa, rsa] = await issueServerCertificates(ca, AT)
const [otherEcdsa] = await issueServerCertificates(ca, AT)

function path(name: string): string {
  return join(directory, name)
}

/** Replaced as a renewal tool does it: written aside, then renamed. */
function write(name: string, content: string, mode = 0o600): string {
  writeFileSync(path('draft'), content, { mode: 0o600 })
  chmodSync(path('draft'), mode)
  renameSync(path('draft'), path(name))
  return path(name)
}

const ECDSA_FILES: CertificateFiles = { certificateFile: path('ecdsa.pem'), keyFile: path('ecdsa.key') }
const RSA_FILES: CertificateFiles = { certificateFile: path('rsa.pem'), keyFile: path('rsa.key') }

beforeEach(() => {
  write('ecdsa.pem', ecdsa.certificate, 0o644)
  write('ecdsa.key', ecdsa.privateKey)
  write('rsa.pem', rsa.certificate + ca.certificate, 0o644)
  write('rsa.key', rsa.privateKey, 0o640)
})

test('loads whole chains and their keys', () => {
  assert.deepEqual(loadServerCertificates([ECDSA_FILES, RSA_FILES], AT), {
    type: 'certificates',
    certificates: [ecdsa, { ...rsa, certificate: rsa.certificate + ca.certificate }],
  })
})

const faults: { name: string; damage: () => void; at?: number; file: string; message: RegExp }[] = [
  {
    name: 'a certificate that is gone',
    damage: () => rmSync(path('ecdsa.pem')),
    file: 'ecdsa.pem',
    message: /^does not exist$/,
  },
  {
    name: 'a key that is gone',
    damage: () => rmSync(path('ecdsa.key')),
    file: 'ecdsa.key',
    message: /^does not exist$/,
  },
  {
    name: 'a key open to others',
    damage: () => chmodSync(path('ecdsa.key'), 0o644),
    file: 'ecdsa.key',
    message: /run chmod o=,g-wx /,
  },
  {
    name: 'a key of another certificate',
    damage: () => write('ecdsa.key', otherEcdsa.privateKey),
    file: 'ecdsa.pem',
    message: /do not belong together/,
  },
  {
    name: 'an expired one',
    damage: () => undefined,
    at: AT + 400 * DAY,
    file: 'ecdsa.pem',
    message: /^has expired on 2031-02-/,
  },
  {
    name: 'one not valid yet',
    damage: () => undefined,
    at: AT - DAY,
    file: 'ecdsa.pem',
    message: /^is not valid before 2029-12-31/,
  },
  {
    name: 'no PEM',
    damage: () => write('ecdsa.pem', 'CANARY'),
    file: 'ecdsa.pem',
    message: /no certificate in PEM form/,
  },
  {
    name: 'half a PEM',
    damage: () => write('ecdsa.pem', ecdsa.certificate.slice(0, 200)),
    file: 'ecdsa.pem',
    message: /no certificate/,
  },
  {
    name: 'an empty key',
    damage: () => write('ecdsa.key', ''),
    file: 'ecdsa.key',
    message: /no unencrypted private key/,
  },
  {
    name: 'an encrypted key',
    damage: () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      write('ecdsa.key', privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'fake' }))
    },
    file: 'ecdsa.key',
    message: /no unencrypted private key/,
  },
  {
    name: 'a broken chain behind a good certificate',
    damage: () =>
      write('ecdsa.pem', `${ecdsa.certificate}${ca.certificate.slice(0, 200)}\n-----END CERTIFICATE-----\n`),
    file: 'ecdsa.pem',
    message: /chain is not usable/,
  },
  {
    name: 'two of a kind',
    damage: () => {
      write('rsa.pem', otherEcdsa.certificate)
      write('rsa.key', otherEcdsa.privateKey)
    },
    file: 'rsa.pem',
    message: /second certificate with an ECDSA key/,
  },
]

for (const { name, damage, at = AT, file, message } of faults)
  test(`refuses ${name}, and names the file`, () => {
    damage()
    const outcome = loadServerCertificates([ECDSA_FILES, RSA_FILES], at)
    assert.equal(outcome.type, 'refused')
    assert.equal(outcome.problems[0]?.file, path(file))
    assert.match(outcome.problems[0]?.message ?? '', message)
    assert.doesNotMatch(JSON.stringify(outcome), /CANARY|BEGIN/)
  })

function watched() {
  const clock = new ManualClock(AT)
  const reports: ServerCertificatesOutcome['type'][] = []
  const watch = watchServerCertificates([ECDSA_FILES, RSA_FILES], clock, ({ type }) => reports.push(type))
  return { clock, reports, watch }
}

test('a change is reported once, within seconds; nothing is reported without one', () => {
  const { clock, reports } = watched()
  clock.advance(DAY / 24)
  assert.deepEqual(reports, [])
  write('ecdsa.pem', otherEcdsa.certificate, 0o644)
  write('ecdsa.key', otherEcdsa.privateKey)
  clock.advance(60_000)
  assert.deepEqual(reports, ['certificates'])
})

test('a half-copied pair is refused once, and taken up when it is whole', () => {
  const { clock, reports } = watched()
  write('ecdsa.pem', otherEcdsa.certificate, 0o644)
  clock.advance(60_000)
  write('ecdsa.key', otherEcdsa.privateKey)
  clock.advance(60_000)
  assert.deepEqual(reports, ['refused', 'certificates'])
})

test('a file that goes, comes back and is only touched is noticed each time', () => {
  const { clock, reports } = watched()
  rmSync(path('rsa.key'))
  clock.advance(5000)
  write('rsa.key', rsa.privateKey)
  clock.advance(5000)
  utimesSync(path('rsa.key'), 1, 1)
  clock.advance(5000)
  chmodSync(path('rsa.key'), 0o666)
  clock.advance(5000)
  assert.deepEqual(reports, ['refused', 'certificates', 'certificates', 'refused'])
})

test('reload reports at once, changed or not; close stops the looking', () => {
  const { clock, reports, watch } = watched()
  watch.reload()
  assert.deepEqual(reports, ['certificates'])
  watch.close()
  assert.equal(clock.pending, 0)
})
