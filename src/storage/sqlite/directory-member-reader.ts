// Reads groups, users, who is in what and who owns what. Groups may contain each other, in circles too: UNION ends such a walk, since
// it adds no row twice.

import type { DirectoryObject, DirectoryReader, Facts, Group, User } from '../directory.ts'
import type { Database, Value } from './database.ts'
import { BY_ID, readApplications, readServicePrincipals } from './directory-application-reader.ts'
import { pageValues } from './directory-page.ts'
import type { Synchronous } from './synchronous.ts'

type MemberReader = Pick<
  DirectoryReader,
  | 'readGroup'
  | 'listGroups'
  | 'readUser'
  | 'findUser'
  | 'listUsers'
  | 'readObjects'
  | 'listMembers'
  | 'listMemberOf'
  | 'listOwners'
  | 'listOwned'
>

export function createMemberReader(database: Database): Synchronous<MemberReader> {
  const ids = (sql: string, ...values: Value[]) =>
    database
      .prepareArrays<[string]>(sql)
      .all(...values)
      .map(([id]) => id)
  return {
    readGroup: (tenantId, objectId) => readGroups(database, tenantId, BY_ID, objectId)[0],
    listGroups: (tenantId, page) => readGroups(database, tenantId, 'o.object_id > ?', ...pageValues(page)),
    readUser: (tenantId, objectId) => readUsers(database, tenantId, BY_ID, objectId)[0],
    findUser: (tenantId, name) => readUsers(database, tenantId, 'o.user_principal_name_key = ?', name.toLowerCase())[0],
    listUsers: (tenantId, page) => readUsers(database, tenantId, 'o.object_id > ?', ...pageValues(page)),
    readObjects: (tenantId, objectIds) =>
      database.snapshot(() => objectIds.flatMap((objectId) => readObject(database, tenantId, objectId) ?? [])),
    listMembers: (tenantId, groupId, depth) =>
      depth === 'direct' ? ids(MEMBERS, tenantId, groupId) : ids(MEMBERS_BELOW, tenantId, groupId, tenantId),
    listMemberOf: (tenantId, memberId, depth) =>
      depth === 'direct' ? ids(MEMBER_OF, tenantId, memberId) : ids(MEMBER_OF_ABOVE, tenantId, memberId, tenantId),
    listOwners: (tenantId, objectId) => ids(OWNERS, tenantId, objectId),
    listOwned: (tenantId, ownerId) => ids(OWNED, tenantId, ownerId),
  }
}

const MEMBERS = 'SELECT member_id FROM group_members WHERE tenant_id = ? AND group_id = ? ORDER BY member_id'
const MEMBER_OF = 'SELECT group_id FROM group_members WHERE tenant_id = ? AND member_id = ? ORDER BY group_id'
const OWNERS = 'SELECT owner_id FROM object_owners WHERE tenant_id = ? AND object_id = ? ORDER BY owner_id'
const OWNED = 'SELECT object_id FROM object_owners WHERE tenant_id = ? AND owner_id = ? ORDER BY object_id'

const MEMBERS_BELOW = `
  WITH RECURSIVE found (object_id) AS (
    SELECT member_id FROM group_members WHERE tenant_id = ? AND group_id = ?
    UNION
    SELECT m.member_id FROM found CROSS JOIN group_members m WHERE m.tenant_id = ? AND m.group_id = found.object_id
  )
  SELECT object_id FROM found ORDER BY object_id`

const MEMBER_OF_ABOVE = `
  WITH RECURSIVE found (object_id) AS (
    SELECT group_id FROM group_members WHERE tenant_id = ? AND member_id = ?
    UNION
    SELECT m.group_id FROM found CROSS JOIN group_members m WHERE m.tenant_id = ? AND m.member_id = found.object_id
  )
  SELECT object_id FROM found ORDER BY object_id`

/** Object ids are unique over all kinds. */
function readObject(database: Database, tenantId: string, objectId: string): DirectoryObject | undefined {
  const [application] = readApplications(database, tenantId, BY_ID, objectId)
  if (application !== undefined) return { type: 'application', object: application }
  const [principal] = readServicePrincipals(database, tenantId, BY_ID, objectId)
  if (principal !== undefined) return { type: 'servicePrincipal', object: principal }
  const [group] = readGroups(database, tenantId, BY_ID, objectId)
  if (group !== undefined) return { type: 'group', object: group }
  const [user] = readUsers(database, tenantId, BY_ID, objectId)
  return user === undefined ? undefined : { type: 'user', object: user }
}

type GroupRow = {
  object_id: string
  tenant_id: string
  display_name: string
  created_at: number | null
  facts: string
}

export function readGroups(
  database: Database,
  tenantId: string,
  condition: string,
  value: Value,
  limit: number = 1,
): Group[] {
  return database
    .prepare<GroupRow>(
      `SELECT object_id, tenant_id, display_name, created_at, facts
       FROM groups o WHERE o.tenant_id = ? AND ${condition} ORDER BY o.object_id LIMIT ?`,
    )
    .all(tenantId, value, limit)
    .map((row) => ({
      objectId: row.object_id,
      tenantId: row.tenant_id,
      displayName: row.display_name,
      ...(row.created_at === null ? {} : { createdAt: row.created_at }),
      facts: JSON.parse(row.facts) as Facts,
    }))
}

type UserRow = Omit<GroupRow, 'created_at'> & {
  user_principal_name: string
  account_enabled: number
  created_at: number
}

export function readUsers(
  database: Database,
  tenantId: string,
  condition: string,
  value: Value,
  limit: number = 1,
): User[] {
  return database
    .prepare<UserRow>(
      `SELECT object_id, tenant_id, user_principal_name, display_name, account_enabled, created_at, facts
       FROM users o WHERE o.tenant_id = ? AND ${condition} ORDER BY o.object_id LIMIT ?`,
    )
    .all(tenantId, value, limit)
    .map((row) => ({
      objectId: row.object_id,
      tenantId: row.tenant_id,
      userPrincipalName: row.user_principal_name,
      displayName: row.display_name,
      accountEnabled: row.account_enabled !== 0,
      createdAt: row.created_at,
      facts: JSON.parse(row.facts) as Facts,
    }))
}
