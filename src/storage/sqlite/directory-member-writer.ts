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
import type { Database } from './database.ts'
import { isLastHolder } from './directory-administrators.ts'
import { BY_ID } from './directory-application-reader.ts'
import { readGroups, readUsers } from './directory-member-reader.ts'
import { recordChange } from './record-change.ts'
import type { Synchronous } from './synchronous.ts'

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

export function createMemberWriter(database: Database): Synchronous<MemberWriter> {
  return {
    createGroup: (change, group) => createGroup(database, change, group),
    updateGroup: (change, tenantId, objectId, update) => updateGroup(database, change, tenantId, objectId, update),
    deleteGroup: (change, tenantId, objectId, keepOne) => deleteGroup(database, change, tenantId, objectId, keepOne),
    addMember: (change, tenantId, groupId, memberId) => addMember(database, change, tenantId, groupId, memberId),
    removeMember: (change, tenantId, groupId, memberId, keepOne) =>
      removeMember(database, change, tenantId, groupId, memberId, keepOne),
    createUser: (change, user) => createUser(database, change, user),
    updateUser: (change, tenantId, objectId, update) => updateUser(database, change, tenantId, objectId, update),
    deleteUser: (change, tenantId, objectId) => deleteUser(database, change, tenantId, objectId),
    addOwner: (change, tenantId, objectId, ownerId) => addOwner(database, change, tenantId, objectId, ownerId),
    removeOwner: (change, tenantId, objectId, ownerId) => removeOwner(database, change, tenantId, objectId, ownerId),
  }
}

/** Ends every membership and ownership of and in an object that is about to go. */
export function forgetObject(database: Database, tenantId: string, objectId: string): void {
  database.prepare('DELETE FROM group_members WHERE tenant_id = ? AND member_id = ?').run(tenantId, objectId)
  database.prepare('DELETE FROM object_owners WHERE tenant_id = ? AND owner_id = ?').run(tenantId, objectId)
  database.prepare('DELETE FROM object_owners WHERE tenant_id = ? AND object_id = ?').run(tenantId, objectId)
}

function createGroup(database: Database, change: Change, group: NewGroup): void {
  const { objectId, tenantId, displayName, createdAt = null, facts = {} } = group
  database
    .prepare('INSERT INTO groups (object_id, tenant_id, display_name, created_at, facts) VALUES (?, ?, ?, ?, ?)')
    .run(objectId, tenantId, displayName, createdAt, JSON.stringify(facts))
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeGroups, objectId, { after: group })
}

function updateGroup(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  update: GroupUpdate,
): boolean {
  const [before] = readGroups(database, tenantId, BY_ID, objectId)
  if (before === undefined) return false
  const after = { ...before, ...update }
  database
    .prepare('UPDATE groups SET display_name = ?, facts = ? WHERE tenant_id = ? AND object_id = ?')
    .run(after.displayName, JSON.stringify(after.facts), tenantId, objectId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeGroups, objectId, { before, after })
  return true
}

function deleteGroup(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  keepOne: readonly string[] = [],
): RemovalOutcome {
  const [before] = readGroups(database, tenantId, BY_ID, objectId)
  if (before === undefined) return { type: 'missing' }
  if (isLastHolder(database, tenantId, keepOne, before)) return { type: 'last' }
  forgetObject(database, tenantId, objectId)
  database.prepare('DELETE FROM groups WHERE tenant_id = ? AND object_id = ?').run(tenantId, objectId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.deleteGroups, objectId, { before })
  return { type: 'removed' }
}

function addMember(database: Database, change: Change, tenantId: string, groupId: string, memberId: string): boolean {
  const inserted = database
    .prepare(
      `INSERT INTO group_members (tenant_id, group_id, member_id) VALUES (?, ?, ?)
       ON CONFLICT (tenant_id, group_id, member_id) DO NOTHING`,
    )
    .run(tenantId, groupId, memberId)
  if (inserted.changes === 0) return false
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeGroupMembers, `${groupId}/${memberId}`, {
    after: { groupId, memberId },
  })
  return true
}

