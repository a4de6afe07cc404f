// Changes groups, users, memberships and ownerships. Whether a member or an owner is there at all is the caller's question: an id that
// resolves to nothing gives nobody anything, since no id is ever used again.

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type {
  DirectoryWriter,
  GroupUpdate,
  NewGroup,
  RemovalOutcome,
  User,
  UserOutcome,
  UserUpdate,
} from '../directory.ts'
import type { Change } from '../storage.ts'
import { isLastHolder } from './directory-administrators.ts'
import { BY_ID } from './directory-application-reader.ts'
import { BY_NAME_KEY, memberReader, readGroup, readUser } from './directory-member-reader.ts'
import { endSessionsOf, forgetSignIns } from './sign-ins.ts'
import { recordChange } from './record-change.ts'
import { type InSql, lockTenant, run, type Sql } from './sql.ts'

type MemberWriter = Pick<
  DirectoryWriter,
  | 'createGroup'
  | 'updateGroup'
  | 'deleteGroup'
  | 'addMember'
  | 'removeMember'
  | 'createUser'
  | 'updateUser'
  | 'deleteUser'
  | 'addOwner'
  | 'removeOwner'
>

export const memberWriter: InSql<MemberWriter> = {
  createGroup,
  updateGroup,
  deleteGroup,
  addMember,
  removeMember,
  createUser,
  updateUser,
  deleteUser,
  addOwner,
  removeOwner,
}

/** Ends every membership and ownership of and in an object that is about to go. Locking is the caller's. */
export function* forgetObject(tenantId: string, objectId: string): Sql<void> {
  yield* run('DELETE FROM group_members WHERE tenant_id = ? AND member_id = ?', tenantId, objectId)
  yield* run('DELETE FROM object_owners WHERE tenant_id = ? AND owner_id = ?', tenantId, objectId)
  yield* run('DELETE FROM object_owners WHERE tenant_id = ? AND object_id = ?', tenantId, objectId)
}

function* createGroup(change: Change, group: NewGroup): Sql<void> {
  const { objectId, tenantId, displayName, createdAt = null, facts = {} } = group
  yield* lockTenant(tenantId)
  yield* run(
    'INSERT INTO groups (object_id, tenant_id, display_name, created_at, facts) VALUES (?, ?, ?, ?, ?)',
    objectId,
    tenantId,
    displayName,
    createdAt,
    JSON.stringify(facts),
  )
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeGroups, objectId, { after: group })
}

function* updateGroup(change: Change, tenantId: string, objectId: string, update: GroupUpdate): Sql<boolean> {
  yield* lockTenant(tenantId)
  const before = yield* readGroup(tenantId, objectId)
  if (before === undefined) return false
  const after = { ...before, ...update }
  yield* run(
    'UPDATE groups SET display_name = ?, facts = ? WHERE tenant_id = ? AND object_id = ?',
    after.displayName,
    JSON.stringify(after.facts),
    tenantId,
    objectId,
  )
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeGroups, objectId, { before, after })
  return true
}

function* deleteGroup(
  change: Change,
  tenantId: string,
  objectId: string,
  keepOne: readonly string[] = [],
): Sql<RemovalOutcome> {
  yield* lockTenant(tenantId)
  const group = yield* readGroup(tenantId, objectId)
  if (group === undefined) return { type: 'missing' }
  if (yield* isLastHolder(tenantId, keepOne, group)) return { type: 'last' }
  const members = yield* memberReader.listMembers(tenantId, objectId, 'direct')
  const before = { ...group, members, owners: yield* memberReader.listOwners(tenantId, objectId) }
  yield* forgetObject(tenantId, objectId)
  yield* run('DELETE FROM groups WHERE tenant_id = ? AND object_id = ?', tenantId, objectId)
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.deleteGroups, objectId, { before })
  return { type: 'removed' }
}

function* addMember(change: Change, tenantId: string, groupId: string, memberId: string): Sql<boolean> {
  yield* lockTenant(tenantId)
  const inserted = yield* run(
    `INSERT INTO group_members (tenant_id, group_id, member_id) VALUES (?, ?, ?)
     ON CONFLICT (tenant_id, group_id, member_id) DO NOTHING`,
    tenantId,
    groupId,
    memberId,
  )
  if (inserted === 0) return false
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeGroupMembers, `${groupId}/${memberId}`, {
    after: { groupId, memberId },
  })
  return true
}

