// The part of Graph that manages applications: its paths. Azure: control-plane reference §7.

import { Hono } from 'hono'
import { type BearerDependencies, requireBearer } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { HttpEnv } from '../request-context.ts'
import { route } from '../route.ts'
import { listApplications, readApplication } from './applications.ts'
import { objectPaths } from './object-reference.ts'
import { addPassword, removePassword } from './passwords.ts'
import { readServicePrincipal } from './service-principals.ts'

export function createGraphApp(dependencies: HttpDependencies & BearerDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  app.use('/v1.0/*', requireBearer(dependencies, 'graph'))
  route(app, '/v1.0/applications', { GET: listApplications(dependencies) })
  for (const application of objectPaths('applications')) {
    route(app, application, { GET: readApplication(dependencies) })
    route(app, `${application}/addpassword`, { POST: addPassword(dependencies) })
    route(app, `${application}/removepassword`, { POST: removePassword(dependencies) })
  }
  for (const principal of objectPaths('serviceprincipals')) {
    route(app, principal, { GET: readServicePrincipal(dependencies) })
  }
  return app
}
