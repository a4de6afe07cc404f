// The public keys of other issuers, found by OpenID discovery and kept for an hour. A key that is asked for by a name nobody knows has
// them read again, but not more than once a minute; an issuer that does not answer is left alone for a while, and what is known of it
// stands until it is too old. Each key comes with the algorithms it may be used with, so that no token can choose. OpenID Connect
// Discovery 1.0 §3, §4.3; RFC 7517; RFC 8725 §3.1.

import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { FetchDocument } from './fetch-document.ts'

export type IssuerKeyOutcome =
  | { readonly type: 'key'; readonly key: KeyObject; readonly algorithms: readonly string[] }
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
const RSA_ALGORITHMS = ['RS256', 'PS256']
const EC_ALGORITHMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['prime256v1', ['ES256']],
  ['secp384r1', ['ES384']],
])

type PublishedKey = { readonly key: KeyObject; readonly algorithms: readonly string[] }
type Unavailable = { readonly type: 'unavailable'; readonly detail: string; readonly at: number }
type KeySet =
  /** `failure`: reading them again has failed since. */
  | {
      readonly type: 'keys'
      readonly keys: ReadonlyMap<string, PublishedKey>
      readonly at: number
      readonly failure?: Unavailable
    }
  | Unavailable

export function createIssuerKeys(fetchDocument: FetchDocument): IssuerKeys {
  const known = new Map<string, KeySet>()
  const reading = new Map<string, Promise<KeySet>>()

  async function read(issuer: string, at: number): Promise<KeySet> {
    const outcome = await readKeySet(fetchDocument, issuer)
    const held = known.get(issuer)
    const set: KeySet =
      outcome.type === 'unavailable' && held?.type === 'keys' && at - held.at < MAX_AGE
        ? { ...held, failure: { ...outcome, at } }
        : { ...outcome, at }
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
      const set = held !== undefined && isFresh(held, kid, at) ? held : await readOnce(issuer, at)
      if (set.type === 'unavailable') return { type: 'unavailable', detail: set.detail }
      const found = keyOf(set.keys, kid)
      if (found !== undefined) return { type: 'key', ...found }
      return set.failure === undefined ? { type: 'none' } : { type: 'unavailable', detail: set.failure.detail }
    },
  }
}

function isFresh(set: KeySet, kid: string | undefined, at: number): boolean {
  if (set.type === 'unavailable') return at - set.at < FAILURE_INTERVAL
  if (keyOf(set.keys, kid) !== undefined) return at - set.at < MAX_AGE
  return set.failure === undefined ? at - set.at < UNKNOWN_KEY_INTERVAL : at - set.failure.at < FAILURE_INTERVAL
}

function keyOf(keys: ReadonlyMap<string, PublishedKey>, kid: string | undefined): PublishedKey | undefined {
  if (kid !== undefined) return keys.get(kid)
  const [only, ...others] = keys.values()
  return others.length === 0 ? only : undefined
}

const configuration = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https$/ }) })
const keySet = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional(), use: z.string().optional() })).max(100),
})
type PublicJwk = z.infer<typeof keySet>['keys'][number]

async function readKeySet(
  fetchDocument: FetchDocument,
  issuer: string,
): Promise<{ type: 'keys'; keys: Map<string, PublishedKey> } | { type: 'unavailable'; detail: string }> {
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
  const keys = parsed.data.keys.filter(({ use = 'sig' }) => use === 'sig')
  return { type: 'keys', keys: new Map(keys.flatMap(importKey)) }
}

/** A key that is none, too short, of no use here or not public is passed over: others of the set may do. */
function importKey(jwk: PublicJwk): [string, PublishedKey][] {
  try {
    const key = createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' })
    const possible = algorithmsOf(key)
    const algorithms = jwk['alg'] === undefined ? possible : possible.filter((algorithm) => algorithm === jwk['alg'])
    return algorithms.length === 0 ? [] : [[jwk.kid ?? '', { key, algorithms }]]
  } catch {
    return []
  }
}

/** What a key of this kind can have signed with. RFC 7518 §3.1, RFC 8037 §3.1. */
function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'rsa') return modulusLength < MIN_MODULUS_LENGTH ? [] : RSA_ALGORITHMS
  if (asymmetricKeyType === 'ec') return EC_ALGORITHMS.get(namedCurve) ?? []
  return asymmetricKeyType === 'ed25519' ? ['EdDSA'] : []
}
