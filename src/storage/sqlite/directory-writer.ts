// Changes tenants, applications and service principals, and hands credentials, groups and users to their parts. Runs inside the store
// thread's transaction. A method that finds nothing to change says so and leaves the epoch alone.

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type {
  Application,
  ApplicationOutcome,
  ApplicationUpdate,
  CreateServicePrincipalOutcome,
  DirectoryWriter,
  NewApplication,
  NewServicePrincipal,
  RemovalOutcome,
  ServicePrincipal,
  ServicePrincipalUpdate,
  UpdateServicePrincipalOutcome,
} from '../directory.ts'
import type { Change } from '../storage.ts'
import type { Database } from './database.ts'
import { isLastHolder } from './directory-administrators.ts'
import { BY_APPLICATION_ID, BY_ID, readApplications, readServicePrincipals } from './directory-application-reader.ts'
import { createCredentialWriter, replaceKeyCredentials } from './directory-credential-writer.ts'
import { createMemberWriter, forgetObject } from './directory-member-writer.ts'
import { recordChange } from './record-change.ts'
import type { Synchronous } from './synchronous.ts'

export function createDirectoryWriter(database: Database): Synchronous<DirectoryWriter> {
  return {
    checkEpoch: ({ tenantId, epoch }) => {
      const same = database.prepare('SELECT 1 FROM tenants WHERE tenant_id = ? AND epoch = ?').get(tenantId, epoch)
      return same === undefined ? 'other epoch' : 'same epoch'
    },
    createTenant: (change, tenant) => createTenant(database, change, tenant),
    createApplication: (change, application) => createApplication(database, change, application),
    updateApplication: (change, tenantId, objectId, update) =>
      updateApplication(database, change, tenantId, objectId, update),
    setApplicationDisabled: (change, tenantId, objectId, disabled) =>
      setApplicationDisabled(database, change, tenantId, objectId, disabled),
    deleteApplication: (change, tenantId, objectId, keepOne) =>
      deleteApplication(database, change, tenantId, objectId, keepOne),
    createServicePrincipal: (change, principal) => createServicePrincipal(database, change, principal),
    updateServicePrincipal: (change, tenantId, objectId, update, keepOne) =>
      updateServicePrincipal(database, change, tenantId, objectId, update, keepOne),
    deleteServicePrincipal: (change, tenantId, objectId, keepOne) =>
      deleteServicePrincipal(database, change, tenantId, readPrincipal(database, tenantId, objectId), keepOne),
    ...createCredentialWriter(database),
    ...createMemberWriter(database),
  }
}

/** Not an operation that a role could grant: tenants are made by the program itself. */
const TENANTS_WRITE = 'Microsoft.Directory/tenants/write'

function createTenant(database: Database, change: Change, tenant: { tenantId: string; displayName: string }): void {
  database
    .prepare('INSERT INTO tenants (tenant_id, display_name, epoch) VALUES (?, ?, 0)')
    .run(tenant.tenantId, tenant.displayName)
  recordChange(database, change, tenant.tenantId, TENANTS_WRITE, tenant.tenantId, { after: tenant })
}

const readApplication = (database: Database, tenantId: string, objectId: string): Application | undefined =>
  readApplications(database, tenantId, BY_ID, objectId)[0]

const readPrincipal = (database: Database, tenantId: string, objectId: string): ServicePrincipal | undefined =>
  readServicePrincipals(database, tenantId, BY_ID, objectId)[0]

