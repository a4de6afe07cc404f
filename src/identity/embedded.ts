// The provider that is its own directory: proves client secrets against the hashes kept beside the applications. It keeps nothing
// between calls, so what the directory says is true at once. Whatever the outcome, a proof is one read, one hash, and one comparison
// in constant time for each stored secret (for none, with a hash that nothing yields); the reason is found only afterwards.

import { timingSafeEqual } from 'node:crypto'
import type { DirectoryReader, LoginRecord } from '../storage/storage.ts'
import { hashClientSecret } from './client-secret.ts'
import type { AuthenticationOutcome, IdentityProvider, RejectReason, SecurityPrincipal } from './identity.ts'

type Secret = LoginRecord['secrets'][number]
type Account = { readonly tenantId: string; readonly applicationId: string }
type Rejected = Extract<AuthenticationOutcome, { type: 'rejected' }>
type Reading = { readonly type: 'read'; readonly record: LoginRecord | undefined }

/** Stands for the secrets of an application that has none. */
const NO_HASH = new Uint8Array(32)

const rejected = (reason: RejectReason, detail: string): Rejected => ({ type: 'rejected', reason, detail })

/** `pepper` is the key of the secret hashes; it comes from outside the directory. */
export function createEmbeddedProvider(
  directory: Pick<DirectoryReader, 'readLogin'>,
  pepper: Uint8Array,
): IdentityProvider {
  return {
    async authenticate({ tenantId, applicationId, clientSecret, at }) {
      const reading = await readLogin(directory, { tenantId, applicationId })
      if (reading.type !== 'read') return reading
      const digest = hashClientSecret(clientSecret, pepper)
      const matching = selectMatching(reading.record?.secrets ?? [], digest)
      return judge(reading.record, { tenantId, applicationId }, matching, at)
    },

    async recheck({ principal, keyId }, at) {
      const reading = await readLogin(directory, principal)
      if (reading.type !== 'read') return reading
      const standing = reading.record?.secrets.filter((secret) => secret.keyId === keyId) ?? []
      const outcome = judge(reading.record, principal, standing, at)
      return outcome.type === 'authenticated' ? samePrincipal(outcome, principal) : outcome
    },
  }
}

async function readLogin(
  directory: Pick<DirectoryReader, 'readLogin'>,
  { tenantId, applicationId }: Account,
): Promise<Reading | Extract<AuthenticationOutcome, { type: 'unavailable' }>> {
  try {
    return { type: 'read', record: await directory.readLogin(tenantId, applicationId) }
  } catch (error) {
    return {
      type: 'unavailable',
      detail: `the directory cannot be read: ${error instanceof Error ? error.message : ''}`,
    }
  }
}

/** Compares with every secret; it does not stop at the first that fits. */
function selectMatching(secrets: readonly Secret[], digest: Uint8Array): readonly Secret[] {
  if (secrets.length === 0) timingSafeEqual(digest, NO_HASH)
  return secrets.filter((secret) => timingSafeEqual(digest, secret.hash))
}

/** `proven` are the secrets that were presented, in or out of their time. */
function judge(
  record: LoginRecord | undefined,
  account: Account,
  proven: readonly Secret[],
  at: number,
): AuthenticationOutcome {
  const { tenantId, applicationId } = account
  if (record === undefined)
    return rejected('unknown-application', `tenant ${tenantId} has no application ${applicationId}`)
  const { application, servicePrincipal } = record
  if (application.disabled) return rejected('application-disabled', `application ${applicationId} is disabled`)
  if (servicePrincipal === undefined)
    return rejected('no-service-principal', `application ${applicationId} has no service principal`)
  if (!servicePrincipal.accountEnabled)
    return rejected('application-disabled', `the service principal of application ${applicationId} is disabled`)
  const secret = proven.find(({ startAt, endAt }) => startAt <= at && at < endAt)
  if (secret === undefined) return rejectSecret(applicationId, proven[0], at)
  const principal = {
    tenantId,
    applicationId,
    principalId: servicePrincipal.objectId,
    displayName: application.displayName,
  }
  return { type: 'authenticated', credential: { principal, keyId: secret.keyId, notAfter: secret.endAt } }
}

function rejectSecret(applicationId: string, proven: Secret | undefined, at: number): Rejected {
  if (proven === undefined)
    return rejected('wrong-secret', `not a client secret of application ${applicationId}, or no longer`)
  const { keyId, startAt, endAt } = proven
  return at < startAt
    ? rejected('secret-not-yet-valid', `client secret ${keyId} is valid from ${new Date(startAt).toISOString()}`)
    : rejected('expired-secret', `client secret ${keyId} was valid until ${new Date(endAt).toISOString()}`)
}

/** A service principal made anew has none of the old one's role assignments. */
function samePrincipal(
  outcome: Extract<AuthenticationOutcome, { type: 'authenticated' }>,
  { principalId, applicationId }: SecurityPrincipal,
): AuthenticationOutcome {
  if (outcome.credential.principal.principalId === principalId) return outcome
  return rejected('no-service-principal', `service principal ${principalId} of application ${applicationId} is gone`)
}
