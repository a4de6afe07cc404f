// The second step, for who has passkeys: the browser signs a challenge of ours with one of them. The challenge is good once and for a few
// minutes. Whether the key was unlocked by its owner is asked for: it may be all that a thief of the password lacks.
// WebAuthn Level 3 §7.2.

import type { AuthenticationResponseJSON, generateAuthenticationOptions } from '@simplewebauthn/server'
import type { Context } from 'hono'
import type { Passkey, SignInTicket, UserLogin } from '../../storage/sign-ins.ts'
import type { HttpEnv } from '../request-context.ts'
import { baseUrlOf } from '../audiences.ts'
import { digestOf, freshToken } from './browser-session.ts'
import { complete } from './new-password-step.ts'
import { passkeyPage } from './page.ts'
import { askAgain, EXPIRED, readStep, show, type SignInService, type Wanted } from './sign-in-service.ts'
import type { Texts } from './texts.ts'

const TICKET_LIFETIME = 300_000

/** Few sign in with passkeys, and hundreds of modules come with it. */
export const loadWebAuthn = () => import('@simplewebauthn/server')

export async function askForPasskey(
  service: SignInService,
  c: Context<HttpEnv>,
  { tenantId, language, query }: Wanted,
  { user, password, passkeys }: UserLogin,
  fault?: keyof Texts,
): Promise<Response> {
  const { generateAuthenticationOptions } = await loadWebAuthn()
  const options = await generateAuthenticationOptions({
    rpID: relyingPartyId(service.publicUrl()),
    allowCredentials: passkeys.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: transports as AuthenticatorTransports,
    })),
    userVerification: 'required',
    timeout: TICKET_LIFETIME,
  })
  const { token, digest } = freshToken(service.random)
  const content = { userId: user.objectId, changedAt: password?.changedAt, challenge: options.challenge }
  const endsAt = service.clock.now() + TICKET_LIFETIME
  await service.storage.write.signIns.addTicket({ digest, kind: 'passkey', tenantId, content, endsAt })
  const form = { language, action: `/${tenantId}/login/passkey`, request: query, ticket: token, options }
  return show(service, c, passkeyPage({ ...form, userName: user.userPrincipalName, ...(fault && { fault }) }))
}

type AuthenticatorTransports = NonNullable<
  NonNullable<Parameters<typeof generateAuthenticationOptions>[0]['allowCredentials']>[number]['transports']
>

/** A passkey is of one host, whatever the port. */
export const relyingPartyId = (publicUrl: string): string => new URL(publicUrl).hostname

export function passkeyStep(service: SignInService) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const step = await readStep(service, c)
    if (step instanceof Response) return step
    const { wanted, form } = step
    const { storage, clock } = service
    const ticket = await storage.write.signIns.takeTicket('passkey', digestOf(form.get('ticket') ?? ''))
    if (ticket === undefined || ticket.tenantId !== wanted.tenantId || ticket.endsAt <= clock.now())
      return askAgain(service, c, wanted, EXPIRED)
    const userId = String(ticket.content['userId'])
    const login = await storage.read.signIns.readUserLogin(wanted.tenantId, userId)
    if (login?.password === undefined || login.password.changedAt !== ticket.content['changedAt'])
      return askAgain(service, c, wanted, EXPIRED)
    if (!(await isSigned(service, login, ticket, form.get('response') ?? '')))
      return askForPasskey(service, c, wanted, login, 'passkeyFailed')
    return complete(service, c, wanted, login, ['password', 'passkey'])
  }
}

async function isSigned(
  { storage, clock, publicUrl }: SignInService,
  { user, passkeys }: UserLogin,
  { content }: SignInTicket,
  text: string,
): Promise<boolean> {
  const response = parse(text)
  const passkey = passkeys.find(({ credentialId }) => credentialId === response?.id)
  if (response === undefined || passkey === undefined) return false
  const counter = await verify(response, passkey, String(content['challenge']), publicUrl())
  if (counter === undefined) return false
  const { credentialId } = passkey
  return storage.write.signIns.usePasskey({ tenantId: user.tenantId, credentialId, counter, at: clock.now() })
}

/** The counter that it was signed with; undefined for what was not. The library throws for whatever does not fit. */
async function verify(
  response: AuthenticationResponseJSON,
  { credentialId, publicKey, counter }: Passkey,
  expectedChallenge: string,
  publicUrl: string,
): Promise<number | undefined> {
  try {
    const { verifyAuthenticationResponse } = await loadWebAuthn()
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge,
      expectedOrigin: baseUrlOf(publicUrl),
      expectedRPID: relyingPartyId(publicUrl),
      credential: { id: credentialId, publicKey: new Uint8Array(publicKey), counter },
      requireUserVerification: true,
    })
    return verified ? authenticationInfo.newCounter : undefined
  } catch {
    return undefined
  }
}

function parse(text: string): AuthenticationResponseJSON | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as AuthenticationResponseJSON) : undefined
  } catch {
    return undefined
  }
}
