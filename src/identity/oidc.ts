// Any OpenID or OAuth provider with a discovery document: a client secret is right when its token endpoint gives a token for it by the
// client credentials grant. Each proof is a request of its own and its token is thrown away; what the token says is mapped to the
// principal and its groups. A token that only the provider can read stands for the application itself. The discovery document is
// configuration and is kept for an hour. RFC 6749 §2.3.1, §4.4, §5.2; RFC 8707 §2; OpenID Connect Discovery 1.0 §4.

import { z } from 'zod'
import { encodeForm, encodeOctets } from './form-octets.ts'
import type { Clock } from '../config/clock.ts'
import type { RejectReason } from './identity.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { groupsOf, guidOfId, principalOf } from './provider-claims.ts'
import type { LineRequest, ProviderLine } from './provider-line.ts'
import type { OidcSettings } from './provider-settings.ts'
import { oidcAudiences, verifyOidcToken } from './provider-token.ts'
import { refusedBy, type RemoteProver, type SecretLogin, type SecretProof, unavailableAt } from './remote-prover.ts'
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts'

const DISCOVERY_AGE = 3_600_000

type Discovery =
  | { readonly type: 'found'; readonly tokenEndpoint: string }
  | { readonly type: 'unavailable'; readonly detail: string }

export function createOidcProver(
  settings: OidcSettings,
  line: ProviderLine,
  keys: IssuerKeys,
  clock: Pick<Clock, 'now'>,
): RemoteProver {
  const { issuer } = settings
  const discover = createDiscovery(issuer, line, clock)
  return {
    kind: 'oidc',
    async proveSecret(login) {
      const end = clock.now() + login.limit
      const discovery = await discover(login.limit)
      if (discovery.type === 'unavailable') return unavailableAt('oidc', issuer, discovery.detail)
      const request = tokenRequest(settings, discovery.tokenEndpoint, login)
      const answer = await line.send(request, Math.max(1, end - clock.now()))
      request.body.fill(0)
      return conclude(settings, login.applicationId, readTokenAnswer(answer))
    },
    async proveToken(brought) {
      const outcome = await verifyOidcToken(brought, settings, keys)
      if (outcome.type !== 'verified') return outcome
      const { groupIds } = subjectOf(settings, outcome.claims)
      return { ...outcome, type: 'proven', groupIds, principalId: guidOfId(issuer, outcome.principalId) }
    },
  }
}

const document = z.object({ issuer: z.string(), token_endpoint: z.url({ protocol: /^https$/ }) })

/** One request for all who wait; what was read last stands while the provider does not give it again. */
function createDiscovery(issuer: string, line: ProviderLine, clock: Pick<Clock, 'now'>) {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  let held: { readonly tokenEndpoint: string; readonly at: number } | undefined
  let reading: Promise<Discovery> | undefined

  async function read(limit: number): Promise<Discovery> {
    const answer = await line.send({ method: 'GET', url }, limit)
    if (answer.type === 'unavailable') return answer
    const found = document.safeParse(parseJson(answer.octets))
    if (answer.status !== 200 || !found.success || found.data.issuer !== issuer)
      return { type: 'unavailable', detail: 'its discovery document is none, or names another issuer' }
    held = { tokenEndpoint: found.data.token_endpoint, at: clock.now() }
    return { type: 'found', tokenEndpoint: held.tokenEndpoint }
  }

  return async (limit: number): Promise<Discovery> => {
    if (held !== undefined && clock.now() - held.at < DISCOVERY_AGE) return { type: 'found', ...held }
    reading ??= read(limit).finally(() => {
      reading = undefined
    })
    const outcome = await reading
    return outcome.type === 'unavailable' && held !== undefined ? { type: 'found', ...held } : outcome
  }
}

function parseJson(octets: Buffer): unknown {
  try {
    return JSON.parse(octets.toString('utf8'))
  } catch {
    return undefined
  }
}

function tokenRequest(
  { clientAuthentication, scope, audience, resource }: OidcSettings,
  url: string,
  { applicationId, clientSecret }: SecretLogin,
): LineRequest & { readonly body: Buffer } {
  const isBasic = clientAuthentication === 'client_secret_basic'
  const body = encodeForm({
    grant_type: 'client_credentials',
    scope,
    audience,
    resource,
    client_id: isBasic ? undefined : applicationId,
    client_secret: isBasic ? undefined : clientSecret,
  })
  const authorization = isBasic ? { authorization: basicCredentials(applicationId, clientSecret) } : {}
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...authorization },
    body,
  }
}