function removeMember(
  database: Database,
  change: Change,
  tenantId: string,
  groupId: string,
  memberId: string,
  keepOne: readonly string[] = [],
): RemovalOutcome {
  if (isLastHolder(database, tenantId, keepOne, { groupId, memberId })) return { type: 'last' }
  const deleted = database
    .prepare('DELETE FROM group_members WHERE tenant_id = ? AND group_id = ? AND member_id = ?')
    .run(tenantId, groupId, memberId)
  if (deleted.changes === 0) return { type: 'missing' }
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeGroupMembers, `${groupId}/${memberId}`, {
    before: { groupId, memberId },
  })
  return { type: 'removed' }
}

function createUser(database: Database, change: Change, user: User): UserOutcome {
  const { objectId, tenantId, userPrincipalName, displayName, accountEnabled, createdAt, facts } = user
  const inserted = database
    .prepare(
      `INSERT INTO users (object_id, tenant_id, user_principal_name, user_principal_name_key, display_name,
         account_enabled, created_at, facts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, user_principal_name_key) DO NOTHING`,
    )
    .run(
      objectId,
      tenantId,
      userPrincipalName,
      userPrincipalName.toLowerCase(),
      displayName,
      Number(accountEnabled),
      createdAt,
      JSON.stringify(facts),
    )
  if (inserted.changes === 0) return { type: 'name taken' }
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeUsers, objectId, { after: user })
  return { type: 'created' }
}

function updateUser(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  update: UserUpdate,
): UserOutcome {
  const [before] = readUsers(database, tenantId, BY_ID, objectId)
  if (before === undefined) return { type: 'missing' }
  const after = { ...before, ...update }
  const nameKey = after.userPrincipalName.toLowerCase()
  const [namesake] = readUsers(database, tenantId, 'o.user_principal_name_key = ?', nameKey)
  if (namesake !== undefined && namesake.objectId !== objectId) return { type: 'name taken' }
  database
    .prepare(
      `UPDATE users SET user_principal_name = ?, user_principal_name_key = ?, display_name = ?, account_enabled = ?,
         facts = ?
       WHERE tenant_id = ? AND object_id = ?`,
    )
    .run(
      after.userPrincipalName,
      nameKey,
      after.displayName,
      Number(after.accountEnabled),
      JSON.stringify(after.facts),
      tenantId,
      objectId,
    )
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeUsers, objectId, { before, after })
  return { type: 'updated' }
}

function deleteUser(database: Database, change: Change, tenantId: string, objectId: string): boolean {
  const [before] = readUsers(database, tenantId, BY_ID, objectId)
  if (before === undefined) return false
  forgetObject(database, tenantId, objectId)
  database.prepare('DELETE FROM users WHERE tenant_id = ? AND object_id = ?').run(tenantId, objectId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.deleteUsers, objectId, { before })
  return true
}

function addOwner(database: Database, change: Change, tenantId: string, objectId: string, ownerId: string): boolean {
  const inserted = database
    .prepare(
      `INSERT INTO object_owners (tenant_id, object_id, owner_id) VALUES (?, ?, ?)
       ON CONFLICT (tenant_id, object_id, owner_id) DO NOTHING`,
    )
    .run(tenantId, objectId, ownerId)
  if (inserted.changes === 0) return false
  recordChange(database, change, tenantId, OWNERS_WRITE, `${objectId}/${ownerId}`, { after: { objectId, ownerId } })
  return true
}

function removeOwner(database: Database, change: Change, tenantId: string, objectId: string, ownerId: string): boolean {
  const deleted = database
    .prepare('DELETE FROM object_owners WHERE tenant_id = ? AND object_id = ? AND owner_id = ?')
    .run(tenantId, objectId, ownerId)
  if (deleted.changes === 0) return false
  recordChange(database, change, tenantId, OWNERS_WRITE, `${objectId}/${ownerId}`, { before: { objectId, ownerId } })
  return true
}

/** Only a name for the log: an owner may write credentials, so that is the right it takes to name one. */
const OWNERS_WRITE = 'Microsoft.Directory/owners/write'
