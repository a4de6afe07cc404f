// The token service: its paths. Azure: control-plane reference §2.2.

import { Hono } from 'hono'
import type { HttpDependencies } from '../dependencies.ts'
import type { HttpEnv } from '../request-context.ts'
import { route } from '../route.ts'
import { instanceDiscovery, openIdConfiguration, signingKeySet } from './discovery.ts'
import type { SigningKeys } from './signing-keys.ts'
import { createTokenService, tokenEndpoint } from './token-endpoint.ts'

export function createEntraApp(dependencies: HttpDependencies, keys: SigningKeys): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const service = createTokenService(dependencies, keys)
  route(app, '/:tenant/oauth2/v2.0/token', { POST: tokenEndpoint(service, 'v2') })
  route(app, '/:tenant/oauth2/token', { POST: tokenEndpoint(service, 'v1') })
  route(app, '/:tenant/v2.0/.well-known/openid-configuration', { GET: openIdConfiguration(dependencies, 'v2') })
  route(app, '/:tenant/.well-known/openid-configuration', { GET: openIdConfiguration(dependencies, 'v1') })
  route(app, '/:tenant/discovery/v2.0/keys', { GET: signingKeySet(keys, dependencies) })
  route(app, '/:tenant/discovery/keys', { GET: signingKeySet(keys, dependencies) })
  route(app, '/:tenant/discovery/instance', { GET: instanceDiscovery(dependencies) })
  return app
}
