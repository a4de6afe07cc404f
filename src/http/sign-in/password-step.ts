// The first step: name and password. Whatever is wrong with them is told in the same words.

import type { Context } from 'hono'
import { type HttpEnv, sourceOf } from '../request-context.ts'
import { keepBrowserKey } from './browser-session.ts'
import { complete } from './new-password-step.ts'
import { askForPasskey } from './passkey-step.ts'
import { provePassword, untilClosed } from './prove-password.ts'
import { askAgain, readStep, type SignInService } from './sign-in-service.ts'

/** Characters; the longest name that a directory takes. */
const LONGEST_NAME = 113

const REFUSALS = {
  wrong: { fault: 'wrong', status: 401 },
  'turned away': { fault: 'turnedAway', status: 429 },
  unavailable: { fault: 'unavailable', status: 503 },
} as const

export function passwordStep(service: SignInService) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const step = await readStep(service, c)
    if (step instanceof Response) return step
    const { wanted, form } = step
    const userName = (form.get('username') ?? '').trim()
    const proof = await provePassword(service, wanted.tenantId, {
      userName: userName.slice(0, LONGEST_NAME),
      password: form.get('password') ?? '',
      source: sourceOf(c),
      browser: keepBrowserKey(c, service.random),
      ended: untilClosed(c),
    })
    if (proof.type !== 'proven') return askAgain(service, c, wanted, { userName, ...REFUSALS[proof.type] })
    const { login } = proof
    if (login.passkeys.length > 0) return askForPasskey(service, c, wanted, login)
    return complete(service, c, wanted, login, ['password'])
  }
}
