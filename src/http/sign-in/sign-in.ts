// The sign-in pages of the token service: their paths. They are for browsers and are no part of the described API.
// Azure: data-plane reference §3.

import { Hono } from 'hono'
import { createAttemptCounter } from '../../identity/attempt-counter.ts'
import { createSubjectKey } from '../../identity/login-subjects.ts'
import type { LoginLimits } from '../../identity/login-limits.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { HttpEnv } from '../request-context.ts'
import { route } from '../route.ts'
import { authorizeEndpoint, logoutEndpoint } from './authorize.ts'
import { passkeyStep } from './passkey-step.ts'
import { newPasswordStep } from './new-password-step.ts'
import { passwordStep } from './password-step.ts'
import { providerCallback } from './provider-step.ts'
import { createStartLimit } from './start-limit.ts'

export function createSignInApp(
  dependencies: Omit<HttpDependencies, 'submission'> & {
    readonly submission: { readonly loginLimits: Pick<LoginLimits, 'admit'> }
  },
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const { storage, pepper, clock, submission } = dependencies
  const counter = createAttemptCounter(storage.write.loginLimits, () => clock.now())
  const isOneStartTooMany = createStartLimit(counter, createSubjectKey(pepper))
  const service = { ...dependencies, loginLimits: submission.loginLimits, isOneStartTooMany }
  route(app, '/:tenant/oauth2/v2.0/authorize', { GET: authorizeEndpoint(service) })
  route(app, '/:tenant/oauth2/v2.0/logout', { GET: logoutEndpoint(service) })
  route(app, '/:tenant/login/callback', { GET: providerCallback(service) })
  route(app, '/:tenant/login', { POST: passwordStep(service) })
  route(app, '/:tenant/login/password', { POST: newPasswordStep(service) })
  route(app, '/:tenant/login/passkey', { POST: passkeyStep(service) })
  return app
}
