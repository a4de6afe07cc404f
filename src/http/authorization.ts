// Who is calling and what they may do: a bearer token of ours for this door, a credential that still stands, and the caller's roles,
// all asked again at each call, and only when its body is there: a body that is held back for a minute would otherwise be written by
// whoever has lost the right meanwhile. It knows no path. RFC 6750 §3. Azure: control-plane reference §1.8, §4.3, §6.9.

import type { Context, MiddlewareHandler } from 'hono'
import type { AccessFacts, ActionKind } from '../access/access.ts'
import { checkAccess } from '../access/check-access.ts'
import { type AudienceGroup, audiencesOf, baseUrlOf } from './audiences.ts'
import type { OwnToken } from '../identity/own-token.ts'
import { findStandingSession } from '../identity/session-standing.ts'
import type { HttpDependencies } from './dependencies.ts'
import { verifyAccessToken } from './entra/access-token.ts'
import type { SigningKeys } from './entra/signing-keys.ts'
import { answerRefusal, forbidden, type Refusal, refused } from './refusal.ts'
import { readText } from './read-text.ts'
import type { HttpEnv } from './request-context.ts'

/** The scope of what belongs to no resource: the root of the caller's own tenant. */
export const TENANT_ROOT = '/'

export type Caller = {
  readonly tenantId: string
  readonly principalId: string
  readonly applicationId: string
  /** Milliseconds since the epoch; of a person. */
  readonly signedInAt?: number
  /** Read once for the request. */
  readonly access: AccessFacts
}

/** An operation by its name in a role. */
export type Operation = { readonly action: string; readonly kind: ActionKind }

export const controlAction = (action: string): Operation => ({ action, kind: 'control' })
export const dataAction = (action: string): Operation => ({ action, kind: 'data' })

export function mayDo(caller: Caller, { action, kind }: Operation, scope: string): boolean {
  return checkAccess(caller.access, { action, kind, scope }).allowed
}

/** The refusal of what the caller may not do, else undefined. Azure: tools look for the words around the action. */
export function authorize(caller: Caller, operation: Operation, scope: string): Refusal | undefined {
  if (mayDo(caller, operation, scope)) return undefined
  const { applicationId, principalId } = caller
  return forbidden(
    `The client '${applicationId}' with object id '${principalId}' does not have authorization to perform action ` +
      `'${operation.action}' over scope '${scope}' or the scope is invalid. If access was granted recently, refresh your credentials.`,
  )
}

export type BearerDependencies = Pick<
  HttpDependencies,
  'storage' | 'provider' | 'providers' | 'clock' | 'publicUrl'
> & {
  readonly keys: SigningKeys
}

/** Lets a request through with `caller`, `provenAt` and `body` set, or answers 401. */
export function requireBearer(dependencies: BearerDependencies, group: AudienceGroup): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const verified = await verifyBearer(dependencies, group, c)
    if (verified.type === 'refused') return answerRefusal(c, verified)
    // A path may have this door twice; a body is read once.
    c.set('body', c.get('body') ?? (await readText(c.req)))
    const at = dependencies.clock.now()
    const outcome = await recheck(dependencies, verified.token, at)
    if (outcome.type === 'refused') return answerRefusal(c, outcome)
    c.set('caller', outcome.caller)
    c.set('provenAt', at)
    return next()
  }
}

type Verified = { readonly type: 'verified'; readonly token: OwnToken } | Refusal
type Proof = { readonly type: 'proven'; readonly caller: Caller } | Refusal

const BEARER = /^Bearer +([A-Za-z0-9_.-]{1,8192})$/i

async function verifyBearer(
  { keys, clock, publicUrl }: BearerDependencies,
  group: AudienceGroup,
  c: Context<HttpEnv>,
): Promise<Verified> {
  const authority = `${baseUrlOf(publicUrl())}/common`
  const header = c.req.header('authorization')
  if (header === undefined) return challenge(authority, 'AuthenticationFailed', 'The authorization header is missing.')
  const [, jwt] = BEARER.exec(header) ?? []
  if (jwt === undefined) return invalidToken(authority, "The authorization header does not hold a 'Bearer' token.")
  const verdict = await verifyAccessToken(keys, jwt, {
    publicUrl: publicUrl(),
    audiences: audiencesOf(group, publicUrl()),
    at: clock.now(),
  })
  if (verdict.type === 'invalid')
    return invalidToken(authority, `The access token is not valid here: ${verdict.detail}.`)
  return verdict.type === 'expired' ? expired(authority) : { type: 'verified', token: verdict.token }
}

