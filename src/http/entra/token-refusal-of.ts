// From why a sign-in was rejected to the error that the client is told. The operator's detail is never part of it.
// Azure: data-plane reference §3.4.

import type { AssertionOutcome, AssertionRejectReason, RejectReason } from '../../identity/identity.ts'
import { type TokenRefusal, tokenRefusals } from './token-error.ts'

type Refuse = (applicationId: string, tenantId: string) => TokenRefusal

/** Any other reason is told as an unknown application. */
const REFUSALS: Readonly<Partial<Record<RejectReason | AssertionRejectReason, Refuse>>> = {
  'application-disabled': tokenRefusals.disabledApplication,
  'expired-secret': tokenRefusals.expiredSecret,
  'wrong-secret': tokenRefusals.wrongSecret,
  'secret-not-yet-valid': tokenRefusals.wrongSecret,
  'malformed-assertion': () => tokenRefusals.malformedAssertion,
  'unknown-certificate': tokenRefusals.wrongAssertionSignature,
  'expired-certificate': tokenRefusals.wrongAssertionSignature,
  'wrong-signature': tokenRefusals.wrongAssertionSignature,
  'assertion-out-of-time': () => tokenRefusals.assertionOutOfTime,
  'assertion-audience': () => tokenRefusals.assertionAudience,
  'replayed-assertion': () => tokenRefusals.replayedAssertion,
  'issuer-subject-mismatch': () => tokenRefusals.issuerSubjectMismatch,
  'unknown-issuer': () => tokenRefusals.unknownFederatedIssuer,
  'unknown-subject': () => tokenRefusals.unknownFederatedSubject,
  'unknown-audience': () => tokenRefusals.unknownFederatedAudience,
}

export function refusalOf(
  outcome: Exclude<AssertionOutcome, { type: 'authenticated' }>,
  applicationId: string,
  tenantId: string,
): TokenRefusal {
  if (outcome.type === 'unavailable') return tokenRefusals.unavailable
  return (REFUSALS[outcome.reason] ?? tokenRefusals.unknownApplication)(applicationId, tenantId)
}
