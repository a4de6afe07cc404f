// One remote provider as the port has it. What is known of the application here, whether it or its service principal is disabled, is
// asked first and at every re-check; what only the provider knows is asked at login, and again as often as the settings say. A local
// object need not be there: the application lives at the provider. It keeps no verdict and no secret.

import type { DirectoryReader } from '../storage/directory.ts'
import { NEVER, type Rejected, rejected, unreadable } from './account-standing.ts'
import type { AuthenticationOutcome, IdentityProvider, ProvenCredential } from './identity.ts'
import { authorityOf, type ProviderSettings } from './provider-settings.ts'
import { refusedBy, type RemoteProver, type SecretProof } from './remote-prover.ts'

type Directory = Pick<DirectoryReader, 'readLogin'>
type Account = { readonly tenantId: string; readonly applicationId: string }

export function createRemoteProvider({
  settings,
  prover,
  directory,
  limit,
  keepsTokens = false,
}: {
  readonly settings: ProviderSettings
  readonly prover: RemoteProver
  readonly directory: Directory
  /** Milliseconds that a proof may take. */
  readonly limit: number
  /** Credentials carry the token that they were proven by. */
  readonly keepsTokens?: boolean
}): IdentityProvider {
  const prove = async (account: Account, clientSecret: Uint8Array, at: number): Promise<AuthenticationOutcome> => {
    const standing = await judgeHere(directory, account)
    if (standing.type !== 'standing') return standing
    const proof = await prover.proveSecret({ applicationId: account.applicationId, clientSecret, limit })
    if (proof.type !== 'proven') return proof
    const { accessToken } = proof
    if (!keepsTokens) accessToken?.octets.fill(0)
    const credential = secretCredential(settings, account, standing.displayName, proof, at)
    return authenticated(keepsTokens && accessToken !== undefined ? { ...credential, accessToken } : credential)
  }
  return {
    authenticate: ({ clientSecret, at, ...account }) => prove(account, clientSecret, at),

    async authenticateToken(brought) {
      const standing = await judgeHere(directory, brought)
      if (standing.type !== 'standing') return standing
      const proof = await prover.proveToken(brought)
      if (proof.type !== 'proven') return proof
      const { principalId, groupIds, endsAt, tokenId } = proof
      const principal = principalFrom(brought, principalId, standing.displayName)
      const keyId = tokenId === '' ? authorityOf(settings) : `${authorityOf(settings)}#${tokenId}`
      const credential = { principal, keyId, notAfter: endsAt, tokenEndsAt: endsAt, groupIds }
      if (!keepsTokens) return authenticated(credential)
      return authenticated({ ...credential, accessToken: { octets: Uint8Array.from(brought.token), endsAt } })
    },

    identify: async ({ network }) =>
      rejected(
        'no-identity-by-network',
        `the network ${network} cannot stand for an application that ${authorityOf(settings)} has to prove`,
      ),

    async recheck(credential, at, clientSecret) {
      const { principal, keyId, notAfter, tokenEndsAt, reprove } = credential
      if (keyId !== authorityOf(settings) && !keyId.startsWith(`${authorityOf(settings)}#`))
        return rejected(
          'provider-changed',
          `the login was proven by ${keyId}, the tenant now has ${authorityOf(settings)}`,
        )
      if (tokenEndsAt !== undefined && at >= tokenEndsAt)
        return rejected('expired-token', `the token was valid until ${new Date(tokenEndsAt).toISOString()}`)
      if (at < notAfter || tokenEndsAt !== undefined) return proveHere(directory, credential)
      if (reprove === undefined || clientSecret === undefined)
        return rejected('expired-secret', 'the proof has to be made again, and the secret was not kept')
      const outcome = await prove(principal, clientSecret, at)
      return outcome.type === 'authenticated' ? samePrincipal(outcome, credential, prover) : outcome
    },
  }
}

type Standing =
  | { readonly type: 'standing'; readonly displayName: string }
  | Rejected
  | Extract<AuthenticationOutcome, { type: 'unavailable' }>

/** What stands against the application in our own directory. */
async function judgeHere(directory: Directory, { tenantId, applicationId }: Account): Promise<Standing> {
  try {
    const record = await directory.readLogin(tenantId, applicationId)
    if (record?.application.disabled === true)
      return rejected('application-disabled', `application ${applicationId} is disabled here`)
    if (record?.servicePrincipal?.accountEnabled === false)
      return rejected('application-disabled', `the service principal of application ${applicationId} is disabled here`)
    return { type: 'standing', displayName: record?.application.displayName ?? `application ${applicationId}` }
  } catch (error) {
    return unreadable(error)
  }
}

async function proveHere(directory: Directory, credential: ProvenCredential): Promise<AuthenticationOutcome> {
  const standing = await judgeHere(directory, credential.principal)
  return standing.type === 'standing' ? authenticated(credential) : standing
}

/** `message`: proven for as long as nothing asks; the session asks at each MAIL. */
function secretCredential(
  settings: ProviderSettings,
  account: Account,
  displayName: string,
  { principalId, groupIds }: Extract<SecretProof, { type: 'proven' }>,
  at: number,
): ProvenCredential {
  const { recheck, recheckInterval } = settings
  return {
    principal: principalFrom(account, principalId, displayName),
    keyId: authorityOf(settings),
    notAfter: recheck === 'interval' ? at + recheckInterval : NEVER,
    groupIds,
    ...(recheck === 'session' ? {} : { reprove: recheck }),
  }
}

const principalFrom = ({ tenantId, applicationId }: Account, principalId: string, displayName: string) => ({
  tenantId,
  applicationId,
  principalId,
  displayName,
})

const authenticated = (credential: ProvenCredential): AuthenticationOutcome => ({ type: 'authenticated', credential })

/** A service principal made anew has none of the old one's role assignments. */
function samePrincipal(
  outcome: Extract<AuthenticationOutcome, { type: 'authenticated' }>,
  { principal: { principalId, applicationId } }: ProvenCredential,
  { kind }: RemoteProver,
): AuthenticationOutcome {
  if (outcome.credential.principal.principalId === principalId) return outcome
  return refusedBy(
    kind,
    'no-service-principal',
    `application ${applicationId} is another principal than ${principalId} now`,
  )
}
