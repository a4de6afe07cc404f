// The part of Graph that manages the directory: all of its routes, behind a bearer token for Graph. Azure: control-plane reference §7.

import { Hono } from 'hono'
import { type BearerDependencies, requireBearer } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { HttpEnv } from '../request-context.ts'
import { applicationRoutes } from './applications.ts'
import { directoryObjectRoutes } from './directory-objects.ts'
import { federatedCredentialRoutes } from './federated-credentials.ts'
import { type GraphRoute, mountGraphRoutes } from './graph-route.ts'
import { groupRoutes } from './groups.ts'
import { memberRoutes } from './members.ts'
import { ownerRoutes } from './owners.ts'
import { passkeyRoutes } from './passkeys.ts'
import { passwordRoutes } from './passwords.ts'
import { servicePrincipalRoutes } from './service-principals.ts'
import { tenantRoutes } from './tenant.ts'
import { userPasswordRoutes } from './user-passwords.ts'
import { userRoutes } from './users.ts'

/** Every operation, as data. */
export const graphRoutes: readonly GraphRoute[] = [
  ...applicationRoutes,
  ...passwordRoutes,
  ...federatedCredentialRoutes,
  ...servicePrincipalRoutes,
  ...ownerRoutes,
  ...groupRoutes,
  ...memberRoutes,
  ...userRoutes,
  ...userPasswordRoutes,
  ...passkeyRoutes,
  ...directoryObjectRoutes,
  ...tenantRoutes,
]

export function createGraphApp(dependencies: HttpDependencies & BearerDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  app.use('/v1.0/*', requireBearer(dependencies, 'graph'))
  mountGraphRoutes(app, dependencies, graphRoutes)
  return app
}
