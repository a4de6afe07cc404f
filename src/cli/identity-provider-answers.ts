// What the API answers about identity providers, as far as commands show it.

import { z } from 'zod'
import type { Answer } from './command.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import type { Failure } from './failure.ts'
import { renderEntries } from './table.ts'

export const IDENTITY_PROVIDERS = '/providers/Postern.Mail/identityProviders'

const settings = z.record(z.string(), z.unknown())
const identityProvider = z.object({
  name: z.string(),
  properties: z.object({
    provider: z.string(),
    origin: z.string(),
    entra: settings.optional(),
    oidc: settings.optional(),
    timeout: z.string().optional(),
    recheck: z.string().optional(),
    recheckInterval: z.string().optional(),
    ca: z.string().optional(),
    signIn: z
      .object({ clientId: z.string(), scope: z.string(), hasClientSecret: z.boolean(), redirectUri: z.string() })
      .optional(),
  }),
})
export const identityProviders = z.object({ value: z.array(identityProvider) })
export type IdentityProvider = z.infer<typeof identityProvider>

const ORIGINS: Readonly<Record<string, string>> = {
  configuration: 'the configuration file (changed there)',
  api: 'set with postern identity-provider set',
  default: 'nothing is set',
}

export const originOf = ({ properties }: IdentityProvider): string => ORIGINS[properties.origin] ?? properties.origin

/** Where secrets are proven; empty for the embedded directory. */
export const placeOf = ({ properties: { entra, oidc } }: IdentityProvider): string =>
  textOf(entra?.['authority'] ?? oidc?.['issuer'])

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return typeof value === 'string' ? value : ''
}

/** One provider with everything that is set. */
export function identityProviderAnswer(body: unknown): Answer | Failure {
  const parsed = identityProvider.safeParse(body)
  if (!parsed.success) return unexpectedAnswer('the identity provider')
  const { name, properties } = parsed.data
  const { provider, entra, oidc, timeout, recheck, recheckInterval, ca, signIn } = properties
  const own = Object.entries(entra ?? oidc ?? {}).map(([key, value]): [string, string] => [key, textOf(value)])
  return {
    type: 'answer',
    json: body,
    text: (paper) =>
      renderEntries(
        [
          ['Tenant', name],
          ['Provider', provider],
          ['Origin', originOf(parsed.data)],
          ...own.filter(([, value]) => value !== ''),
          ['Time limit', timeout],
          ['Asked again', recheck === 'interval' ? `after ${recheckInterval}` : recheck],
          ['Own authorities', ca === undefined ? undefined : 'yes'],
          ['Portal client', signIn?.clientId],
          ['Its secret', signIn && (signIn.hasClientSecret ? 'yes' : 'none: a public client')],
          ['Its redirect URI', signIn?.redirectUri],
          ['Its scopes', signIn?.scope],
        ],
        paper,
      ),
  }
}
