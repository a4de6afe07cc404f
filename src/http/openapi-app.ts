// `/openapi.json`: the document for whoever may speak to the management API at all. It tells nothing of any tenant, so it needs a token
// of that door and no role; without one a stranger would learn the whole surface from one request.

import { Hono } from 'hono'
import { z } from 'zod'
import type { ArmRoute } from './arm/arm-route.ts'
import { type BearerDependencies, requireBearer } from './authorization.ts'
import { graphRoutes } from './graph/graph.ts'
import { describeAppRoutes, describeArmRoutes, describeGraphRoutes, openApiDocument } from './openapi.ts'
import type { HttpEnv } from './request-context.ts'
import { ok } from './responses.ts'
import { described, route } from './route.ts'

/** Of the OpenAPI specification itself, no more than tools look at first. */
const documentSchema = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
})

/** `served` is asked for its routes when the document is, so it may still grow until then. */
export function createOpenApiApp(
  dependencies: BearerDependencies,
  served: Hono<HttpEnv>,
  armRoutes: readonly ArmRoute[],
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const { publicUrl } = dependencies
  const describe = () => [
    ...describeAppRoutes(served.routes),
    ...describeArmRoutes(armRoutes),
    ...describeGraphRoutes(graphRoutes),
  ]
  let document: object | undefined
  app.use('/openapi.json', requireBearer(dependencies, 'management'))
  route(app, '/openapi.json', {
    GET: described({ response: ok(documentSchema) }, (c) =>
      c.json((document ??= openApiDocument(describe(), publicUrl()))),
    ),
  })
  return app
}
