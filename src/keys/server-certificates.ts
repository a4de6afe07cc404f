// The certificates that operators put into files: read, checked as pairs, and taken up again when the files change. A set that is not
// whole is reported and the one in use stays: a half-copied renewal must not end service. It does not make TLS contexts.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { type Readership, readGuardedFile } from '../config/guarded-file.ts'

/** A certificate with its chain, and its private key; both in PEM form, as TLS takes them. */
export type ServerCertificate = { readonly certificate: string; readonly privateKey: string }

/** One entry of `tls.certificates`. */
export type CertificateFiles = { readonly certificateFile: string; readonly keyFile: string }

export type CertificateProblem = { readonly file: string; readonly message: string }

export type ServerCertificatesOutcome =
  | { readonly type: 'certificates'; readonly certificates: readonly ServerCertificate[] }
  | { readonly type: 'refused'; readonly problems: readonly CertificateProblem[] }

type LoadedPair = { readonly kind: string; readonly pair: ServerCertificate }

const SMALLEST_RSA_KEY = 2048

/** Reads and checks all pairs; one bad pair refuses the whole set. `at` is milliseconds since the epoch. */
export function loadServerCertificates(files: readonly CertificateFiles[], at: number): ServerCertificatesOutcome {
  const loaded = files.map((entry) => loadPair(entry, at))
  const problems = loaded.flatMap((pair, index) => {
    const file = files[index]?.certificateFile ?? ''
    if ('message' in pair) return [pair]
    const twin = loaded.slice(0, index).some((other) => 'kind' in other && other.kind === pair.kind)
    return twin
      ? [{ file, message: `is the second certificate with an ${pair.kind} key; TLS uses one of each kind` }]
      : []
  })
  if (problems.length > 0) return { type: 'refused', problems }
  return { type: 'certificates', certificates: loaded.flatMap((each) => ('pair' in each ? [each.pair] : [])) }
}

function loadPair({ certificateFile, keyFile }: CertificateFiles, at: number): LoadedPair | CertificateProblem {
  const certificate = readText(certificateFile, 'anybody')
  if ('message' in certificate) return certificate
  const privateKey = readText(keyFile, 'group')
  if ('message' in privateKey) return privateKey
  const leaf = parsed(() => new X509Certificate(certificate.text))
  if (leaf === undefined) return { file: certificateFile, message: 'holds no certificate in PEM form' }
  const key = parsed(() => createPrivateKey(privateKey.text))
  if (key === undefined) return { file: keyFile, message: 'holds no unencrypted private key in PEM form' }
  const fault = findFault(leaf, key, at)
  if (fault !== undefined) return { file: certificateFile, message: fault }
  const pair = { certificate: certificate.text, privateKey: privateKey.text }
  // Chains are read by OpenSSL only when they are used.
  if (parsed(() => createSecureContext({ cert: pair.certificate, key: pair.privateKey })) === undefined)
    return { file: certificateFile, message: 'or its chain is not usable for TLS' }
  return { kind: key.asymmetricKeyType === 'rsa' ? 'RSA' : 'ECDSA', pair }
}

function findFault(leaf: X509Certificate, key: KeyObject, at: number): string | undefined {
  if (!leaf.checkPrivateKey(key)) return 'and its key file do not belong together'
  if (leaf.validToDate.getTime() <= at) return `has expired on ${leaf.validToDate.toISOString()}`
  if (leaf.validFromDate.getTime() > at) return `is not valid before ${leaf.validFromDate.toISOString()}`
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec')
    return 'has a key that is neither ECDSA nor RSA'
  if ((key.asymmetricKeyDetails?.modulusLength ?? SMALLEST_RSA_KEY) < SMALLEST_RSA_KEY)
    return `has an RSA key of less than ${SMALLEST_RSA_KEY} bits`
  return undefined
}

function readText(file: string, readership: Readership): { readonly text: string } | CertificateProblem {
  const read = readGuardedFile(file, readership)
  return read.type === 'read' ? { text: read.octets.toString('latin1') } : { file, message: read.message }
}

/** The parsers of node:crypto throw at what they cannot read, and quote nothing that may be shown. */
function parsed<Value>(parse: () => Value): Value | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
