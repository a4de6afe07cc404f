// Which identity provider proves the logins of the caller's tenant at the SMTP door: shown, put and deleted. Every tenant has one, the
// embedded directory where nothing else is said. What the configuration file says about a tenant is shown and cannot be changed here.
// Addresses that are put here are somebody else's choice than the operator's: none of them may be private.

import { z } from 'zod'
import { providerSettingsOf, storedProviderSchema, writtenProvider } from '../../config/identity-provider-schema.ts'
import type { ProviderSettings } from '../../identity/provider-settings.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { IDENTITY_PROVIDERS } from '../arm/arm-target.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound, type Refusal, refused } from '../refusal.ts'
import { deleted, listOf, named, ok, written } from '../responses.ts'

const none = z.object({})
const putBody = z.object({ properties: storedProviderSchema })

const schema = named(
  'IdentityProvider',
  z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.object({
      provider: z.enum(['embedded', 'entra', 'oidc']),
      /** `configuration`: in the file, and not to be changed here. `default`: nobody said anything. */
      origin: z.enum(['configuration', 'api', 'default']),
      entra: z.record(z.string(), z.unknown()).optional(),
      oidc: z.record(z.string(), z.unknown()).optional(),
      timeout: z.string().optional(),
      recheck: z.string().optional(),
      recheckInterval: z.string().optional(),
      ca: z.string().optional(),
    }),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'configuredProviders'>
type Request = ArmRequest<object, object>
type PutRequest = ArmRequest<object, z.output<typeof putBody>>

export function identityProviderRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const types = [IDENTITY_PROVIDERS]
  const item = { types, shape: 'item', query: none } as const
  return [
    armRoute({
      method: 'GET',
      types,
      shape: 'collection',
      query: none,
      body: none,
      response: ok(listOf(schema)),
      handle: async ({ caller }) => answer(200, { value: [await show(dependencies, caller.tenantId)] }),
    }),
    armRoute({
      ...item,
      method: 'GET',
      body: none,
      response: ok(schema),
      handle: async (request) => checkTenant(request) ?? answer(200, await show(dependencies, request.caller.tenantId)),
    }),
    armRoute({
      ...item,
      method: 'PUT',
      body: putBody,
      response: written(schema),
      handle: (request) => put(dependencies, request),
    }),
    armRoute({
      ...item,
      method: 'DELETE',
      body: none,
      response: deleted,
      handle: (request) => remove(dependencies, request),
    }),
  ]
}

/** Other tenants do not exist here. */
function checkTenant({ caller, target }: Request): Refusal | undefined {
  if (target.name.toLowerCase() === caller.tenantId) return undefined
  return notFound('IdentityProviderNotFound', 'There is no such tenant, or it is not yours.')
}

function checkWritable({ configuredProviders }: Dependencies, request: Request): Refusal | undefined {
  const other = checkTenant(request)
  if (other !== undefined || !configuredProviders.has(request.caller.tenantId)) return other
  return refused(
    409,
    'IdentityProviderConfigured',
    'The identity provider of this tenant is set in the configuration file of the service and is changed there.',
  )
}

async function put(dependencies: Dependencies, request: PutRequest): Promise<ArmAnswer> {
  const refusal = checkWritable(dependencies, request)
  if (refusal !== undefined) return refusal
  const { caller, change, body } = request
  const { ca } = body.properties
  const settings = providerSettingsOf(caller.tenantId, body.properties, { ca, publicOnly: true })
  const stored = settings === undefined ? EMBEDDED : writtenProvider(settings)
  const { type } = await dependencies.storage.write.directory.putIdentityProvider(change, caller.tenantId, stored)
  return answer(type === 'created' ? 201 : 200, wireForm(caller.tenantId, 'api', stored))
}

async function remove(dependencies: Dependencies, request: Request): Promise<ArmAnswer> {
  const refusal = checkWritable(dependencies, request)
  if (refusal !== undefined) return refusal
  const { caller, change } = request
  const isDone = await dependencies.storage.write.directory.deleteIdentityProvider(change, caller.tenantId)
  return { type: 'no content', ...(isDone ? { status: 200 as const } : {}) }
}

const EMBEDDED = { provider: 'embedded' }

async function show({ storage, configuredProviders }: Dependencies, tenantId: string): Promise<object> {
  if (configuredProviders.has(tenantId))
    return wireForm(tenantId, 'configuration', formOf(configuredProviders.get(tenantId)))
  const { settings } = await storage.read.directory.readIdentityProvider(tenantId)
  return wireForm(tenantId, settings === undefined ? 'default' : 'api', settings ?? EMBEDDED)
}

const formOf = (settings: ProviderSettings | undefined): object =>
  settings === undefined ? EMBEDDED : writtenProvider(settings)

const wireForm = (tenantId: string, origin: 'configuration' | 'api' | 'default', properties: object): object => ({
  id: `/providers/${IDENTITY_PROVIDERS}/${tenantId}`,
  name: tenantId,
  type: IDENTITY_PROVIDERS,
  properties: { ...properties, origin },
})
