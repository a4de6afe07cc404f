// Whether an application may sign in at all, and whether a credential of it is in its time: what every kind of proof has in common.

import type { LoginRecord } from '../storage/directory.ts'
import type { AuthenticationOutcome, RejectReason, SecurityPrincipal } from './identity.ts'

export type Account = { readonly tenantId: string; readonly applicationId: string }
export type Rejected = Extract<AuthenticationOutcome, { type: 'rejected' }>
/** A secret or a certificate; what is trusted until it is removed ends at `NEVER`. */
export type TimedCredential = { readonly keyId: string; readonly startAt: number; readonly endAt: number }

export const NEVER = Number.MAX_SAFE_INTEGER

export const rejected = (reason: RejectReason, detail: string): Rejected => ({ type: 'rejected', reason, detail })

/** The principal that the application signs in as, unless something stands against it. */
export function judgeAccount(
  record: LoginRecord | undefined,
  { tenantId, applicationId }: Account,
): { readonly type: 'standing'; readonly principal: SecurityPrincipal } | Rejected {
  if (record === undefined)
    return rejected('unknown-application', `tenant ${tenantId} has no application ${applicationId}`)
  const { application, servicePrincipal } = record
  if (application.disabled) return rejected('application-disabled', `application ${applicationId} is disabled`)
  if (servicePrincipal === undefined)
    return rejected('no-service-principal', `application ${applicationId} has no service principal`)
  if (!servicePrincipal.accountEnabled)
    return rejected('application-disabled', `the service principal of application ${applicationId} is disabled`)
  const { objectId: principalId } = servicePrincipal
  const { displayName } = application
  return { type: 'standing', principal: { tenantId, applicationId, principalId, displayName } }
}

/** `proven` are the credentials that were presented, in or out of their time. */
export function judgeCredentials(
  principal: SecurityPrincipal,
  proven: readonly TimedCredential[],
  at: number,
): AuthenticationOutcome {
  const standing = proven.find(({ startAt, endAt }) => startAt <= at && at < endAt)
  if (standing !== undefined)
    return { type: 'authenticated', credential: { principal, keyId: standing.keyId, notAfter: standing.endAt } }
  const [first] = proven
  if (first === undefined)
    return rejected('wrong-secret', `not a credential of application ${principal.applicationId}, or no longer`)
  const { keyId, startAt, endAt } = first
  return at < startAt
    ? rejected('secret-not-yet-valid', `credential ${keyId} is valid from ${new Date(startAt).toISOString()}`)
    : rejected('expired-secret', `credential ${keyId} was valid until ${new Date(endAt).toISOString()}`)
}

export function unreadable(error: unknown): Extract<AuthenticationOutcome, { type: 'unavailable' }> {
  return {
    type: 'unavailable',
    detail: `the directory cannot be read: ${error instanceof Error ? error.message : ''}`,
  }
}
