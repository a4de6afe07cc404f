// What may be asked to go wrong, by name; what each one does is told in docs/ci.md.

/** About a credential, and therefore of applications alone. */
export const CREDENTIAL_FAULTS = ['expired-secret', 'token-service-down', 'token-service-slow'] as const
/** Of an application wherever it sends, or of a communication service whoever sends. */
export const SENDING_FAULTS = ['missing-role', 'unverified-domain', 'throttled', 'recipients', 'slow-reply'] as const

export type FaultKind = (typeof CREDENTIAL_FAULTS)[number] | (typeof SENDING_FAULTS)[number]
