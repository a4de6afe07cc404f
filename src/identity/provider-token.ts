// Access tokens of a tenant's remote provider, brought by a client: verified with the keys that the configured issuer publishes, and
// taken only from an application that acts for itself, for exactly the application and tenant that the user name says. Everything that
// is compared with comes from the configuration or the user name; the token names nothing that is contacted. RFC 9068 §2.2, §4.
// Azure: data-plane reference §3.3, §3.8, §3.9.

import { shown, type TokenClaims, verifyToken } from './access-token.ts'
import { type Rejected, rejected } from './account-standing.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { EntraSettings, OidcSettings } from './provider-settings.ts'

export type BroughtToken = {
  readonly tenantId: string
  readonly applicationId: string
  readonly token: Uint8Array
  readonly at: number
}

export type ProviderTokenOutcome =
  | {
      readonly type: 'verified'
      readonly principalId: string
      /** What the issuer calls this one token; empty where it gives it no name. */
      readonly tokenId: string
      /** Milliseconds since the epoch. */
      readonly endsAt: number
      readonly claims: TokenClaims
    }
  | Rejected
  | { readonly type: 'unavailable'; readonly detail: string }

/** Azure: the names that tokens of version 1.0 give their issuer, whatever the authority is called. */
const V1_ISSUERS = ['https://sts.windows.net', 'https://sts.chinacloudapi.cn']
/** Where an issuer writes the application: Entra in its two versions, RFC 9068 §2.2, Okta. */
const APPLICATION_CLAIMS = ['appid', 'azp', 'client_id', 'cid']

export async function verifyEntraToken(
  { tenantId, applicationId, token, at }: BroughtToken,
  settings: EntraSettings,
  keys: IssuerKeys,
): Promise<ProviderTokenOutcome> {
  const issuer = `${settings.authority}/${tenantId}/v2.0`
  // The key set of the newer endpoint holds the keys of both versions.
  const findKey = (kid: string | undefined) => keys.find(issuer, kid, at)
  const issuers = [issuer, ...[settings.authority, ...V1_ISSUERS].map((host) => `${host}/${tenantId}/`)]
  const outcome = await verifyToken(token, findKey, { issuers, audiences: entraAudiences(settings), at })
  if (outcome.type !== 'verified') return outcome
  const { claims, endsAt } = outcome
  const { tid, oid, uti } = claims
  if (tid !== tenantId) return rejected('wrong-token-tenant', `the token is of tenant ${shown(text(tid))}`)
  const other = judgeApplication(claims, applicationId, isOfEntraApplication)
  if (other !== undefined) return other
  if (text(oid) === '') return rejected('malformed-token', 'not an access token: its claim oid is missing')
  return { type: 'verified', principalId: text(oid).toLowerCase(), tokenId: tokenName(uti), endsAt, claims }
}

export async function verifyOidcToken(
  { applicationId, token, at }: BroughtToken,
  settings: OidcSettings,
  keys: IssuerKeys,
): Promise<ProviderTokenOutcome> {
  const { issuer, algorithms, principalClaim } = settings
  const findKey = async (kid: string | undefined) => {
    const found = await keys.find(issuer, kid, at)
    if (found.type !== 'key') return found
    return { ...found, algorithms: found.algorithms.filter((algorithm) => algorithms.includes(algorithm)) }
  }
  const audiences = oidcAudiences(settings)
  if (audiences.length === 0)
    return rejected('wrong-token-audience', 'no audience is configured for the tokens of this provider')
  const outcome = await verifyToken(token, findKey, { issuers: [issuer], audiences, at })
  if (outcome.type !== 'verified') return outcome
  const { claims, endsAt } = outcome
  const other = judgeApplication(claims, applicationId, isOfOidcApplication)
  if (other !== undefined) return other
  const principalId = text(claims[principalClaim])
  if (principalId === '')
    return rejected('malformed-token', `not an access token: its claim ${principalClaim} is missing`)
  return { type: 'verified', principalId, tokenId: tokenName(claims['jti']), endsAt, claims }
}

/** Azure: `aud` is the resource as it was asked for, or, in the newer version, the id of the application that stands for it. */
export function entraAudiences({ scope, audiences }: EntraSettings): readonly string[] {
  const resource = scope.replace(/\/*\.default$/, '')
  return [resource, `${resource}/`, resource.replace(/^api:\/\//, ''), ...audiences]
}

export const oidcAudiences = ({ audiences, audience, resource }: OidcSettings): readonly string[] =>
  audiences.length > 0 ? audiences : [audience, resource].filter((one) => one !== undefined)

/** Undefined when the token is of this application and of no user. */
function judgeApplication(
  claims: TokenClaims,
  applicationId: string,
  isOfApplication: (claims: TokenClaims, applicationId: string) => boolean,
): Rejected | undefined {
  const named = APPLICATION_CLAIMS.map((claim) => claims[claim]).filter((value) => value !== undefined)
  const other = named.find((value) => text(value).toLowerCase() !== applicationId)
  if (named.length === 0 || other !== undefined)
    return rejected(
      'wrong-token-application',
      other === undefined ? 'the token names no application' : `the token is of application ${shown(text(other))}`,
    )
  if (isOfApplication(claims, applicationId)) return undefined
  return rejected('user-token', 'the token is of a user, or does not say that it is of the application itself')
}

/** Azure: `idtyp` where the resource asked for it, else the token of an application has no delegated scope and itself as subject. */
function isOfEntraApplication({ idtyp, scp, oid, sub }: TokenClaims): boolean {
  if (scp !== undefined) return false
  return idtyp === undefined ? oid !== undefined && oid === sub : idtyp === 'app'
}

/**
 * There is no standard claim for it: the subject is the application (RFC 9068 §2.2), or the issuer says it in its own way: Auth0 with
 * `gty`, Keycloak with the name of a service account.
 */
function isOfOidcApplication(claims: TokenClaims, applicationId: string): boolean {
  if (claims['idtyp'] !== undefined) return claims['idtyp'] === 'app'
  const isSubject = text(claims['sub']).toLowerCase() === applicationId
  const isServiceAccount = text(claims['preferred_username']).toLowerCase() === `service-account-${applicationId}`
  return isSubject || claims['gty'] === 'client-credentials' || isServiceAccount
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** It goes into traces and logs. */
const tokenName = (value: unknown): string => (/^[\w.~+/=-]{1,128}$/.test(text(value)) ? text(value) : '')
