// The provider that is its own directory: proves client secrets against the hashes kept beside the applications, and access tokens of
// our own token service by the credential they rest on. It keeps nothing between calls, so what the directory says is true at once.
// Whatever the outcome, a proof is one read, three hashes (as given, without white space around it, to tell that mistake, and as a device password), and with each one
// comparison in constant time for each stored secret (for none, with a hash that nothing yields); the reason is found only afterwards.

import { timingSafeEqual } from 'node:crypto'
import type { TokenKeys } from '../keys/token-signing-keys.ts'
import type { DirectoryReader, LoginRecord } from '../storage/directory.ts'
import {
  type Account,
  judgeAccount,
  judgeCredentials,
  NEVER,
  type Rejected,
  rejected,
  type TimedCredential,
  unreadable,
} from './account-standing.ts'
import { certificateKeyId, federatedKeyId } from './assertion-key-id.ts'
import { hashClientSecret } from './client-secret.ts'
import { hashDevicePassword } from './device-password.ts'
import { findSecretMistake, trimWhite, withMistake } from './secret-mistake.ts'
import type { AuthenticationOutcome, IdentityProvider } from './identity.ts'
import type { OwnToken, verifyOwnToken } from './own-token.ts'

type Secret = LoginRecord['secrets'][number]
type Directory = Pick<DirectoryReader, 'readLogin' | 'readAssertionKeys'>

/** Stands for the secrets of an application that has none. */
const NO_HASH = new Uint8Array(32)

/** Where no tokens are brought. */
const NO_KEYS: TokenKeys = { find: async () => undefined }

/** Most threads never see a token, and what reads one is much to load. */
async function verify(tokenKeys: TokenKeys, token: Uint8Array, at: number): ReturnType<typeof verifyOwnToken> {
  const { COMMUNICATION_AUDIENCE: audience, verifyOwnToken } = await import('./own-token.ts')
  return verifyOwnToken(tokenKeys, token, { audiences: [audience, `${audience}/`], at })
}

