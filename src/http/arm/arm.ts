// The ARM API: finds the route of a request, checks in Azure's order (api-version, route, subscription, access) and answers. What its
// types are is said by their own files. Azure: control-plane reference §1.4, §4.3, §10.

import type { Context } from 'hono'
import { authorize, type Caller, controlAction } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { auditRoutes } from '../mail/audit.ts'
import { checkAccessRoutes } from '../mail/check-access.ts'
import { dnsRecordRoutes } from '../mail/dns-records.ts'
import { eventDeliveryRoutes } from '../mail/event-deliveries.ts'
import { eventSubscriptionRoutes } from '../mail/event-subscriptions.ts'
import { eventRoutes } from '../mail/events.ts'
import { identityProviderRoutes } from '../mail/identity-providers.ts'
import { quotaRoutes } from '../mail/quotas.ts'
import { rotateDkimRoutes } from '../mail/rotate-dkim.ts'
import { rotateWebhookSecretRoutes } from '../mail/rotate-webhook-secret.ts'
import { smtpSettingsRoutes } from '../mail/smtp-settings.ts'
import { answerRefusal, methodNotAllowed, notFound, type Refusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { checkApiVersion } from './api-versions.ts'
import { isInPlace } from './arm-paths.ts'
import type { ArmAnswer, ArmRoute } from './arm-route.ts'
import { type ArmTarget, operationOf, readArmTarget } from './arm-target.ts'
import { checkNameRoutes } from './check-name.ts'
import { communicationKeyRoutes } from './communication-keys.ts'
import { communicationServiceRoutes } from './communication-services.ts'
import { denyAssignmentRoutes } from './deny-assignments.ts'
import { domainRoutes } from './domains.ts'
import { emailServiceRoutes } from './email-services.ts'
import { genericResourceRoutes } from './generic-resources.ts'
import { answerAsBegun, operationStatusRoutes } from './long-running.ts'
import { checkName, readParent } from './parents.ts'
import { permissionRoutes } from './permissions.ts'
import { providerOperationRoutes } from './provider-operations.ts'
import { checkRegistration, providerRoutes } from './providers.ts'
import { resourceGroupRoutes } from './resource-groups.ts'
import { resourceRoutes } from './resources.ts'
import { roleAssignmentRoutes } from './role-assignments.ts'
import { roleDefinitionRoutes } from './role-definitions.ts'
import { checkSubscription } from './scope-existence.ts'
import { senderUsernameRoutes } from './sender-usernames.ts'
import { smtpUsernameRoutes } from './smtp-usernames.ts'
import { subscriptionRoutes } from './subscriptions.ts'
import { suppressionListRoutes } from './suppression-lists.ts'
import { tagRoutes } from './tags.ts'

const COMMUNICATION = 'microsoft.communication/'

/** Everything that is served, in the order in which it is looked through. */
export function armRoutes(dependencies: HttpDependencies): readonly ArmRoute[] {
  return [
    ...roleAssignmentRoutes(dependencies),
    ...roleDefinitionRoutes(dependencies),
    ...denyAssignmentRoutes(dependencies),
    ...permissionRoutes(),
    ...providerOperationRoutes(),
    ...checkAccessRoutes(dependencies),
    ...auditRoutes(dependencies),
    ...identityProviderRoutes(dependencies),
    ...smtpSettingsRoutes(dependencies),
    ...rotateDkimRoutes(dependencies),
    ...dnsRecordRoutes(dependencies),
    ...quotaRoutes(dependencies),
    ...eventSubscriptionRoutes(dependencies),
    ...eventDeliveryRoutes(dependencies),
    ...rotateWebhookSecretRoutes(dependencies),
    ...eventRoutes(dependencies),
    ...subscriptionRoutes(dependencies),
    ...providerRoutes(dependencies),
    ...tagRoutes(dependencies),
    ...resourceGroupRoutes(dependencies),
    ...genericResourceRoutes(dependencies),
    ...checkNameRoutes(dependencies),
    ...communicationServiceRoutes(dependencies),
    ...communicationKeyRoutes(dependencies),
    ...emailServiceRoutes(dependencies),
    ...domainRoutes(dependencies),
    ...senderUsernameRoutes(dependencies),
    ...suppressionListRoutes(dependencies),
    ...smtpUsernameRoutes(dependencies),
    ...operationStatusRoutes(dependencies),
    ...resourceRoutes(dependencies),
  ]
}

/** To be mounted behind `requireBearer`. */
export function serveArm(dependencies: HttpDependencies, routes: readonly ArmRoute[]) {
  return async (c: Context<HttpEnv>): Promise<Response> => render(c, await dispatch(dependencies, routes, c))
}

async function dispatch(
  dependencies: HttpDependencies,
  routes: readonly ArmRoute[],
  c: Context<HttpEnv>,
): Promise<ArmAnswer> {
  const { pathname, searchParams } = new URL(c.req.url)
  const target = readArmTarget(pathname)
  if (target === undefined) return notFound('InvalidResourceType', 'The path names no resource type of this service.')
  const versionRefusal = checkApiVersion(searchParams.get('api-version'), target)
  if (versionRefusal !== undefined) return versionRefusal
  const found = findRoute(routes, c.req.method, target)
  if (found.type === 'refused') return found
  const { route } = found
  const refusal =
    (await checkAccess(dependencies, c.var.caller, route, target)) ??
    (await checkPlace(dependencies, c.var.caller, route, target))
  if (refusal !== undefined) return refusal
  const outcome = await route.run(c, target)
  const asBegun = route.longRunning && dependencies.compatibility === 'azure'
  return asBegun ? answerAsBegun(dependencies, c, target, outcome) : outcome
}

async function checkAccess(
  { storage }: HttpDependencies,
  caller: Caller,
  route: ArmRoute,
  target: ArmTarget,
): Promise<Refusal | undefined> {
  if (target.subscriptionId !== undefined) {
    const refusal = await checkSubscription(storage, caller.tenantId, target.subscriptionId)
    if (refusal !== undefined) return refusal
  }
  const { action, scope } = operationOf(route.method, target)
  return route.authorizesItself ? undefined : authorize(caller, controlAction(action), scope)
}

/** What a write needs around it: a provider that is registered, and for a new resource a name and what it is written into. */
async function checkPlace(
  { storage }: HttpDependencies,
  { tenantId }: Caller,
  { method, shape }: ArmRoute,
  target: ArmTarget,
): Promise<Refusal | undefined> {
  const refusal = await checkRegistration(storage, method, target)
  if (refusal !== undefined || method !== 'PUT' || shape !== 'item') return refusal
  if (!target.type.toLowerCase().startsWith(COMMUNICATION)) return undefined
  const read = await readParent(storage, tenantId, target)
  return read.type === 'refused' ? read : checkName(target.type, target.name)
}

function findRoute(
  routes: readonly ArmRoute[],
  method: string,
  target: ArmTarget,
): { readonly type: 'route'; readonly route: ArmRoute } | Refusal {
  const { type, shape } = target
  const typeKey = type.toLowerCase()
  const ofType = routes.filter((route) => route.types.some((known) => known.toLowerCase() === typeKey))
  if (ofType.length > 0 && !isInPlace(target))
    return notFound('InvalidResourceType', `The resource type '${type}' cannot be at this path.`)
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

/** HEAD asks only whether it is there. Azure: 204 or 404, control-plane reference §4.1. */
function render(c: Context<HttpEnv>, outcome: ArmAnswer): Response {
  if (outcome.type === 'refused') {
    const response = answerRefusal(c, outcome)
    return c.req.method === 'HEAD' ? new Response(null, response) : response
  }
  if (outcome.type === 'no content') return c.body(null, outcome.status ?? 204)
  const headers = { ...outcome.headers, ...(outcome.etag === undefined ? {} : { etag: outcome.etag }) }
  return c.req.method === 'HEAD' ? c.body(null, 204, headers) : c.json(outcome.body, outcome.status, headers)
}
