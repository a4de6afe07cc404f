// Who proves the logins of one tenant, as data: what the configuration file or the API says, with every default filled in. It names
// every address that is ever contacted for the tenant; nothing of a username is part of one.

export type RecheckMode = 'session' | 'interval' | 'message'

/** How a provider is reached. Times in milliseconds. */
export type ConnectionSettings = {
  /** For one login, retries included. */
  readonly timeout: number
  /** An HTTP or HTTPS proxy that tunnels; no user name, no password. */
  readonly proxy?: string
  /** PEM; trusted instead of the public authorities. */
  readonly ca?: string
  /** Set where somebody other than the operator has chosen the addresses: none may be private. */
  readonly publicOnly: boolean
}

/** As which client people are sent to the provider to sign in. */
export type SignInSettings = {
  readonly clientId: string
  /** Where it is: in a file of the operator's, or sealed in the store. Without it the client is a public one. */
  readonly clientSecret?: { readonly file: string } | { readonly recordId: string }
  /** With spaces between them; `openid` is one. */
  readonly scope: string
}

type Common = {
  /** A canonical GUID. */
  readonly tenantId: string
  /** Without it nobody signs in through the provider; programs do all the same. */
  readonly signIn?: SignInSettings
  readonly recheck: RecheckMode
  readonly recheckInterval: number
  readonly connection: ConnectionSettings
}

export type EntraSettings = Common & {
  readonly kind: 'entra'
  /** An https origin, without a slash at its end. */
  readonly authority: string
  /** `<resource>/.default`. */
  readonly scope: string
  /** Audiences of tokens besides the resource. */
  readonly audiences: readonly string[]
}

export type OidcSettings = Common & {
  readonly kind: 'oidc'
  readonly issuer: string
  readonly clientAuthentication: 'client_secret_basic' | 'client_secret_post'
  /** Sent with the token request where they are set. RFC 6749 §4.4.2, RFC 8707 §2. */
  readonly scope?: string
  readonly audience?: string
  readonly resource?: string
  /** Tokens must be addressed to one of these, unless there is none. */
  readonly audiences: readonly string[]
  readonly principalClaim: string
  readonly groupsClaim?: string
  /** For the signatures of tokens that clients bring. */
  readonly algorithms: readonly string[]
}

export type ProviderSettings = EntraSettings | OidcSettings

/** One that people sign in through. */
export type SignInProvider = ProviderSettings & { readonly signIn: SignInSettings }

export const signsIn = (settings: ProviderSettings): settings is SignInProvider => settings.signIn !== undefined

/** Which provider a tenant has; undefined for the embedded directory. Throws when the store does not answer. */
export interface ProviderDirectory {
  find(tenantId: string): Promise<ProviderSettings | undefined>
}

/** Azure: the clouds and their authorities, data-plane reference §3.9. */
export const ENTRA_AUTHORITIES = {
  public: 'https://login.microsoftonline.com',
  usgov: 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
} as const

export const DEFAULT_ENTRA_SCOPE = 'https://communication.azure.com/.default'

/** What stands for a provider in traces and in `keyId`: a session outlives a change of anything else. */
export const authorityOf = (settings: ProviderSettings): string =>
  settings.kind === 'entra' ? `entra:${settings.authority}/${settings.tenantId}` : `oidc:${settings.issuer}`

/** What a person's session stands on: with another client, or another claim that names people, the same id may be somebody else. */
export const signInAuthorityOf = (settings: ProviderSettings): string =>
  [authorityOf(settings), settings.signIn?.clientId, settings.kind === 'oidc' ? settings.principalClaim : 'oid'].join(
    ' ',
  )
