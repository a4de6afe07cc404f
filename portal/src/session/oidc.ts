// Signing in by the code flow with PKCE. What the way there needs lies in the tab's storage until the browser is back; the token is in
// memory alone, so a reload goes the way again, which nobody sees as long as the session stands. RFC 9700, OpenID Connect Core 1.0.

import * as oauth from 'oauth4webapi'

const CLIENT: oauth.Client = { client_id: '6d1f3c52-0a0b-4c1e-9d3a-2f3b7c1e5a10' }
const WAY = 'postern.sign-in'
const TENANT = 'postern.tenant'
const SIGNED_OUT = 'postern.signed-out'
const ORIGIN = window.location.origin
const REDIRECT_URI = `${ORIGIN}/portal/`

export type Session = {
  readonly tenantId: string
  readonly userId: string
  readonly userName: string
  readonly name: string
  readonly accessToken: string
  /** Milliseconds since the epoch. */
  readonly endsAt: number
}

type Way = {
  readonly tenantId: string
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  readonly back: string
}

function serverOf(tenantId: string): oauth.AuthorizationServer {
  const base = `${ORIGIN}/${tenantId}`
  return {
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    authorization_response_iss_parameter_supported: true,
  }
}

type Asked = { readonly prompt?: 'login'; readonly locale: string }

let leaving: Promise<never> | undefined

/** Leaves the page, once: every call that is refused from now on asks for the same. */
export function goToSignIn(tenantId: string, options: Asked): Promise<never> {
  leaving ??= leave(tenantId, options)
  return leaving
}

async function leave(tenantId: string, options: Asked): Promise<never> {
  const way: Way = {
    tenantId,
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    back: `${window.location.pathname.replace(/^\/+/, '/')}${window.location.search}`,
  }
  sessionStorage.setItem(WAY, JSON.stringify(way))
  const url = new URL(serverOf(tenantId).authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: CLIENT.client_id,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: `openid profile ${ORIGIN}/.default`,
    state: way.state,
    nonce: way.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(way.verifier),
    code_challenge_method: 'S256',
    ui_locales: options.locale,
    ...(options.prompt && { prompt: options.prompt }),
  }).toString()
  window.location.assign(url)
  return new Promise(() => {})
}

/** The session that the browser comes back with; undefined when it comes from elsewhere. Throws where signing in failed. */
export async function comeBack(): Promise<Session | undefined> {
  const here = new URL(window.location.href)
  const stored = sessionStorage.getItem(WAY)
  if (stored === null || !(here.searchParams.has('code') || here.searchParams.has('error'))) return undefined
  sessionStorage.removeItem(WAY)
  const way = JSON.parse(stored) as Way
  const server = serverOf(way.tenantId)
  const parameters = readAnswer(server, here, way.state)
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    CLIENT,
    oauth.None(),
    parameters,
    REDIRECT_URI,
    way.verifier,
  )
  const token = await oauth.processAuthorizationCodeResponse(server, CLIENT, answer, {
    expectedNonce: way.nonce,
    requireIdToken: true,
  })
  const claims = oauth.getValidatedIdTokenClaims(token)
  const userName = textOf(claims?.['preferred_username'])
  window.history.replaceState(null, '', way.back)
  localStorage.setItem(TENANT, way.tenantId)
  return {
    tenantId: way.tenantId,
    userId: textOf(claims?.['oid']),
    userName,
    name: textOf(claims?.['name']) || userName,
    accessToken: token.access_token,
    endsAt: Date.now() + (token.expires_in ?? 0) * 1000,
  }
}

const textOf = (claim: unknown): string => (typeof claim === 'string' ? claim : '')

/** What went wrong is thrown in the words of who says so. */
function readAnswer(server: oauth.AuthorizationServer, here: URL, state: string): URLSearchParams {
  try {
    return oauth.validateAuthResponse(server, CLIENT, here, state)
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw error
    throw new Error(error.error_description ?? error.error, { cause: error })
  }
}

/** The one that somebody has signed in to last: never one that a link alone has named. */
export const lastTenant = (): string => localStorage.getItem(TENANT) ?? ''

/** Ends the session everywhere in this browser. Leaves the page. */
export function goToSignOut(tenantId: string, locale: string): void {
  new BroadcastChannel(SIGNED_OUT).postMessage(null)
  window.location.assign(`${ORIGIN}/${tenantId}/oauth2/v2.0/logout?ui_locales=${locale}`)
}

/** Calls when another tab signs out. Gives what ends it. */
export function onSignOut(call: () => void): () => void {
  const channel = new BroadcastChannel(SIGNED_OUT)
  channel.addEventListener('message', call)
  return () => channel.close()
}
