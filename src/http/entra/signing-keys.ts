// The key pairs that sign access tokens: made on first use, kept sealed, all of them published. A key is followed by a new one after a
// month; the new one is published two days before it signs, so that whoever keeps our key set for a day knows it in time, and the old
// one is published until the last token it signed is over. It knows nothing of claims. RFC 7517, RFC 7518 §3.3, RFC 7638.

import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint, type JWK } from 'jose'
import {
  keepKeys,
  readSigningKeys,
  SIGNING_ALGORITHM,
  type SigningKey,
  type StoredSigningKey,
  TOKEN_SIGNING,
  type TokenKeys,
} from '../../keys/token-signing-keys.ts'
import type { HttpDependencies } from '../dependencies.ts'

const MODULUS_LENGTH = 2048

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR
/** The age at which a key is followed. */
const ROTATION_AGE = 30 * DAY
/** From publication to first use. Discovery lets the key set be kept for one day. */
const LEAD = 2 * DAY
/** From the first use of its successor to the end of a key: longer than any token lives, and than another node goes without reading. */
const REMAINDER = 2 * HOUR

export interface SigningKeys extends TokenKeys {
  /** The key to sign with; made when there is none. */
  current(): Promise<SigningKey>
  /** The JSON Web Key Set; never empty. */
  published(): Promise<readonly JWK[]>
}

type Dependencies = Pick<HttpDependencies, 'storage' | 'sealer' | 'clock' | 'logger'>

export function createSigningKeys(dependencies: Dependencies): SigningKeys {
  const { clock, storage, sealer, logger } = dependencies
  const complain = (recordId: string) =>
    logger.error({ recordId }, 'a token-signing key does not open under this installation key')
  // One reading for all who wait: on first use that also means one new key.
  const kept = keepKeys(
    async () => rotate(dependencies, await readSigningKeys(storage.read.sealed, sealer, complain)),
    clock,
  )
  return {
    find: kept.find,
    current: async () => signingKeyAt(await kept.all(), clock.now()),
    published: async () => (await kept.all()).map(publishedForm),
  }
}

/** The newest whose time has come; the very first key has no predecessor to wait behind. */
function signingKeyAt(newestFirst: readonly StoredSigningKey[], at: number): StoredSigningKey {
  const key = newestFirst.find(({ createdAt }) => createdAt + LEAD <= at) ?? newestFirst.at(-1)
  if (key === undefined) throw new Error('there is no signing key after one was made')
  return key
}

/** Adds a key where the newest is missing or old, and lets those go that signed nothing that still stands. */
async function rotate(
  dependencies: Dependencies,
  newestFirst: readonly StoredSigningKey[],
): Promise<readonly StoredSigningKey[]> {
  const { clock, storage, logger } = dependencies
  const at = clock.now()
  const [newest] = newestFirst
  if (newest === undefined) return [await createKey(dependencies)]
  // What follows may fail without harm: there is a key to sign with, and the next reading tries again.
  const harmless = (error: unknown) => logger.error({ err: error }, 'token-signing keys cannot be rotated now')
  const isOver = (_: StoredSigningKey, index: number) =>
    (newestFirst[index - 1]?.createdAt ?? at) + LEAD + REMAINDER <= at
  for (const { kid } of newestFirst.filter(isOver)) await storage.write.sealed.deleteSealed(kid).catch(harmless)
  const kept = newestFirst.filter((key, index) => !isOver(key, index))
  if (at - newest.createdAt < ROTATION_AGE) return kept
  const next = await createKey(dependencies).catch(harmless)
  return next ? [next, ...kept] : kept
}

async function createKey({ storage, sealer, clock }: Dependencies): Promise<StoredSigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_LENGTH })
  const kid = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK)
  const sealed = sealer.seal(kid, TOKEN_SIGNING, privateKey.export({ format: 'der', type: 'pkcs8' }))
  const createdAt = clock.now()
  await storage.write.sealed.putSealed({ recordId: kid, purpose: TOKEN_SIGNING, sealed, createdAt })
  return { kid, privateKey, publicKey, createdAt }
}

function publishedForm({ kid, publicKey }: SigningKey): JWK {
  return { ...(publicKey.export({ format: 'jwk' }) as JWK), use: 'sig', kid, alg: SIGNING_ALGORITHM }
}
