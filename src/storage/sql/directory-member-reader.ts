// Reads groups, users, who is in what and who owns what. Groups may contain each other, in circles too: UNION ends such a walk, since
// it adds no row twice.

import type { DirectoryObject, DirectoryReader, Facts, Group, User } from '../directory.ts'
import { BY_ID, readApplication, readServicePrincipal } from './directory-application-reader.ts'
import { one, pageSelection, type Selection } from './directory-page.ts'
import { all, allArrays, type InSql, isText, type Sql, snapshot, type Value } from './sql.ts'

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

export const memberReader: InSql<MemberReader> = {
  readGroup,
  listGroups: (tenantId, page) => readGroups(tenantId, pageSelection(['display_name'], page)),
  readUser: (tenantId, objectId) => readUser(tenantId, BY_ID, objectId),
  findUser: (tenantId, name) => readUser(tenantId, BY_NAME_KEY, name.toLowerCase()),
  listUsers: (tenantId, page) => readUsers(tenantId, pageSelection(['display_name', 'user_principal_name'], page)),
  readObjects: (tenantId, objectIds) => snapshot(readObjects(tenantId, objectIds)),
  listMembers: (tenantId, groupId, depth) =>
    depth === 'direct' ? ids(MEMBERS, tenantId, groupId) : ids(MEMBERS_BELOW, tenantId, groupId, tenantId),
  listMemberOf: (tenantId, memberId, depth) =>
    depth === 'direct' ? ids(MEMBER_OF, tenantId, memberId) : ids(MEMBER_OF_ABOVE, tenantId, memberId, tenantId),
  listOwners: (tenantId, objectId) => ids(OWNERS, tenantId, objectId),
  listOwned: (tenantId, ownerId) => ids(OWNED, tenantId, ownerId),
}

function* ids(text: string, ...values: readonly Value[]): Sql<string[]> {
  const rows = yield* allArrays<[string]>(text, ...values)
  return rows.map(([id]) => id)
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

function* readObjects(tenantId: string, objectIds: readonly string[]): Sql<DirectoryObject[]> {
  const objects: DirectoryObject[] = []
  for (const objectId of objectIds) {
    const object = yield* readObject(tenantId, objectId)
    if (object !== undefined) objects.push(object)
  }
  return objects
}

/** Object ids are unique over all kinds. */
function* readObject(tenantId: string, objectId: string): Sql<DirectoryObject | undefined> {
  const application = yield* readApplication(tenantId, BY_ID, objectId)
  if (application !== undefined) return { type: 'application', object: application }
  const principal = yield* readServicePrincipal(tenantId, BY_ID, objectId)
  if (principal !== undefined) return { type: 'servicePrincipal', object: principal }
  const group = yield* readGroup(tenantId, objectId)
  if (group !== undefined) return { type: 'group', object: group }
  const user = yield* readUser(tenantId, BY_ID, objectId)
  return user === undefined ? undefined : { type: 'user', object: user }
}

/** A condition beside `BY_ID`; `o` is the object asked for. */
export const BY_NAME_KEY = 'o.user_principal_name_key = ?'

type GroupRow = {
  object_id: string
  tenant_id: string
  display_name: string
  created_at: number | null
  facts: string
}

export function* readGroup(tenantId: string, objectId: string): Sql<Group | undefined> {
  return (yield* readGroups(tenantId, one(BY_ID, objectId)))[0]
}

function* readGroups(tenantId: string, { condition, values, limit }: Selection): Sql<Group[]> {
  const rows = yield* all<GroupRow>(
    `SELECT object_id, tenant_id, display_name, created_at, facts
     FROM groups o WHERE o.tenant_id = ? AND ${condition} ORDER BY o.object_id LIMIT ?`,
    tenantId,
    ...values,
    limit,
  )
  return rows.map((row) => ({
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

export function* readUser(tenantId: string, condition: string, value: Value): Sql<User | undefined> {
  if (typeof value === 'string' && !isText(value)) return undefined
  return (yield* readUsers(tenantId, one(condition, value)))[0]
}

function* readUsers(tenantId: string, { condition, values, limit }: Selection): Sql<User[]> {
  const rows = yield* all<UserRow>(
    `SELECT object_id, tenant_id, user_principal_name, display_name, account_enabled, created_at, facts
     FROM users o WHERE o.tenant_id = ? AND ${condition} ORDER BY o.object_id LIMIT ?`,
    tenantId,
    ...values,
    limit,
  )
  return rows.map((row) => ({
    objectId: row.object_id,
    tenantId: row.tenant_id,
    userPrincipalName: row.user_principal_name,
    displayName: row.display_name,
    accountEnabled: row.account_enabled !== 0,
    createdAt: row.created_at,
    facts: JSON.parse(row.facts) as Facts,
  }))
}
