// The part of Graph that manages applications: its paths. Azure: control-plane reference §7.

import { Hono } from 'hono'
import { type BearerDependencies, requireBearer } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { HttpEnv } from '../request-context.ts'
import { route } from '../route.ts'
import { addPassword, listApplications, readApplication, removePassword } from './applications.ts'

/** `applications(appId='…')`; in lower case, as every path is matched. */
const BY_KEY = "/v1.0/:byKey{applications\\(appid='[^']*'\\)}"
const BY_OBJECT_ID = '/v1.0/applications/:objectId'

export function createGraphApp(dependencies: HttpDependencies & BearerDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  app.use('/v1.0/*', requireBearer(dependencies, 'graph'))
  route(app, '/v1.0/applications', { GET: listApplications(dependencies) })
  for (const application of [BY_OBJECT_ID, BY_KEY]) {
    route(app, application, { GET: readApplication(dependencies) })
    route(app, `${application}/addpassword`, { POST: addPassword(dependencies) })
    route(app, `${application}/removepassword`, { POST: removePassword(dependencies) })
  }
  return app
}
