// Reads tenants and what a login rests on, and hands the rest of the directory to its parts. `readEpoch` and `readLogin` are on the
// hot path: one statement each, by index, with rows as arrays; one statement is one snapshot.

import type { AssertionKeys, DirectoryReader, LoginRecord, Tenant } from '../directory.ts'
import type { Database } from './database.ts'
import { createApplicationReader } from './directory-application-reader.ts'
import { type FederatedCredentialRow, federatedCredential } from './directory-credential-row.ts'
import { createMemberReader } from './directory-member-reader.ts'
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
    readAssertionKeys: (tenantId, applicationId) =>
      database.snapshot(() => readAssertionKeys(database, tenantId, applicationId)),
    ...createApplicationReader(database),
    ...createMemberReader(database),
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

type CertificateRow = { key_id: string; certificate: Uint8Array; start_at: number; end_at: number }

function readAssertionKeys(database: Database, tenantId: string, applicationId: string): AssertionKeys {
  const owned = 'FROM applications a JOIN'
  const on = 'ON k.tenant_id = a.tenant_id AND k.object_id = a.object_id WHERE a.tenant_id = ? AND a.application_id = ?'
  const certificates = database
    .prepare<CertificateRow>(
      `SELECT k.key_id, k.certificate, k.start_at, k.end_at ${owned} key_credentials k ${on} ORDER BY k.key_id`,
    )
    .all(tenantId, applicationId)
  const federated = database
    .prepare<FederatedCredentialRow>(
      `SELECT k.credential_id, k.name, k.issuer, k.subject, k.audience, k.description
       ${owned} federated_credentials k ${on} ORDER BY k.name_key`,
    )
    .all(tenantId, applicationId)
  return {
    certificates: certificates.map((row) => ({
      keyId: row.key_id,
      certificate: row.certificate,
      startAt: row.start_at,
      endAt: row.end_at,
    })),
    federated: federated.map(federatedCredential),
  }
}
