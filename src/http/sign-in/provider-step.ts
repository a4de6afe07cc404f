// Signing in where the tenant has an identity provider of its own: the browser is sent there and comes back with an answer, and a session
// of this service begins. What is asked there is kept in a ticket, good once, for ten minutes, and in the browser that began. Whatever
// goes wrong is told in a page here; the browser is sent nowhere with it. RFC 9700 §4.7 (mix-up, request forgery). docs/decisions/0014.

import type { Context } from 'hono'
import { z } from 'zod'
import {
  type ProviderSettings,
  signInAuthorityOf,
  type SignInProvider,
  signsIn,
} from '../../identity/provider-settings.ts'
import type { SignInProof } from '../../identity/provider-sign-in.ts'
import { baseUrlOf } from '../audiences.ts'
import { type HttpEnv, sourceOf } from '../request-context.ts'
import { digestOf, freshToken, keepBrowserKey, readBrowserKey } from './browser-session.ts'
import { readClientSecret } from './client-secret.ts'
import { beginSession } from './finish.ts'
import { portalRedirectUri } from './portal-client.ts'
import { providerFaultPage, type ProviderFault, setUpPage } from './provider-pages.ts'
import { readWanted, show, type SignInService, type Wanted } from './sign-in-service.ts'
import { chooseLanguage } from './texts.ts'

const TICKET_LIFETIME = 600_000

/** What the provider has to know of this service. */
export const callbackUri = (publicUrl: string, tenantId: string): string =>
  `${baseUrlOf(publicUrl)}/${tenantId}/login/callback`

const ticketContent = z.object({
  query: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  browser: z.string(),
  authority: z.string(),
})

export async function askProvider(
  service: SignInService,
  c: Context<HttpEnv>,
  wanted: Wanted,
  settings: ProviderSettings,
): Promise<Response> {
  const { tenantId, request, query, language } = wanted
  const { random, clock, publicUrl, providerSignIn, configuredProviders, storage } = service
  const redirectUri = callbackUri(publicUrl(), tenantId)
  if (!signsIn(settings))
    return show(service, c, setUpPage({ language, settings, redirectUri, inFile: configuredProviders.has(tenantId) }))
  if (await service.isOneStartTooMany(sourceOf(c))) return tell(service, c, wanted, 'turnedAway')
  const { token: state, digest } = freshToken(random)
  const [nonce, codeVerifier] = [freshToken(random).token, freshToken(random).token]
  const { loginHint, prompt, locales } = request
  const asked = { redirectUri, state, nonce, codeVerifier, loginHint, again: prompt === 'login', locales }
  const begun = await providerSignIn.begin(settings, asked)
  if (begun.type === 'unavailable') return complain(service, c, wanted, begun)
  const browser = keepBrowserKey(c, random)
  const content = { query, nonce, codeVerifier, browser, authority: signInAuthorityOf(settings) }
  const endsAt = clock.now() + TICKET_LIFETIME
  await storage.write.signIns.addTicket({ digest, kind: 'provider', tenantId, content, endsAt })
  return c.redirect(begun.url, 303)
}

export function providerCallback(service: SignInService) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const tenantId = c.req.param('tenant') ?? ''
    const parameters = new URL(c.req.url).searchParams
    const state = parameters.get('state') ?? ''
    const kept = await takeKept(service, c, tenantId, state)
    const wanted = kept && (await readWanted(service, c, kept.query))
    if (kept === undefined || wanted === undefined || !('request' in wanted)) return startAgain(service, c)
    const settings = await service.providers.find(tenantId)
    if (settings === undefined || !signsIn(settings) || signInAuthorityOf(settings) !== kept.authority)
      return startAgain(service, c)
    const { nonce, codeVerifier } = kept
    const proof = await prove(service, settings, { parameters, state, nonce, codeVerifier })
    return proof.type === 'proven' ? admit(service, c, wanted, settings, proof) : complain(service, c, wanted, proof)
  }
}

/** Undefined for what was not begun here, in this browser, in time. */
async function takeKept({ storage, clock }: SignInService, c: Context<HttpEnv>, tenantId: string, state: string) {
  const ticket = await storage.write.signIns.takeTicket('provider', digestOf(state))
  const content = ticketContent.safeParse(ticket?.content)
  if (!content.success || ticket?.tenantId !== tenantId || ticket.endsAt <= clock.now()) return undefined
  return readBrowserKey(c) === content.data.browser ? content.data : undefined
}

async function prove(
  service: SignInService,
  settings: SignInProvider,
  given: {
    readonly parameters: URLSearchParams
    readonly state: string
    readonly nonce: string
    readonly codeVerifier: string
  },
): Promise<SignInProof> {
  const secret = await readClientSecret(service, settings.signIn)
  if (secret.type === 'unreadable') return { type: 'invalid', detail: secret.detail }
  const redirectUri = callbackUri(service.publicUrl(), settings.tenantId)
  return service.providerSignIn.finish(settings, { ...given, redirectUri, clientSecret: secret.clientSecret })
}

async function admit(
  service: SignInService,
  c: Context<HttpEnv>,
  wanted: Wanted,
  settings: SignInProvider,
  { principalId, groupIds, displayName, userName }: SignInProof & { type: 'proven' },
): Promise<Response> {
  const provider = {
    authority: signInAuthorityOf(settings),
    groupIds,
    ...(displayName !== undefined && { displayName }),
    ...(userName !== undefined && { userName }),
  }
  const begun = await beginSession(service, c, wanted, { userId: principalId, methods: ['provider'], provider })
  return begun ?? tell(service, c, wanted, 'disabled')
}

function complain(
  service: SignInService,
  c: Context<HttpEnv>,
  wanted: Wanted,
  failure: Exclude<SignInProof, { type: 'proven' }>,
): Response | Promise<Response> {
  const { tenantId } = wanted
  if (failure.type === 'refused') {
    const { error, words } = failure
    return tell(service, c, wanted, 'refused', words === '' ? error : `${error}: ${words}`)
  }
  const { requestId } = c.var
  service.logger.warn(
    { tenantId, requestId, detail: failure.detail },
    'nobody can be signed in by the identity provider',
  )
  return tell(service, c, wanted, failure.type, requestId)
}

function tell(
  service: SignInService,
  c: Context<HttpEnv>,
  { language, tenantId, query }: Wanted,
  fault: ProviderFault,
  words?: string,
): Response | Promise<Response> {
  const again = `/${tenantId}/oauth2/v2.0/authorize?${query}`
  return show(service, c, providerFaultPage({ language, fault, again, ...(words !== undefined && { words }) }))
}

/** It is not known any more what the client wanted. */
function startAgain(service: SignInService, c: Context<HttpEnv>): Response | Promise<Response> {
  const language = chooseLanguage([], c.req.header('accept-language'))
  const again = portalRedirectUri(service.publicUrl())
  return show(service, c, providerFaultPage({ language, fault: 'expired', again }))
}
