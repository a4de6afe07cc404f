// The token service for programs: client credentials in, an access token out. The same steps are taken for a wrong secret as for an
// unknown application; only what is right is signed. RFC 6749 §4.4. Azure: data-plane reference §3.2-3.4.

import type { Context } from 'hono'
import type { AuthenticationOutcome, ProvenCredential } from '../../identity/identity.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { readText } from '../read-text.ts'
import { answerRefusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { mintAccessToken } from './access-token.ts'
import type { SigningKeys } from './signing-keys.ts'
import { answerTokenRefusal, type TokenRefusal, tokenRefusals } from './token-error.ts'
import { readTokenRequest, type TokenEndpointVersion, type TokenRequest } from './token-request.ts'

/** Seconds. Never beyond the end of the secret. */
const LIFETIME = 3599

type Dependencies = Pick<HttpDependencies, 'storage' | 'provider' | 'clock' | 'publicUrl' | 'random'>

export function tokenEndpoint(dependencies: Dependencies, keys: SigningKeys, version: TokenEndpointVersion) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const body = await readForm(c)
    if (body.type === 'refused') return answerRefusal(c, body)
    const parameters = new URLSearchParams(body.text)
    const expected = { version, publicUrl: dependencies.publicUrl() }
    const outcome = await issue(dependencies, keys, {
      tenant: c.req.param('tenant') ?? '',
      request: readTokenRequest(parameters, c.req.header('authorization'), expected),
    })
    if (outcome.type === 'refused') {
      return answerTokenRefusal(c, outcome, parameters.get('client-request-id')?.slice(0, 128))
    }
    return c.json(version === 'v1' ? olderAnswer(outcome) : answer(outcome), 200, { pragma: 'no-cache' })
  }
}

/** Anything but a form holds no parameter: a secret is taken from the body alone, never from the URL. */
async function readForm({ req }: Context<HttpEnv>): ReturnType<typeof readText> {
  const isForm = /^application\/x-www-form-urlencoded(?:;|$)/i.test(req.header('content-type') ?? '')
  return isForm ? readText(req) : { type: 'text', text: '' }
}

type Issued = {
  readonly type: 'issued'
  readonly accessToken: string
  readonly resource: string
  readonly issuedAt: number
  readonly lifetime: number
}

async function issue(
  dependencies: Dependencies,
  keys: SigningKeys,
  { tenant, request }: { readonly tenant: string; readonly request: TokenRequest | TokenRefusal },
): Promise<Issued | TokenRefusal> {
  const tenantRefusal = await checkTenant(dependencies, tenant)
  if (tenantRefusal !== undefined) return tenantRefusal
  if (request.type === 'refused') return request
  const at = dependencies.clock.now()
  const { applicationId, clientSecret } = request
  if (!GUID.test(applicationId)) return tokenRefusals.unknownApplication(applicationId.slice(0, 64), tenant)
  const outcome = await dependencies.provider.authenticate({
    tenantId: tenant,
    applicationId,
    clientSecret: Buffer.from(clientSecret),
    at,
  })
  if (outcome.type !== 'authenticated') return refusalOf(outcome, applicationId, tenant)
  return sign(dependencies, keys, { request, credential: outcome.credential, at })
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const SHARED_TENANTS = ['common', 'organizations', 'consumers']

async function checkTenant({ storage }: Dependencies, tenant: string): Promise<TokenRefusal | undefined> {
  if (SHARED_TENANTS.includes(tenant)) return tokenRefusals.sharedTenant
  if (!/^[0-9a-z.-]{1,253}$/.test(tenant)) return tokenRefusals.malformedTenant
  return (await storage.read.directory.readTenant(tenant)) === undefined
    ? tokenRefusals.unknownTenant(tenant)
    : undefined
}

async function sign(
  { publicUrl, random }: Dependencies,
  keys: SigningKeys,
  {
    request,
    credential,
    at,
  }: { readonly request: TokenRequest; readonly credential: ProvenCredential; readonly at: number },
): Promise<Issued | TokenRefusal> {
  const { principal, keyId, notAfter } = credential
  const issuedAt = Math.floor(at / 1000)
  const lifetime = Math.min(LIFETIME, Math.floor(notAfter / 1000) - issuedAt)
  if (lifetime < 1) return tokenRefusals.expiredSecret(principal.applicationId)
  const token = {
    tenantId: principal.tenantId,
    principalId: principal.principalId,
    applicationId: principal.applicationId,
    keyId,
    audience: request.resource,
    issuedAt,
    expiresAt: issuedAt + lifetime,
    continuousEvaluation: request.continuousEvaluation,
  }
  const accessToken = await mintAccessToken(keys, token, { publicUrl: publicUrl(), random })
  return { type: 'issued', accessToken, resource: request.resource, issuedAt, lifetime }
}

function refusalOf(
  outcome: Exclude<AuthenticationOutcome, { type: 'authenticated' }>,
  applicationId: string,
  tenantId: string,
): TokenRefusal {
  if (outcome.type === 'unavailable') return tokenRefusals.unavailable
  switch (outcome.reason) {
    case 'application-disabled':
      return tokenRefusals.disabledApplication(applicationId)
    case 'expired-secret':
      return tokenRefusals.expiredSecret(applicationId)
    case 'wrong-secret':
    case 'secret-not-yet-valid':
      return tokenRefusals.wrongSecret(applicationId)
    default:
      return tokenRefusals.unknownApplication(applicationId, tenantId)
  }
}

function answer({ accessToken, lifetime }: Issued): object {
  return { token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: accessToken }
}

/** The older endpoint spells numbers as strings. */
function olderAnswer({ accessToken, resource, issuedAt, lifetime }: Issued): object {
  return {
    token_type: 'Bearer',
    expires_in: String(lifetime),
    ext_expires_in: String(lifetime),
    expires_on: String(issuedAt + lifetime),
    not_before: String(issuedAt),
    resource,
    access_token: accessToken,
  }
}
