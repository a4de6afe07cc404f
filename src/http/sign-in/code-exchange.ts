// A code for a token: the client proves that it is the one that sent the browser, and gets a token that rests on the session. The token
// lasts as long as the session, since the session is asked for at each call; there is nothing to refresh, and nothing to steal but what is
// in the memory of one page. RFC 6749 §4.1.3, RFC 7636 §4.6, OpenID Connect Core 1.0 §3.1.3.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { findStandingSession } from '../../identity/session-standing.ts'
import type { SignInTicket } from '../../storage/sign-ins.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { mintIdToken, mintUserToken } from '../entra/access-token.ts'
import type { SigningKeys } from '../entra/signing-keys.ts'
import { type TokenRefusal, tokenRefusals } from '../entra/token-error.ts'
import { digestOf } from './browser-session.ts'
import { PORTAL_CLIENT_ID } from './portal-client.ts'

export const codeForm = z.object({
  grant_type: z.literal('authorization_code'),
  client_id: z.string(),
  code: z.string().max(128),
  redirect_uri: z.string(),
  code_verifier: z.string().max(128),
})

type Dependencies = Pick<HttpDependencies, 'storage' | 'providers' | 'clock' | 'publicUrl' | 'random'> & {
  readonly keys: SigningKeys
}

export type CodeAnswer = {
  readonly type: 'issued'
  readonly body: {
    readonly token_type: 'Bearer'
    readonly expires_in: number
    readonly scope: string
    readonly access_token: string
    readonly id_token: string
  }
}

const content = z.object({
  redirectUri: z.string(),
  codeChallenge: z.string(),
  resource: z.string(),
  nonce: z.string().optional(),
})

export async function exchangeCode(
  { storage, providers, clock, publicUrl, random, keys }: Dependencies,
  tenantId: string,
  parameters: URLSearchParams,
): Promise<CodeAnswer | TokenRefusal> {
  const form = codeForm.safeParse(Object.fromEntries(parameters))
  if (!form.success || new Set(parameters.keys()).size !== [...parameters.keys()].length)
    return tokenRefusals.malformedRequest
  const at = clock.now()
  const ticket = await storage.write.signIns.takeTicket('code', digestOf(form.data.code))
  const asked = content.safeParse(ticket?.content)
  if (ticket === undefined || !asked.success || !fits(form.data, ticket, asked.data, { tenantId, at }))
    return tokenRefusals.invalidCode
  const { signIns } = storage.read
  const stored = await signIns.readSession(tenantId, ticket.sessionId ?? '')
  const session = await findStandingSession(signIns, providers, stored, at)
  if (session === undefined) return tokenRefusals.invalidCode
  const { user } = (await signIns.readUserLogin(tenantId, session.userId)) ?? {}
  const { displayName: name = user?.displayName, userName = user?.userPrincipalName } = session.provider ?? {}
  const issuedAt = Math.floor(at / 1000)
  const expiresAt = Math.floor(session.endsAt / 1000)
  const { resource, nonce } = asked.data
  const token = {
    tenantId,
    principalId: session.userId,
    applicationId: PORTAL_CLIENT_ID,
    keyId: session.sessionId,
    audience: resource,
    issuedAt,
    expiresAt,
    ...(name !== undefined && { name }),
    ...(userName !== undefined && { userName }),
  }
  const options = { publicUrl: publicUrl(), random }
  return {
    type: 'issued',
    body: {
      token_type: 'Bearer',
      expires_in: expiresAt - issuedAt,
      scope: `${resource}/.default`,
      access_token: await mintUserToken(keys, token, options),
      id_token: await mintIdToken(keys, { ...token, nonce }, options),
    },
  }
}

function fits(
  form: z.infer<typeof codeForm>,
  ticket: SignInTicket,
  asked: z.infer<typeof content>,
  { tenantId, at }: { readonly tenantId: string; readonly at: number },
): boolean {
  const challenge = createHash('sha256').update(form.code_verifier).digest('base64url')
  return (
    ticket.tenantId === tenantId &&
    ticket.endsAt > at &&
    form.client_id === PORTAL_CLIENT_ID &&
    form.redirect_uri === asked.redirectUri &&
    challenge === asked.codeChallenge
  )
}
