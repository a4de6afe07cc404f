// Who proves the logins of a tenant, as it is written: in the configuration file, and in the body of the API, which has the same keys
// but for what only the operator of the machine may say (files, proxies). From what was written to what the provider needs.

import * as z from 'zod'
import {
  DEFAULT_ENTRA_SCOPE,
  ENTRA_AUTHORITIES,
  type EntraSettings,
  type OidcSettings,
  type ProviderSettings,
  type SignInSettings,
} from '../identity/provider-settings.ts'
import { canonicalGuid } from '../resources/guid.ts'
import * as field from './schema-fields.ts'

const CLOUDS = Object.keys(ENTRA_AUTHORITIES) as readonly (keyof typeof ENTRA_AUTHORITIES)[]

const AUTHORITY = new RegExp(`^(?:${CLOUDS.join('|')}|https://[^\\s/?#@]+/?)$`)

/** A URL of a form, or a word that is none and is allowed instead. */
const url = (form: RegExp, allowed: string) =>
  field
    .word(/^/, allowed)
    .refine((text) => form.test(text) && (!text.includes(':') || URL.canParse(text)), { error: `must be ${allowed}` })

const words = (allowed: string) => field.word(/^[\x21-\x7e]{1,512}$/, allowed)
const scopeOfEntra = field.word(/^[\x21-\x7e]{1,256}\/\.default$/, 'a resource followed by /.default')
const audiences = () => field.listOf(words('an audience, without spaces'), 0).prefault([])

const entra = field.entry({
  authority: url(AUTHORITY, `one of ${CLOUDS.join(', ')}, or an https URL without a path`)
    .prefault('public')
    .describe('The cloud, or the https URL of its sign-in address.'),
  scope: scopeOfEntra.prefault(DEFAULT_ENTRA_SCOPE).describe('What a token is asked for.'),
  audiences: audiences().describe('Audiences of tokens that are taken besides the resource of the scope.'),
})

