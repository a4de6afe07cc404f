// The keys that sign the access tokens of this installation, as they are kept: sealed, read again after a while, and at once when a
// token names one that is not known. Every thread that verifies tokens has these; who makes them, and when, is not known here.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { Clock } from '../config/clock.ts'
import type { SealedReader } from '../storage/storage.ts'
import type { Sealer } from './sealing.ts'

export const SIGNING_ALGORITHM = 'RS256'
export const TOKEN_SIGNING = 'token-signing'
/** How long another node may use a key that this one has not read yet, when it is not asked for by name. */
const REFRESH_INTERVAL = 60_000
/** A flood of made-up key ids causes one read in this time. */
const UNKNOWN_KEY_INTERVAL = 5_000

export type SigningKey = { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject }
export type StoredSigningKey = SigningKey & { readonly createdAt: number }

export interface TokenKeys {
  find(kid: string): Promise<SigningKey | undefined>
}

export type KeptKeys = TokenKeys & {
  /** At most a minute old. */
  all(): Promise<readonly StoredSigningKey[]>
}

/** Newest first. A record sealed under another installation key is of no use here and is passed over. */
export async function readSigningKeys(
  sealed: SealedReader,
  sealer: Sealer,
  onUnreadable: (recordId: string) => void,
): Promise<readonly StoredSigningKey[]> {
  const keys: StoredSigningKey[] = []
  for (const record of await sealed.listSealed(TOKEN_SIGNING)) {
    const octets = sealer.open(record.recordId, TOKEN_SIGNING, record.sealed)
    if (octets === undefined) onUnreadable(record.recordId)
    else {
      const privateKey = createPrivateKey({ key: Buffer.from(octets), format: 'der', type: 'pkcs8' })
      const publicKey = createPublicKey(privateKey)
      keys.push({ kid: record.recordId, privateKey, publicKey, createdAt: record.createdAt })
    }
  }
  return keys
}

export function keepKeys(load: () => Promise<readonly StoredSigningKey[]>, clock: Clock): KeptKeys {
  let known: { readonly keys: readonly StoredSigningKey[]; readonly readAt: number } | undefined
  let reading: Promise<readonly StoredSigningKey[]> | undefined

  async function read(): Promise<readonly StoredSigningKey[]> {
    const keys = await load()
    known = { keys, readAt: clock.now() }
    return keys
  }
  async function keysNotOlderThan(age: number): Promise<readonly StoredSigningKey[]> {
    if (known !== undefined && clock.now() - known.readAt < age) return known.keys
    // One read for all who wait.
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }
  return {
    all: () => keysNotOlderThan(REFRESH_INTERVAL),
    async find(kid) {
      const byKid = (key: SigningKey) => key.kid === kid
      return (
        (await keysNotOlderThan(REFRESH_INTERVAL)).find(byKid) ??
        (await keysNotOlderThan(UNKNOWN_KEY_INTERVAL)).find(byKid)
      )
    },
  }
}
