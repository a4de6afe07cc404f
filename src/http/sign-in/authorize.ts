// Where a client sends the browser: whoever is signed in goes back at once, everybody else gets the form. And the way out.
// RFC 6749 §4.1, OpenID Connect Core 1.0 §3.1.2, OpenID Connect RP-Initiated Logout 1.0.

import type { Context } from 'hono'
import { findStandingSession } from '../../identity/session-standing.ts'
import type { HttpEnv } from '../request-context.ts'
import { clearSessionCookie, readSessionCookie } from './browser-session.ts'
import { endHeldSession, handOver } from './finish.ts'
import { passwordPage, signedOutPage } from './page.ts'
import { portalRedirectUri } from './portal-client.ts'
import { askProvider } from './provider-step.ts'
import { answerFault, goBack, readWanted, show, type SignInService, type Wanted } from './sign-in-service.ts'
import { chooseLanguage } from './texts.ts'

export function authorizeEndpoint(service: SignInService) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const wanted = await readWanted(service, c, new URL(c.req.url).search.slice(1))
    if (!('request' in wanted)) return answerFault(service, c, wanted)
    const session = wanted.request.prompt === 'login' ? undefined : await findSession(service, c, wanted)
    if (session !== undefined) return handOver(service, c, wanted, session)
    const { prompt, loginHint: userName } = wanted.request
    if (prompt === 'none') return goBack(service, c, wanted.request, { error: 'login_required' })
    const { tenantId, query, language } = wanted
    const settings = await service.providers.find(tenantId)
    if (settings !== undefined) return askProvider(service, c, wanted, settings)
    return show(service, c, passwordPage({ language, action: `/${tenantId}/login`, request: query, userName }))
  }
}

async function findSession({ storage, providers, clock }: SignInService, c: Context<HttpEnv>, { tenantId }: Wanted) {
  const digest = readSessionCookie(c)
  const { signIns } = storage.read
  const session = digest && (await signIns.findSession(digest))
  return session?.tenantId === tenantId ? findStandingSession(signIns, providers, session, clock.now()) : undefined
}

export function logoutEndpoint(service: SignInService) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const session = await endHeldSession(service, c)
    clearSessionCookie(c)
    const language = chooseLanguage([c.req.query('ui_locales') ?? ''], c.req.header('accept-language'))
    return show(
      service,
      c,
      signedOutPage(language, portalRedirectUri(service.publicUrl()), session?.provider !== undefined),
    )
  }
}
