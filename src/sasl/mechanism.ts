// A SASL mechanism as a step machine: responses in, challenges or credentials out. It sees octets, never base64, sockets or
// stores; it does not know whether a credential is right. RFC 4422 §3.

/** What a finished exchange asks to be proven. `authorizationIdentity` is empty unless the client named one. */
export type SaslCredentials = {
  readonly authenticationIdentity: string
  readonly authorizationIdentity: string
  /** PLAIN, LOGIN: the client secret. A Buffer of its own, so that the owner can zero it. */
  readonly password: Uint8Array
}

export type SaslStep =
  | { readonly type: 'challenge'; readonly challenge: Uint8Array }
  | { readonly type: 'credentials'; readonly credentials: SaslCredentials }
  /** The response does not have the mechanism's form; the caller treats it as a failed attempt. */
  | { readonly type: 'malformed'; readonly detail: string }

export interface SaslMechanism {
  /** `response` is undefined at the first step when the client sent no initial response; that differs from an empty one. */
  next(response: Uint8Array | undefined): SaslStep
}
