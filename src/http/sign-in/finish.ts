// The end of signing in: a session begins, and its client gets a code for it. RFC 6749 §4.1.2.

import type { Context } from 'hono'
import type { ProviderProof, SignInMethod, SignInSession } from '../../storage/sign-ins.ts'
import type { Change } from '../../storage/storage.ts'
import { type HttpEnv, newGuid } from '../request-context.ts'
import { freshToken, readSessionCookie, writeSessionCookie } from './browser-session.ts'
import { goBack, type SignInService, type Wanted } from './sign-in-service.ts'

/** A working day. What it may do is asked at each call all the same. */
const SESSION_LIFETIME = 8 * 3_600_000
const CODE_LIFETIME = 60_000

/** Undefined when what was proven is not so any more. */
export async function beginSession(
  service: SignInService,
  c: Context<HttpEnv>,
  wanted: Wanted,
  proof: {
    readonly userId: string
    readonly methods: readonly SignInMethod[]
    readonly provider?: ProviderProof
    readonly passwordChangedAt?: number
  },
): Promise<Response | undefined> {
  const { storage, random, clock } = service
  const at = clock.now()
  const { userId, methods, provider, passwordChangedAt } = proof
  const session: SignInSession = {
    sessionId: newGuid(random),
    tenantId: wanted.tenantId,
    userId,
    methods,
    ...(provider && { provider }),
    createdAt: at,
    endsAt: at + SESSION_LIFETIME,
  }
  const { token, digest } = freshToken(random)
  const begun = await storage.write.signIns.beginSession(changeBy(c, userId, at), session, {
    digest,
    ...(passwordChangedAt !== undefined && { passwordChangedAt }),
  })
  if (!begun) return undefined
  await endHeldSession(service, c)
  writeSessionCookie(c, token)
  return handOver(service, c, wanted, session)
}

/** The one that the browser is about to forget: nobody could sign out of it any more. */
export async function endHeldSession(
  { storage }: SignInService,
  c: Context<HttpEnv>,
): Promise<SignInSession | undefined> {
  const digest = readSessionCookie(c)
  const held = digest && (await storage.read.signIns.findSession(digest))
  if (held !== undefined) await storage.write.signIns.endSession(held.tenantId, held.sessionId)
  return held
}

/** Sends the browser back with a code for the session. */
export async function handOver(
  service: SignInService,
  c: Context<HttpEnv>,
  { tenantId, request }: Wanted,
  { sessionId }: SignInSession,
): Promise<Response> {
  const { storage, random, clock } = service
  const { redirectUri, nonce, codeChallenge, resource } = request
  const { token: code, digest } = freshToken(random)
  const content = { redirectUri, codeChallenge, resource, nonce }
  const endsAt = clock.now() + CODE_LIFETIME
  await storage.write.signIns.addTicket({ digest, kind: 'code', tenantId, sessionId, content, endsAt })
  return goBack(service, c, request, { code })
}

/** Somebody who changes what is theirs. */
export function changeBy({ var: { requestId, correlationId } }: Context<HttpEnv>, userId: string, at: number): Change {
  return { at, principalId: userId, requestId, correlationId }
}
