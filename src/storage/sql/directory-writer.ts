// Changes tenants, applications and service principals, and hands credentials, groups and users to their parts. Runs inside the caller's
// transaction. What changes a tenant locks it first, so that what was looked at is still so when it is written. A method that finds
// nothing to change says so and leaves the epoch alone.

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
import type { Change, EpochGuard } from '../storage.ts'
import { isLastHolder } from './directory-administrators.ts'
import {
  applicationReader,
  BY_APPLICATION_ID,
  BY_ID,
  readApplication,
  readServicePrincipal,
} from './directory-application-reader.ts'
import { forgetUses } from './credential-lives.ts'
import { credentialWriter, replaceKeyCredentials } from './directory-credential-writer.ts'
import { memberReader } from './directory-member-reader.ts'
import { forgetObject, memberWriter } from './directory-member-writer.ts'
import { identityProviderWriter } from './identity-providers.ts'
import { recordChange } from './record-change.ts'
import { first, type InSql, lockTenant, run, type Sql } from './sql.ts'

export const directoryWriter: InSql<DirectoryWriter> = {
  checkEpoch,
  createTenant,
  createApplication,
  updateApplication,
  setApplicationDisabled,
  deleteApplication,
  createServicePrincipal,
  updateServicePrincipal,
  deleteServicePrincipal,
  ...credentialWriter,
  ...memberWriter,
  ...identityProviderWriter,
}

function* checkEpoch({ tenantId, epoch }: EpochGuard): Sql<'same epoch' | 'other epoch'> {
  yield* lockTenant(tenantId)
  const same = yield* first('SELECT 1 FROM tenants WHERE tenant_id = ? AND epoch = ?', tenantId, epoch)
  return same === undefined ? 'other epoch' : 'same epoch'
}

/** Not an operation that a role could grant: tenants are made by the program itself. */
const TENANTS_WRITE = 'Microsoft.Directory/tenants/write'

function* createTenant(change: Change, tenant: { tenantId: string; displayName: string }): Sql<void> {
  yield* run(
    'INSERT INTO tenants (tenant_id, display_name, epoch) VALUES (?, ?, 0)',
    tenant.tenantId,
    tenant.displayName,
  )
  yield* recordChange(change, tenant.tenantId, TENANTS_WRITE, tenant.tenantId, { after: tenant })
}

