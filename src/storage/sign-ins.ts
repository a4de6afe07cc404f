// The part of the storage port that knows how people sign in: passwords and passkeys of users, the sessions that began with them, and the
// tickets by which a browser is sent on. What proves anything is stored as a digest alone; what a session rests on ends
// the session when it goes.

import type { User } from './directory.ts'
import type { Change } from './storage.ts'

/** `hash` is text that says by itself how it was made. */
export type UserPassword = { readonly hash: string; readonly changedAt: number; readonly mustChange: boolean }

export type Passkey = {
  /** As the authenticator made it, in base64url. */
  readonly credentialId: string
  readonly userId: string
  readonly displayName: string
  /** COSE. */
  readonly publicKey: Uint8Array
  /** Of signatures, as told by the authenticator; 0 where it does not count. */
  readonly counter: number
  readonly transports: readonly string[]
  readonly createdAt: number
  readonly lastUsedAt?: number
}

export type UserLogin = {
  readonly user: User
  readonly password?: UserPassword
  readonly passkeys: readonly Passkey[]
}

export type SignInMethod = 'password' | 'passkey' | 'provider'

/** Of somebody whom the tenant's provider proves, as it said at the sign-in. */
export type ProviderProof = {
  /** Who proved it, and for whom: see `signInAuthorityOf`. */
  readonly authority: string
  readonly groupIds: readonly string[]
  readonly displayName?: string
  readonly userName?: string
}

export type SignInSession = {
  /** A GUID; the id of the credential that access tokens of the session rest on. */
  readonly sessionId: string
  readonly tenantId: string
  /** The object id: of a user of the directory, or whom the tenant's provider proves. */
  readonly userId: string
  readonly methods: readonly SignInMethod[]
  /** With the method `provider`. */
  readonly provider?: ProviderProof
  readonly createdAt: number
  readonly endsAt: number
}

/** What a browser was sent on with, good once: a code for its client, or a step of signing in that is not done yet. */
export type SignInTicket = {
  readonly digest: Uint8Array
  /** A ticket of one kind is none of another. */
  readonly kind: 'code' | 'password' | 'passkey' | 'new-passkey' | 'provider'
  readonly tenantId: string
  /** With the session it goes. */
  readonly sessionId?: string
  /** JSON; no secret that is good for anything by itself. */
  readonly content: Readonly<Record<string, unknown>>
  readonly endsAt: number
}

export interface SignInReader {
  /** By name, without regard to case. */
  findUserLogin(tenantId: string, userPrincipalName: string): Promise<UserLogin | undefined>
  readUserLogin(tenantId: string, userId: string): Promise<UserLogin | undefined>
  /** By the digest of what the browser holds. Also one that is over, as long as it is stored. */
  findSession(digest: Uint8Array): Promise<SignInSession | undefined>
  readSession(tenantId: string, sessionId: string): Promise<SignInSession | undefined>
}

export interface SignInWriter {
  /**
   * Ends every session of the user. `provenChangedAt`: of the password that it takes the place of, where that one was proven. False when
   * there is no such user, or the password is another by now.
   */
  putPassword(
    change: Change,
    tenantId: string,
    userId: string,
    password: UserPassword,
    provenChangedAt?: number,
  ): Promise<boolean>
  /** False when there is no such user, or somebody has this passkey. */
  addPasskey(change: Change, tenantId: string, passkey: Passkey): Promise<boolean>
  /** Ends every session of the user. False when the user has none of this id. */
  deletePasskey(change: Change, tenantId: string, userId: string, credentialId: string): Promise<boolean>
  /** False when the counter has not moved although it counts: the key was copied, and is not to be trusted. */
  usePasskey(use: {
    readonly tenantId: string
    readonly credentialId: string
    readonly counter: number
    readonly at: number
  }): Promise<boolean>
  /**
   * `digest`: of what the browser holds. `passwordChangedAt`: of the password that was proven, where one was. False when the password is
   * another by now, or the user is gone or disabled; one whom the tenant's provider proves need not be in the directory.
   */
  beginSession(
    change: Change,
    session: SignInSession,
    proof: { readonly digest: Uint8Array; readonly passwordChangedAt?: number },
  ): Promise<boolean>
  /** Ends what was handed out in it, too. */
  endSession(tenantId: string, sessionId: string): Promise<void>
  /** Every one of the user, who need not be in the directory. False when there is neither. */
  endSessions(change: Change, tenantId: string, userId: string): Promise<boolean>
  addTicket(ticket: SignInTicket): Promise<void>
  /** Takes it away: the second who brings it gets nothing. */
  takeTicket(kind: SignInTicket['kind'], digest: Uint8Array): Promise<SignInTicket | undefined>
}
