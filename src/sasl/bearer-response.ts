// The part that XOAUTH2 and OAUTHBEARER have in common: pairs of key and value, each ended by the octet 1, with the authorization that
// an HTTP request would carry. It knows no token's inside and compares nothing. RFC 7628 §3.1, RFC 6750 §2.1.

import type { SaslStep } from './mechanism.ts'

export const SEPARATOR = 1
const NO_CHALLENGE = new Uint8Array(0)
/** Longer than the line that an SMTP client may send it in. */
const TOKEN_LIMIT = 16 * 1024

const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i
const KEY = /^[A-Za-z]+$/
/** VCHAR, SP, HTAB, CR, LF; beyond ASCII only what a user name may have. */
const VALUE = /^[\t\n\r -~\x80-\xff]*$/

/** Both mechanisms let the client speak first. */
export const askForResponse: SaslStep = { type: 'challenge', challenge: NO_CHALLENGE }

export const malformed = (detail: string): SaslStep => ({ type: 'malformed', detail })

/** What is said of a token that is not taken, always the same: why is for the operator alone. */
export const failureOf = (failure: { readonly status: string; readonly scope: string; readonly schemes?: string }) =>
  Buffer.from(JSON.stringify(failure))

/**
 * The scope that a token must be asked for with. Azure: data-plane reference §1.2. It says nothing about the tenant, whose provider
 * may know the service by another name: an answer that differs would tell who is configured.
 */
export const TOKEN_SCOPE = 'https://communication.azure.com/.default'

/**
 * `key=value` pairs, each ended by one separator, and one more separator at their end. Values as Latin-1, so that octets are kept.
 * Undefined for any other form, or where a key comes twice: two readers could take either.
 */
export function readPairs(octets: Uint8Array): ReadonlyMap<string, string> | undefined {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1')
  if (!text.endsWith('\x01\x01')) return text === '\x01' ? new Map() : undefined
  const pairs = new Map<string, string>()
  for (const pair of text.slice(0, -2).split('\x01')) {
    const equals = pair.indexOf('=')
    const [key, value] = [pair.slice(0, Math.max(equals, 0)), pair.slice(equals + 1)]
    if (!KEY.test(key) || !VALUE.test(value) || pairs.has(key)) return undefined
    pairs.set(key, value)
  }
  return pairs
}

/** The token of `Bearer <token>` in a Buffer of its own; undefined for any other authorization. */
export function copyToken(authorization: string | undefined): Uint8Array | undefined {
  const [, token = ''] = BEARER.exec(authorization ?? '') ?? []
  if (token === '' || token.length > TOKEN_LIMIT) return undefined
  const copy = Buffer.alloc(token.length)
  copy.write(token, 'latin1')
  return copy
}
