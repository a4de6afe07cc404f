// Access tokens of our own token service: which claims they carry and whose they are. Whether the credential behind one still stands is
// asked elsewhere, at each use. Azure: data-plane reference §3.3.

import { z } from 'zod'
import { SIGNING_ALGORITHM, type TokenKeys } from '../keys/token-signing-keys.ts'
import { verifyToken } from './access-token.ts'
import { type Rejected, rejected } from './account-standing.ts'

/** What a token of ours proves. */
export type OwnToken = {
  /** `user`: of somebody who signed in; the credential is the session. */
  readonly kind: 'app' | 'user'
  readonly tenantId: string
  readonly principalId: string
  readonly applicationId: string
  /** The credential that obtained the token: ours alone, so that deleting the credential ends its tokens. */
  readonly keyId: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

const ownClaims = z.object({
  tid: z.guid(),
  oid: z.guid(),
  azp: z.guid(),
  keyId: z.string(),
  idtyp: z.enum(['app', 'user']),
  nbf: z.number(),
})

/** Azure: SMTP and the data plane share an audience; clients ask for it with and without a slash at its end. */
export const COMMUNICATION_AUDIENCE = 'https://communication.azure.com'

/**
 * `issuerOf` gives the issuer of a tenant's tokens where there is but one; without it any is right, since nodes of one installation may
 * go by different names and their key signs nothing but these tokens. Rejects when the keys cannot be read.
 */
export async function verifyOwnToken(
  keys: TokenKeys,
  token: Uint8Array | string,
  expected: {
    readonly audiences: readonly string[]
    readonly at: number
    readonly issuerOf?: (tenantId: string) => string
  },
): Promise<{ readonly type: 'verified'; readonly token: OwnToken } | Rejected> {
  const findKey = async (kid: string | undefined) => {
    const key = kid === undefined ? undefined : await keys.find(kid)
    return key === undefined
      ? ({ type: 'none' } as const)
      : ({ type: 'key', key: key.publicKey, algorithms: [SIGNING_ALGORITHM] } as const)
  }
  const { audiences, at } = expected
  const outcome = await verifyToken(token, findKey, { audiences, at })
  if (outcome.type === 'unavailable') throw new Error(outcome.detail)
  if (outcome.type === 'rejected') return outcome
  const { success, data } = ownClaims.safeParse(outcome.claims)
  if (!success) return rejected('malformed-token', 'not an access token: a claim is missing')
  const { idtyp: kind, tid: tenantId, oid: principalId, azp: applicationId, keyId } = data
  if (expected.issuerOf !== undefined && outcome.claims.iss !== expected.issuerOf(tenantId))
    return rejected('wrong-token-issuer', 'the token was issued under another name')
  const { exp: expiresAt } = outcome.claims
  return { type: 'verified', token: { kind, tenantId, principalId, applicationId, keyId, expiresAt } }
}
