// A token request as it arrives, to what it asks for or why it asks for nothing sensible. It proves nothing and reads no store.
// RFC 6749 §2.3.1, §3.2, §4.4.2, RFC 7523 §2.2. Azure: data-plane reference §3.2; the older endpoint names a resource instead of a scope.

import { z } from 'zod'
import { isKnownResource } from '../audiences.ts'
import { type TokenRefusal, tokenRefusals } from './token-error.ts'

export type TokenRequest = {
  readonly type: 'request'
  readonly applicationId: string
  readonly proof: ClientProof
  /** The audience, spelt as it was asked for. */
  readonly resource: string
  /** The client says that it understands claims challenges. */
  readonly continuousEvaluation: boolean
}

export type ClientProof =
  | { readonly type: 'secret'; readonly clientSecret: string }
  | { readonly type: 'assertion'; readonly assertion: string }

/** The fields of the form that are understood; clients send many more, which are none of our business. */
export const tokenForm = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  client_assertion: z.string().optional(),
  client_assertion_type: z.string().optional(),
  scope: z.string().optional(),
  resource: z.string().optional(),
  claims: z.string().optional(),
})
type TokenForm = z.infer<typeof tokenForm>

export type TokenEndpointVersion = 'v1' | 'v2'

export function readTokenRequest(
  parameters: URLSearchParams,
  authorization: string | undefined,
  { version, publicUrl }: { readonly version: TokenEndpointVersion; readonly publicUrl: string },
): TokenRequest | TokenRefusal {
  if (Object.keys(tokenForm.shape).some((name) => parameters.getAll(name).length > 1))
    return tokenRefusals.malformedRequest
  const form = tokenForm.parse(Object.fromEntries(parameters))
  if (!form.grant_type) return tokenRefusals.missingParameter('grant_type')
  if (form.grant_type !== 'client_credentials') return tokenRefusals.unsupportedGrantType
  const client = readClient(form, authorization)
  if (client.type === 'refused') return client
  const resource =
    version === 'v2' ? readScope(form.scope) : (form.resource ?? tokenRefusals.missingParameter('resource'))
  if (typeof resource !== 'string') return resource
  if (!isKnownResource(resource, publicUrl)) return tokenRefusals.unknownResource
  return { ...client, type: 'request', resource, continuousEvaluation: asksForContinuousEvaluation(form.claims) }
}

type Client = { readonly type: 'client'; readonly applicationId: string; readonly proof: ClientProof }

function readClient(form: TokenForm, authorization: string | undefined): Client | TokenRefusal {
  const basic = readBasic(authorization)
  if (basic === 'malformed') return tokenRefusals.malformedRequest
  const applicationId = basic?.applicationId ?? form.client_id
  if (!applicationId) return tokenRefusals.missingParameter('client_id')
  if (form.client_id !== undefined && form.client_id !== applicationId) return tokenRefusals.malformedRequest
  const proof = readProof(form, basic?.clientSecret)
  return proof.type === 'refused' ? proof : { type: 'client', applicationId: applicationId.toLowerCase(), proof }
}

/** RFC 7521 §4.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

function readProof(form: TokenForm, basicSecret: string | undefined): ClientProof | TokenRefusal {
  const { client_secret: formSecret, client_assertion: assertion, client_assertion_type: type } = form
  // RFC 6749 §2.3: never more than one method in one request.
  const methods = [basicSecret, formSecret, assertion].filter((given) => given !== undefined)
  if (methods.length > 1) return tokenRefusals.malformedRequest
  if (assertion === undefined) {
    const clientSecret = basicSecret ?? formSecret
    return clientSecret ? { type: 'secret', clientSecret } : tokenRefusals.missingSecret
  }
  if (type === undefined) return tokenRefusals.missingParameter('client_assertion_type')
  return type === ASSERTION_TYPE ? { type: 'assertion', assertion } : tokenRefusals.wrongAssertionType
}

type Basic = { readonly applicationId: string; readonly clientSecret: string }

function readBasic(authorization: string | undefined): Basic | 'malformed' | undefined {
  if (authorization === undefined) return undefined
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined) return 'malformed'
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) return 'malformed'
  return { applicationId: formDecoded(text.slice(0, colon)), clientSecret: formDecoded(text.slice(colon + 1)) }
}

/** Both halves of Basic are form-encoded before they are joined. RFC 6749 §2.3.1, Appendix B. */
function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? ''
}

const DEFAULT_SUFFIX = '/.default'

/** `https://host//.default` is right: a resource that ends in a slash, and the suffix. */
function readScope(scope: string | undefined): string | TokenRefusal {
  const scopes = (scope ?? '').split(' ').filter((part) => part !== '')
  const [only] = scopes
  if (only === undefined) return tokenRefusals.missingParameter('scope')
  if (scopes.length > 1) return tokenRefusals.manyResources
  return only.endsWith(DEFAULT_SUFFIX) ? only.slice(0, -DEFAULT_SUFFIX.length) : tokenRefusals.scopeWithoutDefault
}

const claimsParameter = z.object({ access_token: z.object({ xms_cc: z.object({ values: z.array(z.string()) }) }) })

/** `claims` asks for things we would put in anyway, but for this one. What cannot be read asks for nothing. */
function asksForContinuousEvaluation(text: string | undefined): boolean {
  if (text === undefined) return false
  try {
    const { success, data } = claimsParameter.safeParse(JSON.parse(text))
    return success && data.access_token.xms_cc.values.some((value) => value.toLowerCase() === 'cp1')
  } catch {
    return false
  }
}
