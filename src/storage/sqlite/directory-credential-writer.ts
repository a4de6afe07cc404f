// Changes what proves an application: secrets, certificates, federated credentials. All belong to the application and go with it;
// those that were added to its service principal go with that too.

import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type {
  DirectoryWriter,
  FederatedCredential,
  FederatedCredentialOutcome,
  KeyCredential,
  NewPassword,
} from '../directory.ts'
import type { Change } from '../storage.ts'
import type { Database } from './database.ts'
import { readFederatedCredentials } from './directory-application-reader.ts'
import { recordChange } from './record-change.ts'
import type { Synchronous } from './synchronous.ts'

type CredentialWriter = Pick<
  DirectoryWriter,
  'addPassword' | 'removePassword' | 'putFederatedCredential' | 'deleteFederatedCredential'
>

export function createCredentialWriter(database: Database): Synchronous<CredentialWriter> {
  return {
    addPassword: (change, tenantId, objectId, password) => addPassword(database, change, tenantId, objectId, password),
    removePassword: (change, tenantId, objectId, keyId) => removePassword(database, change, tenantId, objectId, keyId),
    putFederatedCredential: (change, tenantId, objectId, credential) =>
      putFederatedCredential(database, change, tenantId, objectId, credential),
    deleteFederatedCredential: (change, tenantId, objectId, credentialId) =>
      deleteFederatedCredential(database, change, tenantId, objectId, credentialId),
  }
}

const OPERATION = DIRECTORY_ACTIONS.writeApplicationCredentials

function addPassword(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  { hash, servicePrincipalId, ...shown }: NewPassword,
): boolean {
  const { keyId, displayName, hint, startAt, endAt } = shown
  const inserted = database
    .prepare(
      `INSERT INTO password_credentials (key_id, object_id, tenant_id, display_name, hint, hash, start_at, end_at,
         service_principal_id)
       SELECT ?, object_id, tenant_id, ?, ?, ?, ?, ?, ? FROM applications WHERE tenant_id = ? AND object_id = ?`,
    )
    .run(keyId, displayName, hint, hash, startAt, endAt, servicePrincipalId ?? null, tenantId, objectId)
  if (inserted.changes === 0) return false
  recordChange(database, change, tenantId, OPERATION, `${objectId}/${keyId}`, { after: shown })
  return true
}

type RemovedPassword = { keyId: string; displayName: string; hint: string; startAt: number; endAt: number }

function removePassword(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  keyId: string,
): boolean {
  const before = database
    .prepare<RemovedPassword>(
      `DELETE FROM password_credentials WHERE tenant_id = ? AND object_id = ? AND key_id = ?
       RETURNING key_id AS "keyId", display_name AS "displayName", hint, start_at AS "startAt", end_at AS "endAt"`,
    )
    .get(tenantId, objectId, keyId)
  if (before === undefined) return false
  recordChange(database, change, tenantId, OPERATION, `${objectId}/${keyId}`, { before })
  return true
}

/** Those of the application alone, or of its service principal alone. Records no change: that is the caller's. */
export function replaceKeyCredentials(
  database: Database,
  tenantId: string,
  { objectId, servicePrincipalId }: { readonly objectId: string; readonly servicePrincipalId?: string },
  keys: readonly KeyCredential[],
): void {
  const owned = 'DELETE FROM key_credentials WHERE tenant_id = ? AND object_id = ? AND service_principal_id'
  if (servicePrincipalId === undefined) database.prepare(`${owned} IS NULL`).run(tenantId, objectId)
  else database.prepare(`${owned} = ?`).run(tenantId, objectId, servicePrincipalId)
  const insert = database.prepare(
    `INSERT INTO key_credentials (tenant_id, object_id, key_id, service_principal_id, display_name,
       custom_key_identifier, start_at, end_at, certificate)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  for (const { keyId, displayName, customKeyIdentifier, startAt, endAt, certificate } of keys)
    insert.run(
      tenantId,
      objectId,
      keyId,
      servicePrincipalId ?? null,
      displayName,
      customKeyIdentifier,
      startAt,
      endAt,
      certificate,
    )
}

function putFederatedCredential(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  credential: FederatedCredential,
): FederatedCredentialOutcome {
  const { credentialId, name, issuer, subject, audience, description } = credential
  const application = 'SELECT 1 FROM applications WHERE tenant_id = ? AND object_id = ?'
  if (database.prepare(application).get(tenantId, objectId) === undefined) return { type: 'missing' }
  const others = readFederatedCredentials(database, tenantId, objectId)
  const before = others.find((other) => other.credentialId === credentialId)
  const clash = others.map((other) => clashWith(other, credential)).find((found) => found !== undefined)
  if (clash !== undefined) return { type: clash }
  database
    .prepare(
      `INSERT INTO federated_credentials (credential_id, tenant_id, object_id, name, name_key, issuer, subject, audience,
         description)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant_id, object_id, credential_id) DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject,
         audience = excluded.audience, description = excluded.description`,
    )
    .run(credentialId, tenantId, objectId, name, name.toLowerCase(), issuer, subject, audience, description)
  const target = `${objectId}/${credentialId}`
  recordChange(database, change, tenantId, OPERATION, target, { before, after: credential })
  return { type: before === undefined ? 'created' : 'updated' }
}

function clashWith(
  other: FederatedCredential,
  { credentialId, name, issuer, subject }: FederatedCredential,
): 'name taken' | 'subject taken' | undefined {
  if (other.credentialId === credentialId) return undefined
  if (other.name.toLowerCase() === name.toLowerCase()) return 'name taken'
  return other.issuer === issuer && other.subject === subject ? 'subject taken' : undefined
}

function deleteFederatedCredential(
  database: Database,
  change: Change,
  tenantId: string,
  objectId: string,
  credentialId: string,
): boolean {
  const before = readFederatedCredentials(database, tenantId, objectId).find(
    (credential) => credential.credentialId === credentialId,
  )
  if (before === undefined) return false
  database
    .prepare('DELETE FROM federated_credentials WHERE tenant_id = ? AND object_id = ? AND credential_id = ?')
    .run(tenantId, objectId, credentialId)
  recordChange(database, change, tenantId, OPERATION, `${objectId}/${credentialId}`, { before })
  return true
}