/** The token is ours and was in time; is it still, and does what it rests on still stand? */
async function recheck(
  { storage, provider, providers, publicUrl }: BearerDependencies,
  token: OwnToken,
  at: number,
): Promise<Proof> {
  const { tenantId, principalId, applicationId, expiresAt } = token
  if (at >= expiresAt * 1000) return expired(`${baseUrlOf(publicUrl())}/${tenantId}`)
  const standing = await judgeStanding({ storage, provider, providers }, token, at)
  if (standing.type === 'unavailable') {
    return refused(503, 'ServiceUnavailable', 'The credential cannot be checked right now.', { 'retry-after': '1' })
  }
  if (standing.type !== 'stands') return revokedToken(`${baseUrlOf(publicUrl())}/${tenantId}`, at)
  const { groupIds, signedInAt } = standing
  const access = await storage.read.roles.readAccessFacts(tenantId, principalId, groupIds)
  const signedIn = signedInAt === undefined ? {} : { signedInAt }
  return { type: 'proven', caller: { tenantId, principalId, applicationId, access, ...signedIn } }
}

/** `groupIds`: of somebody whom the tenant's provider proves, as it said. */
type Standing =
  | { readonly type: 'stands'; readonly groupIds?: readonly string[]; readonly signedInAt?: number }
  | { readonly type: 'gone' | 'unavailable' }

/** Of the session of who signed in, or the credential of a program. */
async function judgeStanding(
  { storage, provider, providers }: Pick<BearerDependencies, 'storage' | 'provider' | 'providers'>,
  { kind, tenantId, principalId, applicationId, keyId, expiresAt }: OwnToken,
  at: number,
): Promise<Standing> {
  if (kind === 'user') {
    const { signIns } = storage.read
    const stored = await signIns.readSession(tenantId, keyId)
    const session = await findStandingSession(signIns, providers, stored, at)
    if (session === undefined) return { type: 'gone' }
    const { provider: proof, createdAt: signedInAt } = session
    return { type: 'stands', signedInAt, ...(proof && { groupIds: proof.groupIds }) }
  }
  const principal = { tenantId, principalId, applicationId, displayName: '' }
  const outcome = await provider.recheck({ principal, keyId, notAfter: expiresAt * 1000 }, at)
  if (outcome.type === 'authenticated') return { type: 'stands' }
  return { type: outcome.type === 'rejected' ? 'gone' : 'unavailable' }
}

/** No message holds a double quote. */
export function invalidToken(authority: string, message: string, code = 'InvalidAuthenticationToken'): Refusal {
  return challenge(authority, code, message, `error="invalid_token", error_description="${message}"`)
}

const expired = (authority: string): Refusal =>
  invalidToken(authority, 'The access token has expired.', 'ExpiredAuthenticationToken')

/** Azure: clients that understand it fetch a new token and try once more; that succeeds only with a credential that stands. */
export function revokedToken(authority: string, at: number): Refusal {
  const claims = { access_token: { nbf: { essential: true, value: String(Math.floor(at / 1000)) } } }
  const encoded = Buffer.from(JSON.stringify(claims)).toString('base64')
  const error = `error="insufficient_claims", claims="${encoded}"`
  return challenge(
    authority,
    'InvalidAuthenticationToken',
    'The credential behind the access token no longer stands.',
    error,
  )
}

export function challenge(authority: string, code: string, message: string, error?: string): Refusal {
  const parameters = [`authorization_uri="${authority}"`, ...(error === undefined ? [] : [error])]
  return refused(401, code, message, { 'www-authenticate': `Bearer ${parameters.join(', ')}` })
}
