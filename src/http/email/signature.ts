// The signature that an access key puts under a request: method, path with query, date, host and a digest of the body. It says whether a
// key of the resource made it, not whether it is in time: that depends on what the request asks for. Keys are compared with in constant
// time, both of them always. Azure: data-plane reference §2.5.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { AccessKey } from '../../keys/access-keys.ts'

export type SignedRequest = {
  readonly method: string
  /** As it was sent. */
  readonly pathAndQuery: string
  /** Undefined where there is none of the name. */
  readonly header: (name: string) => string | undefined
}

export type SignatureOutcome =
  /** `contentHash` is what the body must have; `signedAt` is milliseconds since the epoch. */
  | { readonly type: 'signed'; readonly keyId: string; readonly contentHash: string; readonly signedAt: number }
  /** `detail` is for the client. */
  | { readonly type: 'refused'; readonly detail: string }

const AUTHORIZATION = /^HMAC-SHA256 +SignedHeaders=([a-z0-9;-]{1,400})&Signature=([a-z0-9+/]{43}=)$/i
const CONTENT_HASH = 'x-ms-content-sha256'
const DATES = ['x-ms-date', 'date']
/** Stands for the keys of a resource that has none. */
const NO_KEY: AccessKey = { keyId: '', octets: new Uint8Array(64) }

export const isSigned = (authorization: string): boolean => /^HMAC-SHA256 /i.test(authorization)

export const contentHashOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('base64')

export function checkSignature(request: SignedRequest, keys: readonly AccessKey[]): SignatureOutcome {
  const [, list = '', signature = ''] = AUTHORIZATION.exec(request.header('authorization') ?? '') ?? []
  const names = list.toLowerCase().split(';')
  const date = DATES.find((name) => names.includes(name))
  if (date === undefined || !names.includes('host') || !names.includes(CONTENT_HASH))
    return refused('The signature must cover the headers host, x-ms-content-sha256 and x-ms-date.')
  const values = names.map((name) => request.header(name))
  if (values.includes(undefined)) return refused('A signed header is missing.')
  const signedAt = Date.parse(request.header(date) ?? '')
  if (Number.isNaN(signedAt)) return refused(`The header ${date} is no date.`)
  const text = `${request.method}\n${request.pathAndQuery}\n${values.join(';')}`
  const key = findSigner(text, Buffer.from(signature, 'base64'), keys)
  if (key === undefined) return refused('The signature was made by no access key of this resource.')
  return { type: 'signed', keyId: key.keyId, contentHash: request.header(CONTENT_HASH) ?? '', signedAt }
}

/** Tries every key, also after one has fitted. */
function findSigner(text: string, signature: Uint8Array, keys: readonly AccessKey[]): AccessKey | undefined {
  const tried = keys.length === 0 ? [NO_KEY] : keys
  const fitting = tried.filter(({ octets }) =>
    timingSafeEqual(createHmac('sha256', octets).update(text).digest(), signature),
  )
  return fitting.find((key) => keys.includes(key))
}

const refused = (detail: string): SignatureOutcome => ({ type: 'refused', detail })
