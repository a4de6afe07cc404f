// The provider that is its own directory: proves client secrets against the hashes kept beside the applications. It keeps nothing
// between calls, so what the directory says is true at once. Whatever the outcome, a proof is one read, one hash, and one comparison
// in constant time for each stored secret (for none, with a hash that nothing yields); the reason is found only afterwards.

import { timingSafeEqual } from 'node:crypto'
import type { DirectoryReader, LoginRecord } from '../storage/directory.ts'
import {
  type Account,
  judgeAccount,
  judgeCredentials,
  NEVER,
  rejected,
  type TimedCredential,
  unreadable,
} from './account-standing.ts'
import { certificateKeyId, federatedKeyId } from './assertion-key-id.ts'
import { hashClientSecret } from './client-secret.ts'
import type { AuthenticationOutcome, IdentityProvider, ProvenCredential } from './identity.ts'

type Secret = LoginRecord['secrets'][number]
type Directory = Pick<DirectoryReader, 'readLogin' | 'readAssertionKeys'>

/** Stands for the secrets of an application that has none. */
const NO_HASH = new Uint8Array(32)

/** `pepper` is the key of the secret hashes; it comes from outside the directory. */
export function createEmbeddedProvider(directory: Directory, pepper: Uint8Array): IdentityProvider {
  return {
    async authenticate({ tenantId, applicationId, clientSecret, at }) {
      const account = { tenantId, applicationId }
      try {
        const record = await directory.readLogin(tenantId, applicationId)
        const matching = selectMatching(record?.secrets ?? [], hashClientSecret(clientSecret, pepper))
        return judge(record, account, matching, at)
      } catch (error) {
        return unreadable(error)
      }
    },

    async recheck(credential, at) {
      try {
        return await recheck(directory, credential, at)
      } catch (error) {
        return unreadable(error)
      }
    },
  }
}

/** Compares with every secret; it does not stop at the first that fits. */
function selectMatching(secrets: readonly Secret[], digest: Uint8Array): readonly Secret[] {
  if (secrets.length === 0) timingSafeEqual(digest, NO_HASH)
  return secrets.filter((secret) => timingSafeEqual(digest, secret.hash))
}

function judge(
  record: LoginRecord | undefined,
  account: Account,
  proven: readonly TimedCredential[],
  at: number,
): AuthenticationOutcome {
  const standing = judgeAccount(record, account)
  return standing.type === 'rejected' ? standing : judgeCredentials(standing.principal, proven, at)
}

async function recheck(
  directory: Directory,
  { principal, keyId }: ProvenCredential,
  at: number,
): Promise<AuthenticationOutcome> {
  const record = await directory.readLogin(principal.tenantId, principal.applicationId)
  const secrets = record?.secrets.filter((secret) => secret.keyId === keyId) ?? []
  const known = secrets.length > 0 ? secrets : await findAssertionKey(directory, principal, keyId)
  const outcome = judge(record, principal, known, at)
  if (outcome.type !== 'authenticated' || outcome.credential.principal.principalId === principal.principalId)
    return outcome
  // A service principal made anew has none of the old one's role assignments.
  const { principalId, applicationId } = principal
  return rejected('no-service-principal', `service principal ${principalId} of application ${applicationId} is gone`)
}

async function findAssertionKey(
  directory: Directory,
  { tenantId, applicationId }: Account,
  keyId: string,
): Promise<readonly TimedCredential[]> {
  const { certificates, federated } = await directory.readAssertionKeys(tenantId, applicationId)
  const own = certificates.map((one) => ({ ...one, keyId: certificateKeyId(one) }))
  const trusted = federated.map((one) => ({ keyId: federatedKeyId(one), startAt: 0, endAt: NEVER }))
  return [...own, ...trusted].filter((key) => key.keyId === keyId)
}
