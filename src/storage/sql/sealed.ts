// Records that are sealed under the installation key before they come here. They belong to the installation, not to a tenant.

import { scopeKey } from '../../resources/resource-id.ts'
import type { SealedReader, SealedRecord, SealedWriter } from '../storage.ts'
import { all, type InSql, run } from './sql.ts'

const SELECT = 'SELECT record_id, purpose, sealed, created_at, resource_key FROM sealed_records'

type SealedRow = {
  record_id: string
  purpose: string
  sealed: Uint8Array
  created_at: number
  resource_key: string | null
}

function sealedRecord(row: SealedRow): SealedRecord {
  const record = { recordId: row.record_id, purpose: row.purpose, sealed: row.sealed, createdAt: row.created_at }
  return row.resource_key === null ? record : { ...record, resourceId: row.resource_key }
}

export const sealedReader: InSql<SealedReader> = {
  *readSealed(recordId) {
    return (yield* all<SealedRow>(`${SELECT} WHERE record_id = ?`, recordId)).map(sealedRecord)[0]
  },
  *listSealed(purpose) {
    const rows = yield* all<SealedRow>(`${SELECT} WHERE purpose = ? ORDER BY created_at DESC, record_id DESC`, purpose)
    return rows.map(sealedRecord)
  },
}

export const sealedWriter: InSql<SealedWriter> = {
  *putSealed({ recordId, purpose, sealed, createdAt, resourceId }) {
    yield* run(
      `INSERT INTO sealed_records (record_id, purpose, sealed, created_at, resource_key) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (record_id) DO UPDATE SET purpose = excluded.purpose, sealed = excluded.sealed,
         created_at = excluded.created_at, resource_key = excluded.resource_key`,
      recordId,
      purpose,
      sealed,
      createdAt,
      resourceId === undefined ? null : (scopeKey(resourceId) ?? null),
    )
  },
  *deleteSealed(recordId) {
    yield* run('DELETE FROM sealed_records WHERE record_id = ?', recordId)
  },
}
