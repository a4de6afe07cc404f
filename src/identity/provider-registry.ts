// Which provider answers for which tenant: what the configuration file says, else what is stored, else the embedded directory. A tenant
// that nobody has configured is asked about in the embedded directory like any wrong secret, and nothing is contacted for it. The
// connections to a provider are kept while its settings stay the same; settings are read anew at each login.

import type { Clock } from '../config/clock.ts'
import type { DirectoryReader } from '../storage/directory.ts'
import { rejected, unreadable } from './account-standing.ts'
import type { FetchDocument } from './fetch-document.ts'
import type { AuthenticationOutcome, IdentityProvider } from './identity.ts'
import type { ProviderLine } from './provider-line.ts'
import type { ProviderDirectory, ProviderSettings } from './provider-settings.ts'

export type ProviderRegistry = IdentityProvider &
  ProviderDirectory & {
    /** The fixed moment of a refused login, in milliseconds: later where any provider is somewhere else. */
    rejectAfter(): number
    close(): Promise<void>
  }

export type RegistryOptions = {
  readonly embedded: IdentityProvider
  /** From the configuration file; undefined for a tenant that it gives to the embedded directory. */
  readonly configured: ReadonlyMap<string, ProviderSettings | undefined>
  readonly directory: Pick<DirectoryReader, 'readIdentityProvider' | 'readLogin'>
  /** Stored settings as they are understood; undefined for the embedded directory. */
  readonly readStored: (tenantId: string, settings: object) => Promise<ProviderSettings | undefined>
  /** As configured; undefined for what fits the providers. */
  readonly rejectAfter: number | undefined
  readonly clock: Clock
  /** Gives a number from 0 to 1. */
  readonly fraction: () => number
  readonly isPrivate: (address: string) => boolean
  /** See `createRemoteProvider`. */
  readonly keepsTokens?: boolean
}

const REJECT_AFTER = { embedded: 1_000, remote: 3_000 }
/** What is left of the time to the fixed moment for everything but the provider. */
const OWN_SHARE = 200
const SHORTEST_LIMIT = 50
/** Providers with open connections; the one that was begun first goes. */
const MOST_PROVIDERS = 256

type Opened = { readonly provider: IdentityProvider; readonly line: ProviderLine }
type Opening = { readonly settings: string; readonly opened: Promise<Opened> }

export function createProviderRegistry(options: RegistryOptions): ProviderRegistry {
  const { embedded, configured, directory } = options
  const openings = new Map<string, Opening>()
  let isAnyRemote = [...configured.values()].some((settings) => settings !== undefined)
  const rejectAfter = () => options.rejectAfter ?? (isAnyRemote ? REJECT_AFTER.remote : REJECT_AFTER.embedded)

  async function find(tenantId: string): Promise<ProviderSettings | undefined> {
    if (configured.has(tenantId)) return configured.get(tenantId)
    const { settings, any } = await directory.readIdentityProvider(tenantId)
    isAnyRemote ||= any
    return settings && options.readStored(tenantId, settings)
  }

  /** Those of other settings are closed, and what they are asked is unavailable. */
  async function openFor(settings: ProviderSettings): Promise<IdentityProvider> {
    const text = JSON.stringify(settings)
    const held = openings.get(settings.tenantId)
    if (held?.settings === text) return (await held.opened).provider
    forget(settings.tenantId)
    const limit = Math.max(SHORTEST_LIMIT, Math.min(settings.connection.timeout, rejectAfter() - OWN_SHARE))
    const opened = openRemote(options, settings, limit)
    openings.set(settings.tenantId, { settings: text, opened })
    const [oldest] = openings.keys()
    if (openings.size > MOST_PROVIDERS && oldest !== undefined) forget(oldest)
    return (await opened).provider
  }

  function forget(tenantId: string): void {
    const held = openings.get(tenantId)
    openings.delete(tenantId)
    void held?.opened.then(({ line }) => line.close())
  }

  async function ask(
    tenantId: string,
    question: (provider: IdentityProvider) => Promise<AuthenticationOutcome>,
  ): Promise<AuthenticationOutcome> {
    try {
      const settings = await find(tenantId)
      return await question(settings === undefined ? embedded : await openFor(settings))
    } catch (error) {
      return unreadable(error)
    }
  }

  return {
    find,
    rejectAfter,
    authenticate: (login) => ask(login.tenantId, (provider) => provider.authenticate(login)),
    authenticateToken: (login) => ask(login.tenantId, (provider) => provider.authenticateToken(login)),
    identify: (login) => ask(login.tenantId, (provider) => provider.identify(login)),
    recheck: (credential, at, clientSecret) =>
      ask(credential.principal.tenantId, async (provider) => {
        if (provider === embedded && isRemoteKey(credential.keyId))
          return rejected(
            'provider-changed',
            `the login was proven by ${credential.keyId}, the tenant has no such provider now`,
          )
        return provider.recheck(credential, at, clientSecret)
      }),
    async close() {
      for (const { opened } of openings.values()) await (await opened).line.close()
      openings.clear()
    },
  }
}

/** See `authorityOf`. */
const isRemoteKey = (keyId: string): boolean => /^(?:entra|oidc):/.test(keyId)

/** Loaded only where there is such a provider. */
async function openRemote(
  { directory, clock, fraction, isPrivate, keepsTokens = false }: RegistryOptions,
  settings: ProviderSettings,
  limit: number,
): Promise<Opened> {
  const { createProviderLine } = await import('./provider-line.ts')
  const { createRemoteProvider } = await import('./remote-provider.ts')
  const { createIssuerKeys } = await import('./issuer-keys.ts')
  const line = createProviderLine(settings.connection, { clock, fraction, isPrivate })
  // The discovery document and the key set, one after the other.
  const keys = createIssuerKeys(fetchOver(line, limit / 2))
  const prover =
    settings.kind === 'entra'
      ? (await import('./entra.ts')).createEntraProver(settings, line, keys)
      : (await import('./oidc.ts')).createOidcProver(settings, line, keys, clock)
  return { line, provider: createRemoteProvider({ settings, prover, directory, limit, keepsTokens }) }
}

function fetchOver(line: ProviderLine, limit: number): FetchDocument {
  return async (url) => {
    const failed = (why: string) => ({ type: 'failed' as const, detail: `${url} cannot be read: ${why}` })
    if (!url.startsWith('https://')) return failed('it is not an https URL')
    const answer = await line.send({ method: 'GET', url }, limit)
    if (answer.type === 'unavailable') return failed(answer.detail)
    if (answer.status !== 200) return failed(`it answers ${answer.status}`)
    try {
      return { type: 'fetched', document: JSON.parse(answer.octets.toString('utf8')) as unknown }
    } catch {
      return failed('it is not JSON')
    }
  }
}
