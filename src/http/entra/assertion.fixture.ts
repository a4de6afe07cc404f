// Fixture: self-signed certificates and assertions signed with their keys, as clients of the token service make them.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it
import 'reflect-metadata'
import { createHash, createPrivateKey, randomUUID, webcrypto } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'
import { SignJWT } from 'jose'

export type TestCertificate = {
  readonly der: Uint8Array
  /** Certificate and private key in PEM. */
  readonly certificatePem: string
  readonly privateKeyPem: string
  readonly sha1: string
  readonly sha256: string
}

type Algorithm = webcrypto.RsaHashedKeyGenParams & webcrypto.EcKeyGenParams

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), namedCurve: '' }
/** The shortest that assertions may be signed with. */
export const RSA_2048: Algorithm = { ...RSA, modulusLength: 2048 }
export const RSA_1024: Algorithm = { ...RSA, modulusLength: 1024 }
export const EC: Algorithm = { ...RSA, name: 'ECDSA', namedCurve: 'P-256', modulusLength: 0 }

export async function createCertificate(
  notBefore: number,
  notAfter: number,
  algorithm: Algorithm = RSA_2048,
): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Test program',
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      keys,
      signingAlgorithm: algorithm,
    },
    webcrypto,
  )
  const der = new Uint8Array(certificate.rawData)
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  return {
    der,
    certificatePem: certificate.toString('pem'),
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    sha1: createHash('sha1').update(der).digest('base64url'),
    sha256: createHash('sha256').update(der).digest('base64url'),
  }
}

/** An assertion as msal makes one; `claims` and `header` replace or take away (undefined). Times in seconds. */
export function signAssertion(
  { privateKeyPem, sha256 }: TestCertificate,
  applicationId: string,
  aud: string,
  {
    at,
    claims = {},
    header = {},
  }: { readonly at: number; readonly claims?: Record<string, unknown>; readonly header?: Record<string, unknown> },
): Promise<string> {
  const issuedAt = Math.floor(at / 1000)
  const payload = { iss: applicationId, sub: applicationId, aud, jti: randomUUID(), nbf: issuedAt, exp: issuedAt + 600 }
  const protectedHeader = { alg: 'PS256', typ: 'JWT', 'x5t#S256': sha256, ...header }
  return new SignJWT(JSON.parse(JSON.stringify({ ...payload, ...claims })) as Record<string, unknown>)
    .setProtectedHeader(JSON.parse(JSON.stringify(protectedHeader)) as { alg: string })
    .sign(createPrivateKey(privateKeyPem))
}
