// The port to whoever proves a secret. A provider proves and re-proves; it caches no verdict and knows no role.

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
  | 'missing-role'

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
}

export type AuthenticationOutcome =
  | { readonly type: 'authenticated'; readonly credential: ProvenCredential }
  /** `detail` is for the operator and holds no secret. */
  | { readonly type: 'rejected'; readonly reason: RejectReason; readonly detail: string }
  | { readonly type: 'unavailable'; readonly detail: string }

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
  }): Promise<AuthenticationOutcome>

  /** Proves again, without the secret, that a credential proven before still stands. */
  recheck(credential: ProvenCredential, at: number): Promise<AuthenticationOutcome>
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
