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
import { forgetUses } from './credential-lives.ts'
import { DEVICE_PASSWORD } from './directory-credential-row.ts'
import { readFederatedCredentials } from './directory-application-reader.ts'
import { recordChange } from './record-change.ts'
import { first, type InSql, lockTenant, run, type Sql } from './sql.ts'

type CredentialWriter = Pick<
  DirectoryWriter,
  'addPassword' | 'removePassword' | 'endPasswords' | 'putFederatedCredential' | 'deleteFederatedCredential'
>

export const credentialWriter: InSql<CredentialWriter> = {
  addPassword,
  removePassword,
  endPasswords,
  putFederatedCredential,
  deleteFederatedCredential,
}

const OPERATION = DIRECTORY_ACTIONS.writeApplicationCredentials

function* isApplication(tenantId: string, objectId: string): Sql<boolean> {
  const found = yield* first('SELECT 1 FROM applications WHERE tenant_id = ? AND object_id = ?', tenantId, objectId)
  return found !== undefined
}

function* addPassword(
  change: Change,
  tenantId: string,
  objectId: string,
  { hash, servicePrincipalId, ...shown }: NewPassword,
): Sql<boolean> {
  yield* lockTenant(tenantId)
  if (!(yield* isApplication(tenantId, objectId))) return false
  const { keyId, displayName, hint, startAt, endAt, device } = shown
  yield* run(
    `INSERT INTO password_credentials (key_id, object_id, tenant_id, display_name, hint, hash, start_at, end_at,
       service_principal_id, kind, network)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    keyId,
    objectId,
    tenantId,
    displayName,
    hint,
    hash,
    startAt,
    endAt,
    servicePrincipalId ?? null,
    device === undefined ? 'password' : DEVICE_PASSWORD,
    device?.network ?? '',
  )
  yield* recordChange(change, tenantId, OPERATION, `${objectId}/${keyId}`, { after: shown })
  return true
}

type ShownPassword = { keyId: string; displayName: string; hint: string; startAt: number; endAt: number }
const SHOWN = `key_id AS "keyId", display_name AS "displayName", hint, start_at AS "startAt", end_at AS "endAt"`

function* removePassword(change: Change, tenantId: string, objectId: string, keyId: string): Sql<boolean> {
  yield* lockTenant(tenantId)
  const before = yield* first<ShownPassword>(
    `DELETE FROM password_credentials WHERE tenant_id = ? AND object_id = ? AND key_id = ?
     RETURNING ${SHOWN}`,
    tenantId,
    objectId,
    keyId,
  )
  if (before === undefined) return false
  yield* forgetUses(tenantId, objectId)
  yield* recordChange(change, tenantId, OPERATION, `${objectId}/${keyId}`, { before })
  return true
}

function* endPasswords(
  change: Change,
  tenantId: string,
  objectId: string,
  keyIds: readonly string[],
  endAt: number,
): Sql<void> {
  yield* lockTenant(tenantId)
  for (const keyId of keyIds) {
    const before = yield* first<ShownPassword>(
      `SELECT ${SHOWN} FROM password_credentials WHERE tenant_id = ? AND object_id = ? AND key_id = ? AND end_at > ?`,
      tenantId,
      objectId,
      keyId,
      endAt,
    )
    if (before === undefined) continue
    yield* run('UPDATE password_credentials SET end_at = ? WHERE tenant_id = ? AND key_id = ?', endAt, tenantId, keyId)
    const after = { ...before, endAt }
    yield* recordChange(change, tenantId, OPERATION, `${objectId}/${keyId}`, { before, after })
  }
}

/** Those of the application alone, or of its service principal alone. Locking and recording the change are the caller's. */
export function* replaceKeyCredentials(
  tenantId: string,
  { objectId, servicePrincipalId }: { readonly objectId: string; readonly servicePrincipalId?: string },
  keys: readonly KeyCredential[],
): Sql<void> {
  const owned = 'DELETE FROM key_credentials WHERE tenant_id = ? AND object_id = ? AND service_principal_id'
  if (servicePrincipalId === undefined) yield* run(`${owned} IS NULL`, tenantId, objectId)
  else yield* run(`${owned} = ?`, tenantId, objectId, servicePrincipalId)
  for (const { keyId, displayName, customKeyIdentifier, startAt, endAt, certificate } of keys)
    yield* run(
      `INSERT INTO key_credentials (tenant_id, object_id, key_id, service_principal_id, display_name,
         custom_key_identifier, start_at, end_at, certificate)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
  yield* forgetUses(tenantId, objectId)
}

function* putFederatedCredential(
  change: Change,
  tenantId: string,
  objectId: string,
  credential: FederatedCredential,
): Sql<FederatedCredentialOutcome> {
  yield* lockTenant(tenantId)
  if (!(yield* isApplication(tenantId, objectId))) return { type: 'missing' }
  const { credentialId, name, issuer, subject, audience, description } = credential
  const others = yield* readFederatedCredentials(tenantId, objectId)
  const before = others.find((other) => other.credentialId === credentialId)
  const clash = others.map((other) => clashWith(other, credential)).find((found) => found !== undefined)
  if (clash !== undefined) return { type: clash }
  yield* run(
    `INSERT INTO federated_credentials (credential_id, tenant_id, object_id, name, name_key, issuer, subject, audience,
       description)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant_id, object_id, credential_id) DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject,
       audience = excluded.audience, description = excluded.description`,
    credentialId,
    tenantId,
    objectId,
    name,
    name.toLowerCase(),
    issuer,
    subject,
    audience,
    description,
  )
  const target = `${objectId}/${credentialId}`
  yield* recordChange(change, tenantId, OPERATION, target, { before, after: credential })
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

function* deleteFederatedCredential(
  change: Change,
  tenantId: string,
  objectId: string,
  credentialId: string,
): Sql<boolean> {
  yield* lockTenant(tenantId)
  const credentials = yield* readFederatedCredentials(tenantId, objectId)
  const before = credentials.find((credential) => credential.credentialId === credentialId)
  if (before === undefined) return false
  yield* run(
    'DELETE FROM federated_credentials WHERE tenant_id = ? AND object_id = ? AND credential_id = ?',
    tenantId,
    objectId,
    credentialId,
  )
  yield* forgetUses(tenantId, objectId)
  yield* recordChange(change, tenantId, OPERATION, `${objectId}/${credentialId}`, { before })
  return true
}
