// Rows of credentials to what the port calls them, and those of many objects in a few statements.

import type { DeviceBinding, FederatedCredential, KeyCredential, PasswordCredential } from '../directory.ts'
import { allObjectsInList } from './in-list.ts'
import type { Sql } from './sql.ts'

type PasswordRow = {
  key_id: string
  owner_id: string
  display_name: string
  hint: string
  start_at: number
  end_at: number
} & DeviceColumns
type KeyRow = Omit<PasswordRow, 'hint' | keyof DeviceColumns> & {
  custom_key_identifier: string
  certificate: Uint8Array
}

/** Whose credentials are asked for: `object_id` means the application's own alone. */
export type CredentialOwner = 'object_id' | 'service_principal_id'

export type CredentialsByOwner = {
  readonly passwords: ReadonlyMap<string, readonly PasswordCredential[]>
  readonly keys: ReadonlyMap<string, readonly KeyCredential[]>
}

type OwnedRow = { readonly service_principal_id: string | null }

export function* readCredentials(
  owner: CredentialOwner,
  tenantId: string,
  ownerIds: readonly string[],
): Sql<CredentialsByOwner> {
  const where = `WHERE tenant_id = ? AND ${owner} IN (?…) ORDER BY ${owner}, start_at, key_id`
  const passwords = yield* allObjectsInList<PasswordRow & OwnedRow>(
    `SELECT key_id, ${owner} AS owner_id, service_principal_id, display_name, hint, start_at, end_at, kind, network
     FROM password_credentials ${where}`,
    ownerIds,
    { before: [tenantId] },
  )
  const keys = yield* allObjectsInList<KeyRow & OwnedRow>(
    `SELECT key_id, ${owner} AS owner_id, service_principal_id, display_name, custom_key_identifier, start_at, end_at, certificate
     FROM key_credentials ${where}`,
    ownerIds,
    { before: [tenantId] },
  )
  // Not asked of the store: SQLite would rather walk all that have no service principal than look up so many owners.
  const isOwn = (row: OwnedRow) => owner !== 'object_id' || row.service_principal_id === null
  return {
    passwords: byOwner(passwords.filter(isOwn), passwordCredential),
    keys: byOwner(keys.filter(isOwn), keyCredential),
  }
}

function byOwner<Row extends { owner_id: string }, Credential>(
  rows: readonly Row[],
  toCredential: (row: Row) => Credential,
): Map<string, Credential[]> {
  const groups = Map.groupBy(rows, (row) => row.owner_id)
  return new Map([...groups].map(([ownerId, owned]) => [ownerId, owned.map(toCredential)]))
}

function passwordCredential(row: PasswordRow): PasswordCredential {
  return {
    keyId: row.key_id,
    displayName: row.display_name,
    hint: row.hint,
    startAt: row.start_at,
    endAt: row.end_at,
    ...deviceBinding(row),
  }
}

export type DeviceColumns = { readonly kind: string; readonly network: string }
export const DEVICE_PASSWORD = 'device-password'

export function deviceBinding({ kind, network }: DeviceColumns): { readonly device?: DeviceBinding } {
  return kind === DEVICE_PASSWORD ? { device: network === '' ? {} : { network } } : {}
}

function keyCredential(row: KeyRow): KeyCredential {
  return {
    keyId: row.key_id,
    displayName: row.display_name,
    customKeyIdentifier: row.custom_key_identifier,
    startAt: row.start_at,
    endAt: row.end_at,
    certificate: row.certificate,
  }
}

export type FederatedCredentialRow = {
  credential_id: string
  name: string
  issuer: string
  subject: string
  audience: string
  description: string
}

export function federatedCredential(row: FederatedCredentialRow): FederatedCredential {
  const { credential_id: credentialId, name, issuer, subject, audience, description } = row
  return { credentialId, name, issuer, subject, audience, description }
}
