// Access tokens: which claims they carry and what makes one valid. Whether the credential behind it still stands is asked elsewhere,
// at each call. RFC 7519, RFC 8725. Azure: data-plane reference §3.3.

import { SignJWT } from 'jose'
import type { RejectReason } from '../../identity/identity.ts'
import { type OwnToken, verifyOwnToken } from '../../identity/own-token.ts'
import { SIGNING_ALGORITHM, type TokenKeys } from '../../keys/token-signing-keys.ts'
import { baseUrlOf } from '../audiences.ts'
import { newGuid } from '../request-context.ts'
import type { SigningKeys } from './signing-keys.ts'

export type TokenVerdict =
  | { readonly type: 'valid'; readonly token: OwnToken }
  | { readonly type: 'expired' }
  /** `detail` names the fault. */
  | { readonly type: 'invalid'; readonly detail: string }

export function issuerOf(publicUrl: string, tenantId: string): string {
  return `${baseUrlOf(publicUrl)}/${tenantId}/v2.0`
}

/**
 * `ver` is 2.0 because the issuer is; `appid` is there as well, for the many readers that only know it.
 * `audience` is the resource as it was asked for, with or without its slash.
 */
export async function mintAccessToken(
  keys: SigningKeys,
  token: Omit<OwnToken, 'kind'> & {
    readonly proof: 'secret' | 'assertion'
    readonly audience: string
    readonly issuedAt: number
    readonly continuousEvaluation: boolean
  },
  { publicUrl, random }: { readonly publicUrl: string; readonly random: (count: number) => Uint8Array },
): Promise<string> {
  const method = token.proof === 'secret' ? '1' : '2'
  return sign(keys, {
    ...commonClaims(token, publicUrl),
    appid: token.applicationId,
    appidacr: method,
    azp: token.applicationId,
    azpacr: method,
    idtyp: 'app',
    keyId: token.keyId,
    uti: newGuid(random),
    ...(token.continuousEvaluation ? { xms_cc: ['cp1'] } : {}),
  })
}

type UserToken = Omit<OwnToken, 'kind'> & {
  readonly audience: string
  readonly issuedAt: number
  /** Of a user of the directory. */
  readonly name?: string
  readonly userName?: string
}
type Surroundings = { readonly publicUrl: string; readonly random: (count: number) => Uint8Array }

/** For a client that can keep no secret, on behalf of who signed in. */
export function mintUserToken(
  keys: SigningKeys,
  token: UserToken,
  { publicUrl, random }: Surroundings,
): Promise<string> {
  return sign(keys, {
    ...commonClaims(token, publicUrl),
    appid: token.applicationId,
    appidacr: '0',
    azp: token.applicationId,
    azpacr: '0',
    idtyp: 'user',
    keyId: token.keyId,
    scp: 'user_impersonation',
    name: token.name,
    preferred_username: token.userName,
    uti: newGuid(random),
  })
}

/** Tells the client who signed in. It is for the client alone and opens nothing. OpenID Connect Core 1.0 §2. */
export function mintIdToken(
  keys: SigningKeys,
  token: UserToken & { readonly nonce: string | undefined },
  { publicUrl }: Surroundings,
): Promise<string> {
  return sign(keys, {
    ...commonClaims({ ...token, audience: token.applicationId }, publicUrl),
    name: token.name,
    preferred_username: token.userName,
    nonce: token.nonce,
  })
}

function commonClaims(
  token: Pick<OwnToken, 'tenantId' | 'principalId' | 'expiresAt'> & {
    readonly audience: string
    readonly issuedAt: number
  },
  publicUrl: string,
) {
  return {
    aud: token.audience,
    iss: issuerOf(publicUrl, token.tenantId),
    iat: token.issuedAt,
    nbf: token.issuedAt,
    exp: token.expiresAt,
    oid: token.principalId,
    sub: token.principalId,
    tid: token.tenantId,
    ver: '2.0',
  }
}

async function sign(keys: SigningKeys, claims: Record<string, unknown>): Promise<string> {
  const { kid, privateKey } = await keys.current()
  return new SignJWT(claims).setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid }).sign(privateKey)
}

export async function verifyAccessToken(
  keys: TokenKeys,
  jwt: string,
  {
    publicUrl,
    audiences,
    at,
  }: { readonly publicUrl: string; readonly audiences: readonly string[]; readonly at: number },
): Promise<TokenVerdict> {
  const issuerOfTenant = (tenantId: string) => issuerOf(publicUrl, tenantId)
  const outcome = await verifyOwnToken(keys, jwt, { audiences, at, issuerOf: issuerOfTenant })
  if (outcome.type === 'verified') return { type: 'valid', token: outcome.token }
  return outcome.reason === 'expired-token'
    ? { type: 'expired' }
    : { type: 'invalid', detail: DETAILS[outcome.reason] ?? FORM }
}

const FORM = 'its form is not that of one of ours'
/** They repeat nothing of the token. */
const DETAILS: Readonly<Partial<Record<RejectReason, string>>> = {
  'wrong-token-signature': 'its key or signature is not one of ours',
  'wrong-token-issuer': "the claim 'iss' does not fit",
  'wrong-token-audience': "the claim 'aud' does not fit",
  'token-not-yet-valid': "the claim 'nbf' does not fit",
}
