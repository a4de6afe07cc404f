// Who asks, and whether they may send through the resource: by a signature with one of its access keys, or by an access token. The rule for
// a token is the one of SMTP, walked in the same way, under the user name that a device with the same application would have. It is
// walked before the body is read, so that a stranger makes us keep nothing; the transaction looks again.
// Azure: data-plane reference §2.5-2.7.
//
// Nobody is put off because logins failed: what would be guessed are 512 random bits, or a signature. Failures are counted all the same
// and told of as events, but no trace is kept of what any stranger can bring about.

import { decodeJwt } from 'jose'
import type { Context } from 'hono'
import type { AccessKeys } from '../../keys/access-keys.ts'
import { evaluateAccessKey } from '../../submission/access-key-verdict.ts'
import { traceRefusal } from '../../submission/authenticate.ts'
import { NOBODY } from '../../submission/login.ts'
import type { Peer, SubmissionService } from '../../submission/submission.ts'
import { type Evaluation, evaluateLogin, type Refusal as LoginRefusal, type Verdict } from '../../submission/verdict.ts'
import type { CommunicationServiceRef } from '../../storage/storage.ts'
import { baseUrlOf } from '../audiences.ts'
import { challenge, invalidToken, revokedToken } from '../authorization.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { unavailable } from './email-refusals.ts'
import { checkSignature, isSigned } from './signature.ts'

export type EmailCaller = {
  readonly type: 'caller'
  readonly verdict: Verdict
  readonly method: 'HMAC-SHA256' | 'Bearer'
  /** What the body must have, where it was signed. */
  readonly contentHash?: string
  /** Of a signature that is too old, or too young: for a request that was not answered before. */
  readonly refuseTime?: () => Refusal
}

export type CallerDependencies = {
  readonly submission: SubmissionService
  readonly accessKeys: AccessKeys
  readonly publicUrl: () => string
}

/** Azure: as much as clocks may differ. */
const SKEW = 5 * 60_000

const BEARER = /^Bearer +([A-Za-z0-9_.-]{1,8192})$/i
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export async function authenticateRequest(
  dependencies: CallerDependencies,
  c: Context<HttpEnv>,
  service: CommunicationServiceRef,
  peer: Peer,
): Promise<EmailCaller | Refusal> {
  const authorization = c.req.header('authorization')
  const authority = `${baseUrlOf(dependencies.publicUrl())}/${service.tenantId}`
  if (authorization === undefined) return challenge(authority, 'Denied', 'The authorization header is missing.')
  const door = { service, peer }
  if (isSigned(authorization)) return authenticateSigned(dependencies, c, door)
  const [, token] = BEARER.exec(authorization) ?? []
  const named = token === undefined ? undefined : ownerOf(token)
  if (token === undefined || named === undefined) {
    noteFailure(dependencies.submission, door, 'malformed-token')
    return invalidToken(authority, 'The authorization header holds neither a signature nor an access token.')
  }
  const username = `${service.name}.${named.applicationId}.${named.tenantId}`
  const at = dependencies.submission.clock.now()
  const evaluation = await evaluateLogin(dependencies.submission, { username, at, token: Buffer.from(token) })
  if (evaluation.type === 'granted') return { type: 'caller', verdict: evaluation.verdict, method: 'Bearer' }
  return refuseToken(dependencies, evaluation, { authority, door, at })
}

type EmailDoor = { readonly service: CommunicationServiceRef; readonly peer: Peer }

function noteFailure(
  { counters, onUntracedFailure }: SubmissionService,
  { service, peer }: EmailDoor,
  reason: string,
  applicationId?: string,
): void {
  counters.authentication('rejected', reason)
  onUntracedFailure?.({
    tenantId: service.tenantId,
    resourceId: service.id,
    ...(applicationId === undefined || applicationId === NOBODY ? {} : { applicationId }),
    reason,
    listener: peer.listener,
    clientAddress: peer.address,
  })
}

/** Where something else came than what was signed. */
export function refuseBody({ submission }: CallerDependencies, door: EmailDoor): Refusal {
  noteFailure(submission, door, 'wrong-signature')
  return denied('The body is not the one that was signed.')
}

