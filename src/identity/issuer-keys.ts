// The public keys of other issuers, found by OpenID discovery and kept for an hour. A key that is asked for by a name nobody knows has
// them read again, but not more than once a minute; an issuer that does not answer is left alone for a while. OpenID Connect
// Discovery 1.0 §3, §4.3; RFC 7517.

import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { FetchDocument } from './fetch-document.ts'

export type IssuerKeyOutcome =
  | { readonly type: 'key'; readonly key: KeyObject }
  | { readonly type: 'none' }
  | { readonly type: 'unavailable'; readonly detail: string }

export interface IssuerKeys {
  /** Without a `kid` only an issuer of one key has one. */
  find(issuer: string, kid: string | undefined, at: number): Promise<IssuerKeyOutcome>
}

const MAX_AGE = 60 * 60 * 1000
const UNKNOWN_KEY_INTERVAL = 60_000
const FAILURE_INTERVAL = 10_000
const MAX_ISSUERS = 200
const MIN_MODULUS_LENGTH = 2048

type KeySet =
  | { readonly type: 'keys'; readonly keys: ReadonlyMap<string, KeyObject>; readonly at: number }
  | { readonly type: 'unavailable'; readonly detail: string; readonly at: number }

export function createIssuerKeys(fetchDocument: FetchDocument): IssuerKeys {
  const known = new Map<string, KeySet>()
  const reading = new Map<string, Promise<KeySet>>()

  async function read(issuer: string, at: number): Promise<KeySet> {
    const outcome = await readKeySet(fetchDocument, issuer)
    const set: KeySet = { ...outcome, at }
    known.delete(issuer)
    known.set(issuer, set)
    const [oldest] = known.keys()
    if (known.size > MAX_ISSUERS && oldest !== undefined) known.delete(oldest)
    return set
  }
  /** One request for all who wait. */
  function readOnce(issuer: string, at: number): Promise<KeySet> {
    const underWay = reading.get(issuer) ?? read(issuer, at).finally(() => reading.delete(issuer))
    reading.set(issuer, underWay)
    return underWay
  }
  return {
    async find(issuer, kid, at) {
      const held = known.get(issuer)
      const set = held !== undefined && at - held.at < ageLimit(held, kid) ? held : await readOnce(issuer, at)
      if (set.type === 'unavailable') return { type: 'unavailable', detail: set.detail }
      const key = keyOf(set.keys, kid)
      return key === undefined ? { type: 'none' } : { type: 'key', key }
    },
  }
}

function ageLimit(set: KeySet, kid: string | undefined): number {
  if (set.type === 'unavailable') return FAILURE_INTERVAL
  return keyOf(set.keys, kid) === undefined ? UNKNOWN_KEY_INTERVAL : MAX_AGE
}

function keyOf(keys: ReadonlyMap<string, KeyObject>, kid: string | undefined): KeyObject | undefined {
  if (kid !== undefined) return keys.get(kid)
  const [only, ...others] = keys.values()
  return others.length === 0 ? only : undefined
}

const configuration = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https$/ }) })
const keySet = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional(), use: z.string().optional() })).max(100),
})

async function readKeySet(
  fetchDocument: FetchDocument,
  issuer: string,
): Promise<{ type: 'keys'; keys: Map<string, KeyObject> } | { type: 'unavailable'; detail: string }> {
  const unavailable = (detail: string) => ({ type: 'unavailable' as const, detail })
  const described = await fetchDocument(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (described.type === 'failed') return unavailable(described.detail)
  const document = configuration.safeParse(described.document)
  if (!document.success || document.data.issuer !== issuer)
    return unavailable(`the discovery document of ${issuer} is not one, or names another issuer`)
  const published = await fetchDocument(document.data.jwks_uri)
  if (published.type === 'failed') return unavailable(published.detail)
  const parsed = keySet.safeParse(published.document)
  if (!parsed.success) return unavailable(`${document.data.jwks_uri} is not a key set`)
  const keys = parsed.data.keys.filter(({ kty, use = 'sig' }) => kty === 'RSA' && use === 'sig')
  return { type: 'keys', keys: new Map(keys.flatMap((jwk) => importKey(jwk as JsonWebKeyInput['key'], jwk.kid ?? ''))) }
}

/** A key that is none, or too short, is passed over: others of the set may do. */
function importKey(jwk: JsonWebKeyInput['key'], kid: string): [string, KeyObject][] {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_MODULUS_LENGTH ? [] : [[kid, key]]
  } catch {
    return []
  }
}
