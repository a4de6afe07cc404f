// Which devices used a credential in the last day: a bounded number of rows for each, written along with its last use. They go with the
// credential, and when nobody has seen them for a day.

import { type CredentialUse, DEVICE_AGE, type DeviceList, type DeviceQuery, MOST_DEVICES } from '../credentials.ts'
import { allArrays, firstArray, run, type Sql, type Value } from './sql.ts'

const usernameKey = (username = ''): string => username.toLowerCase()

const SAME = 'd.tenant_id = u.tenant_id AND d.object_id = u.object_id AND d.proof = u.proof AND d.key_id = u.key_id'

const RECORD = `
  INSERT INTO credential_devices (tenant_id, object_id, proof, key_id, network, username, used_at)
  SELECT u.tenant_id, u.object_id, u.proof, u.key_id, ?, ?, ?
  FROM applications a JOIN credential_uses u ON u.tenant_id = a.tenant_id AND u.object_id = a.object_id
  WHERE a.tenant_id = ? AND a.application_id = ? AND u.proof = ? AND u.key_id = ? AND (
    EXISTS (SELECT 1 FROM credential_devices d WHERE ${SAME} AND d.network = ? AND d.username = ?)
    OR (SELECT count(*) FROM credential_devices d WHERE ${SAME}) < ${MOST_DEVICES})
  ON CONFLICT (tenant_id, object_id, proof, key_id, network, username) DO UPDATE SET used_at = excluded.used_at
  WHERE credential_devices.used_at < excluded.used_at`

/** Of one credential, whose last use is there already. */
export function* recordDevices(proof: string, keyId: string, uses: readonly CredentialUse[]): Sql<void> {
  const devices = uses.map((use) => ({ ...use, username: use.door === 'smtp' ? usernameKey(use.username) : '' }))
  // In one order everywhere, as the credentials are.
  for (const { network, username, at, tenantId, applicationId } of devices.toSorted(inOrder))
    yield* run(RECORD, network, username, at, tenantId, applicationId, proof, keyId, network, username)
}

type Named = { readonly network: string; readonly username: string }
const inOrder = (one: Named, other: Named): number =>
  one.network < other.network || (one.network === other.network && one.username < other.username) ? -1 : 1

type DeviceRow = [network: string, username: string, usedAt: number]

/** To be called inside a snapshot. */
export function* listDevices(query: DeviceQuery): Sql<DeviceList> {
  const { tenantId, applicationId, keyId, username, since, limit } = query
  const chosen: readonly (readonly [text: string, value: Value])[] = [
    ...(keyId === undefined ? [] : [['AND d.key_id = ?', keyId] as const]),
    ...(username === undefined ? [] : [['AND d.username = ?', usernameKey(username)] as const]),
  ]
  const from = `
    FROM applications a JOIN credential_devices d ON d.tenant_id = a.tenant_id AND d.object_id = a.object_id
    WHERE a.tenant_id = ? AND a.application_id = ? AND d.used_at >= ? ${chosen.map(([text]) => text).join(' ')}`
  const values = [tenantId, applicationId, since, ...chosen.map(([, value]) => value)]
  const rows = yield* allArrays<DeviceRow>(
    `SELECT d.network, d.username, max(d.used_at) AS last_used ${from}
     GROUP BY d.network, d.username ORDER BY last_used DESC, d.network, d.username LIMIT ?`,
    ...values,
    limit + 1,
  )
  const full = yield* firstArray<[number]>(
    `SELECT count(*) ${from} GROUP BY d.proof, d.key_id HAVING count(*) >= ${MOST_DEVICES} LIMIT 1`,
    ...values,
  )
  return {
    devices: rows.slice(0, limit).map(([network, name, lastUsedAt]) => ({
      network,
      ...(name === '' ? {} : { username: name }),
      lastUsedAt,
    })),
    isComplete: rows.length <= limit && full === undefined,
  }
}

export function* sweepDevices(at: number, batch: number): Sql<number> {
  return yield* run(
    `DELETE FROM credential_devices WHERE (tenant_id, object_id, proof, key_id, network, username) IN
       (SELECT tenant_id, object_id, proof, key_id, network, username FROM credential_devices
        WHERE used_at < ? ORDER BY used_at LIMIT ${batch})`,
    at - DEVICE_AGE,
  )
}
