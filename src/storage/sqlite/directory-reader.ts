// Reads tenants, applications, service principals and their secrets. `readEpoch` and `readLogin` are on the hot path: one
// statement each, by index, with rows as arrays; one statement is one snapshot.

import type { Application, DirectoryReader, LoginRecord, ServicePrincipal, Tenant } from '../storage.ts'
import type { Database, Value } from './database.ts'
import type { Synchronous } from './synchronous.ts'

export function createDirectoryReader(database: Database): Synchronous<DirectoryReader> {
  const epoch = database.prepareArrays<[number]>('SELECT epoch FROM tenants WHERE tenant_id = ?')
  const login = database.prepareArrays<LoginRow>(LOGIN)
  return {
    readTenant: (tenantId) =>
      database.prepare<TenantRow>(`${TENANTS} WHERE tenant_id = ?`).all(tenantId).map(tenant)[0],
    listTenants: () => database.prepare<TenantRow>(`${TENANTS} ORDER BY tenant_id`).all().map(tenant),
    readEpoch: (tenantId) => epoch.get(tenantId)?.[0],
    readLogin: (tenantId, applicationId) => loginRecord(login.all(tenantId, applicationId)),
    readApplication: (tenantId, objectId) => applications(database, 'a.object_id = ?', tenantId, objectId)[0],
    findApplication: (tenantId, applicationId) =>
      applications(database, 'a.application_id = ?', tenantId, applicationId)[0],
    listApplications: (tenantId) => applications(database, 'TRUE', tenantId),
    readServicePrincipal: (tenantId, objectId) => servicePrincipal(database, 'object_id = ?', tenantId, objectId),
    findServicePrincipal: (tenantId, applicationId) =>
      servicePrincipal(database, 'application_id = ?', tenantId, applicationId),
  }
}

const TENANTS = 'SELECT tenant_id, display_name, epoch FROM tenants'

type TenantRow = { tenant_id: string; display_name: string; epoch: number }

function tenant(row: TenantRow): Tenant {
  return { tenantId: row.tenant_id, displayName: row.display_name, epoch: row.epoch }
}

/** One row per secret; secret columns are null when there is none. */
const LOGIN = `
  SELECT a.object_id, a.display_name, a.disabled, s.object_id, s.account_enabled, p.key_id, p.hash, p.start_at, p.end_at
  FROM applications a
  LEFT JOIN service_principals s ON s.tenant_id = a.tenant_id AND s.application_id = a.application_id
  LEFT JOIN password_credentials p ON p.tenant_id = a.tenant_id AND p.object_id = a.object_id
  WHERE a.tenant_id = ? AND a.application_id = ?`

type LoginRow = [
  objectId: string,
  displayName: string,
  disabled: number,
  principalId: string | null,
  accountEnabled: number | null,
  keyId: string | null,
  hash: Uint8Array,
  startAt: number,
  endAt: number,
]

function loginRecord(rows: readonly LoginRow[]): LoginRecord | undefined {
  const first = rows[0]
  if (first === undefined) return undefined
  const [objectId, displayName, disabled, principalId, accountEnabled] = first
  return {
    application: { objectId, displayName, disabled: disabled !== 0 },
    ...(principalId === null
      ? {}
      : { servicePrincipal: { objectId: principalId, accountEnabled: accountEnabled !== 0 } }),
    secrets: rows.flatMap(([, , , , , keyId, hash, startAt, endAt]) =>
      keyId === null ? [] : [{ keyId, hash, startAt, endAt }],
    ),
  }
}

type ApplicationRow = {
  object_id: string
  application_id: string
  tenant_id: string
  application_name: string
  disabled: number
  created_at: number
  key_id: string | null
  display_name: string
  hint: string
  start_at: number
  end_at: number
}

function applications(database: Database, condition: string, ...values: Value[]): Application[] {
  const rows = database
    .prepare<ApplicationRow>(
      `SELECT a.object_id, a.application_id, a.tenant_id, a.display_name AS application_name, a.disabled, a.created_at,
              p.key_id, p.display_name, p.hint, p.start_at, p.end_at
       FROM applications a
       LEFT JOIN password_credentials p ON p.tenant_id = a.tenant_id AND p.object_id = a.object_id
       WHERE a.tenant_id = ? AND ${condition}
       ORDER BY a.object_id, p.start_at, p.key_id`,
    )
    .all(...values)
  return [...Map.groupBy(rows, (row) => row.object_id).values()].map(application)
}

function application(rows: readonly ApplicationRow[]): Application {
  const row = rows[0] as ApplicationRow
  return {
    objectId: row.object_id,
    applicationId: row.application_id,
    tenantId: row.tenant_id,
    displayName: row.application_name,
    disabled: row.disabled !== 0,
    createdAt: row.created_at,
    passwordCredentials: rows.flatMap((secret) =>
      secret.key_id === null
        ? []
        : [
            {
              keyId: secret.key_id,
              displayName: secret.display_name,
              hint: secret.hint,
              startAt: secret.start_at,
              endAt: secret.end_at,
            },
          ],
    ),
  }
}

type ServicePrincipalRow = {
  object_id: string
  application_id: string
  tenant_id: string
  display_name: string
  account_enabled: number
}

function servicePrincipal(database: Database, condition: string, ...values: Value[]): ServicePrincipal | undefined {
  const row = database
    .prepare<ServicePrincipalRow>(
      `SELECT object_id, application_id, tenant_id, display_name, account_enabled
       FROM service_principals WHERE tenant_id = ? AND ${condition}`,
    )
    .get(...values)
  if (row === undefined) return undefined
  return {
    objectId: row.object_id,
    applicationId: row.application_id,
    tenantId: row.tenant_id,
    displayName: row.display_name,
    accountEnabled: row.account_enabled !== 0,
  }
}
