// The key pairs that sign mail for a domain: how they are made, what of them is published, and where the private half is kept: a sealed
// record per domain resource and selector, which no API reads back. RSA because every verifier knows it, Ed25519 because it is short
// and will be known. It signs nothing. RFC 6376 §3.3, RFC 8301 §3.2 (2048 bits), RFC 8463.

import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

export const DKIM_KEY_PURPOSE = 'dkim-key'

/** As in the `k=` tag of a key record. */
export type DkimAlgorithm = 'rsa' | 'ed25519'

export type DkimKeyPair = {
  readonly algorithm: DkimAlgorithm
  /** PKCS #8 in DER form. */
  readonly privateKey: Uint8Array
  /** As in the `p=` tag: base64. */
  readonly publicKey: string
}

/**
 * For so long a signature is good: longer than any queue keeps a message, and not for ever, since a signed message can be sent again by
 * whoever has it. So long the record of a key that signs no more has to stay.
 */
export const SIGNATURE_LIFE = 7 * 24 * 60 * 60 * 1000

const MODULUS_LENGTH = 2048

export function dkimKeyRecordId(domainId: string, selector: string): string {
  return `dkim-key ${domainId.toLowerCase()} ${selector}`
}

export async function generateDkimKeyPair(algorithm: DkimAlgorithm): Promise<DkimKeyPair> {
  const { privateKey, publicKey } =
    algorithm === 'rsa'
      ? await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_LENGTH })
      : await promisify(generateKeyPair)('ed25519')
  return {
    algorithm,
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }),
    publicKey: publishedForm(publicKey),
  }
}

/** RSA: the SubjectPublicKeyInfo, as all verifiers read it (RFC 6376 erratum 3017). Ed25519: the bare key (RFC 8463 §4.2). */
export function publishedForm(key: KeyObject): string {
  const bare = key.export({ format: 'jwk' }).x
  if (bare !== undefined) return Buffer.from(bare, 'base64url').toString('base64')
  return key.export({ format: 'der', type: 'spki' }).toString('base64')
}