/** `pepper` is the key of the secret hashes; it comes from outside the directory. */
export function createEmbeddedProvider(
  directory: Directory,
  pepper: Uint8Array,
  tokenKeys: TokenKeys = NO_KEYS,
): IdentityProvider {
  return {
    async authenticate({ tenantId, applicationId, clientSecret, at, deviceNetworks }) {
      const account = { tenantId, applicationId }
      try {
        const record = await directory.readLogin(tenantId, applicationId)
        const secrets = record?.secrets.filter(({ device }) => device === undefined) ?? []
        const matching = selectMatching(secrets, hashClientSecret(clientSecret, pepper))
        const trimmed = selectMatching(secrets, hashClientSecret(trimWhite(clientSecret), pepper))
        const mistake = findSecretMistake(secrets, clientSecret, trimmed.length > 0)
        const typed = selectMatching(devicePasswordsOf(record), hashDevicePassword(clientSecret, pepper))
        const { inside, outside } = sortByNetwork(typed, deviceNetworks)
        const outcome = withMistake(judge(record, account, [...matching, ...inside], at), mistake)
        return refuseOutside(outcome, outside)
      } catch (error) {
        return unreadable(error)
      }
    },

    async authenticateToken(login) {
      try {
        const verdict = await verify(tokenKeys, login.token, login.at)
        const record = await directory.readLogin(login.tenantId, login.applicationId)
        const standing = judgeAccount(record, login)
        if (standing.type === 'rejected') return standing
        if (verdict.type === 'rejected') return verdict
        return judgeOwner(verdict.token, login) ?? (await judgeToken(directory, record, verdict.token, login.at))
      } catch (error) {
        return unreadable(error)
      }
    },

    async identify({ network, at, ...account }) {
      try {
        const record = await directory.readLogin(account.tenantId, account.applicationId)
        return judge(record, account, [lasting(`${NETWORK_KEY}${network}`)], at)
      } catch (error) {
        return unreadable(error)
      }
    },

    async recheck(credential, at) {
      try {
        const { tenantId, applicationId } = credential.principal
        return await judgeAgain(directory, await directory.readLogin(tenantId, applicationId), credential, at)
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

const devicePasswordsOf = (record: LoginRecord | undefined): readonly Secret[] =>
  record?.secrets.filter(({ device }) => device !== undefined) ?? []

/** Where there is no device, a device password is nothing, neither inside nor outside. */
function sortByNetwork(typed: readonly Secret[], networks: readonly string[] | undefined) {
  const isInside = ({ device }: Secret) => device?.network === undefined || networks?.includes(device.network) === true
  const known = networks === undefined ? [] : typed
  return { inside: known.filter(isInside), outside: known.filter((one) => !isInside(one)) }
}

function refuseOutside(outcome: AuthenticationOutcome, [outside]: readonly Secret[]): AuthenticationOutcome {
  if (outside === undefined || outcome.type !== 'rejected' || outcome.reason !== 'wrong-secret') return outcome
  const { keyId, device } = outside
  return rejected('outside-network', `device password ${keyId} is good in the network ${device?.network} only`)
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

/** The token must be for exactly the account that the user name says; undefined when it is. */
function judgeOwner(token: OwnToken, { tenantId, applicationId }: Account): Rejected | undefined {
  if (token.kind === 'user') return rejected('user-token', 'the token is of somebody who signed in')
  if (token.tenantId !== tenantId) return rejected('wrong-token-tenant', `the token is of tenant ${token.tenantId}`)
  return token.applicationId === applicationId
    ? undefined
    : rejected('wrong-token-application', `the token is of application ${token.applicationId}`)
}

/** A token stands as long as what it was obtained with does, and no longer than itself. */
async function judgeToken(
  directory: Directory,
  record: LoginRecord | undefined,
  { tenantId, applicationId, principalId, keyId, expiresAt }: OwnToken,
  at: number,
): Promise<AuthenticationOutcome> {
  const tokenEndsAt = expiresAt * 1000
  const principal = { tenantId, applicationId, principalId }
  const outcome = await judgeAgain(directory, record, { principal, keyId }, at)
  if (outcome.type !== 'authenticated') return outcome
  const { credential } = outcome
  const notAfter = Math.min(credential.notAfter, tokenEndsAt)
  return { type: 'authenticated', credential: { ...credential, notAfter, tokenEndsAt } }
}

/** By the name of a credential, without it. */
async function judgeAgain(
  directory: Directory,
  record: LoginRecord | undefined,
  { principal, keyId }: { readonly principal: Account & { readonly principalId: string }; readonly keyId: string },
  at: number,
): Promise<AuthenticationOutcome> {
  const secrets = record?.secrets.filter((secret) => secret.keyId === keyId) ?? []
  const known = secrets.length > 0 ? secrets : await findOtherKey(directory, principal, keyId)
  const outcome = judge(record, principal, known, at)
  if (outcome.type !== 'authenticated' || outcome.credential.principal.principalId === principal.principalId)
    return outcome
  // A service principal made anew has none of the old one's role assignments.
  const { principalId, applicationId } = principal
  return rejected('no-service-principal', `service principal ${principalId} of application ${applicationId} is gone`)
}

/** What stands in the place of a credential's id where a network was enough; nothing that is stored has such an id. */
const NETWORK_KEY = 'network:'

const lasting = (keyId: string): TimedCredential => ({ keyId, startAt: 0, endAt: NEVER })

async function findOtherKey(
  directory: Directory,
  { tenantId, applicationId }: Account,
  keyId: string,
): Promise<readonly TimedCredential[]> {
  if (keyId.startsWith(NETWORK_KEY)) return [lasting(keyId)]
  const { certificates, federated } = await directory.readAssertionKeys(tenantId, applicationId)
  const own = certificates.map((one) => ({ ...one, keyId: certificateKeyId(one) }))
  const trusted = federated.map((one) => lasting(federatedKeyId(one)))
  return [...own, ...trusted].filter((key) => key.keyId === keyId)
}
