// Users: who signs in to the portal, is a member of groups and holds roles. A new user may be given a password by whoever may make users;
// another password later is a matter of who may write credentials of users. Azure: control-plane reference §7.

import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { UserLogin } from '../../storage/sign-ins.ts'
import type { User, UserUpdate, Writers } from '../../storage/storage.ts'
import { writeUndisturbed } from '../../storage/write-undisturbed.ts'
import { type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { created, done, ok } from '../responses.ts'
import { USER_FACTS, USER_TEXTS, changesNothing, displayName, freeMembers, mergeFacts, shortText } from './facts.ts'
import { findUser, userMissing } from './find-user.ts'
import { userForm } from './graph-forms.ts'
import { countObjects, countQuery, listObjects, listQuery, type ObjectSet } from './graph-list.ts'
import { entity, type GraphCall, graphRoute, noContent, refuseUnless, selectQuery } from './graph-route.ts'
import { bareCount, pagedListOf, userSchema } from './graph-schemas.ts'
import { passwordProfile, type Planned, planPassword } from './user-passwords.ts'

const userSet: ObjectSet<User> = {
  name: 'users',
  form: userForm,
  filterable: [
    'id',
    'userPrincipalName',
    'displayName',
    'mail',
    'mailNickname',
    'accountEnabled',
    'givenName',
    'surname',
    'userType',
  ],
  names: ['displayName', 'userPrincipalName'],
  list: (directory, tenantId, page) => directory.listUsers(tenantId, page),
  find: {
    id: (directory, tenantId, id) => directory.readUser(tenantId, id),
    userprincipalname: (directory, tenantId, name) => directory.findUser(tenantId, name),
  },
}

const texts = Object.fromEntries(USER_TEXTS.map((name) => [name, shortText.nullish()])) as Record<
  (typeof USER_TEXTS)[number],
  z.ZodOptional<z.ZodNullable<z.ZodString>>
>

const userPrincipalName = z
  .string()
  .max(113)
  .regex(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]+$/, 'must have the form name@domain')
const mailNickname = z.string().regex(/^[!-~]{1,64}$/, 'must have 1 to 64 printable characters without spaces')
const changes = z.strictObject({
  accountEnabled: z.boolean().optional(),
  displayName: displayName.optional(),
  mailNickname: mailNickname.optional(),
  userPrincipalName: userPrincipalName.optional(),
  passwordProfile,
  ...texts,
  ...freeMembers(USER_FACTS),
})
const newUser = changes.extend({ accountEnabled: z.boolean(), displayName, mailNickname, userPrincipalName })
type Changes = z.output<typeof changes>

const mayWriteUsers = refuseUnless(DIRECTORY_ACTIONS.writeUsers)
const mayWriteCredentials = refuseUnless(DIRECTORY_ACTIONS.writeUserCredentials)
/** Which of them a change needs shows when it is read. */
const mayChangeUsers = (call: GraphCall): Refusal | undefined => mayWriteCredentials(call) && mayWriteUsers(call)

const nameTaken = refused(
  400,
  'Request_MultipleObjectsWithSameKeyValue',
  'Another object with the same value for property userPrincipalName already exists.',
)

async function create(call: GraphCall<z.output<typeof newUser>>): Promise<Response | Refusal> {
  const { caller, change, dependencies } = call
  const { accountEnabled, displayName, userPrincipalName, passwordProfile: profile, ...told } = call.body
  const facts = mergeFacts({}, told)
  if (facts.type === 'refused') return facts
  const planned = await planPassword(call, profile)
  if (planned.type === 'refused') return planned
  const { tenantId } = caller
  const objectId = newGuid(dependencies.random)
  const named = { objectId, tenantId, userPrincipalName, displayName }
  const user = { ...named, accountEnabled, createdAt: change.at, facts: facts.facts }
  const refusal = await writeUndisturbed<Refusal | undefined>(dependencies.storage, tenantId, async () => {
    if ((await call.directory.findUser(tenantId, userPrincipalName)) !== undefined) return { result: nameTaken }
    const record = ({ directory, signIns }: Writers) => {
      void directory.createUser(change, user)
      if (planned.password !== undefined) void signIns.putPassword(change, tenantId, objectId, planned.password)
    }
    return { result: undefined, record }
  })
  return refusal ?? entity(call, 'users', userForm(user), 201)
}

