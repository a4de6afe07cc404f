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
  token: OwnToken & {
    readonly proof: 'secret' | 'assertion'
    readonly audience: string
    readonly issuedAt: number
    readonly continuousEvaluation: boolean
  },
  { publicUrl, random }: { readonly publicUrl: string; readonly random: (count: number) => Uint8Array },
): Promise<string> {
  const { kid, privateKey } = await keys.current()
  const method = token.proof === 'secret' ? '1' : '2'
  const payload = {
    aud: token.audience,
    iss: issuerOf(publicUrl, token.tenantId),
    iat: token.issuedAt,
    nbf: token.issuedAt,
    exp: token.expiresAt,
    appid: token.applicationId,
    appidacr: method,
    azp: token.applicationId,
    azpacr: method,
    idtyp: 'app',
    keyId: token.keyId,
    oid: token.principalId,
    sub: token.principalId,
    tid: token.tenantId,
    uti: newGuid(random),
    ver: '2.0',
    ...(token.continuousEvaluation ? { xms_cc: ['cp1'] } : {}),
  }
  return new SignJWT(payload).setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid }).sign(privateKey)
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
