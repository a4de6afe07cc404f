// Whether a session that somebody signed in to still stands: it is there, in time, its user is not disabled here, and whoever proved it
// is still the one who proves the people of the tenant. A user of the embedded directory has to be there; whom the tenant's provider
// proves need not be.

import type { SignInReader, SignInSession } from '../storage/sign-ins.ts'
import { type ProviderDirectory, signInAuthorityOf } from './provider-settings.ts'

/** Undefined when it does not stand. */
export async function findStandingSession(
  signIns: Pick<SignInReader, 'readUserLogin'>,
  providers: ProviderDirectory,
  session: SignInSession | undefined,
  at: number,
): Promise<SignInSession | undefined> {
  if (session === undefined || session.endsAt <= at) return undefined
  const { tenantId, userId, provider } = session
  const settings = await providers.find(tenantId)
  const authority = settings && signInAuthorityOf(settings)
  if (provider?.authority !== authority) return undefined
  const login = await signIns.readUserLogin(tenantId, userId)
  const isHere = login?.user.accountEnabled ?? provider !== undefined
  return isHere ? session : undefined
}