async function update(call: GraphCall<Changes>): Promise<Response | Refusal> {
  const { accountEnabled, displayName, userPrincipalName, passwordProfile: profile, ...told } = call.body
  const named = { ...(displayName && { displayName }), ...(userPrincipalName && { userPrincipalName }) }
  const asked = { ...named, ...(accountEnabled === undefined ? {} : { accountEnabled }) }
  const isTold = Object.keys(told).length > 0
  const isOnlyPassword = profile != null && !isTold && changesNothing(asked)
  const refusal =
    (profile == null ? undefined : mayWriteCredentials(call)) ?? (isOnlyPassword ? undefined : mayWriteUsers(call))
  if (refusal !== undefined) return refusal
  const login = await findLogin(call)
  if (login === undefined) return userMissing(call)
  const facts = mergeFacts(login.user.facts, told)
  if (facts.type === 'refused') return facts
  const planned = await planPassword(call, profile, login.password)
  if (planned.type === 'refused') return planned
  const changed = { ...asked, ...(isTold && { facts: facts.facts }) }
  return write(call, login.user, changed, planned)
}

async function findLogin(call: GraphCall<Changes>): Promise<UserLogin | undefined> {
  const user = await findUser(call)
  return user && call.dependencies.storage.read.signIns.readUserLogin(user.tenantId, user.objectId)
}

/** All or nothing. */
async function write(
  call: GraphCall<Changes>,
  { tenantId, objectId }: User,
  changed: UserUpdate,
  { password, madeFrom }: Planned,
): Promise<Response | Refusal> {
  const { change, directory, dependencies } = call
  const isSame = changesNothing(changed)
  if (isSame && password === undefined) return noContent(call)
  const refusal = await writeUndisturbed<Refusal | undefined>(dependencies.storage, tenantId, async () => {
    if ((await directory.readUser(tenantId, objectId)) === undefined) return { result: userMissing(call) }
    const { userPrincipalName: name } = changed
    const namesake = name === undefined ? undefined : await directory.findUser(tenantId, name)
    if (namesake !== undefined && namesake.objectId !== objectId) return { result: nameTaken }
    const record = (to: Writers) => {
      if (!isSame) void to.directory.updateUser(change, tenantId, objectId, changed)
      if (password !== undefined) void to.signIns.putPassword(change, tenantId, objectId, password, madeFrom)
    }
    return { result: undefined, record }
  })
  return refusal ?? noContent(call)
}

async function read(call: GraphCall): Promise<Response | Refusal> {
  const user = await findUser(call)
  return user === undefined ? userMissing(call) : entity(call, 'users', userForm(user))
}

async function remove(call: GraphCall): Promise<Response | Refusal> {
  const user = await findUser(call)
  if (user === undefined) return userMissing(call)
  const { directory } = call.dependencies.storage.write
  const deleted = await directory.deleteUser(call.change, user.tenantId, user.objectId)
  return deleted ? noContent(call) : userMissing(call)
}

export const userRoutes = [
  graphRoute('GET', '/users', {
    summary: 'List users',
    right: DIRECTORY_ACTIONS.readUsers,
    query: listQuery,
    response: ok(pagedListOf(userSchema)),
    handle: (call) => listObjects(call, userSet),
  }),
  graphRoute('GET', '/users/$count', {
    summary: 'Count users',
    right: DIRECTORY_ACTIONS.readUsers,
    query: countQuery,
    response: ok(bareCount),
    handle: (call) => countObjects(call, userSet),
  }),
  graphRoute('POST', '/users', {
    summary: 'Create a user, who signs in when given a password',
    right: DIRECTORY_ACTIONS.writeUsers,
    body: newUser,
    query: selectQuery,
    response: created(userSchema),
    handle: create,
  }),
  graphRoute('GET', '/users/{objectId}', {
    summary: 'Read a user by object id or name',
    right: DIRECTORY_ACTIONS.readUsers,
    query: selectQuery,
    response: ok(userSchema),
    handle: read,
  }),
  graphRoute('PATCH', '/users/{objectId}', {
    summary: 'Change a user',
    right: mayChangeUsers,
    body: changes,
    response: done,
    handle: update,
  }),
  graphRoute('DELETE', '/users/{objectId}', {
    summary: 'Delete a user',
    right: DIRECTORY_ACTIONS.deleteUsers,
    response: done,
    handle: remove,
  }),
]