function createApplication(database: Database, change: Change, application: NewApplication): ApplicationOutcome {
  const { objectId, applicationId, tenantId, displayName, disabled, createdAt, facts = {} } = application
  const { identifierUris = [], keyCredentials = [] } = application
  const taken = findTakenUri(database, tenantId, objectId, identifierUris)
  if (taken !== undefined) return { type: 'identifier taken', uri: taken }
  database
    .prepare(
      `INSERT INTO applications (object_id, application_id, tenant_id, display_name, disabled, created_at, facts)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(objectId, applicationId, tenantId, displayName, Number(disabled), createdAt, JSON.stringify(facts))
  replaceIdentifierUris(database, tenantId, objectId, identifierUris)
  replaceKeyCredentials(database, tenantId, { objectId }, keyCredentials)
  const after = readApplication(database, tenantId, objectId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeApplications, objectId, { after })
  return { type: 'created' }
}

/** The first of the URIs that another application of the tenant has. */
function findTakenUri(
  database: Database,
  tenantId: string,
  objectId: string,
  uris: readonly string[],
): string | undefined {
  const other = database.prepare(
    'SELECT 1 FROM application_identifier_uris WHERE tenant_id = ? AND uri_key = ? AND object_id <> ?',
  )
  return uris.find((uri) => other.get(tenantId, uri.toLowerCase(), objectId) !== undefined)
}

function replaceIdentifierUris(database: Database, tenantId: string, objectId: string, uris: readonly string[]): void {
  database
    .prepare('DELETE FROM application_identifier_uris WHERE tenant_id = ? AND object_id = ?')
    .run(tenantId, objectId)
  const insert = database.prepare(
    'INSERT INTO application_identifier_uris (tenant_id, uri_key, uri, object_id) VALUES (?, ?, ?, ?)',
  )
  for (const uri of uris) insert.run(tenantId, uri.toLowerCase(), uri, objectId)
}

function updateApplication(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  update: ApplicationUpdate,
): ApplicationOutcome {
  const before = readApplication(database, tenantId, objectId)
  if (before === undefined) return { type: 'missing' }
  const { displayName = before.displayName, facts = before.facts, identifierUris, keyCredentials } = update
  const taken = findTakenUri(database, tenantId, objectId, identifierUris ?? [])
  if (taken !== undefined) return { type: 'identifier taken', uri: taken }
  database
    .prepare('UPDATE applications SET display_name = ?, facts = ? WHERE tenant_id = ? AND object_id = ?')
    .run(displayName, JSON.stringify(facts), tenantId, objectId)
  if (identifierUris !== undefined) replaceIdentifierUris(database, tenantId, objectId, identifierUris)
  if (keyCredentials !== undefined) replaceKeyCredentials(database, tenantId, { objectId }, keyCredentials)
  const operation =
    keyCredentials === undefined ? DIRECTORY_ACTIONS.writeApplications : DIRECTORY_ACTIONS.writeApplicationCredentials
  recordChange(database, change, tenantId, operation, objectId, {
    before,
    after: readApplication(database, tenantId, objectId),
  })
  if (displayName !== before.displayName) renamePrincipal(database, change, before, displayName)
  return { type: 'updated' }
}

/** The principal is called like its application as long as nobody has called it otherwise. */
function renamePrincipal(
  database: Database,
  change: Change,
  { tenantId, applicationId, displayName: formerName }: Application,
  displayName: string,
): void {
  const [principal] = readServicePrincipals(database, tenantId, BY_APPLICATION_ID, applicationId)
  if (principal?.displayName !== formerName) return
  updateServicePrincipal(database, change, tenantId, principal.objectId, { displayName })
}

function setApplicationDisabled(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  disabled: boolean,
): boolean {
  const before = readApplication(database, tenantId, objectId)
  if (before === undefined) return false
  database
    .prepare('UPDATE applications SET disabled = ? WHERE tenant_id = ? AND object_id = ?')
    .run(Number(disabled), tenantId, objectId)
  database
    .prepare('UPDATE service_principals SET account_enabled = ? WHERE tenant_id = ? AND application_id = ?')
    .run(Number(!disabled), tenantId, before.applicationId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeApplications, objectId, {
    before,
    after: { ...before, disabled },
  })
  return true
}

/** Role assignments stay, with a principal that resolves to nothing. */
function deleteApplication(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  keepOne: readonly string[] = [],
): RemovalOutcome {
  const before = readApplication(database, tenantId, objectId)
  if (before === undefined) return { type: 'missing' }
  const [principal] = readServicePrincipals(database, tenantId, BY_APPLICATION_ID, before.applicationId)
  const ended = deleteServicePrincipal(database, change, tenantId, principal, keepOne)
  if (ended.type === 'last') return ended
  forgetObject(database, tenantId, objectId)
  database.prepare('DELETE FROM applications WHERE tenant_id = ? AND object_id = ?').run(tenantId, objectId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.deleteApplications, objectId, { before })
  return { type: 'removed' }
}

function createServicePrincipal(
  database: Database,
  change: Change,
  principal: NewServicePrincipal,
): CreateServicePrincipalOutcome {
  const { objectId, applicationId, tenantId, displayName, accountEnabled, createdAt = null, facts = {} } = principal
  if (readApplications(database, tenantId, BY_APPLICATION_ID, applicationId).length === 0)
    return { type: 'no application' }
  const inserted = database
    .prepare(
      `INSERT INTO service_principals (object_id, application_id, tenant_id, display_name, account_enabled, created_at,
         facts)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, application_id) DO NOTHING`,
    )
    .run(objectId, applicationId, tenantId, displayName, Number(accountEnabled), createdAt, JSON.stringify(facts))
  if (inserted.changes === 0) return { type: 'exists' }
  const after = readPrincipal(database, tenantId, objectId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.writeServicePrincipals, objectId, { after })
  return { type: 'created' }
}

function updateServicePrincipal(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  update: ServicePrincipalUpdate,
  keepOne: readonly string[] = [],
): UpdateServicePrincipalOutcome {
  const before = readPrincipal(database, tenantId, objectId)
  if (before === undefined) return { type: 'missing' }
  if (update.accountEnabled === false && isLastHolder(database, tenantId, keepOne, before)) return { type: 'last' }
  const { displayName, accountEnabled, facts, keyCredentials } = { ...before, keyCredentials: undefined, ...update }
  database
    .prepare(
      `UPDATE service_principals SET display_name = ?, account_enabled = ?, facts = ?
       WHERE tenant_id = ? AND object_id = ?`,
    )
    .run(displayName, Number(accountEnabled), JSON.stringify(facts), tenantId, objectId)
  if (keyCredentials !== undefined) {
    const owner = { objectId: before.applicationObjectId, servicePrincipalId: objectId }
    replaceKeyCredentials(database, tenantId, owner, keyCredentials)
  }
  const operation =
    keyCredentials === undefined
      ? DIRECTORY_ACTIONS.writeServicePrincipals
      : DIRECTORY_ACTIONS.writeApplicationCredentials
  const after = readPrincipal(database, tenantId, objectId)
  recordChange(database, change, tenantId, operation, objectId, { before, after })
  return { type: 'updated' }
}

/** The secrets and certificates that were added to it go with it. */
function deleteServicePrincipal(
  database: Database,
  change: Change,
  tenantId: string,
  before: ServicePrincipal | undefined,
  keepOne: readonly string[] = [],
): RemovalOutcome {
  if (before === undefined) return { type: 'missing' }
  if (isLastHolder(database, tenantId, keepOne, before)) return { type: 'last' }
  const { objectId } = before
  for (const table of ['password_credentials', 'key_credentials'] as const)
    database.prepare(`DELETE FROM ${table} WHERE tenant_id = ? AND service_principal_id = ?`).run(tenantId, objectId)
  forgetObject(database, tenantId, objectId)
  database.prepare('DELETE FROM service_principals WHERE tenant_id = ? AND object_id = ?').run(tenantId, objectId)
  recordChange(database, change, tenantId, DIRECTORY_ACTIONS.deleteServicePrincipals, objectId, { before })
  return { type: 'removed' }
}
