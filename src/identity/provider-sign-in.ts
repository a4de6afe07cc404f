// A person signs in at the tenant's provider: where the browser is sent, and what the answer that it brings back proves. The code flow
// with PKCE, state and nonce; the answer is taken by `oauth4webapi`, over the line that secrets are proven over, so nothing but the
// configured provider is asked, and never a private address that a tenant has chosen. The token endpoint's own words may repeat a
// secret and go nowhere. OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9207, RFC 9700 §2.1. Azure: data-plane reference §3.8.

import * as oauth from 'oauth4webapi'
import type { Clock } from '../config/clock.ts'
import { canonicalGuid } from '../resources/guid.ts'
import { groupsOf, principalOf } from './provider-claims.ts'
import { createProviderLine, type LineSurroundings, type ProviderLine } from './provider-line.ts'
import type { ProviderSettings, SignInProvider } from './provider-settings.ts'

export type SignInStart = {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  readonly loginHint: string
  /** Whoever is signed in there signs in again. */
  readonly again: boolean
  readonly locales: readonly string[]
}

export type SignInAnswer = Pick<SignInStart, 'redirectUri' | 'state' | 'nonce' | 'codeVerifier'> & {
  /** What the browser came back with. */
  readonly parameters: URLSearchParams
  /** Undefined for a public client. */
  readonly clientSecret: string | undefined
}

/** For the operator. */
type Unavailable = { readonly type: 'unavailable'; readonly detail: string }

export type SignInProof =
  | {
      readonly type: 'proven'
      readonly principalId: string
      readonly groupIds: readonly string[]
      readonly displayName?: string
      readonly userName?: string
    }
  /** What the provider said in the browser: `words` are its own. */
  | { readonly type: 'refused'; readonly error: string; readonly words: string }
  /** It answered, and its answer proves nobody. For the operator. */
  | { readonly type: 'invalid'; readonly detail: string }
  | Unavailable

/** Settings are those of a provider that people sign in through. Nothing rejects. */
export interface ProviderSignIn {
  begin(
    settings: SignInProvider,
    start: SignInStart,
  ): Promise<{ readonly type: 'begun'; readonly url: string } | Unavailable>
  finish(settings: SignInProvider, answer: SignInAnswer): Promise<SignInProof>
  close(): Promise<void>
}

const DISCOVERY_AGE = 3_600_000
/** Providers with open connections; the one that was begun first goes. */
const MOST_PROVIDERS = 256

type Opened = {
  readonly settings: string
  readonly line: ProviderLine
  server?: { readonly metadata: oauth.AuthorizationServer; readonly at: number }
}

export function createProviderSignIn(surroundings: LineSurroundings): ProviderSignIn {
  const { clock } = surroundings
  const openings = new Map<string, Opened>()

  function openFor(settings: SignInProvider): Opened {
    const text = JSON.stringify(settings)
    const held = openings.get(settings.tenantId)
    if (held?.settings === text) return held
    forget(settings.tenantId)
    const opened = { settings: text, line: createProviderLine(settings.connection, surroundings) }
    openings.set(settings.tenantId, opened)
    const [oldest] = openings.keys()
    if (openings.size > MOST_PROVIDERS && oldest !== undefined) forget(oldest)
    return opened
  }

  function forget(tenantId: string): void {
    void openings.get(tenantId)?.line.close()
    openings.delete(tenantId)
  }

  return {
    async begin(settings, start) {
      try {
        const { metadata } = await discover(settings, openFor(settings), clock)
        return { type: 'begun', url: await authorizeUrl(settings, metadata, start) }
      } catch (error) {
        return { type: 'unavailable', detail: detailOf(error) }
      }
    },
    async finish(settings, answer) {
      try {
        return await prove(settings, await discover(settings, openFor(settings), clock), answer)
      } catch (error) {
        return explain(error)
      }
    },
    async close() {
      await Promise.all([...openings.values()].map(({ line }) => line.close()))
      openings.clear()
    },
  }
}

type Reached = { readonly metadata: oauth.AuthorizationServer; readonly fetch: ReturnType<typeof fetchOver> }

const issuerOf = (settings: ProviderSettings): string =>
  settings.kind === 'entra' ? `${settings.authority}/${settings.tenantId}/v2.0` : settings.issuer

async function discover(settings: SignInProvider, opened: Opened, clock: Pick<Clock, 'now'>): Promise<Reached> {
  const fetch = fetchOver(opened.line, settings.connection.timeout)
  if (opened.server !== undefined && clock.now() - opened.server.at < DISCOVERY_AGE) return { ...opened.server, fetch }
  const issuer = issuerOf(settings)
  const response = await oauth.discoveryRequest(new URL(issuer), { [oauth.customFetch]: fetch })
  const metadata = await oauth.processDiscoveryResponse(new URL(issuer), response)
  // The library takes a slash more or less for the same.
  if (metadata.issuer !== issuer) throw new LineFailure('its discovery document names another issuer')
  opened.server = { metadata, at: clock.now() }
  return { metadata, fetch }
}

