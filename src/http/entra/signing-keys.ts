// The key pairs that sign access tokens: made on first use, kept sealed, all of them published. A key is followed by a new one after a
// month; the new one is published two days before it signs, so that whoever keeps our key set for a day knows it in time, and the old
// one is published until the last token it signed is over. It knows nothing of claims. RFC 7517, RFC 7518 §3.3, RFC 7638.

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

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR
/** The age at which a key is followed. */
const ROTATION_AGE = 30 * DAY
/** From publication to first use. Discovery lets the key set be kept for one day. */
const LEAD = 2 * DAY
/** From the first use of its successor to the end of a key: longer than any token lives, and than another node goes without reading. */
const REMAINDER = 2 * HOUR

export type SigningKey = { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject }
type KnownKey = SigningKey & { readonly createdAt: number }

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
  let known: { readonly keys: readonly KnownKey[]; readonly readAt: number } | undefined
  let reading: Promise<readonly KnownKey[]> | undefined

  async function load(): Promise<readonly KnownKey[]> {
    const keys = await rotate(dependencies, await readKeys(dependencies))
    known = { keys, readAt: clock.now() }
    return keys
  }
  async function keysNotOlderThan(age: number): Promise<readonly KnownKey[]> {
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
    current: async () => signingKeyAt(await keysNotOlderThan(REFRESH_INTERVAL), clock.now()),
    published: async () => (await keysNotOlderThan(REFRESH_INTERVAL)).map(publishedForm),
  }
}

/** The newest whose time has come; the very first key has no predecessor to wait behind. */
function signingKeyAt(newestFirst: readonly KnownKey[], at: number): KnownKey {
  const key = newestFirst.find(({ createdAt }) => createdAt + LEAD <= at) ?? newestFirst.at(-1)
  if (key === undefined) throw new Error('there is no signing key after one was made')
  return key
}

/** Adds a key where the newest is missing or old, and lets those go that signed nothing that still stands. */
async function rotate(dependencies: Dependencies, newestFirst: readonly KnownKey[]): Promise<readonly KnownKey[]> {
  const { clock, storage, logger } = dependencies
  const at = clock.now()
  const [newest] = newestFirst
  if (newest === undefined) return [await createKey(dependencies)]
  // What follows may fail without harm: there is a key to sign with, and the next reading tries again.
  const harmless = (error: unknown) => logger.error({ err: error }, 'token-signing keys cannot be rotated now')
  const isOver = (_: KnownKey, index: number) => (newestFirst[index - 1]?.createdAt ?? at) + LEAD + REMAINDER <= at
  for (const { kid } of newestFirst.filter(isOver)) await storage.write.sealed.deleteSealed(kid).catch(harmless)
  const kept = newestFirst.filter((key, index) => !isOver(key, index))
  if (at - newest.createdAt < ROTATION_AGE) return kept
  const next = await createKey(dependencies).catch(harmless)
  return next ? [next, ...kept] : kept
}

/** Newest first. A record sealed under another installation key is of no use here and is passed over. */
async function readKeys({ storage, sealer, logger }: Dependencies): Promise<readonly KnownKey[]> {
  const keys: KnownKey[] = []
  for (const { recordId, sealed, createdAt } of await storage.read.sealed.listSealed(PURPOSE)) {
    const octets = sealer.open(recordId, PURPOSE, sealed)
    if (octets === undefined)
      logger.error({ recordId }, 'a token-signing key does not open under this installation key')
    else {
      const privateKey = createPrivateKey({ key: Buffer.from(octets), format: 'der', type: 'pkcs8' })
      keys.push({ kid: recordId, privateKey, publicKey: createPublicKey(privateKey), createdAt })
    }
  }
  return keys
}

async function createKey({ storage, sealer, clock }: Dependencies): Promise<KnownKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_LENGTH })
  const kid = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK)
  const sealed = sealer.seal(kid, PURPOSE, privateKey.export({ format: 'der', type: 'pkcs8' }))
  const createdAt = clock.now()
  await storage.write.sealed.putSealed({ recordId: kid, purpose: PURPOSE, sealed, createdAt })
  return { kid, privateKey, publicKey, createdAt }
}

function publishedForm({ kid, publicKey }: SigningKey): JWK {
  return { ...(publicKey.export({ format: 'jwk' }) as JWK), use: 'sig', kid, alg: SIGNING_ALGORITHM }
}
