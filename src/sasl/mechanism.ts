// A SASL mechanism as a step machine: responses in, challenges or credentials out. It sees octets, never base64, sockets or
// stores; it does not know whether a credential is right. RFC 4422 §3.

type Identities = {
  readonly authenticationIdentity: string
  /** Empty unless the client named one. */
  readonly authorizationIdentity: string
}
/** PLAIN, LOGIN. `password` is the client secret: a Buffer of its own, so that the owner can zero it. */
export type SecretCredentials = Identities & { readonly type: 'secret'; readonly password: Uint8Array }
/** XOAUTH2, OAUTHBEARER. `token` is a bearer token, in a Buffer of its own likewise. */
export type TokenCredentials = Identities & { readonly type: 'token'; readonly token: Uint8Array }

/** What a finished exchange asks to be proven. */
export type SaslCredentials = SecretCredentials | TokenCredentials

export type SaslStep =
  | { readonly type: 'challenge'; readonly challenge: Uint8Array }
  | { readonly type: 'credentials'; readonly credentials: SaslCredentials }
  /** The response does not have the mechanism's form; the caller treats it as a failed attempt. */
  | { readonly type: 'malformed'; readonly detail: string }

export interface SaslMechanism {
  /** `response` is undefined at the first step when the client sent no initial response; that differs from an empty one. */
  next(response: Uint8Array | undefined): SaslStep
  /**
   * What the client must be told, as one more challenge, before its credentials are refused. It answers, whatever with, and only then
   * hears the refusal. Without it the refusal comes at once. RFC 7628 §3.2.2, §3.2.3.
   */
  readonly failureChallenge?: Uint8Array
}