function* removeMember(
  change: Change,
  tenantId: string,
  groupId: string,
  memberId: string,
  keepOne: readonly string[] = [],
): Sql<RemovalOutcome> {
  yield* lockTenant(tenantId)
  if (yield* isLastHolder(tenantId, keepOne, { groupId, memberId })) return { type: 'last' }
  const deleted = yield* run(
    'DELETE FROM group_members WHERE tenant_id = ? AND group_id = ? AND member_id = ?',
    tenantId,
    groupId,
    memberId,
  )
  if (deleted === 0) return { type: 'missing' }
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeGroupMembers, `${groupId}/${memberId}`, {
    before: { groupId, memberId },
  })
  return { type: 'removed' }
}

function* createUser(change: Change, user: User): Sql<UserOutcome> {
  const { objectId, tenantId, userPrincipalName, displayName, accountEnabled, createdAt, facts } = user
  yield* lockTenant(tenantId)
  const inserted = yield* run(
    `INSERT INTO users (object_id, tenant_id, user_principal_name, user_principal_name_key, display_name,
       account_enabled, created_at, facts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, user_principal_name_key) DO NOTHING`,
    objectId,
    tenantId,
    userPrincipalName,
    userPrincipalName.toLowerCase(),
    displayName,
    Number(accountEnabled),
    createdAt,
    JSON.stringify(facts),
  )
  if (inserted === 0) return { type: 'name taken' }
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeUsers, objectId, { after: user })
  return { type: 'created' }
}

function* updateUser(change: Change, tenantId: string, objectId: string, update: UserUpdate): Sql<UserOutcome> {
  yield* lockTenant(tenantId)
  const before = yield* readUser(tenantId, BY_ID, objectId)
  if (before === undefined) return { type: 'missing' }
  const after = { ...before, ...update }
  const nameKey = after.userPrincipalName.toLowerCase()
  const namesake = yield* readUser(tenantId, BY_NAME_KEY, nameKey)
  if (namesake !== undefined && namesake.objectId !== objectId) return { type: 'name taken' }
  yield* run(
    `UPDATE users SET user_principal_name = ?, user_principal_name_key = ?, display_name = ?, account_enabled = ?,
       facts = ?
     WHERE tenant_id = ? AND object_id = ?`,
    after.userPrincipalName,
    nameKey,
    after.displayName,
    Number(after.accountEnabled),
    JSON.stringify(after.facts),
    tenantId,
    objectId,
  )
  // They do not stand, and do not come back when the user does.
  if (!after.accountEnabled) yield* endSessionsOf(tenantId, objectId)
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeUsers, objectId, { before, after })
  return { type: 'updated' }
}

function* deleteUser(change: Change, tenantId: string, objectId: string): Sql<boolean> {
  yield* lockTenant(tenantId)
  const before = yield* readUser(tenantId, BY_ID, objectId)
  if (before === undefined) return false
  yield* forgetObject(tenantId, objectId)
  yield* forgetSignIns(tenantId, objectId)
  yield* run('DELETE FROM users WHERE tenant_id = ? AND object_id = ?', tenantId, objectId)
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.deleteUsers, objectId, { before })
  return true
}

function* addOwner(change: Change, tenantId: string, objectId: string, ownerId: string): Sql<boolean> {
  yield* lockTenant(tenantId)
  const inserted = yield* run(
    `INSERT INTO object_owners (tenant_id, object_id, owner_id) VALUES (?, ?, ?)
     ON CONFLICT (tenant_id, object_id, owner_id) DO NOTHING`,
    tenantId,
    objectId,
    ownerId,
  )
  if (inserted === 0) return false
  yield* recordChange(change, tenantId, OWNERS_WRITE, `${objectId}/${ownerId}`, { after: { objectId, ownerId } })
  return true
}

function* removeOwner(change: Change, tenantId: string, objectId: string, ownerId: string): Sql<boolean> {
  yield* lockTenant(tenantId)
  const deleted = yield* run(
    'DELETE FROM object_owners WHERE tenant_id = ? AND object_id = ? AND owner_id = ?',
    tenantId,
    objectId,
    ownerId,
  )
  if (deleted === 0) return false
  yield* recordChange(change, tenantId, OWNERS_WRITE, `${objectId}/${ownerId}`, { before: { objectId, ownerId } })
  return true
}

/** Only a name for the log: an owner may write credentials, so that is the right it takes to name one. */
const OWNERS_WRITE = 'Microsoft.Directory/owners/write'
