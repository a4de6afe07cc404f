// `/openapi.json`: the document for whoever may speak to the management API at all. It tells nothing of any tenant, so it needs a token
// of that door and no role; without one a stranger would learn the whole surface from one request.

import { Hono } from 'hono'
import type { ArmRoute } from './arm/arm-route.ts'
import { type BearerDependencies, requireBearer } from './authorization.ts'
import { graphRoutes } from './graph/graph.ts'
import { describeAppRoutes, describeArmRoutes, describeGraphRoutes, openApiDocument } from './openapi.ts'
import type { HttpEnv } from './request-context.ts'
import { route } from './route.ts'

/** `described` is asked for its routes when the document is, so it may still grow until then. */
export function createOpenApiApp(
  dependencies: BearerDependencies,
  described: Hono<HttpEnv>,
  armRoutes: readonly ArmRoute[],
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const { publicUrl } = dependencies
  const describe = () => [
    ...describeAppRoutes(described.routes),
    ...describeArmRoutes(armRoutes),
    ...describeGraphRoutes(graphRoutes),
  ]
  let document: object | undefined
  app.use('/openapi.json', requireBearer(dependencies, 'management'))
  route(app, '/openapi.json', {
    GET: (c) => c.json((document ??= openApiDocument(describe(), publicUrl()))),
  })
  return app
}