/** Both are form-encoded before they are joined. A header has to be a string: this one cannot be erased. */
function basicCredentials(applicationId: string, clientSecret: Uint8Array): string {
  const secret = encodeOctets(clientSecret)
  const joined = Buffer.concat([Buffer.from(`${applicationId}:`), secret])
  const text = `Basic ${joined.toString('base64')}`
  for (const octets of [secret, joined]) octets.fill(0)
  return text
}

function conclude(settings: OidcSettings, applicationId: string, answer: TokenAnswer): SecretProof {
  if (answer.type === 'unavailable') return unavailableAt('oidc', settings.issuer, answer.detail)
  if (answer.type === 'error') return explain(settings, answer)
  const claims = answer.claims ?? { [settings.principalClaim]: applicationId }
  const wrong = answer.claims === undefined ? undefined : findMismatch(settings, applicationId, claims)
  if (wrong !== undefined) return refusedBy('oidc', 'unexpected-token', `the token of ${settings.issuer} ${wrong}`)
  const { principalId, groupIds } = subjectOf(settings, claims)
  if (principalId !== undefined) return { type: 'proven', principalId, groupIds }
  const detail = `the token of ${settings.issuer} has no claim ${settings.principalClaim} that names the principal`
  return refusedBy('oidc', 'unexpected-token', detail)
}

/** Where RFC 9068 §2.2 and those before it write the client. */
const CLIENT_CLAIMS = ['client_id', 'azp', 'appid', 'cid']

/** What a token says that is not as it was asked for; what it does not say is no mismatch. */
function findMismatch(
  settings: OidcSettings,
  applicationId: string,
  claims: Readonly<Record<string, unknown>>,
): string | undefined {
  if (claims['iss'] !== undefined && claims['iss'] !== settings.issuer) return 'was issued by another'
  const clients = CLIENT_CLAIMS.map((name) => claims[name]).filter((client) => client !== undefined)
  if (clients.some((client) => !isText(client) || client.toLowerCase() !== applicationId))
    return 'is of another application'
  const audiences = oidcAudiences(settings)
  const given = [claims['aud']].flat()
  const isElsewhere = audiences.length > 0 && !audiences.some((audience) => given.includes(audience))
  return isElsewhere ? 'is for another audience' : undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'

function subjectOf({ issuer, principalClaim, groupsClaim }: OidcSettings, claims: Readonly<Record<string, unknown>>) {
  return {
    principalId: principalOf(issuer, claims[principalClaim]),
    groupIds: groupsClaim === undefined ? [] : groupsOf(issuer, claims[groupsClaim]),
  }
}

/** RFC 6749 §5.2, RFC 8707 §2. What is wrong with how we ask is no fault of the application. */
const MEANINGS: Readonly<Record<string, readonly [reason: RejectReason | 'unavailable', meaning: string]>> = {
  invalid_client: ['wrong-secret', 'the application is unknown there, or its secret is wrong or has expired'],
  unauthorized_client: ['refused-by-provider', 'the application may not use the client credentials grant'],
  invalid_grant: ['refused-by-provider', 'it refuses the application'],
  access_denied: ['blocked-by-policy', 'a policy of the provider blocks the application'],
  invalid_scope: ['unavailable', 'the scope in the settings of the identity provider is not right'],
  invalid_target: ['unavailable', 'the resource or audience in the settings of the identity provider is not right'],
  invalid_request: [
    'unavailable',
    'it does not take the request as it was made: compare the settings, and what the client may do there',
  ],
  unsupported_grant_type: ['unavailable', 'it does not know the client credentials grant'],
  temporarily_unavailable: ['unavailable', 'it has a passing trouble'],
  server_error: ['unavailable', 'it has a passing trouble'],
  slow_down: ['unavailable', 'it is asked too often'],
}

function explain({ issuer }: OidcSettings, { error, status }: TokenAnswer & { type: 'error' }): SecretProof {
  const known = Object.hasOwn(MEANINGS, error) ? MEANINGS[error] : undefined
  const [reason, meaning] = known ?? ['refused-by-provider', 'it refuses the application']
  if (reason === 'unavailable') return unavailableAt('oidc', issuer, `${error}: ${meaning}`)
  return refusedBy('oidc', reason, `${issuer} says ${error}, status ${status}: ${meaning}`)
}
