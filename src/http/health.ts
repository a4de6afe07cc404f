// Whether the process is alive, whether it may be sent traffic, and its metrics. Alive and ready are for anybody; metrics tell who
// sends how much and need a role.

import { Hono } from 'hono'
import { MAIL_ACTIONS } from '../access/operations.ts'
import { authorize, type BearerDependencies, controlAction, requireBearer, TENANT_ROOT } from './authorization.ts'
import type { HttpDependencies } from './dependencies.ts'
import { answerRefusal } from './refusal.ts'
import type { HttpEnv } from './request-context.ts'
import { route } from './route.ts'

const READ_METRICS = controlAction(MAIL_ACTIONS.readMetrics)

export function createHealthApp(dependencies: HttpDependencies & BearerDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const { readiness, metrics } = dependencies
  route(app, '/health/live', { GET: (c) => c.json({ status: 'live' }) })
  route(app, '/health/ready', {
    GET: (c) => {
      const { ready, waitingFor } = readiness()
      return c.json({ status: ready ? 'ready' : 'starting', waitingFor }, ready ? 200 : 503)
    },
  })
  app.use('/metrics', requireBearer(dependencies, 'management'))
  route(app, '/metrics', {
    GET: async (c) => {
      const refusal = authorize(c.var.caller, READ_METRICS, TENANT_ROOT)
      if (refusal !== undefined) return answerRefusal(c, refusal)
      return c.body(await metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    },
  })
  return app
}
