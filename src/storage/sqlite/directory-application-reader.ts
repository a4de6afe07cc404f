// Reads applications and service principals with their credentials. A page costs a fixed number of statements: rows are in the order
// of their ids, so what belongs to a page is a range.

import type { Application, DirectoryReader, Facts, FederatedCredential, ServicePrincipal } from '../directory.ts'
import type { Database, Value } from './database.ts'
import {
  type CredentialsByOwner,
  type FederatedCredentialRow,
  federatedCredential,
  readCredentials,
} from './directory-credential-row.ts'
import { pageValues } from './directory-page.ts'
import type { Synchronous } from './synchronous.ts'

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

export function createApplicationReader(database: Database): Synchronous<ApplicationReader> {
  const applications: typeof readApplications = (...asked) => database.snapshot(() => readApplications(...asked))
  const principals: typeof readServicePrincipals = (...asked) =>
    database.snapshot(() => readServicePrincipals(...asked))
  return {
    readApplication: (tenantId, objectId) => applications(database, tenantId, BY_ID, objectId)[0],
    findApplication: (tenantId, applicationId) => applications(database, tenantId, BY_APPLICATION_ID, applicationId)[0],
    listApplications: (tenantId, page) => applications(database, tenantId, AFTER_ID, ...pageValues(page)),
    listFederatedCredentials: (tenantId, objectId) => readFederatedCredentials(database, tenantId, objectId),
    readServicePrincipal: (tenantId, objectId) => principals(database, tenantId, BY_ID, objectId)[0],
    findServicePrincipal: (tenantId, applicationId) =>
      principals(database, tenantId, BY_APPLICATION_ID, applicationId)[0],
    listServicePrincipals: (tenantId, page) => principals(database, tenantId, AFTER_ID, ...pageValues(page)),
  }
}

/** Conditions, each with one value; `o` is the object asked for. */
export const BY_ID = 'o.object_id = ?'
export const BY_APPLICATION_ID = 'o.application_id = ?'
const AFTER_ID = 'o.object_id > ?'

export function readFederatedCredentials(
  database: Database,
  tenantId: string,
  objectId: string,
): FederatedCredential[] {
  return database
    .prepare<FederatedCredentialRow>(
      `SELECT credential_id, name, issuer, subject, audience, description FROM federated_credentials
       WHERE tenant_id = ? AND object_id = ? ORDER BY name_key`,
    )
    .all(tenantId, objectId)
    .map(federatedCredential)
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
export function readApplications(
  database: Database,
  tenantId: string,
  condition: string,
  value: Value,
  limit: number = 1,
): Application[] {
  const rows = database
    .prepare<ApplicationRow>(
      `SELECT object_id, application_id, tenant_id, display_name, disabled, created_at, facts
       FROM applications o WHERE o.tenant_id = ? AND ${condition} ORDER BY o.object_id LIMIT ?`,
    )
    .all(tenantId, value, limit)
  const range = rangeOf(rows)
  if (range === undefined) return []
  const credentials = readCredentials(database, 'object_id', tenantId, range)
  const uris = readIdentifierUris(database, tenantId, range)
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
export function readServicePrincipals(
  database: Database,
  tenantId: string,
  condition: string,
  value: Value,
  limit: number = 1,
): ServicePrincipal[] {
  const rows = database
    .prepare<ServicePrincipalRow>(
      `SELECT o.object_id, o.application_id, o.tenant_id, o.display_name, o.account_enabled, o.created_at, o.facts,
         a.object_id AS application_object_id, a.display_name AS application_name
       FROM service_principals o
       JOIN applications a ON a.tenant_id = o.tenant_id AND a.application_id = o.application_id
       WHERE o.tenant_id = ? AND ${condition} ORDER BY o.object_id LIMIT ?`,
    )
    .all(tenantId, value, limit)
  const range = rangeOf(rows)
  if (range === undefined) return []
  const credentials = readCredentials(database, 'service_principal_id', tenantId, range)
  return rows.map((row) => servicePrincipal(database, row, credentials))
}

function servicePrincipal(
  database: Database,
  row: ServicePrincipalRow,
  { passwords, keys }: CredentialsByOwner,
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
    identifierUris: readIdentifierUris(database, row.tenant_id, [of, of]).get(of) ?? [],
    keyCredentials: keys.get(row.object_id) ?? [],
    passwordCredentials: passwords.get(row.object_id) ?? [],
  }
}

function rangeOf(rows: readonly { object_id: string }[]): readonly [string, string] | undefined {
  const [first, last] = [rows[0], rows.at(-1)]
  return first === undefined || last === undefined ? undefined : [first.object_id, last.object_id]
}

type IdentifierUris = ReadonlyMap<string, readonly string[]>

function readIdentifierUris(
  database: Database,
  tenantId: string,
  [first, last]: readonly [string, string],
): IdentifierUris {
  const rows = database
    .prepare<{ object_id: string; uri: string }>(
      `SELECT object_id, uri FROM application_identifier_uris
       WHERE tenant_id = ? AND object_id BETWEEN ? AND ? ORDER BY object_id, uri_key`,
    )
    .all(tenantId, first, last)
  const groups = Map.groupBy(rows, (row) => row.object_id)
  return new Map([...groups].map(([objectId, of]) => [objectId, of.map(({ uri }) => uri)]))
}