async function authorizeUrl(
  { signIn }: SignInProvider,
  { authorization_endpoint: endpoint = '' }: oauth.AuthorizationServer,
  { redirectUri, state, nonce, codeVerifier, loginHint, again, locales }: SignInStart,
): Promise<string> {
  const url = URL.parse(endpoint)
  if (url?.protocol !== 'https:') throw new LineFailure('its discovery document names no place to sign in at')
  const parameters = {
    client_id: signIn.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: signIn.scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(loginHint !== '' && { login_hint: loginHint }),
    ...(again && { prompt: 'login' }),
    ...(locales.length > 0 && { ui_locales: locales.join(' ') }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

async function prove(
  settings: SignInProvider,
  { metadata, fetch }: Reached,
  answer: SignInAnswer,
): Promise<SignInProof> {
  const { parameters, state, redirectUri, codeVerifier, nonce } = answer
  const client: oauth.Client = { client_id: settings.signIn.clientId }
  const options = { [oauth.customFetch]: fetch }
  const given = oauth.validateAuthResponse(metadata, client, parameters, state)
  const proof = clientProof(settings, answer.clientSecret)
  const response = await oauth.authorizationCodeGrantRequest(
    metadata,
    client,
    proof,
    given,
    redirectUri,
    codeVerifier,
    options,
  )
  const expected = { expectedNonce: nonce, requireIdToken: true }
  const tokens = await oauth.processAuthorizationCodeResponse(metadata, client, response, expected)
  await oauth.validateApplicationLevelSignature(metadata, response, options)
  return personOf(settings, oauth.getValidatedIdTokenClaims(tokens) ?? {})
}

function clientProof(settings: SignInProvider, clientSecret: string | undefined): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None()
  const isBasic = settings.kind === 'oidc' && settings.clientAuthentication === 'client_secret_basic'
  return isBasic ? oauth.ClientSecretBasic(clientSecret) : oauth.ClientSecretPost(clientSecret)
}

/** The ids are mapped as those of applications are, since role assignments name both alike. */
function personOf(settings: SignInProvider, claims: Readonly<Record<string, unknown>>): SignInProof {
  const ids = settings.kind === 'entra' ? entraIds(settings, claims) : oidcIds(settings, claims)
  if (ids === undefined) return { type: 'invalid', detail: 'its id token does not name a person of this tenant' }
  const displayName = nameOf(claims['name'])
  const userName = nameOf(claims['preferred_username'] ?? claims['upn'] ?? claims['email'])
  return { type: 'proven', ...ids, ...(displayName && { displayName }), ...(userName && { userName }) }
}

type Ids = { readonly principalId: string; readonly groupIds: readonly string[] }

/** Azure: a guest has an object id of its own in each tenant; too many groups are told by a link, which is not followed. */
function entraIds(settings: SignInProvider, { tid, oid, groups }: Readonly<Record<string, unknown>>): Ids | undefined {
  const principalId = canonicalGuid(String(oid))
  if (principalId === undefined || canonicalGuid(String(tid)) !== settings.tenantId) return undefined
  return { principalId, groupIds: groupsOf(issuerOf(settings), groups) }
}

function oidcIds(
  { issuer, principalClaim, groupsClaim }: Extract<SignInProvider, { kind: 'oidc' }>,
  claims: Readonly<Record<string, unknown>>,
): Ids | undefined {
  const principalId = principalOf(issuer, claims[principalClaim])
  if (principalId === undefined) return undefined
  return { principalId, groupIds: groupsClaim === undefined ? [] : groupsOf(issuer, claims[groupsClaim]) }
}

/** It is shown; control characters and overlong names are not. */
const nameOf = (claim: unknown): string | undefined =>
  typeof claim === 'string' && /^\P{Cc}{1,256}$/u.test(claim) ? claim : undefined

class LineFailure extends Error {}

/** What the library asks for, over the line: with its bounds, and without following anything. */
function fetchOver(line: ProviderLine, limit: number) {
  return async (
    url: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
  ): Promise<Response> => {
    if (!url.startsWith('https://')) throw new LineFailure('it names an address that is not https')
    const octets = body instanceof URLSearchParams ? { body: Buffer.from(body.toString()) } : {}
    const answer = await line.send({ method: method === 'POST' ? 'POST' : 'GET', url, headers, ...octets }, limit)
    if (answer.type === 'unavailable') throw new LineFailure(answer.detail)
    // The line keeps no header; what is no JSON does not parse.
    return new Response(answer.octets, { status: answer.status, headers: { 'content-type': 'application/json' } })
  }
}

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : 'it does not answer')

function explain(error: unknown): SignInProof {
  if (error instanceof LineFailure) return { type: 'unavailable', detail: error.message }
  if (error instanceof oauth.AuthorizationResponseError)
    return { type: 'refused', error: error.error, words: error.error_description ?? '' }
  if (error instanceof oauth.ResponseBodyError)
    return { type: 'invalid', detail: `its token endpoint says ${nameOfError(error)}, status ${error.status}` }
  return { type: 'invalid', detail: detailOf(error) }
}

/** Azure: the number says what is wrong; the text around it may repeat what was sent. */
function nameOfError({ error, error_description: text = '' }: oauth.ResponseBodyError): string {
  const name = /^[a-z_]{1,64}$/.test(error) ? error : 'an error that is none'
  const [, code] = /^(AADSTS[0-9]{4,9}):/.exec(text) ?? []
  return code === undefined ? name : `${name} (${code})`
}
