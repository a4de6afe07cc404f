// Fixture: keys of a domain with their records, messages signed under them, and what another implementation says of the signatures.

import { createPrivateKey } from 'node:crypto'
import { dkimVerify } from 'mailauth'
import { type DkimKeyPair, generateDkimKeyPair } from '../keys/dkim-keys.ts'
import type { DkimSigningKey } from './dkim-signature.ts'
import { digestMessage, signDigest } from './sign-message.ts'

export const DOMAIN = 'contoso.test'

export type SignerFixture = {
  readonly keys: readonly DkimSigningKey[]
  /** TXT records by name. */
  readonly records: Readonly<Record<string, string>>
}

export async function signerFor(domain: string): Promise<SignerFixture> {
  const pairs = [await generateDkimKeyPair('rsa'), await generateDkimKeyPair('ed25519')]
  const selectorOf = (index: number) => `pst${index + 1}-0123abcd`
  const keyOf = ({ algorithm, privateKey }: DkimKeyPair, index: number): DkimSigningKey => {
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
    return { algorithm, domain, selector: selectorOf(index), privateKey: key }
  }
  const recordOf = ({ algorithm, publicKey }: DkimKeyPair, index: number) =>
    [`${selectorOf(index)}._domainkey.${domain}`, `v=DKIM1; k=${algorithm}; p=${publicKey}`] as const
  return { keys: pairs.map(keyOf), records: Object.fromEntries(pairs.map(recordOf)) }
}

export async function* inChunks(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size)
}

/** The message with its signatures in front. */
export async function signed(
  message: Uint8Array,
  keys: readonly DkimSigningKey[],
  { at = Date.now(), chunk = 1024 } = {},
): Promise<Buffer> {
  const outcome = await digestMessage(inChunks(message, chunk))
  if (outcome.type !== 'digest') throw new Error(outcome.detail)
  return Buffer.concat([await signDigest(outcome.digest, keys, at), message])
}

/** What mailauth says of each signature, from the top: `pass`, or why not. */
export async function verdictsOfMailauth(
  message: Buffer,
  records: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const resolver = async (name: string): Promise<string[][]> => {
    const record = records[name]
    if (record === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
    return [[record]]
  }
  const { results } = await dkimVerify(message, { resolver })
  return results.map(({ status }) => (status.result === 'pass' ? 'pass' : `${status.result} ${status.comment ?? ''}`))
}
