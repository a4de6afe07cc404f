// The errors of the token service and the one table of their numbers. Messages name what is wrong and never repeat a secret.
// Azure: data-plane reference §3.4. RFC 6749 §5.2.

import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { HttpEnv } from '../request-context.ts'

/** `number` is what follows AADSTS; clients read it, and `error`. */
export type TokenRefusal = {
  readonly type: 'refused'
  readonly status: ContentfulStatusCode
  readonly error: string
  readonly number: number
  readonly text: string
  /** Seconds. */
  readonly retryAfter?: number
}

function tokenRefusal(status: ContentfulStatusCode, error: string, number: number, text: string): TokenRefusal {
  return { type: 'refused', status, error, number, text }
}

export const tokenRefusals = {
  malformedRequest: tokenRefusal(
    400,
    'invalid_request',
    9002313,
    'Invalid request. The request is malformed or invalid.',
  ),
  missingParameter: (name: string) =>
    tokenRefusal(400, 'invalid_request', 900144, `The request body must contain the following parameter: '${name}'.`),
  unsupportedGrantType: tokenRefusal(
    400,
    'unsupported_grant_type',
    70003,
    'The grant type is not supported. Use client_credentials.',
  ),
  invalidCode: tokenRefusal(
    400,
    'invalid_grant',
    70000,
    'The code is not valid: it was used before, is older than a minute, or is of another client. Sign in again.',
  ),
  sharedTenant: tokenRefusal(
    400,
    'invalid_request',
    9001023,
    'The grant type needs a tenant; common and its like are not supported.',
  ),
  malformedTenant: tokenRefusal(
    400,
    'invalid_request',
    900023,
    'The tenant identifier is neither a GUID nor a valid DNS name.',
  ),
  noTenant: tokenRefusal(
    400,
    'invalid_request',
    50059,
    'There is no tenant in the path: ask at /<tenant id>/oauth2/v2.0/token.',
  ),
  unknownTenant: (tenant: string) =>
    tokenRefusal(400, 'invalid_request', 90002, `Tenant '${tenant}' not found. Check that the tenant id is correct.`),
  manyResources: tokenRefusal(
    400,
    'invalid_scope',
    70011,
    'The scope is not valid: name exactly one resource, ending in /.default.',
  ),
  scopeWithoutDefault: tokenRefusal(
    400,
    'invalid_scope',
    1002012,
    'The scope is not valid: client credential flows need a scope of the form <resource>/.default.',
  ),
  unknownResource: tokenRefusal(
    400,
    'invalid_resource',
    500011,
    'The resource principal was not found in the tenant. Ask for the base URL of this service or for one of the audiences it documents.',
  ),
  missingSecret: tokenRefusal(
    401,
    'invalid_client',
    7000218,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ),
  wrongAssertionType: tokenRefusal(
    400,
    'invalid_request',
    9002313,
    "The request is malformed: 'client_assertion_type' must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'.",
  ),
  malformedAssertion: tokenRefusal(
    401,
    'invalid_client',
    50027,
    'The client assertion is not a valid signed token: it needs RS256 or PS256, iss, sub, aud, exp, and x5t or x5t#S256 where a certificate signs.',
  ),
  wrongAssertionSignature: (applicationId: string) =>
    tokenRefusal(
      401,
      'invalid_client',
      700027,
      `The signature of the client assertion was not made by a valid certificate or key that is registered for app '${applicationId}'.`,
    ),
  assertionOutOfTime: tokenRefusal(
    401,
    'invalid_client',
    700024,
    'The client assertion is not within its valid time range, which may span a day at most. Check the clock.',
  ),
  assertionAudience: tokenRefusal(
    401,
    'invalid_client',
    50012,
    'The audience of the client assertion is not the token endpoint of this tenant.',
  ),
  replayedAssertion: tokenRefusal(
    401,
    'invalid_client',
    50012,
    'The client assertion was used before, from another address. Sign a new one.',
  ),
  issuerSubjectMismatch: tokenRefusal(
    400,
    'invalid_client',
    50048,
    'The subject of the client assertion must be its issuer: both are the client id.',
  ),
  unknownFederatedIssuer: tokenRefusal(
    400,
    'invalid_request',
    700211,
    'No matching federated identity record was found for the issuer of the presented assertion.',
  ),
  unknownFederatedSubject: tokenRefusal(
    400,
    'invalid_request',
    700213,
    'No matching federated identity record was found for the subject of the presented assertion.',
  ),
  unknownFederatedAudience: tokenRefusal(
    400,
    'invalid_request',
    700212,
    'No matching federated identity record was found for the audience of the presented assertion.',
  ),
  tooManyFailures: (seconds: number): TokenRefusal => ({
    ...tokenRefusal(
      429,
      'temporarily_unavailable',
      90055,
      'Too many sign-ins have failed. Correct the credential, wait, and try again.',
    ),
    retryAfter: seconds,
  }),
  unknownApplication: (applicationId: string, tenantId: string) =>
    tokenRefusal(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${applicationId}' was not found in the directory '${tenantId}'.`,
    ),
  disabledApplication: (applicationId: string) =>
    tokenRefusal(400, 'unauthorized_client', 7000112, `Application '${applicationId}' is disabled.`),
  wrongSecret: (applicationId: string) =>
    tokenRefusal(
      401,
      'invalid_client',
      7000215,
      `Invalid client secret provided for app '${applicationId}'. Send the value of the secret, not its id.`,
    ),
  expiredSecret: (applicationId: string) =>
    tokenRefusal(
      401,
      'invalid_client',
      7000222,
      `The provided client secret keys for app '${applicationId}' are expired.`,
    ),
  unavailable: {
    ...tokenRefusal(503, 'temporarily_unavailable', 90033, 'A transient error has occurred. Please try again.'),
    retryAfter: 1,
  },
} as const

/** For what is refused before or outside the endpoint itself: wrong method, too large, not found, a bug. */
function otherRefusal(status: ContentfulStatusCode, text: string): TokenRefusal {
  if (status === 405)
    return tokenRefusal(status, 'invalid_request', 900561, `The endpoint only accepts POST requests. ${text}`)
  if (status >= 500) return { ...tokenRefusals.unavailable, status }
  return tokenRefusal(status, 'invalid_request', 9002313, text)
}

export function tokenErrorBody(c: Context<HttpEnv>, status: ContentfulStatusCode, text: string): object {
  return bodyOf(c, otherRefusal(status, text))
}

/** `clientRequestId` is the one in the form; clients also send it in the URL or in a header. */
export function answerTokenRefusal(c: Context<HttpEnv>, refusal: TokenRefusal, clientRequestId?: string): Response {
  const headers: Record<string, string> = { pragma: 'no-cache' }
  if (refusal.retryAfter !== undefined) headers['retry-after'] = String(refusal.retryAfter)
  return c.json(bodyOf(c, refusal, clientRequestId), refusal.status, headers)
}

function bodyOf(c: Context<HttpEnv>, { error, number, text }: TokenRefusal, clientRequestId?: string): object {
  const correlationId = clientRequestId ?? c.var.clientRequestId ?? c.var.correlationId
  const traceId = c.var.requestId
  const timestamp = `${new Date(c.var.receivedAt).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const trace = `Trace ID: ${traceId}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: ${timestamp}`
  return {
    error,
    error_description: `AADSTS${number}: ${text}\r\n${trace}`,
    error_codes: [number],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    // Explains the number, which means there what it means here.
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
  }
}
