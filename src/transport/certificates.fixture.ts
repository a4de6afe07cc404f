// Fixture: certificates of our development CA for the names of mail hosts, as PEM for a server and as octets for a record.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it
import 'reflect-metadata'
import { createHash, webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { TlsaRecord } from '../dns/dns.ts'
import { createDevelopmentCa, type DevelopmentCa, issueServerCertificates } from '../keys/development-ca.ts'
import type { ServerCertificate } from '../keys/server-certificates.ts'

export type Authority = DevelopmentCa & {
  issue(names: readonly string[], at?: number): Promise<ServerCertificate>
}

export async function createAuthority(at = Date.now()): Promise<Authority> {
  const ca = await createDevelopmentCa(at)
  return { ...ca, issue: async (names, issuedAt = at) => (await issueServerCertificates(ca, issuedAt, names))[0] }
}

/** With the authority behind it, as a server shows it. */
export const withAuthority = (server: ServerCertificate, { certificate }: DevelopmentCa): ServerCertificate => ({
  ...server,
  certificate: server.certificate + certificate,
})

export const octetsOf = (pem: string): Buffer => new X509Certificate(pem).raw
export const keyOctetsOf = (pem: string): Buffer =>
  new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })

/** By the numbers of RFC 6698: usage, selector, matching type. */
export function tlsa(usage: number, selector: number, matchingType: number, pem: string): TlsaRecord {
  const selected = selector === 0 ? octetsOf(pem) : keyOctetsOf(pem)
  const digest = matchingType === 0 ? undefined : matchingType === 1 ? 'sha256' : 'sha512'
  const certificate = digest === undefined ? selected : createHash(digest).update(selected).digest()
  return { usage, selector, matchingType, certificate }
}

type MadeCertificate = { readonly pem: string; readonly name: string; readonly keys: webcrypto.CryptoKeyPair }

/** With nothing in it but what is said here, for 2031; signed by itself without an issuer. */
export async function makeCertificate(name: string, issuer?: MadeCertificate, ca = true): Promise<MadeCertificate> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '01',
    subject: name,
    issuer: issuer?.name ?? name,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm,
    notBefore: new Date('2031-01-01'),
    notAfter: new Date('2032-01-01'),
    extensions: issuer === undefined ? [new x509.BasicConstraintsExtension(ca)] : [],
  })
  return { pem: certificate.toString('pem'), name, keys }
}
