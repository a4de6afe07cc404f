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

type Common = {
  /** A canonical GUID. */
  readonly tenantId: string
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
