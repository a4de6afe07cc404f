// The life of credentials: five statements for a page of applications, and for what is recorded one for each credential and one for each of
// its devices. A use is recorded only of a credential that is there, in the same statement, so that what was removed leaves nothing behind.

import type {
  ApplicationCredentials,
  CredentialLife,
  CredentialReader,
  CredentialUse,
  LastUse,
} from '../credentials.ts'
import type { CredentialWriter } from '../credentials.ts'
import { listDevices, recordDevices } from './credential-devices.ts'
import { all, type InSql, run, type Sql, snapshot, type Value } from './sql.ts'

export const credentialReader: InSql<CredentialReader> = {
  listCredentials: (tenantId, { after = '', limit }) =>
    snapshot(readApplications(tenantId, 'a.object_id > ?', after, limit)),
  *findCredentials(tenantId, applicationId) {
    return (yield* snapshot(readApplications(tenantId, 'a.application_id = ?', applicationId, 1)))[0]
  },
  listDevices: (query) => snapshot(listDevices(query)),
}

export const credentialUseWriter: InSql<CredentialWriter> = {
  *recordUses(uses) {
    // In one order everywhere: two nodes that record the same ones wait for each other, never in a ring.
    const groups = [...Map.groupBy(uses, orderOf)].toSorted(([one], [other]) => compare(one, other))
    for (const [, group] of groups) yield* recordUsesOfOne(group)
  },
}

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other))
const orderOf = ({ tenantId, applicationId, keyId }: CredentialUse): string => `${tenantId} ${applicationId} ${keyId}`

type ApplicationRow = { object_id: string; application_id: string; display_name: string; uses_since: number }

function* readApplications(
  tenantId: string,
  condition: string,
  value: Value,
  limit: number,
): Sql<readonly ApplicationCredentials[]> {
  const rows = yield* all<ApplicationRow>(
    `SELECT a.object_id, a.application_id, a.display_name, tenants.uses_since
     FROM applications a JOIN tenants ON tenants.tenant_id = a.tenant_id
     WHERE a.tenant_id = ? AND ${condition} ORDER BY a.object_id LIMIT ?`,
    tenantId,
    value,
    limit,
  )
  const [first, last] = [rows[0]?.object_id, rows.at(-1)?.object_id]
  if (first === undefined || last === undefined) return []
  const lives = yield* readLives(tenantId, first, last)
  return rows.map((row) => ({
    objectId: row.object_id,
    applicationId: row.application_id,
    displayName: row.display_name,
    usesSince: row.uses_since,
    credentials: lives.get(row.object_id) ?? [],
  }))
}

type LifeRow = {
  object_id: string
  kind: CredentialLife['kind']
  key_id: string
  display_name: string
  hint: string
  start_at: number | null
  end_at: number | null
  service_principal_id: string | null
  used_at: number | null
  network: string
  door: LastUse['door']
  username: string | null
}

/** One for each table. What they all have is named alike; `u` is the last use. */
const TABLES: readonly string[] = [
  `SELECT c.object_id, c.kind, c.key_id, c.display_name, c.hint, c.start_at, c.end_at,
      c.service_principal_id, u.used_at, u.network, u.door, u.username
    FROM password_credentials c LEFT JOIN credential_uses u
      ON u.tenant_id = c.tenant_id AND u.object_id = c.object_id AND u.proof = 'secret' AND u.key_id = c.key_id
    WHERE c.tenant_id = ? AND c.object_id BETWEEN ? AND ? ORDER BY c.object_id, c.kind DESC, c.start_at, c.key_id`,
  `SELECT c.object_id, 'certificate' AS kind, c.key_id, c.display_name, '' AS hint, c.start_at, c.end_at,
      c.service_principal_id, u.used_at, u.network, u.door, u.username
    FROM key_credentials c LEFT JOIN credential_uses u
      ON u.tenant_id = c.tenant_id AND u.object_id = c.object_id AND u.proof = 'assertion' AND u.key_id = c.key_id
    WHERE c.tenant_id = ? AND c.object_id BETWEEN ? AND ? ORDER BY c.object_id, c.start_at, c.key_id`,
  `SELECT c.object_id, 'federated' AS kind, c.credential_id AS key_id, c.name AS display_name, '' AS hint,
      NULL AS start_at, NULL AS end_at, NULL AS service_principal_id, u.used_at, u.network, u.door, u.username
    FROM federated_credentials c LEFT JOIN credential_uses u
      ON u.tenant_id = c.tenant_id AND u.object_id = c.object_id AND u.proof = 'assertion' AND u.key_id = c.credential_id
    WHERE c.tenant_id = ? AND c.object_id BETWEEN ? AND ? ORDER BY c.object_id, c.name_key`,
]

