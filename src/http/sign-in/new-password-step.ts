// The last step: everything that the account asks for is proven. A password that somebody else gave is changed before anything opens, and
// not before: whoever knows it, but lacks the passkey, changes nothing.

import type { Context } from 'hono'
import { z } from 'zod'
import { findPasswordFault, fitsUserPassword, hashUserPassword } from '../../identity/user-password.ts'
import type { SignInMethod, UserLogin, UserPassword } from '../../storage/sign-ins.ts'
import type { HttpEnv } from '../request-context.ts'
import { digestOf, freshToken } from './browser-session.ts'
import { beginSession, changeBy } from './finish.ts'
import { newPasswordPage } from './page.ts'
import { askAgain, EXPIRED, readStep, show, type SignInService, type Wanted } from './sign-in-service.ts'
import type { Texts } from './texts.ts'

const TICKET_LIFETIME = 600_000

const ticketContent = z.object({
  userId: z.string(),
  changedAt: z.number(),
  methods: z.array(z.enum(['password', 'passkey'])),
})

type Proven = {
  readonly login: UserLogin & { readonly password: UserPassword }
  readonly methods: readonly SignInMethod[]
}

export async function complete(
  service: SignInService,
  c: Context<HttpEnv>,
  wanted: Wanted,
  login: UserLogin,
  methods: readonly SignInMethod[],
): Promise<Response> {
  const { user, password } = login
  if (password?.mustChange === true)
    return askForNewPassword(service, c, wanted, { login: { ...login, password }, methods })
  const proof = { userId: user.objectId, methods, passwordChangedAt: password?.changedAt ?? 0 }
  return (await beginSession(service, c, wanted, proof)) ?? askAgain(service, c, wanted, EXPIRED)
}

async function askForNewPassword(
  service: SignInService,
  c: Context<HttpEnv>,
  { tenantId, language, query }: Wanted,
  { login, methods, fault }: Proven & { readonly fault?: keyof Texts },
): Promise<Response> {
  const { user, password } = login
  const { token, digest } = freshToken(service.random)
  const content = { userId: user.objectId, changedAt: password.changedAt, methods }
  const endsAt = service.clock.now() + TICKET_LIFETIME
  await service.storage.write.signIns.addTicket({ digest, kind: 'password', tenantId, content, endsAt })
  const form = { language, action: `/${tenantId}/login/password`, request: query, ticket: token }
  return show(service, c, newPasswordPage({ ...form, userName: user.userPrincipalName, ...(fault && { fault }) }))
}

export function newPasswordStep(service: SignInService) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const step = await readStep(service, c)
    if (step instanceof Response) return step
    const { wanted, form } = step
    const proven = await takeProven(service, wanted, form.get('ticket') ?? '')
    if (proven === undefined) return askAgain(service, c, wanted, EXPIRED)
    const { login, methods } = proven
    const { storage, clock, pepper, random } = service
    const password = form.get('password') ?? ''
    const fault = await findFault(service, login, password, form.get('again') ?? '')
    if (fault !== undefined) return askForNewPassword(service, c, wanted, { ...proven, fault })
    const hash = await hashUserPassword(password, pepper, random)
    const at = clock.now()
    const changed = { hash, changedAt: at, mustChange: false }
    const { objectId: userId } = login.user
    const change = changeBy(c, userId, at)
    const { changedAt } = login.password
    const isPut = await storage.write.signIns.putPassword(change, wanted.tenantId, userId, changed, changedAt)
    if (!isPut) return askAgain(service, c, wanted, EXPIRED)
    return complete(service, c, wanted, { ...login, password: changed }, methods)
  }
}

/** Undefined for what was not proven here, in time, or is not so any more. */
async function takeProven(
  { storage, clock }: SignInService,
  { tenantId }: Wanted,
  token: string,
): Promise<Proven | undefined> {
  const ticket = await storage.write.signIns.takeTicket('password', digestOf(token))
  const content = ticketContent.safeParse(ticket?.content)
  if (!content.success || ticket?.tenantId !== tenantId || ticket.endsAt <= clock.now()) return undefined
  const { userId, changedAt, methods } = content.data
  const login = await storage.read.signIns.readUserLogin(tenantId, userId)
  const password = login?.password
  if (password?.changedAt !== changedAt || !login?.user.accountEnabled) return undefined
  const isWhole = login.passkeys.length === 0 || methods.includes('passkey')
  return isWhole ? { login: { ...login, password }, methods } : undefined
}

async function findFault(
  { pepper }: SignInService,
  { password: before }: Proven['login'],
  password: string,
  again: string,
): Promise<keyof Texts | undefined> {
  if (password !== again) return 'notTheSame'
  const fault = findPasswordFault(password)
  if (fault !== undefined) return fault === 'too short' ? 'tooShort' : 'tooLong'
  return (await fitsUserPassword(password, before.hash, pepper)) ? 'sameAsBefore' : undefined
}
