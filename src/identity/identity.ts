// The port to whoever proves a secret or a token. A provider proves and re-proves; it caches no verdict and knows no role.

import type { AskedFault } from '../storage/faults.ts'

/** Why a login was refused. The client never learns it; the operator does, through the decision trace. */
export type RejectReason =
  | 'malformed-response'
  | 'authorization-identity-mismatch'
  | 'unknown-username'
  | 'unknown-resource'
  | 'tenant-mismatch'
  | 'unknown-tenant'
  | 'unknown-application'
  | 'application-disabled'
  | 'no-service-principal'
  | 'wrong-secret'
  | 'expired-secret'
  | 'secret-not-yet-valid'
  /** A device password that is bound to another network. */
  | 'outside-network'
  | 'malformed-token'
  | 'wrong-token-signature'
  | 'wrong-token-issuer'
  | 'wrong-token-audience'
  | 'wrong-token-tenant'
  | 'wrong-token-application'
  | 'user-token'
  | 'token-not-yet-valid'
  | 'expired-token'
  | 'missing-role'
  /** A network may not stand for an application that a provider somewhere else has to prove. */
  | 'no-identity-by-network'
  /** Not looked at: the network it came from had failed too often. */
  | 'too-many-failures'
  /** The subscription has as many sessions as it may have. */
  | 'too-many-sessions'
  /** What only a remote provider says of an application. */
  | 'missing-consent'
  | 'blocked-by-policy'
  | 'refused-by-provider'
  /** The provider's token is not of the application, the tenant or the audience that was asked for. */
  | 'unexpected-token'
  /** The tenant has another provider than the one that proved the credential. */
  | 'provider-changed'

/** The proven caller. `principalId` is the object id that role assignments name. */
export type SecurityPrincipal = {
  readonly tenantId: string
  readonly principalId: string
  readonly applicationId: string
  readonly displayName: string
}

/** A proven credential. `notAfter` is milliseconds since the epoch: the moment from which it must be proven again or is over. */
export type ProvenCredential = {
  readonly principal: SecurityPrincipal
  readonly keyId: string
  readonly notAfter: number
  /** Set when an access token was the proof, likewise: the session ends then, and no re-check puts it off. `notAfter` is never later. */
  readonly tokenEndsAt?: number
  /** Groups that the provider names; they count beside those of the directory. */
  readonly groupIds?: readonly string[]
  /** The secret is needed to prove it again, once `notAfter` has come or at each MAIL: the session keeps it. */
  readonly reprove?: 'interval' | 'message'
  /** What the provider issued at this proof, where somebody is to act on behalf of its owner; the session erases it. */
  readonly accessToken?: AccessToken
}

/** `octets` are the token as it is sent; `endsAt` is milliseconds since the epoch. */
export type AccessToken = { readonly octets: Uint8Array; readonly endsAt: number }

/** A provider that is somewhere else. */
export type RemoteKind = 'entra' | 'oidc'

export type AuthenticationOutcome =
  | { readonly type: 'authenticated'; readonly credential: ProvenCredential }
  /** `detail` is for the operator and holds no secret. `provider` says who refused, unless it was ourselves. */
  | {
      readonly type: 'rejected'
      readonly reason: RejectReason
      readonly detail: string
      readonly provider?: RemoteKind
      /** Of a wrong secret, where the provider can tell. */
      readonly mistake?: SecretMistake
      readonly fault?: AskedFault
    }
  | {
      readonly type: 'unavailable'
      readonly detail: string
      readonly provider?: RemoteKind
      readonly fault?: AskedFault
    }

/** What somebody did wrong with a secret that is right. */
export type SecretMistake = 'its id instead of its value' | 'white space around it'

export interface IdentityProvider {
  /**
   * Proves a client secret. Does the same work whatever the outcome. `at` is milliseconds since the epoch.
   * Identifiers are lower-case GUIDs; `clientSecret` is the octets as received.
   */
  authenticate(login: {
    readonly tenantId: string
    readonly applicationId: string
    readonly clientSecret: Uint8Array
    readonly at: number
    /** Names of the networks that a device is in. Without it there is no device, and no device password proves anything. */
    readonly deviceNetworks?: readonly string[]
  }): Promise<AuthenticationOutcome>

  /**
   * Proves by an access token that was obtained elsewhere and must be for exactly this application of this tenant. `token` is the
   * octets as received. Same identifiers and same work as above.
   */
  authenticateToken(login: {
    readonly tenantId: string
    readonly applicationId: string
    readonly token: Uint8Array
    readonly at: number
  }): Promise<AuthenticationOutcome>

  /**
   * Takes an application for granted, because the operator has said that whoever is in a network sends as it. Only the directory that
   * keeps the application can: what lives at a provider is proven there, or not at all.
   */
  identify(login: {
    readonly tenantId: string
    readonly applicationId: string
    /** Its name. */
    readonly network: string
    readonly at: number
  }): Promise<AuthenticationOutcome>

  /**
   * Proves again that a credential proven before still stands. `clientSecret` is given where the session keeps one; it is asked for
   * where `notAfter` has come and the credential says `reprove`.
   */
  recheck(credential: ProvenCredential, at: number, clientSecret?: Uint8Array): Promise<AuthenticationOutcome>
}

/** Why a signed assertion proved nothing; what is wrong with the account itself is a RejectReason. */
export type AssertionRejectReason =
  | 'malformed-assertion'
  | 'unknown-certificate'
  | 'expired-certificate'
  | 'wrong-signature'
  | 'assertion-out-of-time'
  | 'assertion-audience'
  | 'issuer-subject-mismatch'
  | 'replayed-assertion'
  | 'unknown-issuer'
  | 'unknown-subject'
  | 'unknown-audience'

export type AssertionOutcome =
  | AuthenticationOutcome
  | { readonly type: 'rejected'; readonly reason: AssertionRejectReason; readonly detail: string }

/** Proves an application by what it, or an issuer it trusts, has signed. RFC 7523 §3. */
export interface AssertionProver {
  authenticateAssertion(login: {
    readonly tenantId: string
    readonly applicationId: string
    /** A JSON Web Token in its compact form, as received. */
    readonly assertion: string
    /** What an assertion of the application itself may be addressed to. */
    readonly audiences: readonly string[]
    /** Where the request came from. */
    readonly source: string
    readonly at: number
  }): Promise<AssertionOutcome>
}
