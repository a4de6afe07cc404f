import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createDevelopmentCa, issueServerCertificates, needsRenewal } from './development-ca.ts'

const DAY = 86_400_000
const AT = Date.UTC(2030, 0, 1)

const directory = mkdtempSync(join(tmpdir(), 'postern-ca-'))
after(() => rmSync(directory, { recursive: true }))

const ca = await createDevelopmentCa(AT)
const authority = new X509Certificate(ca.certificate)
const [ecdsa, rsa] = await issueServerCertificates(ca, AT)
const pairs = [
  { kind: 'ECDSA', ...ecdsa },
  { kind: 'RSA', ...rsa },
]

test('the authority signs itself with the key it gives away, for ten years', () => {
  const key = createPrivateKey({ key: Buffer.from(ca.privateKey), format: 'der', type: 'pkcs8' })
  assert.ok(authority.ca && authority.verify(authority.publicKey) && authority.checkPrivateKey(key))
  assert.deepEqual(
    [authority.validFromDate.getTime() - AT, authority.validToDate.getTime() - AT],
    [-DAY / 24, 3650 * DAY],
  )
})

for (const { kind, certificate, privateKey } of pairs)
  test(`the ${kind} certificate belongs to its key, to the authority and to our names`, () => {
    const leaf = new X509Certificate(certificate)
    assert.ok(leaf.checkIssued(authority) && leaf.verify(authority.publicKey) && !leaf.ca)
    assert.ok(leaf.checkPrivateKey(createPrivateKey(privateKey)))
    assert.ok(
      leaf.checkHost('localhost') &&
        leaf.checkHost('a.comm.localhost') &&
        leaf.checkIP('127.0.0.1') &&
        leaf.checkIP('::1'),
    )
    assert.equal(leaf.checkHost('example.com'), undefined)
    assert.ok(leaf.validToDate.getTime() - leaf.validFromDate.getTime() <= 397 * DAY)
  })

test('keys are P-256 and RSA-2048', () => {
  const details = pairs.map(({ certificate }) => new X509Certificate(certificate).publicKey.asymmetricKeyDetails)
  assert.deepEqual([details[0]?.namedCurve, details[1]?.modulusLength], ['prime256v1', 2048])
})

test('serial numbers are positive, long and all different', async () => {
  const all = [...(await issueServerCertificates(ca, AT)), ecdsa, rsa, ca].map(
    ({ certificate }) => new X509Certificate(certificate).serialNumber,
  )
  assert.equal(new Set(all).size, all.length)
  for (const serial of all) assert.match(serial, /^[4-7][0-9A-F]{31}$/)
})

test('a certificate never outlives the authority', async () => {
  const late = AT + 3600 * DAY
  const [leaf] = await issueServerCertificates(ca, late, ['mail.example.test'])
  const { validToDate, subjectAltName } = new X509Certificate(leaf.certificate)
  assert.deepEqual([validToDate, subjectAltName], [authority.validToDate, 'DNS:mail.example.test'])
})

test('renewal is due when less than 30 days are left', () => {
  const end = new X509Certificate(ecdsa.certificate).validToDate.getTime()
  assert.deepEqual(
    [AT, end - 30 * DAY, end - 30 * DAY + 1, end + 1].map((at) => needsRenewal(ecdsa.certificate, at)),
    [false, false, true, true],
  )
})

test('openssl verify accepts both at its strictest', (t) => {
  if (spawnSync('openssl', ['version']).error !== undefined) return t.skip('openssl is not installed')
  const [caFile, leafFile] = [join(directory, 'ca.pem'), join(directory, 'leaf.pem')]
  writeFileSync(caFile, ca.certificate)
  const checks = ['-x509_strict', '-check_ss_sig', '-purpose', 'sslserver', '-verify_hostname', 'localhost']
  for (const { certificate } of pairs) {
    writeFileSync(leafFile, certificate)
    const args = ['verify', ...checks, '-attime', String(AT / 1000), '-CAfile', caFile, leafFile]
    assert.match(execFileSync('openssl', args, { encoding: 'utf8' }), /: OK\n$/)
  }
})
