// The ARM API: finds the route of a request, checks in Azure's order (api-version, route, subscription, access) and answers. What its
// types are is said by their own files. Azure: control-plane reference §1.4, §4.3, §10.

import type { Context } from 'hono'
import { authorize, controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { smtpSettingsRoutes } from '../mail/smtp-settings.ts'
import { answerRefusal, badRequest, methodNotAllowed, notFound, type Refusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import type { ArmAnswer, ArmRoute } from './arm-route.ts'
import { type ArmTarget, operationOf, readArmTarget } from './arm-target.ts'
import { resourceRoutes } from './resources.ts'
import { roleAssignmentRoutes } from './role-assignments.ts'
import { roleDefinitionRoutes } from './role-definitions.ts'
import { checkSubscription } from './scope-existence.ts'

/** To be mounted behind `requireBearer`. */
export function serveArm(dependencies: HttpDependencies) {
  const { storage } = dependencies
  const routes = [
    ...roleAssignmentRoutes(storage),
    ...roleDefinitionRoutes(storage),
    ...smtpSettingsRoutes(dependencies),
    ...resourceRoutes(storage),
  ]
  return async (c: Context<HttpEnv>): Promise<Response> => render(c, await dispatch(dependencies, routes, c))
}

async function dispatch(
  { storage }: Pick<HttpDependencies, 'storage'>,
  routes: readonly ArmRoute[],
  c: Context<HttpEnv>,
): Promise<ArmAnswer> {
  const { pathname, searchParams } = new URL(c.req.url)
  const target = readArmTarget(pathname)
  if (target === undefined) return notFound('InvalidResourceType', 'The path names no resource type of this service.')
  const versionRefusal = checkApiVersion(searchParams.get('api-version'), target)
  if (versionRefusal !== undefined) return versionRefusal
  const route = findRoute(routes, c.req.method, target)
  if (route.type === 'refused') return route
  const { caller } = c.var
  if (target.subscriptionId !== undefined) {
    const refusal = await checkSubscription(storage, caller.tenantId, target.subscriptionId)
    if (refusal !== undefined) return refusal
  }
  const { action, scope } = operationOf(route.route.method, target)
  const refusal = route.route.authorizesItself ? undefined : authorize(caller, controlAction(action), scope)
  return refusal ?? route.route.run(c, target)
}

/** Every version is served by one model. Our own operations have no versions yet. */
function checkApiVersion(version: string | null, { type }: ArmTarget): Refusal | undefined {
  if (version === null) {
    if (type.toLowerCase().startsWith('postern.mail/')) return undefined
    return badRequest(
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    )
  }
  if (/^\d{4}-\d{2}-\d{2}(?:-preview)?$/i.test(version)) return undefined
  return badRequest(
    'InvalidApiVersionParameter',
    'The api-version must have the form YYYY-MM-DD or YYYY-MM-DD-preview.',
  )
}

function findRoute(
  routes: readonly ArmRoute[],
  method: string,
  { type, shape }: ArmTarget,
): { readonly type: 'route'; readonly route: ArmRoute } | Refusal {
  const typeKey = type.toLowerCase()
  const ofType = routes.filter((route) => route.types.some((known) => known.toLowerCase() === typeKey))
  const here = ofType.filter((route) => route.shape === shape)
  const asked = method === 'HEAD' ? 'GET' : method
  const route = here.find((candidate) => candidate.method === asked)
  if (route !== undefined) return { type: 'route', route }
  if (here.length > 0)
    return methodNotAllowed(
      method,
      here.map((candidate) => candidate.method),
    )
  return unknownType(routes, type)
}

function unknownType(routes: readonly ArmRoute[], type: string): Refusal {
  const namespaceOf = (name: string) => name.split('/')[0]?.toLowerCase()
  const known = routes.some((route) => route.types.some((candidate) => namespaceOf(candidate) === namespaceOf(type)))
  return known
    ? notFound('InvalidResourceType', `The resource type '${type}' could not be found.`)
    : notFound('InvalidResourceNamespace', `The resource namespace '${type.split('/')[0] ?? ''}' is invalid.`)
}

function render(c: Context<HttpEnv>, outcome: ArmAnswer): Response {
  if (outcome.type === 'refused') return answerRefusal(c, outcome)
  if (outcome.type === 'no content') return c.body(null, 204)
  return c.json(outcome.body, outcome.status, outcome.etag === undefined ? {} : { etag: outcome.etag })
}
