// What the token service is sent and answers, for the description of the API: requests are read field by field, since each fault has a
// number of its own. RFC 6749 §4.4.2, §5.1, RFC 7517 §5, OpenID Connect Discovery 1.0 §3. Azure: data-plane reference §3.1 to §3.3, §3.8.

import { z } from 'zod'
import { named } from '../responses.ts'
import { tokenForm } from './token-request.ts'

/** The client may name itself and its secret by HTTP Basic instead. */
const client = {
  ...tokenForm.pick({ client_id: true, client_secret: true, client_assertion: true, claims: true }).shape,
  grant_type: z.literal('client_credentials'),
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer').optional(),
}

export const tokenForms = {
  v1: z.object({ ...client, resource: z.string() }),
  v2: z.object({ ...client, scope: z.string() }),
} as const

const seconds = z.string().regex(/^[0-9]+$/)

export const tokenSchemas = {
  v1: named(
    'OlderToken',
    z.object({
      token_type: z.literal('Bearer'),
      expires_in: seconds,
      ext_expires_in: seconds,
      expires_on: seconds,
      not_before: seconds,
      resource: z.string(),
      access_token: z.jwt(),
    }),
  ),
  v2: named(
    'Token',
    z.object({
      token_type: z.literal('Bearer'),
      expires_in: z.int(),
      ext_expires_in: z.int(),
      access_token: z.jwt(),
    }),
  ),
} as const

const texts = z.array(z.string())

export const configurationSchema = named(
  'OpenIdConfiguration',
  z.object({
    token_endpoint: z.url(),
    token_endpoint_auth_methods_supported: texts,
    jwks_uri: z.url(),
    response_modes_supported: texts,
    subject_types_supported: texts,
    id_token_signing_alg_values_supported: texts,
    response_types_supported: texts,
    grant_types_supported: texts,
    code_challenge_methods_supported: texts,
    scopes_supported: texts,
    /** A template, where the path names any tenant. */
    issuer: z.string(),
    request_uri_parameter_supported: z.literal(false),
    authorization_endpoint: z.url(),
    authorization_response_iss_parameter_supported: z.literal(true),
    end_session_endpoint: z.url(),
    claims_supported: texts,
    tenant_region_scope: z.null(),
    cloud_instance_name: z.string(),
    cloud_graph_host_name: z.string(),
    msgraph_host: z.string(),
  }),
)

export const keySetSchema = named(
  'KeySet',
  z.object({
    keys: z.array(
      z.object({
        kty: z.literal('RSA'),
        use: z.literal('sig'),
        alg: z.literal('RS256'),
        kid: z.string(),
        n: z.base64url(),
        e: z.base64url(),
        issuer: z.string(),
      }),
    ),
  }),
)

export const instanceQuery = z.object({
  authorization_endpoint: z.string().optional(),
  'api-version': z.string().optional(),
})

export const instanceSchema = named(
  'InstanceDiscovery',
  z.object({
    tenant_discovery_endpoint: z.url(),
    'api-version': z.string(),
    metadata: z.array(z.object({ preferred_network: z.string(), preferred_cache: z.string(), aliases: texts })),
  }),
)
