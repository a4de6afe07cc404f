// What tells a client where the token service is and how to check its tokens. Every address follows the public URL, never the Host
// that was asked. OpenID Connect Discovery 1.0 §3. Azure: control-plane reference §2.2, data-plane reference §3.1, §3.8.

import type { Context } from 'hono'
import { baseUrlOf } from '../audiences.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { HttpEnv } from '../request-context.ts'
import { issuerOf } from './access-token.ts'
import type { SigningKeys } from './signing-keys.ts'
import { checkTenant, SHARED_TENANTS } from './tenant-check.ts'
import { answerTokenRefusal } from './token-error.ts'

const PUBLIC = { 'cache-control': 'max-age=86400, private', 'access-control-allow-origin': '*' }

type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>

export function openIdConfiguration({ storage, publicUrl }: Dependencies, version: 'v1' | 'v2') {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const tenant = c.req.param('tenant') ?? ''
    // Azure: for a client that does not know its tenant yet, which puts it in where the issuer leaves a place.
    if (SHARED_TENANTS.includes(tenant)) return c.json(configurationOf(publicUrl(), tenant, version), 200, PUBLIC)
    const refusal = await checkTenant(storage, tenant)
    if (refusal !== undefined) return answerTokenRefusal(c, refusal)
    return c.json(configurationOf(publicUrl(), tenant, version), 200, PUBLIC)
  }
}

/** Both documents name one issuer: which version a token has is the resource's choice, and all of ours chose the newer. */
function configurationOf(publicUrl: string, tenant: string, version: 'v1' | 'v2'): object {
  const authority = `${baseUrlOf(publicUrl)}/${tenant}`
  const path = version === 'v2' ? '/v2.0' : ''
  return {
    token_endpoint: `${authority}/oauth2${path}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${authority}/discovery/v2.0/keys`,
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'profile'],
    issuer: issuerOf(publicUrl, SHARED_TENANTS.includes(tenant) ? '{tenantid}' : tenant),
    request_uri_parameter_supported: false,
    // People sign in at the newer one alone.
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    authorization_response_iss_parameter_supported: true,
    end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'nbf',
      'nonce',
      'tid',
      'oid',
      'ver',
      'name',
      'preferred_username',
    ],
    tenant_region_scope: null,
    cloud_instance_name: new URL(publicUrl).host,
    cloud_graph_host_name: new URL(publicUrl).host,
    msgraph_host: new URL(publicUrl).host,
  }
}

export function signingKeySet(keys: SigningKeys, { publicUrl }: Pick<Dependencies, 'publicUrl'>) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const published = await keys.published()
    const issuer = `${baseUrlOf(publicUrl())}/{tenantid}/v2.0`
    return c.json({ keys: published.map((key) => ({ ...key, issuer })) }, 200, PUBLIC)
  }
}

/** For clients that ask whether an authority is one: ours is, under every name it is asked by. */
export function instanceDiscovery({ publicUrl }: Pick<Dependencies, 'publicUrl'>) {
  return (c: Context<HttpEnv>): Response => {
    const { host } = new URL(publicUrl())
    const asked = c.req.query('authorization_endpoint') ?? ''
    const [, tenant = 'common'] = /^https:\/\/[^/]+\/([0-9a-z.-]+)\//i.exec(asked) ?? []
    return c.json(
      {
        tenant_discovery_endpoint: `${baseUrlOf(publicUrl())}/${tenant}/v2.0/.well-known/openid-configuration`,
        'api-version': '1.1',
        metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
      },
      200,
      PUBLIC,
    )
  }
}
