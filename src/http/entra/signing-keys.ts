// The key pairs that sign access tokens: made on first use, kept sealed, all of them published, the newest one signing. It knows
// nothing of claims. RFC 7517, RFC 7518 §3.3, RFC 7638.

import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { HttpDependencies } from '../dependencies.ts'

export const SIGNING_ALGORITHM = 'RS256'
const PURPOSE = 'token-signing'
const MODULUS_LENGTH = 2048
/** How long another node may use a key that this one has not read yet, when it is not asked for by name. */
const REFRESH_INTERVAL = 60_000
/** A flood of made-up key ids causes one read in this time. */
const UNKNOWN_KEY_INTERVAL = 5_000

export type SigningKey = { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject }

export interface SigningKeys {
  /** The key to sign with; made when there is none. */
  current(): Promise<SigningKey>
  find(kid: string): Promise<SigningKey | undefined>
  /** The JSON Web Key Set; never empty. */
  published(): Promise<readonly JWK[]>
}

type Dependencies = Pick<HttpDependencies, 'storage' | 'sealer' | 'clock' | 'logger'>

export function createSigningKeys(dependencies: Dependencies): SigningKeys {
  const { clock } = dependencies
  let known: { readonly keys: readonly SigningKey[]; readonly readAt: number } | undefined
  let reading: Promise<readonly SigningKey[]> | undefined

  async function load(): Promise<readonly SigningKey[]> {
    const stored = await readKeys(dependencies)
    const keys = stored.length > 0 ? stored : [await createKey(dependencies)]
    known = { keys, readAt: clock.now() }
    return keys
  }
  async function keysNotOlderThan(age: number): Promise<readonly SigningKey[]> {
    if (known !== undefined && clock.now() - known.readAt < age) return known.keys
    // One read for all who wait: on first use that also means one new key.
    reading ??= load().finally(() => {
      reading = undefined
    })
    return reading
  }
  async function find(kid: string): Promise<SigningKey | undefined> {
    const byKid = (key: SigningKey) => key.kid === kid
    return (
      (await keysNotOlderThan(REFRESH_INTERVAL)).find(byKid) ??
      (await keysNotOlderThan(UNKNOWN_KEY_INTERVAL)).find(byKid)
    )
  }
  return {
    find,
    async current() {
      const [newest] = await keysNotOlderThan(REFRESH_INTERVAL)
      if (newest === undefined) throw new Error('there is no signing key after one was made')
      return newest
    },
    published: async () => (await keysNotOlderThan(REFRESH_INTERVAL)).map(publishedForm),
  }
}

/** Newest first. A record sealed under another installation key is of no use here and is passed over. */
async function readKeys({ storage, sealer, logger }: Dependencies): Promise<readonly SigningKey[]> {
  const keys: SigningKey[] = []
  for (const { recordId, sealed } of await storage.read.sealed.listSealed(PURPOSE)) {
    const octets = sealer.open(recordId, PURPOSE, sealed)
    if (octets === undefined)
      logger.error({ recordId }, 'a token-signing key does not open under this installation key')
    else keys.push(signingKey(recordId, createPrivateKey({ key: Buffer.from(octets), format: 'der', type: 'pkcs8' })))
  }
  return keys
}

async function createKey({ storage, sealer, clock }: Dependencies): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_LENGTH })
  const kid = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK)
  const sealed = sealer.seal(kid, PURPOSE, privateKey.export({ format: 'der', type: 'pkcs8' }))
  await storage.write.sealed.putSealed({ recordId: kid, purpose: PURPOSE, sealed, createdAt: clock.now() })
  return { kid, privateKey, publicKey }
}

function signingKey(kid: string, privateKey: KeyObject): SigningKey {
  return { kid, privateKey, publicKey: createPublicKey(privateKey) }
}

function publishedForm({ kid, publicKey }: SigningKey): JWK {
  return { ...(publicKey.export({ format: 'jwk' }) as JWK), use: 'sig', kid, alg: SIGNING_ALGORITHM }
}
