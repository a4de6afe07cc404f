// The token service: its paths. Azure: control-plane reference §2.2.

import { Hono } from 'hono'
import type { HttpDependencies } from '../dependencies.ts'
import type { HttpEnv } from '../request-context.ts'
import { ok } from '../responses.ts'
import { described, route } from '../route.ts'
import { instanceDiscovery, openIdConfiguration, signingKeySet } from './discovery.ts'
import type { SigningKeys } from './signing-keys.ts'
import { createTokenService, tokenEndpoint } from './token-endpoint.ts'
import { answerTokenRefusal, tokenRefusals } from './token-error.ts'
import {
  configurationSchema,
  instanceQuery,
  instanceSchema,
  keySetSchema,
  tokenForms,
  tokenSchemas,
} from './token-schemas.ts'

export function createEntraApp(dependencies: HttpDependencies, keys: SigningKeys): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const service = createTokenService(dependencies, keys)
  const token = (version: 'v1' | 'v2') =>
    described({ form: tokenForms[version], response: ok(tokenSchemas[version]) }, tokenEndpoint(service, version))
  const configuration = (version: 'v1' | 'v2') =>
    described({ response: ok(configurationSchema) }, openIdConfiguration(dependencies, version))
  const keySet = described({ response: ok(keySetSchema) }, signingKeySet(keys, dependencies))
  const instance = described({ query: instanceQuery, response: ok(instanceSchema) }, instanceDiscovery(dependencies))
  route(app, '/:tenant/oauth2/v2.0/token', { POST: token('v2') })
  route(app, '/:tenant/oauth2/token', { POST: token('v1') })
  route(app, '/:tenant/v2.0/.well-known/openid-configuration', { GET: configuration('v2') })
  route(app, '/:tenant/.well-known/openid-configuration', { GET: configuration('v1') })
  route(app, '/:tenant/discovery/v2.0/keys', { GET: keySet })
  route(app, '/:tenant/discovery/keys', { GET: keySet })
  route(app, '/:tenant/discovery/instance', { GET: instance })
  app.all('/oauth2/*', (c) => answerTokenRefusal(c, tokenRefusals.noTenant))
  return app
}
