// The identity providers of a thread, from the configuration and the store.

import { readFileSync } from 'node:fs'
import { systemClock } from '../config/clock.ts'
import { providerSettingsOf, readStoredProvider } from '../config/identity-provider-schema.ts'
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

export function openIdentityProviders(
  config: Pick<Config, 'auth' | 'network' | 'tenants'>,
  directory: Pick<DirectoryReader, 'readIdentityProvider' | 'readLogin'>,
  embedded: IdentityProvider,
  { keepsTokens = false } = {},
): ProviderRegistry {
  return createProviderRegistry({
    embedded,
    configured: configuredProviders(config),
    directory,
    readStored: readStoredProvider,
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
export function configuredProviders({
  tenants,
}: Pick<Config, 'tenants'>): ReadonlyMap<string, ProviderSettings | undefined> {
  return new Map(
    tenants.map(({ tenantId, caFile, proxy, ...written }) => {
      const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8')
      return [tenantId, providerSettingsOf(tenantId, written, { ca, proxy, publicOnly: false })]
    }),
  )
}
