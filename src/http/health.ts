// Whether the process is alive, whether it may be sent traffic, and its metrics. Alive and ready are for anybody; metrics tell how much
// is sent in the whole installation and need a role in all of it.

import { Hono } from 'hono'
import { z } from 'zod'
import { MAIL_ACTIONS } from '../access/operations.ts'
import { type BearerDependencies, controlAction, requireBearer } from './authorization.ts'
import type { HttpDependencies } from './dependencies.ts'
import { authorizeInInstallation } from './installation.ts'
import { answerRefusal } from './refusal.ts'
import type { HttpEnv } from './request-context.ts'
import { named, ok } from './responses.ts'
import { described, route } from './route.ts'

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const readinessSchema = named(
  'Readiness',
  z.object({ status: z.enum(['ready', 'starting', 'stopping']), waitingFor: z.array(z.string()) }),
)

const READ_METRICS = controlAction(MAIL_ACTIONS.readMetrics)

export function createHealthApp(dependencies: HttpDependencies & BearerDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const { storage, readiness, metrics } = dependencies
  route(app, '/health/live', {
    GET: described({ response: ok(z.object({ status: z.literal('live') })) }, (c) => c.json({ status: 'live' })),
  })
  route(app, '/health/ready', {
    GET: described({ response: { 200: readinessSchema, 503: readinessSchema } }, (c) => {
      const { ready, waitingFor } = readiness()
      const missing = waitingFor.includes('stop') ? 'stopping' : 'starting'
      return c.json({ status: ready ? 'ready' : missing, waitingFor }, ready ? 200 : 503)
    }),
  })
  app.use('/metrics', requireBearer(dependencies, 'management'))
  route(app, '/metrics', {
    GET: described({ response: ok({ mediaType: METRICS_TYPE }) }, async (c) => {
      const refusal = await authorizeInInstallation(storage, c.var.caller, READ_METRICS)
      if (refusal !== undefined) return answerRefusal(c, refusal)
      return c.body(await metrics(), 200, { 'content-type': METRICS_TYPE })
    }),
  })
  return app
}
