// Reads applications and service principals with their credentials. A page costs a few statements, however many objects it has: what
// belongs to them is looked up by their ids.

import type { Application, DirectoryReader, Facts, FederatedCredential, ServicePrincipal } from '../directory.ts'
import {
  type CredentialsByOwner,
  type FederatedCredentialRow,
  federatedCredential,
  readCredentials,
} from './directory-credential-row.ts'
import { one, pageSelection, type Selection } from './directory-page.ts'
import { allObjectsInList } from './in-list.ts'
import { all, type InSql, type Sql, snapshot, type Value } from './sql.ts'

type ApplicationReader = Pick<
  DirectoryReader,
  | 'readApplication'
  | 'findApplication'
  | 'listApplications'
  | 'listFederatedCredentials'
  | 'readServicePrincipal'
  | 'findServicePrincipal'
  | 'listServicePrincipals'
>

export const applicationReader: InSql<ApplicationReader> = {
  readApplication: (tenantId, objectId) => snapshot(readApplication(tenantId, BY_ID, objectId)),
  findApplication: (tenantId, applicationId) => snapshot(readApplication(tenantId, BY_APPLICATION_ID, applicationId)),
  listApplications: (tenantId, page) => snapshot(readApplications(tenantId, pageSelection(NAMES, page))),
  listFederatedCredentials: readFederatedCredentials,
  readServicePrincipal: (tenantId, objectId) => snapshot(readServicePrincipal(tenantId, BY_ID, objectId)),
  findServicePrincipal: (tenantId, applicationId) =>
    snapshot(readServicePrincipal(tenantId, BY_APPLICATION_ID, applicationId)),
  listServicePrincipals: (tenantId, page) => snapshot(readServicePrincipals(tenantId, pageSelection(NAMES, page))),
}

/** Conditions, each with one value; `o` is the object asked for. */
export const BY_ID = 'o.object_id = ?'
export const BY_APPLICATION_ID = 'o.application_id = ?'
const NAMES = ['display_name']

export function* readFederatedCredentials(tenantId: string, objectId: string): Sql<FederatedCredential[]> {
  const rows = yield* all<FederatedCredentialRow>(
    `SELECT credential_id, name, issuer, subject, audience, description FROM federated_credentials
     WHERE tenant_id = ? AND object_id = ? ORDER BY name_key`,
    tenantId,
    objectId,
  )
  return rows.map(federatedCredential)
}

type ApplicationRow = {
  object_id: string
  application_id: string
  tenant_id: string
  display_name: string
  disabled: number
  created_at: number
  facts: string
}

/** To be called inside a snapshot or a transaction. */
export function* readApplication(tenantId: string, condition: string, value: Value): Sql<Application | undefined> {
  return (yield* readApplications(tenantId, one(condition, value)))[0]
}

function* readApplications(tenantId: string, { condition, values, limit }: Selection): Sql<Application[]> {
  const rows = yield* all<ApplicationRow>(
    `SELECT object_id, application_id, tenant_id, display_name, disabled, created_at, facts
     FROM applications o WHERE o.tenant_id = ? AND ${condition} ORDER BY o.object_id LIMIT ?`,
    tenantId,
    ...values,
    limit,
  )
  const ids = rows.map(({ object_id: id }) => id)
  const credentials = yield* readCredentials('object_id', tenantId, ids)
  const uris = yield* readIdentifierUris(tenantId, ids)
  return rows.map((row) => application(row, credentials, uris))
}

function application(row: ApplicationRow, { passwords, keys }: CredentialsByOwner, uris: IdentifierUris): Application {
  return {
    objectId: row.object_id,
    applicationId: row.application_id,
    tenantId: row.tenant_id,
    displayName: row.display_name,
    disabled: row.disabled !== 0,
    createdAt: row.created_at,
    identifierUris: uris.get(row.object_id) ?? [],
    facts: JSON.parse(row.facts) as Facts,
    keyCredentials: keys.get(row.object_id) ?? [],
    passwordCredentials: passwords.get(row.object_id) ?? [],
  }
}

type ServicePrincipalRow = Omit<ApplicationRow, 'disabled' | 'created_at'> & {
  account_enabled: number
  created_at: number | null
  application_object_id: string
  application_name: string
}

/** To be called inside a snapshot or a transaction. */
export function* readServicePrincipal(
  tenantId: string,
  condition: string,
  value: Value,
): Sql<ServicePrincipal | undefined> {
  return (yield* readServicePrincipals(tenantId, one(condition, value)))[0]
}

function* readServicePrincipals(
  tenantId: string,
  { condition, values, limit }: Selection,
): Sql<readonly ServicePrincipal[]> {
  const rows = yield* all<ServicePrincipalRow>(
    `SELECT o.object_id, o.application_id, o.tenant_id, o.display_name, o.account_enabled, o.created_at, o.facts,
       a.object_id AS application_object_id, a.display_name AS application_name
     FROM service_principals o
     JOIN applications a ON a.tenant_id = o.tenant_id AND a.application_id = o.application_id
     WHERE o.tenant_id = ? AND ${condition} ORDER BY o.object_id LIMIT ?`,
    tenantId,
    ...values,
    limit,
  )
  const ids = rows.map(({ object_id: id }) => id)
  const credentials = yield* readCredentials('service_principal_id', tenantId, ids)
  const applicationIds = rows.map(({ application_object_id: id }) => id)
  const uris = yield* readIdentifierUris(tenantId, applicationIds)
  return rows.map((row) => servicePrincipal(row, credentials, uris))
}

function servicePrincipal(
  row: ServicePrincipalRow,
  { passwords, keys }: CredentialsByOwner,
  uris: IdentifierUris,
): ServicePrincipal {
  const of = row.application_object_id
  return {
    objectId: row.object_id,
    applicationId: row.application_id,
    tenantId: row.tenant_id,
    displayName: row.display_name,
    accountEnabled: row.account_enabled !== 0,
    ...(row.created_at === null ? {} : { createdAt: row.created_at }),
    facts: JSON.parse(row.facts) as Facts,
    applicationObjectId: of,
    applicationDisplayName: row.application_name,
    identifierUris: uris.get(of) ?? [],
    keyCredentials: keys.get(row.object_id) ?? [],
    passwordCredentials: passwords.get(row.object_id) ?? [],
  }
}

type IdentifierUris = ReadonlyMap<string, readonly string[]>

function* readIdentifierUris(tenantId: string, objectIds: readonly string[]): Sql<IdentifierUris> {
  const rows = yield* allObjectsInList<{ object_id: string; uri: string }>(
    `SELECT object_id, uri FROM application_identifier_uris
     WHERE tenant_id = ? AND object_id IN (?…) ORDER BY object_id, uri_key`,
    objectIds,
    { before: [tenantId] },
  )
  const groups = Map.groupBy(rows, (row) => row.object_id)
  return new Map([...groups].map(([objectId, of]) => [objectId, of.map(({ uri }) => uri)]))
}
