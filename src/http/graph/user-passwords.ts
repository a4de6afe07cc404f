// The passwords of users: given or taken anew by who may write credentials of users, changed by whoever knows the old one. What is kept is
// a hash; whatever it was proven with ends. Graph wants the password in the request, so whoever asks makes it up, and the user changes it
// at the first sign-in unless told otherwise. Azure: control-plane reference §7.

import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { findPasswordFault, hashUserPassword } from '../../identity/user-password.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import type { User } from '../../storage/storage.ts'
import type { UserPassword } from '../../storage/sign-ins.ts'
import { badRequest, type Refusal, refused } from '../refusal.ts'
import { sourceOf } from '../request-context.ts'
import { done, ok } from '../responses.ts'
import { provePassword, untilClosed } from '../sign-in/prove-password.ts'
import { anyCaller, contextUrl, type GraphCall, graphRoute, noContent } from './graph-route.ts'
import { findUser, userMissing } from './find-user.ts'

const password = z.string()

/** Azure: who changes a password with a second factor changes it all the same. */
export const passwordProfile = z
  .strictObject({
    password: password.nullish(),
    forceChangePasswordNextSignIn: z.boolean().nullish(),
    forceChangePasswordNextSignInWithMfa: z.boolean().nullish(),
  })
  .nullish()
type PasswordProfile = z.output<typeof passwordProfile>

export type Planned = {
  readonly type: 'planned'
  readonly password?: UserPassword
  /** When the password was changed that this one is made from: what the user has chosen since stays. */
  readonly madeFrom?: number
}

/** Nothing where no password is given and there is none to be changed. */
export async function planPassword(
  { dependencies: { pepper, random }, change: { at } }: Pick<GraphCall, 'dependencies' | 'change'>,
  profile: PasswordProfile,
  before?: UserPassword,
): Promise<Planned | Refusal> {
  const {
    password: text,
    forceChangePasswordNextSignIn: force,
    forceChangePasswordNextSignInWithMfa: withMfa,
  } = profile ?? {}
  const mustChange = force ?? withMfa ?? true
  if (text != null) {
    const fault = passwordFault('passwordProfile.password', text)
    if (fault !== undefined) return fault
    return {
      type: 'planned',
      password: { hash: await hashUserPassword(text, pepper, random), changedAt: at, mustChange },
    }
  }
  const isAsked = force != null || withMfa != null
  if (!isAsked || before === undefined || before.mustChange === mustChange) return { type: 'planned' }
  return { type: 'planned', password: { ...before, mustChange }, madeFrom: before.changedAt }
}

function passwordFault(member: string, text: string): Refusal | undefined {
  const fault = findPasswordFault(text)
  if (fault === undefined) return undefined
  const must = fault === 'too short' ? 'have 12 characters or more' : 'have 256 characters at most'
  return badRequest('Request_BadRequest', `The password in ${member} must ${must}.`)
}

const changeBody = z.strictObject({ currentPassword: password, newPassword: password })

async function changePassword(call: GraphCall<z.output<typeof changeBody>>): Promise<Response | Refusal> {
  const { dependencies, caller, body, change } = call
  const { storage, pepper, random, submission } = dependencies
  const me = await readMyself(call)
  if ('type' in me) return me
  const { userPrincipalName: userName } = me
  const prover = { ...dependencies, loginLimits: submission.loginLimits }
  const given = { userName, password: body.currentPassword, source: sourceOf(call.c), browser: '' }
  const proof = await provePassword(prover, caller.tenantId, { ...given, ended: untilClosed(call.c) })
  if (proof.type !== 'proven') return REFUSALS[proof.type]
  const fault = passwordFault('newPassword', body.newPassword)
  if (fault !== undefined) return fault
  if (body.newPassword === body.currentPassword)
    return badRequest('Request_BadRequest', 'The new password must be another one than the old.')
  const hash = await hashUserPassword(body.newPassword, pepper, random)
  const changed = { hash, changedAt: change.at, mustChange: false }
  const provenAt = proof.login.password?.changedAt
  const isPut = await storage.write.signIns.putPassword(change, caller.tenantId, me.objectId, changed, provenAt)
  return isPut ? noContent(call) : REFUSALS.wrong
}

const REFUSALS = {
  wrong: badRequest('Request_BadRequest', 'The password in currentPassword is wrong.'),
  'turned away': refused(429, 'Request_BadRequest', 'Too many wrong passwords came from here. Try again later.'),
  unavailable: refused(503, 'ServiceUnavailable', 'Passwords cannot be checked right now.', { 'retry-after': '5' }),
} as const

/** Whoever signed in as a user of the directory. Azure: a program has no password and no passkey. */
export async function readMyself({
  caller,
  directory,
}: Pick<GraphCall, 'caller' | 'directory'>): Promise<User | Refusal> {
  const user = await directory.readUser(caller.tenantId, caller.principalId)
  return user ?? NOBODY
}

const NOBODY = badRequest('Request_BadRequest', 'This is only for users of the directory who have signed in.')

/** Of whoever the id is of: whom the tenant's provider proves is not in the directory. */
const endSessions =
  (find: (call: GraphCall) => Promise<string | undefined> | string, missing: (call: GraphCall) => Refusal) =>
  async (call: GraphCall): Promise<Response | Refusal> => {
    const { caller, change, dependencies } = call
    const userId = await find(call)
    const { signIns } = dependencies.storage.write
    const value = userId !== undefined && (await signIns.endSessions(change, caller.tenantId, userId))
    if (!value) return missing(call)
    return call.c.json({ '@odata.context': contextUrl(dependencies, 'Edm.Boolean'), value })
  }

const ended = ok(z.object({ '@odata.context': z.url(), value: z.boolean() }))

export const userPasswordRoutes = [
  graphRoute('POST', '/me/changePassword', {
    summary: 'Change the own password',
    right: anyCaller,
    body: changeBody,
    response: done,
    handle: changePassword,
  }),
  graphRoute('POST', '/me/revokeSignInSessions', {
    summary: 'Sign out everywhere',
    right: anyCaller,
    response: ended,
    handle: endSessions(
      ({ caller }) => caller.principalId,
      () => NOBODY,
    ),
  }),
  graphRoute('POST', '/users/{objectId}/revokeSignInSessions', {
    summary: 'Sign a user out everywhere',
    right: DIRECTORY_ACTIONS.writeUserCredentials,
    response: ended,
    handle: endSessions(
      async (call) => canonicalGuid(call.c.req.param('objectId') ?? '') ?? (await findUser(call))?.objectId,
      userMissing,
    ),
  }),
]
