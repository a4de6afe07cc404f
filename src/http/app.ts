// The whole HTTPS side as one Hono app: what every request passes through, and the rooms it is handed to. It wires and decides
// nothing. Azure: control-plane reference §10 for how the paths share one host.

import { Hono } from 'hono'
import { createFaultyAssertions, createFaultyProvider } from '../submission/faults.ts'
import { StoreError } from '../storage/store-error.ts'
import { armRoutes, serveArm } from './arm/arm.ts'
import { requireBearer } from './authorization.ts'
import { refuseCodedBody } from './content-coding.ts'
import type { HttpDependencies } from './dependencies.ts'
import { createEmailApp } from './email/email.ts'
import { createEngagementApp } from './engagement/engagement.ts'
import { createEntraApp } from './entra/entra.ts'
import { createSigningKeys } from './entra/signing-keys.ts'
import { createGraphApp } from './graph/graph.ts'
import { createHealthApp } from './health.ts'
import { createMailApp } from './mail/mail.ts'
import { createWebhookValidationApp } from './mail/webhook-validation.ts'
import { createMetadataApp } from './metadata.ts'
import { createOpenApiApp } from './openapi-app.ts'
import { answerRefusal, notFound, type Refusal, refused } from './refusal.ts'
import { type HttpEnv, requestContext } from './request-context.ts'
import { createPortalApp } from './portal/portal.ts'
import { createSignInApp } from './sign-in/sign-in.ts'
import { routingPath } from './surface.ts'
import { refuseUnstorablePath } from './unstorable-path.ts'

export function createHttpApp(dependencies: HttpDependencies): Hono<HttpEnv> {
  const keys = createSigningKeys(dependencies)
  const secured = { ...dependencies, keys }
  const app = new Hono<HttpEnv>({ getPath: routingPath })
  app.use(requestContext(dependencies), refuseCodedBody, refuseUnstorablePath)
  app.route('/', createHealthApp(secured))
  app.route('/', createMetadataApp(dependencies))
  app.route('/', createEntraApp(underFaults(dependencies), keys))
  app.route('/', createSignInApp(dependencies))
  app.route('/', createPortalApp(dependencies))
  app.route('/', createGraphApp(secured))
  app.route('/', createMailApp(secured))
  app.route('/', createEmailApp(secured))
  app.route('/', createWebhookValidationApp(dependencies))
  app.route('/', createEngagementApp(dependencies))
  const arm = armRoutes(dependencies)
  app.route('/', createOpenApiApp(secured, app, arm))
  for (const path of ['/subscriptions/*', '/providers/*', '/tenants']) {
    app.use(path, requireBearer(secured, 'management'))
    app.all(path, serveArm(dependencies, arm))
  }
  app.notFound((c) => answerRefusal(c, notFound('NotFound', 'There is nothing at this path.')))
  app.onError((error, c) => {
    const { requestId } = c.var
    dependencies.logger.error({ err: error, requestId, method: c.req.method, path: c.req.path }, 'a request failed')
    return answerRefusal(c, refusalOf(error))
  })
  return app
}

/** Where mail is sent and its tokens are made; management is met by no fault, so that it can end one. */
function underFaults(dependencies: HttpDependencies): HttpDependencies {
  const { findFaults, provider, assertions, clock } = dependencies
  if (findFaults === undefined) return dependencies
  const surroundings = { findFaults, clock, patience: () => Infinity }
  return {
    ...dependencies,
    provider: createFaultyProvider(provider, surroundings),
    assertions: createFaultyAssertions(assertions, surroundings),
  }
}

/** Says nothing of the cause: the request id leads to it in the log. */
function refusalOf(error: Error): Refusal {
  const code = error instanceof StoreError ? error.code : 'internal'
  if (code === 'unavailable') {
    return refused(503, 'ServiceUnavailable', 'The store is not available right now. Try again.', {
      'retry-after': '1',
    })
  }
  if (code === 'full') return refused(507, 'InsufficientStorage', 'The store has no space left.')
  return refused(
    500,
    'InternalServerError',
    'The request failed for a reason that is ours. Its request id is in the log.',
  )
}
