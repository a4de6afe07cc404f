// The first step: name and password. Whatever is wrong with them is told in the same words. A password that somebody else gave is changed
// at once.

import type { Context } from 'hono'
import { findPasswordFault, fitsUserPassword, hashUserPassword } from '../../identity/user-password.ts'
import type { UserLogin } from '../../storage/sign-ins.ts'
import { type HttpEnv, sourceOf } from '../request-context.ts'
import { digestOf, freshToken } from './browser-session.ts'
import { beginSession, changeBy } from './finish.ts'
import { newPasswordPage, passwordPage } from './page.ts'
import { askForPasskey } from './passkey-step.ts'
import { provePassword, untilClosed } from './prove-password.ts'
import { readStep, show, type SignInService, type Wanted } from './sign-in-service.ts'
import type { Texts } from './texts.ts'

const TICKET_LIFETIME = 600_000
/** Characters; the longest name that a directory takes. */
const LONGEST_NAME = 113

const REFUSALS = {
  wrong: { fault: 'wrong', status: 401 },
  'turned away': { fault: 'turnedAway', status: 429 },
  unavailable: { fault: 'unavailable', status: 503 },
} as const

export function passwordStep(service: SignInService) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const step = await readStep(service, c)
    if (step instanceof Response) return step
    const { wanted, form } = step
    const userName = (form.get('username') ?? '').trim()
    const proof = await provePassword(service, wanted.tenantId, {
      userName: userName.slice(0, LONGEST_NAME),
      password: form.get('password') ?? '',
      source: sourceOf(c),
      ended: untilClosed(c),
    })
    if (proof.type === 'proven') return goOn(service, c, wanted, proof.login)
    return again(service, c, wanted, { userName, ...REFUSALS[proof.type] })
  }
}

function again(
  service: SignInService,
  c: Context<HttpEnv>,
  { tenantId, language, query }: Wanted,
  said: { readonly userName: string; readonly fault: keyof Texts; readonly status: 401 | 429 | 503 },
): Response | Promise<Response> {
  return show(service, c, passwordPage({ language, action: `/${tenantId}/login`, request: query, ...said }))
}

/** The password is proven: on to what else the account asks for. */
async function goOn(service: SignInService, c: Context<HttpEnv>, wanted: Wanted, login: UserLogin): Promise<Response> {
  const { user, password, passkeys } = login
  if (password?.mustChange === true) return askForNewPassword(service, c, wanted, { login })
  if (passkeys.length > 0) return askForPasskey(service, c, wanted, login)
  const proof = { userId: user.objectId, methods: ['password'] as const, passwordChangedAt: password?.changedAt ?? 0 }
  const { userPrincipalName: userName } = user
  return (
    (await beginSession(service, c, wanted, proof)) ??
    again(service, c, wanted, { userName, fault: 'wrong', status: 401 })
  )
}

async function askForNewPassword(
  service: SignInService,
  c: Context<HttpEnv>,
  { tenantId, language, query }: Wanted,
  { login, fault }: { readonly login: UserLogin; readonly fault?: keyof Texts },
): Promise<Response> {
  const { user, password } = login
  const { token, digest } = freshToken(service.random)
  const content = { userId: user.objectId, changedAt: password?.changedAt }
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
    const { storage, clock, pepper, random } = service
    const at = clock.now()
    const ticket = await storage.write.signIns.takeTicket('password', digestOf(form.get('ticket') ?? ''))
    const userId = String(ticket?.content['userId'])
    const login =
      ticket?.tenantId === wanted.tenantId && ticket.endsAt > at
        ? await storage.read.signIns.readUserLogin(wanted.tenantId, userId)
        : undefined
    if (login?.password === undefined || login.password.changedAt !== ticket?.content['changedAt'])
      return again(service, c, wanted, { userName: wanted.request.loginHint, fault: 'expired', status: 401 })
    const password = form.get('password') ?? ''
    const fault = await findFault(service, login, password, form.get('again') ?? '')
    if (fault !== undefined) return askForNewPassword(service, c, wanted, { login, fault })
    const hash = await hashUserPassword(password, pepper, random)
    const changed = { hash, changedAt: at, mustChange: false }
    await storage.write.signIns.putPassword(changeBy(c, userId, at), wanted.tenantId, userId, changed)
    return goOn(service, c, wanted, { ...login, password: changed })
  }
}

async function findFault(
  { pepper }: SignInService,
  { password: before }: UserLogin,
  password: string,
  again: string,
): Promise<keyof Texts | undefined> {
  if (password !== again) return 'notTheSame'
  const fault = findPasswordFault(password)
  if (fault !== undefined) return fault === 'too short' ? 'tooShort' : 'tooLong'
  return (await fitsUserPassword(password, before?.hash, pepper)) ? 'sameAsBefore' : undefined
}