function* createApplication(change: Change, application: NewApplication): Sql<ApplicationOutcome> {
  const { objectId, applicationId, tenantId, displayName, disabled, createdAt, facts = {} } = application
  yield* lockTenant(tenantId)
  const { identifierUris = [], keyCredentials = [] } = application
  const taken = yield* findTakenUri(tenantId, objectId, identifierUris)
  if (taken !== undefined) return { type: 'identifier taken', uri: taken }
  yield* run(
    `INSERT INTO applications (object_id, application_id, tenant_id, display_name, disabled, created_at, facts)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    objectId,
    applicationId,
    tenantId,
    displayName,
    Number(disabled),
    createdAt,
    JSON.stringify(facts),
  )
  yield* replaceIdentifierUris(tenantId, objectId, identifierUris)
  yield* replaceKeyCredentials(tenantId, { objectId }, keyCredentials)
  const after = yield* readApplication(tenantId, BY_ID, objectId)
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeApplications, objectId, { after })
  return { type: 'created' }
}

/** The first of the URIs that another application of the tenant has. */
function* findTakenUri(tenantId: string, objectId: string, uris: readonly string[]): Sql<string | undefined> {
  for (const uri of uris) {
    const other = yield* first(
      'SELECT 1 FROM application_identifier_uris WHERE tenant_id = ? AND uri_key = ? AND object_id <> ?',
      tenantId,
      uri.toLowerCase(),
      objectId,
    )
    if (other !== undefined) return uri
  }
  return undefined
}

function* replaceIdentifierUris(tenantId: string, objectId: string, uris: readonly string[]): Sql<void> {
  yield* run('DELETE FROM application_identifier_uris WHERE tenant_id = ? AND object_id = ?', tenantId, objectId)
  for (const uri of uris)
    yield* run(
      'INSERT INTO application_identifier_uris (tenant_id, uri_key, uri, object_id) VALUES (?, ?, ?, ?)',
      tenantId,
      uri.toLowerCase(),
      uri,
      objectId,
    )
}

function* updateApplication(
  change: Change,
  tenantId: string,
  objectId: string,
  update: ApplicationUpdate,
): Sql<ApplicationOutcome> {
  yield* lockTenant(tenantId)
  const before = yield* readApplication(tenantId, BY_ID, objectId)
  if (before === undefined) return { type: 'missing' }
  const { displayName = before.displayName, facts = before.facts, identifierUris, keyCredentials } = update
  const taken = yield* findTakenUri(tenantId, objectId, identifierUris ?? [])
  if (taken !== undefined) return { type: 'identifier taken', uri: taken }
  yield* run(
    'UPDATE applications SET display_name = ?, facts = ? WHERE tenant_id = ? AND object_id = ?',
    displayName,
    JSON.stringify(facts),
    tenantId,
    objectId,
  )
  if (identifierUris !== undefined) yield* replaceIdentifierUris(tenantId, objectId, identifierUris)
  if (keyCredentials !== undefined) yield* replaceKeyCredentials(tenantId, { objectId }, keyCredentials)
  const operation =
    keyCredentials === undefined ? DIRECTORY_ACTIONS.writeApplications : DIRECTORY_ACTIONS.writeApplicationCredentials
  yield* recordChange(change, tenantId, operation, objectId, {
    before,
    after: yield* readApplication(tenantId, BY_ID, objectId),
  })
  if (displayName !== before.displayName) yield* renamePrincipal(change, before, displayName)
  return { type: 'updated' }
}

/** The principal is called like its application as long as nobody has called it otherwise. */
function* renamePrincipal(
  change: Change,
  { tenantId, applicationId, displayName: formerName }: Application,
  displayName: string,
): Sql<void> {
  const principal = yield* readServicePrincipal(tenantId, BY_APPLICATION_ID, applicationId)
  if (principal?.displayName !== formerName) return
  yield* updateServicePrincipal(change, tenantId, principal.objectId, { displayName })
}

function* setApplicationDisabled(change: Change, tenantId: string, objectId: string, disabled: boolean): Sql<boolean> {
  yield* lockTenant(tenantId)
  const before = yield* readApplication(tenantId, BY_ID, objectId)
  if (before === undefined) return false
  yield* run(
    'UPDATE applications SET disabled = ? WHERE tenant_id = ? AND object_id = ?',
    Number(disabled),
    tenantId,
    objectId,
  )
  yield* run(
    'UPDATE service_principals SET account_enabled = ? WHERE tenant_id = ? AND application_id = ?',
    Number(!disabled),
    tenantId,
    before.applicationId,
  )
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeApplications, objectId, {
    before,
    after: { ...before, disabled },
  })
  return true
}

/** Role assignments stay, with a principal that resolves to nothing. */
function* deleteApplication(
  change: Change,
  tenantId: string,
  objectId: string,
  keepOne: readonly string[] = [],
): Sql<RemovalOutcome> {
  yield* lockTenant(tenantId)
  const application = yield* readApplication(tenantId, BY_ID, objectId)
  if (application === undefined) return { type: 'missing' }
  const principal = yield* readServicePrincipal(tenantId, BY_APPLICATION_ID, application.applicationId)
  if (principal !== undefined && (yield* isLastHolder(tenantId, keepOne, principal))) return { type: 'last' }
  const owners = yield* memberReader.listOwners(tenantId, objectId)
  const federated = yield* applicationReader.listFederatedCredentials(tenantId, objectId)
  const before = { ...application, owners, federatedIdentityCredentials: federated }
  if (principal !== undefined) yield* removeServicePrincipal(change, principal)
  yield* forgetObject(tenantId, objectId)
  yield* run('DELETE FROM applications WHERE tenant_id = ? AND object_id = ?', tenantId, objectId)
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.deleteApplications, objectId, { before })
  return { type: 'removed' }
}

function* createServicePrincipal(change: Change, principal: NewServicePrincipal): Sql<CreateServicePrincipalOutcome> {
  const { objectId, applicationId, tenantId, displayName, accountEnabled, createdAt = null, facts = {} } = principal
  yield* lockTenant(tenantId)
  if ((yield* readApplication(tenantId, BY_APPLICATION_ID, applicationId)) === undefined)
    return { type: 'no application' }
  const inserted = yield* run(
    `INSERT INTO service_principals (object_id, application_id, tenant_id, display_name, account_enabled, created_at,
       facts)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, application_id) DO NOTHING`,
    objectId,
    applicationId,
    tenantId,
    displayName,
    Number(accountEnabled),
    createdAt,
    JSON.stringify(facts),
  )
  if (inserted === 0) return { type: 'exists' }
  const after = yield* readServicePrincipal(tenantId, BY_ID, objectId)
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.writeServicePrincipals, objectId, { after })
  return { type: 'created' }
}

function* updateServicePrincipal(
  change: Change,
  tenantId: string,
  objectId: string,
  update: ServicePrincipalUpdate,
  keepOne: readonly string[] = [],
): Sql<UpdateServicePrincipalOutcome> {
  yield* lockTenant(tenantId)
  const before = yield* readServicePrincipal(tenantId, BY_ID, objectId)
  if (before === undefined) return { type: 'missing' }
  if (update.accountEnabled === false && (yield* isLastHolder(tenantId, keepOne, before))) return { type: 'last' }
  const { displayName, accountEnabled, facts, keyCredentials } = { ...before, keyCredentials: undefined, ...update }
  yield* run(
    `UPDATE service_principals SET display_name = ?, account_enabled = ?, facts = ?
     WHERE tenant_id = ? AND object_id = ?`,
    displayName,
    Number(accountEnabled),
    JSON.stringify(facts),
    tenantId,
    objectId,
  )
  if (keyCredentials !== undefined) {
    const owner = { objectId: before.applicationObjectId, servicePrincipalId: objectId }
    yield* replaceKeyCredentials(tenantId, owner, keyCredentials)
  }
  const operation =
    keyCredentials === undefined
      ? DIRECTORY_ACTIONS.writeServicePrincipals
      : DIRECTORY_ACTIONS.writeApplicationCredentials
  const after = yield* readServicePrincipal(tenantId, BY_ID, objectId)
  yield* recordChange(change, tenantId, operation, objectId, { before, after })
  return { type: 'updated' }
}

function* deleteServicePrincipal(
  change: Change,
  tenantId: string,
  objectId: string,
  keepOne: readonly string[] = [],
): Sql<RemovalOutcome> {
  yield* lockTenant(tenantId)
  const before = yield* readServicePrincipal(tenantId, BY_ID, objectId)
  if (before === undefined) return { type: 'missing' }
  if (yield* isLastHolder(tenantId, keepOne, before)) return { type: 'last' }
  yield* removeServicePrincipal(change, before)
  return { type: 'removed' }
}

/** The secrets and certificates that were added to it go with it. */
function* removeServicePrincipal(change: Change, before: ServicePrincipal): Sql<void> {
  const { tenantId, objectId, applicationObjectId } = before
  for (const table of ['password_credentials', 'key_credentials'] as const)
    yield* run(`DELETE FROM ${table} WHERE tenant_id = ? AND service_principal_id = ?`, tenantId, objectId)
  yield* forgetUses(tenantId, applicationObjectId)
  yield* forgetObject(tenantId, objectId)
  yield* run('DELETE FROM service_principals WHERE tenant_id = ? AND object_id = ?', tenantId, objectId)
  yield* recordChange(change, tenantId, DIRECTORY_ACTIONS.deleteServicePrincipals, objectId, { before })
}
