// Users, as far as roles and groups need them: nobody signs in as one yet. A password that is given is neither checked nor kept.
// Open: signing in. Azure: control-plane reference §7.

import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import { canonicalGuid } from '../../resources/guid.ts'
import type { User } from '../../storage/storage.ts'
import { type Refusal, refused } from '../refusal.ts'
import { newGuid } from '../request-context.ts'
import { created, done, ok } from '../responses.ts'
import { USER_FACTS, USER_TEXTS, changesNothing, displayName, freeMembers, mergeFacts, shortText } from './facts.ts'
import { userForm } from './graph-forms.ts'
import { countObjects, countQuery, listObjects, listQuery, type ObjectSet } from './graph-list.ts'
import { entity, type GraphCall, graphRoute, noContent, selectQuery } from './graph-route.ts'
import { bareCount, pagedListOf, userSchema } from './graph-schemas.ts'
import { objectNotFound } from './object-reference.ts'

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
  passwordProfile: z.looseObject({}).nullish(),
  ...texts,
  ...freeMembers(USER_FACTS),
})
const newUser = changes.extend({ accountEnabled: z.boolean(), displayName, mailNickname, userPrincipalName })
type Changes = z.output<typeof changes>

const nameTaken = refused(
  400,
  'Request_MultipleObjectsWithSameKeyValue',
  'Another object with the same value for property userPrincipalName already exists.',
)

/** By object id or by name. */
function find({ c, caller, directory }: GraphCall): Promise<User | undefined> {
  const key = c.req.param('objectId') ?? ''
  const objectId = canonicalGuid(key)
  return objectId === undefined
    ? directory.findUser(caller.tenantId, key)
    : directory.readUser(caller.tenantId, objectId)
}

const missing = ({ c }: GraphCall): Refusal => objectNotFound('user', c.req.param('objectId') ?? '')

async function create(call: GraphCall<z.output<typeof newUser>>): Promise<Response | Refusal> {
  const { caller, change, dependencies } = call
  const { accountEnabled, displayName, userPrincipalName, passwordProfile: _, ...told } = call.body
  const facts = mergeFacts({}, told)
  if (facts.type === 'refused') return facts
  const user = {
    objectId: newGuid(dependencies.random),
    tenantId: caller.tenantId,
    userPrincipalName,
    displayName,
    accountEnabled,
    createdAt: change.at,
    facts: facts.facts,
  }
  const { type } = await dependencies.storage.write.directory.createUser(change, user)
  return type === 'name taken' ? nameTaken : entity(call, 'users', userForm(user), 201)
}

async function update(call: GraphCall<Changes>): Promise<Response | Refusal> {
  const user = await find(call)
  if (user === undefined) return missing(call)
  const { accountEnabled, displayName, userPrincipalName, passwordProfile: _, ...told } = call.body
  const facts = mergeFacts(user.facts, told)
  if (facts.type === 'refused') return facts
  const changed = {
    ...(accountEnabled === undefined ? {} : { accountEnabled }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(userPrincipalName === undefined ? {} : { userPrincipalName }),
    ...(Object.keys(told).length === 0 ? {} : { facts: facts.facts }),
  }
  if (changesNothing(changed)) return noContent(call)
  const { directory } = call.dependencies.storage.write
  const { type } = await directory.updateUser(call.change, user.tenantId, user.objectId, changed)
  if (type === 'name taken') return nameTaken
  return type === 'missing' ? missing(call) : noContent(call)
}

async function read(call: GraphCall): Promise<Response | Refusal> {
  const user = await find(call)
  return user === undefined ? missing(call) : entity(call, 'users', userForm(user))
}

async function remove(call: GraphCall): Promise<Response | Refusal> {
  const user = await find(call)
  if (user === undefined) return missing(call)
  const { directory } = call.dependencies.storage.write
  const deleted = await directory.deleteUser(call.change, user.tenantId, user.objectId)
  return deleted ? noContent(call) : missing(call)
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
    summary: 'Create a user, who cannot sign in yet',
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
    right: DIRECTORY_ACTIONS.writeUsers,
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