const oidc = field.entry({
  issuer: url(/^https:\/\/[^\s?#@]{1,512}$/, 'an https URL without query or user').describe(
    'The issuer, exactly as its discovery document names it.',
  ),
  clientAuthentication: field
    .oneOf(['client_secret_basic', 'client_secret_post'])
    .prefault('client_secret_basic')
    .describe('How the secret is sent to the token endpoint.'),
  scope: field
    .word(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, 'scopes separated by single spaces')
    .optional()
    .describe('Scopes to ask for.'),
  audience: words('an audience, without spaces').optional().describe('Sent as the parameter `audience`.'),
  resource: words('a resource, without spaces').optional().describe('Sent as the parameter `resource` (RFC 8707).'),
  audiences: audiences().describe('Audiences of tokens that are taken. Without any: `audience` and `resource`.'),
  principalClaim: words('the name of a claim')
    .prefault('sub')
    .describe('The claim that names the principal; ids that are no GUIDs get one made from them.'),
  groupsClaim: words('the name of a claim').optional().describe('The claim that lists groups. Without it: none.'),
  algorithms: field
    .listOf(field.oneOf(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']), 1)
    .prefault(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])
    .describe('Signature algorithms of tokens that clients bring.'),
})

const clientOfSignIn = {
  clientId: words('the id of a client, without spaces').describe(
    'The client that this service is at the provider when a person signs in.',
  ),
  scope: field
    .word(
      /^(?=(?:.* )?openid(?: |$))[\x21-\x7e]+(?: [\x21-\x7e]+)*$/,
      'scopes separated by single spaces, openid among them',
    )
    .prefault('openid profile')
    .describe('What is asked for; some providers tell groups only with a scope of their own.'),
}

/** The keys that both have. */
export const providerKeys = {
  provider: field
    .oneOf(['embedded', 'entra', 'oidc'])
    .describe('`embedded`: our own directory. `entra`: Microsoft Entra ID. `oidc`: any OpenID provider.'),
  entra: entra.optional().describe('For `entra`.'),
  oidc: oidc.optional().describe('For `oidc`.'),
  timeout: field
    .duration('100ms', '30s')
    .prefault('2500ms')
    .describe('For one login; then it is told 454. Never more than auth.rejectAfter, less a fifth of a second.'),
  recheck: field
    .oneOf(['session', 'interval', 'message'])
    .prefault('session')
    .describe(
      'When the provider is asked again: at the next login, after an interval, or at each message. The last two keep the secret in memory while the session is open.',
    ),
  recheckInterval: field.duration('10s', '1h').prefault('5m').describe('For `interval`.'),
}

type WrittenSignIn = {
  readonly clientId: string
  readonly scope: string
  readonly clientSecretFile?: string | undefined
  readonly clientSecretId?: string | undefined
}

type Written = {
  readonly provider: 'embedded' | 'entra' | 'oidc'
  readonly signIn?: WrittenSignIn | undefined
  readonly entra?: z.output<typeof entra> | undefined
  readonly oidc?: z.output<typeof oidc> | undefined
  readonly timeout: number
  readonly recheck: 'session' | 'interval' | 'message'
  readonly recheckInterval: number
}

/** A section of another provider than the one named is a mistake; only `oidc` cannot do without its own. */
export function refuseOtherSections(
  written: Pick<Written, 'provider' | 'entra' | 'oidc'> & { readonly signIn?: unknown },
  context: z.core.$RefinementCtx,
): void {
  for (const kind of ['entra', 'oidc'] as const)
    if (written[kind] !== undefined && written.provider !== kind)
      context.addIssue({ code: 'custom', path: [kind], message: `is only for provider: ${kind}` })
  if (written.signIn !== undefined && written.provider === 'embedded')
    context.addIssue({ code: 'custom', path: ['signIn'], message: 'is not for provider: embedded' })
  if (written.provider === 'oidc' && written.oidc === undefined)
    context.addIssue({ code: 'custom', path: ['oidc'], message: 'is missing: it holds the issuer' })
}

export const tenantSchema = field
  .entry({
    tenantId: field
      .word(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a GUID')
      .transform((text) => canonicalGuid(text) ?? text)
      .describe('The tenant.'),
    ...providerKeys,
    signIn: field
      .entry({
        ...clientOfSignIn,
        clientSecretFile: field
          .filePath('/etc/postern/sign-in.secret')
          .optional()
          .describe('Its secret, mode 0600. Without it the client is a public one.'),
      })
      .optional()
      .describe('How people sign in to the portal; for `entra` and `oidc`.'),
    proxy: url(/^https?:\/\/[^\s/?#@]+\/?$/, 'an http or https URL without user, path or query')
      .optional()
      .describe('An HTTP or HTTPS proxy to reach the provider through.'),
    caFile: field
      .filePath('/etc/postern/tls/provider-ca.pem')
      .optional()
      .describe('Authorities to trust instead of the public ones, in PEM form.'),
  })
  .superRefine(refuseOtherSections)

export type TenantConfig = z.output<typeof tenantSchema>

/** What only one of the two ways of writing says. */
type Reach = {
  readonly proxy?: string | undefined
  /** PEM. */
  readonly ca?: string | undefined
  readonly publicOnly: boolean
}

/** Undefined for the embedded directory. */
export function providerSettingsOf(tenantId: string, written: Written, reach: Reach): ProviderSettings | undefined {
  const { provider, timeout, recheck, recheckInterval } = written
  if (provider === 'embedded') return undefined
  const { proxy, ca, publicOnly } = reach
  const connection = {
    timeout,
    publicOnly,
    ...(proxy === undefined ? {} : { proxy }),
    ...(ca === undefined ? {} : { ca }),
  }
  const signIn = written.signIn && { signIn: signInSettings(written.signIn) }
  const common = { tenantId, recheck, recheckInterval, connection, ...signIn }
  return provider === 'entra'
    ? { ...common, ...entraSettings(written.entra ?? entra.parse({})) }
    : { ...common, ...oidcSettings(written.oidc) }
}

function signInSettings({ clientId, scope, clientSecretFile, clientSecretId }: WrittenSignIn): SignInSettings {
  if (clientSecretFile !== undefined) return { clientId, scope, clientSecret: { file: clientSecretFile } }
  return { clientId, scope, ...(clientSecretId !== undefined && { clientSecret: { recordId: clientSecretId } }) }
}

function entraSettings(
  written: z.output<typeof entra>,
): Pick<EntraSettings, 'kind' | 'authority' | 'scope' | 'audiences'> {
  const { authority, scope, audiences } = written
  const cloud = CLOUDS.find((name) => name === authority)
  const origin = cloud === undefined ? new URL(authority).origin : ENTRA_AUTHORITIES[cloud]
  return { kind: 'entra', authority: origin, scope, audiences }
}

type OwnOidcSettings = Omit<OidcSettings, 'tenantId' | 'recheck' | 'recheckInterval' | 'connection'>

function oidcSettings(written: z.output<typeof oidc> | undefined): OwnOidcSettings {
  if (written === undefined) throw new Error('an oidc provider without its section')
  const { scope, audience, resource, groupsClaim, ...rest } = written
  const optional = Object.entries({ scope, audience, resource, groupsClaim }).filter(([, value]) => value !== undefined)
  return { kind: 'oidc', ...rest, ...(Object.fromEntries(optional) as Partial<OidcSettings>) }
}

/** An operator of a tenant may not name files or proxies. */
const tenantKeys = {
  ...providerKeys,
  ca: field
    .word(
      /^-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=-]{1,32000}-----END CERTIFICATE-----\s*$/,
      'certificates in PEM form',
    )
    .optional()
    .describe('Authorities to trust instead of the public ones, in PEM form.'),
}

/** What the store keeps. The secret is a sealed record of its own. */
export const storedProviderSchema = field
  .entry({
    ...tenantKeys,
    signIn: field
      .entry({ ...clientOfSignIn, clientSecretId: field.word(/^/, 'the id of a record').optional() })
      .optional(),
  })
  .superRefine(refuseOtherSections)

/** What the API takes: what it shows can be put again, and the secret stays. */
export const putProviderSchema = field
  .entry({
    ...tenantKeys,
    signIn: field
      .entry({
        ...clientOfSignIn,
        clientSecret: field.word(/^[^\0]{1,1024}$/, 'a secret of 1024 characters at most').optional(),
        hasClientSecret: field.flag().optional(),
        redirectUri: field.word(/^/, 'a URL').optional(),
      })
      .optional(),
  })
  .superRefine(refuseOtherSections)

export function readStoredProvider(tenantId: string, settings: object): ProviderSettings | undefined {
  const written = storedProviderSchema.parse(settings)
  return providerSettingsOf(tenantId, written, { ca: written.ca, publicOnly: true })
}

/** Settings as they are written, all of them: what is stored, for `storedProviderSchema` to read again. */
export function writtenProvider(settings: ProviderSettings): Readonly<Record<string, unknown>> {
  const { kind, tenantId: _, recheck, recheckInterval, connection, signIn, ...own } = settings
  const { timeout, ca } = connection
  return {
    provider: kind,
    [kind]: own,
    timeout: `${timeout}ms`,
    recheck,
    recheckInterval: `${recheckInterval}ms`,
    ...(ca === undefined ? {} : { ca }),
    ...(signIn && { signIn: writtenSignIn(signIn) }),
  }
}

function writtenSignIn({ clientId, scope, clientSecret }: SignInSettings): WrittenSignIn {
  const isSealed = clientSecret !== undefined && 'recordId' in clientSecret
  return { clientId, scope, ...(isSealed && { clientSecretId: clientSecret.recordId }) }
}
