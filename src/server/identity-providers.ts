// The identity providers of a thread, from the configuration and the store. What reads their settings is loaded where there are any.

import { readFileSync } from 'node:fs'
import { systemClock } from '../config/clock.ts'
import type { Config } from '../config/schema.ts'
import { createEmbeddedProvider } from '../identity/embedded.ts'
import type { IdentityProvider } from '../identity/identity.ts'
import { createPrivateAddressCheck } from '../identity/private-address.ts'
import { createProviderRegistry, type ProviderRegistry } from '../identity/provider-registry.ts'
import type { ProviderSettings } from '../identity/provider-settings.ts'
import { createSealer } from '../keys/sealing.ts'
import { keepKeys, readSigningKeys } from '../keys/token-signing-keys.ts'
import type { DirectoryReader } from '../storage/directory.ts'
import type { Storage } from '../storage/storage.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ThreadSettings } from './thread-protocol.ts'

export async function openIdentityProviders(
  config: Pick<Config, 'auth' | 'network' | 'tenants'>,
  directory: Pick<DirectoryReader, 'readIdentityProvider' | 'readLogin'>,
  embedded: IdentityProvider,
  { keepsTokens = false } = {},
): Promise<ProviderRegistry> {
  return createProviderRegistry({
    embedded,
    configured: await configuredProviders(config),
    directory,
    readStored: async (tenantId, settings) =>
      (await import('../config/identity-provider-schema.ts')).readStoredProvider(tenantId, settings),
    rejectAfter: config.auth.rejectAfter,
    clock: systemClock,
    fraction: Math.random,
    isPrivate: createPrivateAddressCheck(config.network.allowPrivate),
    keepsTokens,
  })
}

/** With the keys of our own tokens, as the thread that signs with them keeps them. */
export function openEmbeddedProvider(
  { keys }: Pick<ThreadSettings, 'keys'>,
  { storage }: { readonly storage: Pick<Storage, 'read'> },
  logger: Logger,
): IdentityProvider {
  const { directory, sealed } = storage.read
  const sealer = createSealer(keys)
  const complain = (recordId: string) =>
    logger.error({ recordId }, 'a token-signing key does not open under this installation key')
  const tokenKeys = keepKeys(() => readSigningKeys(sealed, sealer, complain), systemClock)
  return createEmbeddedProvider(directory, keys.pepper, tokenKeys)
}

/** By tenant; undefined for one that is given to the embedded directory. */
export async function configuredProviders({
  tenants,
}: Pick<Config, 'tenants'>): Promise<ReadonlyMap<string, ProviderSettings | undefined>> {
  if (tenants.length === 0) return new Map()
  const { providerSettingsOf } = await import('../config/identity-provider-schema.ts')
  return new Map(
    tenants.map(({ tenantId, caFile, proxy, ...written }) => {
      const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8')
      return [tenantId, providerSettingsOf(tenantId, written, { ca, proxy, publicOnly: false })]
    }),
  )
}
