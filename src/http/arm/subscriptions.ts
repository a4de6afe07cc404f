// Subscriptions, the tenant and the locations: what a client asks for first after it has signed in. Azure: control-plane reference §3.3,
// §4.1, §4.2.

import { z } from 'zod'
import { comparableScope } from '../../access/scope.ts'
import { locations } from '../../resources/locations.ts'
import { SUBSCRIPTIONS } from '../../resources/resource-types.ts'
import type { Subscription } from '../../storage/storage.ts'
import { type Caller, controlAction, mayDo } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound } from '../refusal.ts'
import { listOf, named, ok } from '../responses.ts'
import { pageOf, pageQuery } from './arm-page.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { LOCATIONS, TENANTS } from './arm-target.ts'
import { tagsSchema } from './resource-schemas.ts'

const none = z.object({})
const subscriptionSchema = named(
  'Subscription',
  z.object({
    id: z.string(),
    authorizationSource: z.string(),
    managedByTenants: z.array(z.never()),
    subscriptionId: z.guid(),
    tenantId: z.guid(),
    homeTenantId: z.guid(),
    displayName: z.string(),
    state: z.literal('Enabled'),
    subscriptionPolicies: z.object({
      locationPlacementId: z.string(),
      quotaId: z.string(),
      spendingLimit: z.string(),
    }),
    tags: tagsSchema.optional(),
  }),
)
const tenantSchema = named(
  'Tenant',
  z.object({
    id: z.string(),
    tenantId: z.guid(),
    tenantCategory: z.literal('Home'),
    displayName: z.string(),
    tenantType: z.literal('AAD'),
    domains: z.array(z.never()),
  }),
)
const locationSchema = named(
  'Location',
  z.object({
    id: z.string(),
    subscriptionId: z.string(),
    name: z.string(),
    type: z.literal('Region'),
    displayName: z.string(),
    regionalDisplayName: z.string(),
    metadata: z.object({ regionType: z.string(), regionCategory: z.string() }),
  }),
)
type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>
type PageRequest = ArmRequest<z.output<typeof pageQuery>, object>

export function subscriptionRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const get = { method: 'GET', body: none } as const
  const list = { ...get, shape: 'collection', query: pageQuery } as const
  return [
    armRoute({
      ...list,
      types: [SUBSCRIPTIONS],
      authorizesItself: true,
      response: ok(listOf(subscriptionSchema)),
      handle: (request) => listSubscriptions(dependencies, request),
    }),
    armRoute({
      ...get,
      types: [SUBSCRIPTIONS],
      shape: 'item',
      query: none,
      response: ok(subscriptionSchema),
      handle: (request) => readSubscription(dependencies, request),
    }),
    armRoute({
      ...list,
      types: [TENANTS],
      authorizesItself: true,
      response: ok(listOf(tenantSchema)),
      handle: (request) => listTenants(dependencies, request),
    }),
    armRoute({
      ...list,
      types: [LOCATIONS],
      response: ok(listOf(locationSchema)),
      handle: (request) => listLocations(request),
    }),
  ]
}

/** Those in which the caller has any right; nobody is refused, and who has none sees none. */
async function listSubscriptions({ storage, publicUrl }: Dependencies, request: PageRequest): Promise<ArmAnswer> {
  const { caller } = request
  const subscriptions = await storage.read.resources.listSubscriptions(caller.tenantId)
  const shown = subscriptions.filter((subscription) => hasPartIn(caller, subscription))
  return pageOf(request, publicUrl(), shown, ({ subscriptionId }) => subscriptionId, subscriptionForm)
}

const READ = controlAction('Microsoft.Resources/subscriptions/read')

function hasPartIn(caller: Caller, { subscriptionId }: Subscription): boolean {
  const scope = `/subscriptions/${subscriptionId}`.toLowerCase()
  if (mayDo(caller, READ, scope)) return true
  return caller.access.assignments.some(({ assignment }) => comparableScope(assignment.scope).startsWith(`${scope}/`))
}

async function readSubscription({ storage }: Dependencies, { target }: ArmRequest<object, object>): Promise<ArmAnswer> {
  const id = target.subscriptionId ?? ''
  // Whether it belongs to the caller's tenant has been checked for all that is at or below it.
  const subscription = await storage.read.resources.readSubscription(id)
  if (subscription !== undefined) return answer(200, subscriptionForm(subscription))
  return notFound('SubscriptionNotFound', `The subscription '${id}' could not be found.`)
}

function subscriptionForm({ subscriptionId, tenantId, displayName, tags }: Subscription): object {
  return {
    id: `/subscriptions/${subscriptionId}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId,
    tenantId,
    homeTenantId: tenantId,
    displayName,
    state: 'Enabled',
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
    tags,
  }
}

async function listTenants({ storage, publicUrl }: Dependencies, request: PageRequest): Promise<ArmAnswer> {
  const { tenantId } = request.caller
  const tenant = await storage.read.directory.readTenant(tenantId)
  const form = () => ({
    id: `/tenants/${tenantId}`,
    tenantId,
    tenantCategory: 'Home',
    displayName: tenant?.displayName ?? '',
    tenantType: 'AAD',
    domains: [],
  })
  return pageOf(request, publicUrl(), [tenantId], (id) => id, form)
}

/** One page: clients take it for the whole. */
async function listLocations({ target }: PageRequest): Promise<ArmAnswer> {
  const { subscriptionId = '' } = target
  const value = locations.map(({ name, displayName }) => ({
    id: `/subscriptions/${subscriptionId}/locations/${name}`,
    subscriptionId,
    name,
    type: 'Region',
    displayName,
    regionalDisplayName: displayName,
    metadata: { regionType: 'Logical', regionCategory: 'Other' },
  }))
  return answer(200, { value })
}