/** Whose the token says it is; nothing is believed of it before it is verified. */
function ownerOf(token: string): { readonly tenantId: string; readonly applicationId: string } | undefined {
  try {
    const { tid, azp, appid } = decodeJwt(token)
    const applicationId = azp ?? appid
    if (typeof tid !== 'string' || typeof applicationId !== 'string') return undefined
    if (!GUID.test(tid) || !GUID.test(applicationId)) return undefined
    return { tenantId: tid.toLowerCase(), applicationId: applicationId.toLowerCase() }
  } catch {
    return undefined
  }
}

async function authenticateSigned(
  { submission, accessKeys }: CallerDependencies,
  c: Context<HttpEnv>,
  door: EmailDoor,
): Promise<EmailCaller | Refusal> {
  const { service } = door
  const request = { method: c.req.method, pathAndQuery: targetOf(c), header: (name: string) => c.req.header(name) }
  const signature = checkSignature(request, await accessKeys(service.id))
  if (signature.type === 'refused') {
    noteFailure(submission, door, 'wrong-signature')
    return denied(signature.detail)
  }
  const evaluation = await evaluateAccessKey({ ...submission, accessKeys }, service, signature.keyId)
  if (evaluation.type === 'unavailable') return unavailable('The access key cannot be checked right now.')
  if (evaluation.type !== 'granted') {
    noteFailure(submission, door, evaluation.reason)
    return denied('The access key is no key of this resource any more.')
  }
  const now = submission.clock.now()
  const refuseTime = () => {
    noteFailure(submission, door, 'signature-out-of-time')
    return outOfTime(signature.signedAt, now)
  }
  return {
    type: 'caller',
    verdict: evaluation.verdict,
    method: 'HMAC-SHA256',
    contentHash: signature.contentHash,
    ...(Math.abs(now - signature.signedAt) > SKEW && { refuseTime }),
  }
}

/** As the client sent it, where that is known; the parsed URL may be spelt otherwise. */
function targetOf({ env, req }: Context<HttpEnv>): string {
  const { pathname, search } = new URL(req.url)
  return env?.incoming?.url ?? `${pathname}${search}`
}

const denied = (detail: string): Refusal =>
  refused(401, 'Denied', `Denied by the resource provider. ${detail}`, { 'www-authenticate': 'HMAC-SHA256' })

const outOfTime = (signedAt: number, now: number): Refusal =>
  denied(
    `The request was signed at ${new Date(signedAt).toISOString()} and it is ${new Date(now).toISOString()}: the clocks of client and server may differ by 5 minutes at most.`,
  )

type Refusing = { readonly authority: string; readonly door: EmailDoor; readonly at: number }

/** The credential behind the token is not what it was when the token was issued. */
const REVOKED: ReadonlySet<string> = new Set([
  'unknown-application',
  'application-disabled',
  'no-service-principal',
  'wrong-secret',
  'expired-secret',
  'unknown-tenant',
  'provider-changed',
])

async function refuseToken(
  { submission }: CallerDependencies,
  refusal: Exclude<Evaluation, { type: 'granted' }>,
  { authority, door, at }: Refusing,
): Promise<Refusal> {
  const { reason } = refusal
  if (refusal.type === 'unavailable') {
    submission.counters.authentication('unavailable', '')
    return unavailable('The access token cannot be checked right now.')
  }
  if (reason === 'missing-role') return refuseAccess(submission, refusal, door, at)
  noteFailure(submission, door, reason, refusal.login?.applicationId)
  if (REVOKED.has(reason)) return revokedToken(authority, at)
  const detail = reason === 'expired-token' ? 'it has expired' : 'it is not one for this resource'
  return invalidToken(authority, `The access token is not valid here: ${detail}.`)
}

/** The one refusal that a stranger cannot bring about; so it alone has a trace. */
async function refuseAccess(
  submission: SubmissionService,
  refusal: LoginRefusal,
  { service, peer }: EmailDoor,
  at: number,
): Promise<Refusal> {
  submission.counters.authentication('rejected', refusal.reason)
  const trace = traceRefusal('AUTH', refusal, peer, '', '403 Forbidden', at)
  const reference = await submission.decisions.record({ ...trace, mechanism: 'Bearer' })
  return refused(
    403,
    'Forbidden',
    `The application has no right to send mail over scope '${service.id}' [${reference}]. If access was granted recently, try again.`,
  )
}
