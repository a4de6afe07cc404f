// Which identity provider proves the logins of the caller's tenant at the SMTP door, and its people at the portal's: shown, put and
// deleted. Every tenant has one, the embedded directory where nothing else is said. What the configuration file says about a tenant is
// shown and cannot be changed here. Addresses that are put here are somebody else's choice than the operator's: none may be private.

import { z } from 'zod'
import {
  providerSettingsOf,
  putProviderSchema,
  readStoredProvider,
  writtenProvider,
} from '../../config/identity-provider-schema.ts'
import { authorityOf, type ProviderSettings } from '../../identity/provider-settings.ts'
import type { SealedRecord } from '../../storage/storage.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from '../arm/arm-route.ts'
import { IDENTITY_PROVIDERS } from '../arm/arm-target.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { badMember, notFound, type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { deleted, listOf, named, ok, written } from '../responses.ts'
import { sealClientSecret } from '../sign-in/client-secret.ts'
import { callbackUri } from '../sign-in/provider-step.ts'

const none = z.object({})
const putBody = z.object({ properties: putProviderSchema })

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
      signIn: z
        .object({ clientId: z.string(), scope: z.string(), hasClientSecret: z.boolean(), redirectUri: z.string() })
        .optional(),
    }),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'configuredProviders' | 'sealer' | 'random' | 'publicUrl'>
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
  const { tenantId } = request.caller
  return writeUndisturbed<ArmAnswer>(dependencies.storage, tenantId, async () => {
    const { settings: before } = await dependencies.storage.read.directory.readIdentityProvider(tenantId)
    const secret = planSecret(dependencies, request, before && readStoredProvider(tenantId, before))
    if (secret.type === 'refused') return { result: secret }
    const { signIn, ca, ...properties } = request.body.properties
    const { clientId = '', scope = '' } = signIn ?? {}
    const written = { ...properties, ...(signIn && { signIn: { clientId, scope, clientSecretId: secret.id } }) }
    const settings = providerSettingsOf(tenantId, written, { ca, publicOnly: true })
    const stored = settings === undefined ? EMBEDDED : writtenProvider(settings)
    return {
      result: answer(before === undefined ? 201 : 200, wireForm(dependencies, tenantId, 'api', stored)),
      record(write) {
        if (secret.fresh !== undefined) void write.sealed.putSealed(secret.fresh)
        void write.directory.putIdentityProvider(request.change, tenantId, stored)
        if (secret.gone !== undefined) void write.sealed.deleteSealed(secret.gone)
      },
    }
  })
}

/** `id`: of the record that holds the secret from now on. */
type PlannedSecret = {
  readonly type: 'planned'
  readonly id?: string
  readonly fresh?: SealedRecord
  readonly gone?: string
}

/** A secret stays while nobody says otherwise and the client is the same one at the same provider: nobody else is sent it. */
function planSecret(
  dependencies: Dependencies,
  { body, caller, change }: PutRequest,
  before: ProviderSettings | undefined,
): PlannedSecret | Refusal {
  const { signIn, ...rest } = body.properties
  const held = sealedSecretOf(before)
  const gone = held === undefined ? {} : { gone: held }
  if (signIn?.clientSecret !== undefined) {
    const id = newGuid(dependencies.random)
    return { type: 'planned', id, fresh: sealClientSecret(dependencies, id, signIn.clientSecret, change.at), ...gone }
  }
  const after = providerSettingsOf(caller.tenantId, { ...rest, ...(signIn && { signIn }) }, { publicOnly: true })
  const isSame = before !== undefined && after?.signIn !== undefined && clientOf(after) === clientOf(before)
  if (isSame && held !== undefined && signIn?.hasClientSecret !== false) return { type: 'planned', id: held }
  if (signIn?.hasClientSecret !== true) return { type: 'planned', ...gone }
  return badMember('properties.signIn.clientSecret', 'There is no secret of this client that could be kept.')
}

function sealedSecretOf(settings: ProviderSettings | undefined): string | undefined {
  const clientSecret = settings?.signIn?.clientSecret
  return clientSecret !== undefined && 'recordId' in clientSecret ? clientSecret.recordId : undefined
}

const clientOf = (settings: ProviderSettings): string => `${authorityOf(settings)} ${settings.signIn?.clientId}`

async function remove(dependencies: Dependencies, request: Request): Promise<ArmAnswer> {
  const refusal = checkWritable(dependencies, request)
  if (refusal !== undefined) return refusal
  const { caller, change } = request
  const { tenantId } = caller
  return writeUndisturbed<ArmAnswer>(dependencies.storage, tenantId, async () => {
    const { settings } = await dependencies.storage.read.directory.readIdentityProvider(tenantId)
    if (settings === undefined) return { result: { type: 'no content' } }
    const secret = sealedSecretOf(readStoredProvider(tenantId, settings))
    return {
      result: { type: 'no content', status: 200 },
      record(write) {
        void write.directory.deleteIdentityProvider(change, tenantId)
        if (secret !== undefined) void write.sealed.deleteSealed(secret)
      },
    }
  })
}

/** As it is stored; what is not named here is shown as it is. */
type StoredForm = {
  readonly signIn?: { readonly clientId?: string; readonly scope?: string; readonly clientSecretId?: string }
}

const EMBEDDED: StoredForm & { readonly provider: string } = { provider: 'embedded' }

async function show(dependencies: Dependencies, tenantId: string): Promise<object> {
  const { storage, configuredProviders } = dependencies
  if (configuredProviders.has(tenantId)) {
    const settings = configuredProviders.get(tenantId)
    const form = settings === undefined ? EMBEDDED : writtenProvider(settings)
    const hasSecret = settings?.signIn?.clientSecret !== undefined
    return wireForm(dependencies, tenantId, 'configuration', form, hasSecret)
  }
  const { settings } = await storage.read.directory.readIdentityProvider(tenantId)
  return wireForm(dependencies, tenantId, settings === undefined ? 'default' : 'api', settings ?? EMBEDDED)
}

/** The secret is never shown, only that there is one. */
function wireForm(
  { publicUrl }: Pick<Dependencies, 'publicUrl'>,
  tenantId: string,
  origin: 'configuration' | 'api' | 'default',
  { signIn, ...properties }: StoredForm,
  hasSecret = signIn?.clientSecretId !== undefined,
): object {
  const client = signIn && {
    clientId: signIn.clientId,
    scope: signIn.scope,
    hasClientSecret: hasSecret,
    redirectUri: callbackUri(publicUrl(), tenantId),
  }
  return {
    id: `/providers/${IDENTITY_PROVIDERS}/${tenantId}`,
    name: tenantId,
    type: IDENTITY_PROVIDERS,
    properties: { ...properties, ...(client && { signIn: client }), origin },
  }
}
