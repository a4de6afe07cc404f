// Changes tenants, applications, service principals, their secrets and groups. Runs inside the store thread's transaction. A
// method that finds nothing to change returns false and leaves the epoch alone.

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { Application, Change, DirectoryWriter, Group, PasswordCredential, ServicePrincipal } from '../storage.ts'
import type { Database } from './database.ts'
import { recordChange } from './record-change.ts'
import type { Synchronous } from './synchronous.ts'

export function createDirectoryWriter(database: Database): Synchronous<DirectoryWriter> {
  return {
    createTenant: (change, tenant) => createTenant(database, change, tenant),
    createApplication: (change, application) => createApplication(database, change, application),
    createServicePrincipal: (change, principal) => createServicePrincipal(database, change, principal),
    setApplicationDisabled: (change, tenantId, objectId, disabled) =>
      setApplicationDisabled(database, change, tenantId, objectId, disabled),
    deleteApplication: (change, tenantId, objectId) => deleteApplication(database, change, tenantId, objectId),
    addPassword: (change, tenantId, objectId, password) => addPassword(database, change, tenantId, objectId, password),
    removePassword: (change, tenantId, objectId, keyId) => removePassword(database, change, tenantId, objectId, keyId),
    createGroup: (change, group) => createGroup(database, change, group),
    addMember: (change, tenantId, groupId, memberId) => addMember(database, change, tenantId, groupId, memberId),
    removeMember: (change, tenantId, groupId, memberId) => removeMember(database, change, tenantId, groupId, memberId),
  }
}

/** Not an operation that a role could grant: tenants are made by the program itself. */
const TENANTS_WRITE = 'Microsoft.Directory/tenants/write'

function createTenant(database: Database, change: Change, tenant: { tenantId: string; displayName: string }): void {
  database
    .prepare('INSERT INTO tenants (tenant_id, display_name, epoch) VALUES (?, ?, 0)')
    .run(tenant.tenantId, tenant.displayName)
  recordChange(database, change, tenant.tenantId, TENANTS_WRITE, tenant.tenantId)
}

function createApplication(
  database: Database,
  change: Change,
  application: Omit<Application, 'passwordCredentials'>,
): void {
  const { objectId, applicationId, tenantId, displayName, disabled, createdAt } = application
  database
    .prepare(
      `INSERT INTO applications (object_id, application_id, tenant_id, display_name, disabled, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .run(objectId, applicationId, tenantId, displayName, Number(disabled), createdAt)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeApplications, objectId)
}

function createServicePrincipal(database: Database, change: Change, principal: ServicePrincipal): void {
  const { objectId, applicationId, tenantId, displayName, accountEnabled } = principal
  database
    .prepare(
      `INSERT INTO service_principals (object_id, application_id, tenant_id, display_name, account_enabled)
       VALUES (?, ?, ?, ?, ?)`,
    )
    .run(objectId, applicationId, tenantId, displayName, Number(accountEnabled))
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeServicePrincipals, objectId)
}

function setApplicationDisabled(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  disabled: boolean,
): boolean {
  const updated = database
    .prepare('UPDATE applications SET disabled = ? WHERE tenant_id = ? AND object_id = ?')
    .run(Number(disabled), tenantId, objectId)
  if (updated.changes === 0) return false
  database
    .prepare(
      `UPDATE service_principals SET account_enabled = ? WHERE tenant_id = ? AND application_id =
         (SELECT application_id FROM applications WHERE tenant_id = ? AND object_id = ?)`,
    )
    .run(Number(!disabled), tenantId, tenantId, objectId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeApplications, objectId)
  return true
}

/** Its service principal and secrets go with it. Role assignments stay, with a principal that resolves to nothing. */
function deleteApplication(database: Database, change: Change, tenantId: string, objectId: string): boolean {
  const principal = database
    .prepareArrays<[string]>(
      `DELETE FROM service_principals WHERE tenant_id = ? AND application_id =
         (SELECT application_id FROM applications WHERE tenant_id = ? AND object_id = ?) RETURNING object_id`,
    )
    .get(tenantId, tenantId, objectId)
  if (principal !== undefined)
    database.prepare('DELETE FROM group_members WHERE tenant_id = ? AND member_id = ?').run(tenantId, principal[0])
  const deleted = database
    .prepare('DELETE FROM applications WHERE tenant_id = ? AND object_id = ?')
    .run(tenantId, objectId)
  if (deleted.changes === 0) return false
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.deleteApplications, objectId)
  return true
}

function addPassword(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  password: PasswordCredential & { readonly hash: Uint8Array },
): boolean {
  const { keyId, displayName, hint, hash, startAt, endAt } = password
  const inserted = database
    .prepare(
      `INSERT INTO password_credentials (key_id, object_id, tenant_id, display_name, hint, hash, start_at, end_at)
       SELECT ?, object_id, tenant_id, ?, ?, ?, ?, ? FROM applications WHERE tenant_id = ? AND object_id = ?`,
    )
    .run(keyId, displayName, hint, hash, startAt, endAt, tenantId, objectId)
  if (inserted.changes === 0) return false
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeApplicationCredentials, `${objectId}/${keyId}`)
  return true
}

function removePassword(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  keyId: string,
): boolean {
  const deleted = database
    .prepare('DELETE FROM password_credentials WHERE tenant_id = ? AND object_id = ? AND key_id = ?')
    .run(tenantId, objectId, keyId)
  if (deleted.changes === 0) return false
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeApplicationCredentials, `${objectId}/${keyId}`)
  return true
}

function createGroup(database: Database, change: Change, group: Group): void {
  database
    .prepare('INSERT INTO groups (object_id, tenant_id, display_name) VALUES (?, ?, ?)')
    .run(group.objectId, group.tenantId, group.displayName)
  recordChange(database, change, group.tenantId, DIRECTORY_ACTIONS.writeGroups, group.objectId)
}

function addMember(database: Database, change: Change, tenantId: string, groupId: string, memberId: string): void {
  const inserted = database
    .prepare(
      `INSERT INTO group_members (tenant_id, group_id, member_id) VALUES (?, ?, ?)
       ON CONFLICT (tenant_id, group_id, member_id) DO NOTHING`,
    )
    .run(tenantId, groupId, memberId)
  if (inserted.changes > 0)
    recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeGroupMembers, `${groupId}/${memberId}`)
}

function removeMember(
  database: Database,
  change: Change,
  tenantId: string,
  groupId: string,
  memberId: string,
): boolean {
  const deleted = database
    .prepare('DELETE FROM group_members WHERE tenant_id = ? AND group_id = ? AND member_id = ?')
    .run(tenantId, groupId, memberId)
  if (deleted.changes === 0) return false
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeGroupMembers, `${groupId}/${memberId}`)
  return true
}
