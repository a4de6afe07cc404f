// Access tokens: which claims they carry and what makes one valid. Whether the credential behind it still stands is asked elsewhere,
// at each call. RFC 7519, RFC 8725. Azure: data-plane reference §3.3.

import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { baseUrlOf } from '../audiences.ts'
import { newGuid } from '../request-context.ts'
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts'

/** Times in seconds since the epoch. */
export type AccessToken = {
  readonly tenantId: string
  readonly principalId: string
  readonly applicationId: string
  /** The credential that obtained the token: ours alone, so that deleting the credential ends its tokens. */
  readonly keyId: string
  readonly expiresAt: number
}

export type TokenVerdict =
  | { readonly type: 'valid'; readonly token: AccessToken }
  | { readonly type: 'expired' }
  /** `detail` names the claim or the fault and repeats nothing of the token. */
  | { readonly type: 'invalid'; readonly detail: string }

/** Seconds that the clock of the node which signed may be ahead. The end is never put off. */
const CLOCK_TOLERANCE = 60

const guid = z.guid()
const claims = z.object({
  tid: guid,
  oid: guid,
  sub: guid,
  azp: guid,
  keyId: z.string(),
  iss: z.string(),
  exp: z.number(),
})

export function issuerOf(publicUrl: string, tenantId: string): string {
  return `${baseUrlOf(publicUrl)}/${tenantId}/v2.0`
}

/**
 * `ver` is 2.0 because the issuer is; `appid` is there as well, for the many readers that only know it.
 * `audience` is the resource as it was asked for, with or without its slash.
 */
export async function mintAccessToken(
  keys: SigningKeys,
  token: AccessToken & {
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
  keys: SigningKeys,
  jwt: string,
  expected: { readonly publicUrl: string; readonly audiences: readonly string[]; readonly at: number },
): Promise<TokenVerdict> {
  try {
    const { payload } = await jwtVerify(
      jwt,
      async ({ kid }) => {
        const key = kid === undefined ? undefined : await keys.find(kid)
        if (key === undefined) throw new errors.JWKSNoMatchingKey()
        return key.publicKey
      },
      {
        algorithms: [SIGNING_ALGORITHM],
        typ: 'JWT',
        audience: [...expected.audiences],
        currentDate: new Date(expected.at),
        clockTolerance: CLOCK_TOLERANCE,
        requiredClaims: ['exp', 'nbf', 'iat'],
      },
    )
    const verdict = readClaims(payload, expected.publicUrl)
    const isOver = verdict.type === 'valid' && verdict.token.expiresAt * 1000 <= expected.at
    return isOver ? { type: 'expired' } : verdict
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { type: 'expired' }
    if (error instanceof errors.JWTClaimValidationFailed)
      return { type: 'invalid', detail: `the claim '${error.claim}' does not fit` }
    if (error instanceof errors.JOSEError)
      return { type: 'invalid', detail: 'its form, key or signature is not one of ours' }
    throw error
  }
}

function readClaims(payload: unknown, publicUrl: string): TokenVerdict {
  const { success, data } = claims.safeParse(payload)
  if (!success) return { type: 'invalid', detail: 'a claim is missing' }
  if (data.iss !== issuerOf(publicUrl, data.tid)) return { type: 'invalid', detail: "the claim 'iss' does not fit" }
  const { tid, oid, azp, keyId, exp } = data
  return { type: 'valid', token: { tenantId: tid, principalId: oid, applicationId: azp, keyId, expiresAt: exp } }
}
