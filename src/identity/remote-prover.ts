// What the providers that are somewhere else have in common: the question a remote provider answers, and the words of its answers.

import type { Rejected } from './account-standing.ts'
import type { AccessToken, RejectReason, RemoteKind } from './identity.ts'
import type { BroughtToken } from './provider-token.ts'

export type SecretLogin = {
  readonly applicationId: string
  readonly clientSecret: Uint8Array
  /** Milliseconds that the answer may take. */
  readonly limit: number
}

export type Unavailable = { readonly type: 'unavailable'; readonly detail: string; readonly provider?: RemoteKind }

export type SecretProof =
  | {
      readonly type: 'proven'
      readonly principalId: string
      readonly groupIds: readonly string[]
      /** Whoever does not keep it erases it. */
      readonly accessToken?: AccessToken
    }
  | Rejected
  | Unavailable

export type TokenProof =
  /** `endsAt` is milliseconds since the epoch; `tokenId` is empty where the token has no name. */
  | {
      readonly type: 'proven'
      readonly principalId: string
      readonly groupIds: readonly string[]
      readonly endsAt: number
      readonly tokenId: string
    }
  | Rejected
  | Unavailable

export interface RemoteProver {
  readonly kind: RemoteKind
  /** Asks the provider, each time. Never rejects. */
  proveSecret(login: SecretLogin): Promise<SecretProof>
  proveToken(token: BroughtToken): Promise<TokenProof>
}

export const refusedBy = (provider: RemoteKind, reason: RejectReason, detail: string): Rejected => ({
  type: 'rejected',
  reason,
  detail,
  provider,
})

export const unavailableAt = (provider: RemoteKind, authority: string, detail: string): Unavailable => ({
  type: 'unavailable',
  provider,
  detail: `the identity provider ${authority}: ${detail}`,
})