function* readLives(tenantId: string, first: string, last: string): Sql<Map<string, CredentialLife[]>> {
  const rows: LifeRow[] = []
  for (const sql of TABLES) rows.push(...(yield* all<LifeRow>(sql, tenantId, first, last)))
  const owned = Map.groupBy(rows, (row) => row.object_id)
  return new Map([...owned].map(([objectId, of]) => [objectId, of.map(credentialLife)]))
}

function credentialLife(row: LifeRow): CredentialLife {
  const lastUse = lastUseOf(row)
  return {
    kind: row.kind,
    keyId: row.key_id,
    displayName: row.display_name,
    hint: row.hint,
    ...(row.start_at === null ? {} : { startAt: row.start_at }),
    ...(row.end_at === null ? {} : { endAt: row.end_at }),
    ofServicePrincipal: row.service_principal_id !== null,
    ...(lastUse === undefined ? {} : { lastUse }),
  }
}

/** A certificate that was put under the id of another one has not been used by whoever used that. */
function lastUseOf({ kind, start_at: startAt, used_at: at, network, door, username }: LifeRow): LastUse | undefined {
  if (at === null || (kind === 'certificate' && startAt !== null && at < startAt)) return undefined
  return { at, network, door, ...(username === null ? {} : { username }) }
}

const RECORD = `
  INSERT INTO credential_uses (tenant_id, object_id, proof, key_id, used_at, network, door, username)
  SELECT a.tenant_id, a.object_id, ?, ?, ?, ?, ?, ? FROM applications a
  WHERE a.tenant_id = ? AND a.application_id = ? AND (
    EXISTS (SELECT 1 FROM password_credentials c
      WHERE c.tenant_id = a.tenant_id AND c.object_id = a.object_id AND c.key_id = ?)
    OR EXISTS (SELECT 1 FROM key_credentials c
      WHERE c.tenant_id = a.tenant_id AND c.object_id = a.object_id AND c.key_id = ?)
    OR EXISTS (SELECT 1 FROM federated_credentials c
      WHERE c.tenant_id = a.tenant_id AND c.object_id = a.object_id AND c.credential_id = ?))
  ON CONFLICT (tenant_id, object_id, proof, key_id) DO UPDATE SET used_at = excluded.used_at, network = excluded.network,
    door = excluded.door, username = COALESCE(excluded.username, credential_uses.username)
  WHERE credential_uses.used_at < excluded.used_at`

function* recordUsesOfOne(uses: readonly CredentialUse[]): Sql<void> {
  const inTime = uses.toSorted((one, other) => one.at - other.at)
  const last = inTime.at(-1)
  if (last === undefined) return
  const { tenantId, applicationId, keyId, at, network, door } = last
  const username = inTime.findLast((use) => use.username !== undefined)?.username ?? null
  const [id = '', trusted] = keyId.split('.')
  const proof = trusted === undefined ? 'secret' : 'assertion'
  yield* run(RECORD, proof, id, at, network, door, username, tenantId, applicationId, id, id, id)
  yield* recordDevices(proof, id, uses)
}

/** To be called where credentials of an application were removed. */
export const forgetUses = (tenantId: string, objectId: string): Sql<number> =>
  run(
    `DELETE FROM credential_uses WHERE tenant_id = ? AND object_id = ?
       AND NOT EXISTS (SELECT 1 FROM password_credentials c WHERE c.tenant_id = credential_uses.tenant_id
         AND c.object_id = credential_uses.object_id AND c.key_id = credential_uses.key_id)
       AND NOT EXISTS (SELECT 1 FROM key_credentials c WHERE c.tenant_id = credential_uses.tenant_id
         AND c.object_id = credential_uses.object_id AND c.key_id = credential_uses.key_id)
       AND NOT EXISTS (SELECT 1 FROM federated_credentials c WHERE c.tenant_id = credential_uses.tenant_id
         AND c.object_id = credential_uses.object_id AND c.credential_id = credential_uses.key_id)`,
    tenantId,
    objectId,
  )
