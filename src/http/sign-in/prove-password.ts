// Whether a password is somebody's, wherever it is asked for: at signing in, and before it is changed. Whatever is wrong takes the same
// work; whoever fails too often waits (docs/decisions/0006), and an outage is never told as a wrong password.

import type { Context } from 'hono'
import { fitsUserPassword } from '../../identity/user-password.ts'
import type { UserLogin } from '../../storage/sign-ins.ts'
import { StoreError } from '../../storage/store-error.ts'
import { waitUntil } from '../../submission/wait-until.ts'
import type { HttpEnv } from '../request-context.ts'
import type { SignInService } from './sign-in-service.ts'

export type PasswordProver = Pick<SignInService, 'storage' | 'pepper' | 'clock' | 'loginLimits'>

export type PasswordProof =
  | { readonly type: 'proven'; readonly login: UserLogin }
  | { readonly type: 'wrong' | 'turned away' | 'unavailable' }

/**
 * `source`: the address it comes from. `browser`: what tells that from others, empty for nothing. `ended`: nobody waits for the answer any
 * more.
 */
export async function provePassword(
  { storage, pepper, clock, loginLimits }: PasswordProver,
  tenantId: string,
  given: {
    readonly userName: string
    readonly password: string
    readonly source: string
    readonly browser: string
    readonly ended: Promise<void>
  },
): Promise<PasswordProof> {
  try {
    // No SMTP username has a space in it, so the two are never counted as one.
    const username = `user ${tenantId} ${given.userName}`
    const admission = await loginLimits.admit({ username, address: given.source, browser: given.browser })
    if (admission.type === 'turned away') return { type: 'turned away' }
    const waited = await waitUntil(clock, clock.now() + (admission.wait?.duration ?? 0), given.ended)
    if (waited === 'ended') {
      admission.settle('undecided')
      return { type: 'unavailable' }
    }
    const login = await storage.read.signIns.findUserLogin(tenantId, given.userName)
    const fits = await fitsUserPassword(given.password, login?.password?.hash, pepper)
    const isProven = fits && login?.user.accountEnabled === true
    admission.settle(isProven ? 'proven' : 'failed')
    return isProven ? { type: 'proven', login } : { type: 'wrong' }
  } catch (error) {
    if (error instanceof StoreError && error.code !== 'internal') return { type: 'unavailable' }
    throw error
  }
}

/** Of the connection. */
export function untilClosed({ req }: Context<HttpEnv>): Promise<void> {
  const { signal } = req.raw
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
