// Reads tenants and what a login rests on, and hands the rest of the directory to its parts. `readEpoch` and `readLogin` are on the
// hot path: one statement each, by index, with rows as arrays; one statement is one snapshot.

import type { AssertionKeys, DirectoryReader, LoginRecord, Tenant } from '../directory.ts'
import { applicationReader } from './directory-application-reader.ts'
import { deviceBinding, type FederatedCredentialRow, federatedCredential } from './directory-credential-row.ts'
import { memberReader } from './directory-member-reader.ts'
import { identityProviderReader } from './identity-providers.ts'
import { all, allArrays, first, firstArray, type InSql, type Sql, snapshot } from './sql.ts'

export const directoryReader: InSql<DirectoryReader> = {
  *readTenant(tenantId) {
    const row = yield* first<TenantRow>(`${TENANTS} WHERE tenant_id = ?`, tenantId)
    return row === undefined ? undefined : tenant(row)
  },
  *listTenants() {
    return (yield* all<TenantRow>(`${TENANTS} ORDER BY tenant_id`)).map(tenant)
  },
  *readEpoch(tenantId) {
    return (yield* firstArray<[number]>('SELECT epoch FROM tenants WHERE tenant_id = ?', tenantId))?.[0]
  },
  *readLogin(tenantId, applicationId) {
    return loginRecord(yield* allArrays<LoginRow>(LOGIN, tenantId, applicationId))
  },
  readAssertionKeys: (tenantId, applicationId) => snapshot(readAssertionKeys(tenantId, applicationId)),
  ...applicationReader,
  ...memberReader,
  ...identityProviderReader,
}

const TENANTS = 'SELECT tenant_id, display_name, epoch FROM tenants'

type TenantRow = { tenant_id: string; display_name: string; epoch: number }

function tenant(row: TenantRow): Tenant {
  return { tenantId: row.tenant_id, displayName: row.display_name, epoch: row.epoch }
}

/** One row per secret; secret columns are null when there is none. */
const LOGIN = `
  SELECT a.object_id, a.display_name, a.disabled, s.object_id, s.account_enabled, p.key_id, p.hash, p.start_at, p.end_at,
    p.kind, p.network
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
  kind: string,
  network: string,
]

function loginRecord(rows: readonly LoginRow[]): LoginRecord | undefined {
  const login = rows[0]
  if (login === undefined) return undefined
  const [objectId, displayName, disabled, principalId, accountEnabled] = login
  return {
    application: { objectId, displayName, disabled: disabled !== 0 },
    ...(principalId === null
      ? {}
      : { servicePrincipal: { objectId: principalId, accountEnabled: accountEnabled !== 0 } }),
    secrets: rows.flatMap(([, , , , , keyId, hash, startAt, endAt, kind, network]) =>
      keyId === null ? [] : [{ keyId, hash, startAt, endAt, ...deviceBinding({ kind, network }) }],
    ),
  }
}

type CertificateRow = { key_id: string; certificate: Uint8Array; start_at: number; end_at: number }

function* readAssertionKeys(tenantId: string, applicationId: string): Sql<AssertionKeys> {
  const owned = 'FROM applications a JOIN'
  const on = 'ON k.tenant_id = a.tenant_id AND k.object_id = a.object_id WHERE a.tenant_id = ? AND a.application_id = ?'
  const certificates = yield* all<CertificateRow>(
    `SELECT k.key_id, k.certificate, k.start_at, k.end_at ${owned} key_credentials k ${on} ORDER BY k.key_id`,
    tenantId,
    applicationId,
  )
  const federated = yield* all<FederatedCredentialRow>(
    `SELECT k.credential_id, k.name, k.issuer, k.subject, k.audience, k.description
     ${owned} federated_credentials k ${on} ORDER BY k.name_key`,
    tenantId,
    applicationId,
  )
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
