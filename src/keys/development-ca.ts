// The certificate authority of a quickstart and the server certificates it signs: one ECDSA for everybody, one RSA for devices that
// know nothing else. It keeps nothing: the caller seals the authority's key and decides who is told to trust it. RFC 5280 §4.2,
// RFC 9525 §6.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it
import 'reflect-metadata'
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import type { ServerCertificate } from './server-certificates.ts'

export type DevelopmentCa = {
  /** PEM; public. */
  readonly certificate: string
  /** PKCS#8 octets; to be sealed. */
  readonly privateKey: Uint8Array
}

/** The endpoints of resources are `<name>.comm.localhost`. */
export const DEVELOPMENT_NAMES: readonly string[] = ['localhost', '*.comm.localhost', '127.0.0.1', '::1']

const HOUR = 3_600_000
const DAY = 24 * HOUR
const CA_LIFETIME = 3650 * DAY
/** Some clients refuse what lasts longer than 397 days. The start in the past counts. */
const SERVER_LIFETIME = 397 * DAY - HOUR
const RENEWAL_TIME = 30 * DAY

const { digitalSignature, keyEncipherment, keyCertSign } = x509.KeyUsageFlags
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }

/**
 * A new authority for ten years; it may sign servers only. Its key is RSA, because a device that knows only RSA must be able to verify
 * the whole chain; every other client knows RSA too. `at` is milliseconds since the epoch.
 */
export async function createDevelopmentCa(at: number): Promise<DevelopmentCa> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  const keyIdentifier = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: createSerialNumber(),
    // Named after its key: a trust store that holds two of ours can tell them apart.
    name: `CN=Postern development CA ${keyIdentifier.keyId.slice(0, 8)}`,
    keys,
    notBefore: new Date(at - HOUR),
    notAfter: new Date(at + CA_LIFETIME),
    signingAlgorithm: RSA,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign, true),
      keyIdentifier,
    ],
  })
  return {
    certificate: `${certificate.toString('pem')}\n`,
    privateKey: new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
  }
}

/** New certificates for the given host names and addresses: ECDSA P-256 first, then RSA-2048. */
export async function issueServerCertificates(
  ca: DevelopmentCa,
  at: number,
  names: readonly string[] = DEVELOPMENT_NAMES,
): Promise<readonly [ecdsa: ServerCertificate, rsa: ServerCertificate]> {
  const issuer = {
    certificate: new x509.X509Certificate(ca.certificate),
    signingKey: await webcrypto.subtle.importKey('pkcs8', Uint8Array.from(ca.privateKey), RSA, false, ['sign']),
  }
  const ecdsa = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])
  const rsa = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  return [
    await issue(issuer, ecdsa, digitalSignature, at, names),
    await issue(issuer, rsa, digitalSignature | keyEncipherment, at, names),
  ]
}

/** True when less than 30 days are left. */
export function needsRenewal(certificate: string, at: number): boolean {
  return new X509Certificate(certificate).validToDate.getTime() - at < RENEWAL_TIME
}

type Issuer = { readonly certificate: x509.X509Certificate; readonly signingKey: webcrypto.CryptoKey }

async function issue(
  { certificate: authority, signingKey }: Issuer,
  keys: webcrypto.CryptoKeyPair,
  usages: x509.KeyUsageFlags,
  at: number,
  names: readonly string[],
): Promise<ServerCertificate> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: createSerialNumber(),
    subject: `CN=${names[0] ?? ''}`,
    issuer: authority.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: RSA,
    notBefore: new Date(at - HOUR),
    notAfter: new Date(Math.min(at + SERVER_LIFETIME, authority.notAfter.getTime())),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) > 0 ? 'ip' : 'dns', value }))),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    certificate: `${certificate.toString('pem')}\n`,
    privateKey: x509.PemConverter.encode(privateKey, 'PRIVATE KEY'),
  }
}

/** Positive and never empty. RFC 5280 §4.1.2.2. */
function createSerialNumber(): string {
  const octets = randomBytes(16)
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40
  return octets.toString('hex')
}
