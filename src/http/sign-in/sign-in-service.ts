// What the steps of signing in share: who asks for what, in which language, and how a step ends.

import type { Context } from 'hono'
import type { LoginLimits } from '../../identity/login-limits.ts'
import { baseUrlOf } from '../audiences.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { issuerOf } from '../entra/access-token.ts'
import { checkTenant } from '../entra/tenant-check.ts'
import { readText } from '../read-text.ts'
import type { HttpEnv } from '../request-context.ts'
import { type AuthorizeFault, type AuthorizeRequest, readAuthorizeRequest } from './authorize-request.ts'
import { answerPage, faultPage, type Page, passwordPage } from './page.ts'
import type { StartLimit } from './start-limit.ts'
import { chooseLanguage, type Language, type Texts } from './texts.ts'

export type SignInService = Pick<
  HttpDependencies,
  | 'storage'
  | 'pepper'
  | 'sealer'
  | 'random'
  | 'clock'
  | 'publicUrl'
  | 'logger'
  | 'providers'
  | 'providerSignIn'
  | 'configuredProviders'
> & { readonly loginLimits: Pick<LoginLimits, 'admit'>; readonly isOneStartTooMany: StartLimit }

/** What the client wants, as the browser brings it along from step to step. */
export type Wanted = {
  readonly tenantId: string
  readonly request: AuthorizeRequest
  /** The query string that it came with. */
  readonly query: string
  readonly language: Language
}

export function show(service: SignInService, c: Context<HttpEnv>, page: Page): Response | Promise<Response> {
  return answerPage(c, Buffer.from(service.random(16)).toString('base64url'), page)
}

export const EXPIRED = { fault: 'expired', status: 401 } as const

/** For name and password, and why. */
export function askAgain(
  service: SignInService,
  c: Context<HttpEnv>,
  { tenantId, language, query, request }: Wanted,
  said: { readonly userName?: string; readonly fault: keyof Texts; readonly status: 401 | 429 | 503 },
): Response | Promise<Response> {
  const form = { language, action: `/${tenantId}/login`, request: query, userName: request.loginHint }
  return show(service, c, passwordPage({ ...form, ...said }))
}

/** The form of a step, and what the client wants. What did not come from a page of ours is answered, and nothing is done. */
export async function readStep(
  service: SignInService,
  c: Context<HttpEnv>,
): Promise<{ readonly wanted: Wanted; readonly form: URLSearchParams } | Response> {
  const language = chooseLanguage([], c.req.header('accept-language'))
  // A page of somebody else's could sign a browser in as them. Every browser says where a form comes from.
  if (c.req.header('origin') !== baseUrlOf(service.publicUrl()))
    return show(service, c, faultPage(language, 'The form does not come from this service.'))
  const body = await readText(c.req)
  const form = new URLSearchParams(body.type === 'text' ? body.text : '')
  const wanted = await readWanted(service, c, form.get('request') ?? '')
  // Nobody's password here opens a tenant whose people somebody else proves.
  if ('request' in wanted && (await service.providers.find(wanted.tenantId)) !== undefined)
    return show(service, c, faultPage(language, 'The people of this tenant sign in elsewhere. Start again.'))
  return 'request' in wanted ? { wanted, form } : answerFault(service, c, wanted)
}

export async function readWanted(
  service: SignInService,
  c: Context<HttpEnv>,
  query: string,
): Promise<Wanted | AuthorizeFault> {
  const request = readAuthorizeRequest(new URLSearchParams(query), service.publicUrl())
  if (request.type !== 'request') return request
  const tenantId = tenantOf(c)
  const refusal = await checkTenant(service.storage, tenantId)
  if (refusal !== undefined) {
    const { redirectUri, state } = request
    return { type: 'refused', redirectUri, state, error: refusal.error, text: refusal.text }
  }
  const language = chooseLanguage(request.locales, c.req.header('accept-language'))
  return { tenantId, request, query, language }
}

const tenantOf = (c: Context<HttpEnv>): string => c.req.param('tenant') ?? ''

export function answerFault(
  service: SignInService,
  c: Context<HttpEnv>,
  fault: AuthorizeFault,
): Response | Promise<Response> {
  if (fault.type === 'refused') return goBack(service, c, fault, { error: fault.error, error_description: fault.text })
  return show(service, c, faultPage(chooseLanguage([], c.req.header('accept-language')), fault.text))
}

/**
 * RFC 6749 §4.1.2; `iss` also with an error, RFC 9207 §2. 303: the password that was posted must not be sent on, RFC 9700 §4.12.
 */
export function goBack(
  { publicUrl }: Pick<SignInService, 'publicUrl'>,
  c: Context<HttpEnv>,
  { redirectUri, state }: Pick<AuthorizeRequest, 'redirectUri' | 'state'>,
  parameters: Readonly<Record<string, string>>,
): Response {
  const url = new URL(redirectUri)
  const all = { ...parameters, ...(state !== undefined && { state }), iss: issuerOf(publicUrl(), tenantOf(c)) }
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value)
  return c.redirect(url.href, 303)
}
