// The token service for programs: client credentials in, an access token out. The same steps are taken for a wrong secret as for an
// unknown application; only what is right is signed. RFC 6749 §4.4, RFC 7523 §2.2. Azure: data-plane reference §3.2-3.5.

import type { Context } from 'hono'
import { createAttemptCounter } from '../../identity/attempt-counter.ts'
import { createSubjectKey } from '../../identity/login-subjects.ts'
import { sourceNetwork } from '../../identity/source-network.ts'
import type { AssertionOutcome, ProvenCredential } from '../../identity/identity.ts'
import { baseUrlOf } from '../audiences.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { readText } from '../read-text.ts'
import { answerRefusal } from '../refusal.ts'
import { type HttpEnv, sourceOf } from '../request-context.ts'
import { issuerOf, mintAccessToken } from './access-token.ts'
import { exchangeCode } from '../sign-in/code-exchange.ts'
import { createFailureLimits, type FailureLimits } from './failure-limits.ts'
import { createOutageLog, type OutageLog } from './outage-log.ts'
import type { SigningKeys } from './signing-keys.ts'
import { checkTenant } from './tenant-check.ts'
import { answerTokenRefusal, type TokenRefusal, tokenRefusals } from './token-error.ts'
import { refusalOf } from './token-refusal-of.ts'
import { readTokenRequest, type TokenEndpointVersion, type TokenRequest } from './token-request.ts'

/** Seconds. Never beyond the end of the credential. */
export const TOKEN_LIFETIME = 3599

type Dependencies = Pick<
  HttpDependencies,
  'storage' | 'provider' | 'providers' | 'assertions' | 'uses' | 'pepper' | 'clock' | 'publicUrl' | 'random' | 'logger'
>
/** What the endpoints of one app share. */
export type TokenService = Dependencies & {
  readonly keys: SigningKeys
  readonly limits: FailureLimits
  readonly logOutage: OutageLog
}

export function createTokenService(dependencies: Dependencies, keys: SigningKeys): TokenService {
  const { storage, pepper, clock, logger } = dependencies
  const counter = createAttemptCounter(storage.write.loginLimits, () => clock.now())
  const limits = createFailureLimits(counter, createSubjectKey(pepper))
  return { ...dependencies, keys, limits, logOutage: createOutageLog(logger) }
}

export function tokenEndpoint(service: TokenService, version: TokenEndpointVersion) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const body = await readForm(c)
    if (body.type === 'refused') return answerRefusal(c, body)
    const parameters = new URLSearchParams(body.text)
    if (version === 'v2' && parameters.get('grant_type') === 'authorization_code') {
      const exchanged = await exchangeCode(service, c.req.param('tenant') ?? '', parameters)
      return exchanged.type === 'refused'
        ? answerTokenRefusal(c, exchanged)
        : c.json(exchanged.body, 200, { pragma: 'no-cache' })
    }
    const expected = { version, publicUrl: service.publicUrl() }
    const outcome = await issue(service, {
      tenant: c.req.param('tenant') ?? '',
      request: readTokenRequest(parameters, c.req.header('authorization'), expected),
      source: sourceOf(c),
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
  service: TokenService,
  asked: { readonly tenant: string; readonly request: TokenRequest | TokenRefusal; readonly source: string },
): Promise<Issued | TokenRefusal> {
  const { tenant, request, source } = asked
  const tenantRefusal = await checkTenant(service.storage, tenant)
  if (tenantRefusal !== undefined) return tenantRefusal
  if (request.type === 'refused') return request
  const at = service.clock.now()
  const outcome = await prove(service, { tenant, request, source, at })
  if (outcome.type === 'authenticated') {
    const { credential } = outcome
    const { tenantId, applicationId } = credential.principal
    const network = sourceNetwork(source)
    service.uses.mark({ tenantId, applicationId, keyId: credential.keyId, at, network, door: 'token' })
    return sign(service, { request, credential, at })
  }
  const applicationId = request.applicationId.slice(0, 64)
  if (outcome.type === 'unavailable') service.logOutage({ applicationId, detail: outcome.detail, at })
  const wait = outcome.type === 'rejected' ? await service.limits.failed(source) : undefined
  return wait === undefined ? refusalOf(outcome, applicationId, tenant) : tokenRefusals.tooManyFailures(wait)
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function prove(
  { provider, assertions, publicUrl }: TokenService,
  asked: { readonly tenant: string; readonly request: TokenRequest; readonly source: string; readonly at: number },
): Promise<AssertionOutcome> {
  const { tenant, request, source, at } = asked
  const { applicationId, proof } = request
  if (!GUID.test(applicationId)) return { type: 'rejected', reason: 'unknown-application', detail: 'not a GUID' }
  const login = { tenantId: tenant, applicationId, at }
  if (proof.type === 'secret') return provider.authenticate({ ...login, clientSecret: Buffer.from(proof.clientSecret) })
  const audiences = assertionAudiences(publicUrl(), tenant)
  return assertions.authenticateAssertion({ ...login, assertion: proof.assertion, audiences, source })
}

/** Azure: clients address an assertion to the endpoint they ask, older or newer, or to the issuer. */
function assertionAudiences(publicUrl: string, tenant: string): readonly string[] {
  const authority = `${baseUrlOf(publicUrl)}/${tenant}`
  return [`${authority}/oauth2/v2.0/token`, `${authority}/oauth2/token`, issuerOf(publicUrl, tenant), `${authority}/`]
}

async function sign(
  { publicUrl, random, keys }: TokenService,
  {
    request,
    credential,
    at,
  }: { readonly request: TokenRequest; readonly credential: ProvenCredential; readonly at: number },
): Promise<Issued | TokenRefusal> {
  const { principal, keyId, notAfter } = credential
  const issuedAt = Math.floor(at / 1000)
  const lifetime = Math.min(TOKEN_LIFETIME, Math.floor(notAfter / 1000) - issuedAt)
  if (lifetime < 1) return tokenRefusals.expiredSecret(principal.applicationId)
  const token = {
    tenantId: principal.tenantId,
    principalId: principal.principalId,
    applicationId: principal.applicationId,
    keyId,
    proof: request.proof.type,
    audience: request.resource,
    issuedAt,
    expiresAt: issuedAt + lifetime,
    continuousEvaluation: request.continuousEvaluation,
  }
  const accessToken = await mintAccessToken(keys, token, { publicUrl: publicUrl(), random })
  return { type: 'issued', accessToken, resource: request.resource, issuedAt, lifetime }
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
