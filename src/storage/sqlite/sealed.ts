// Records that are sealed under the installation key before they come here. They belong to the installation, not to a tenant.

import { scopeKey } from '../../resources/resource-id.ts'
import type { SealedReader, SealedRecord, SealedWriter } from '../storage.ts'
import type { Database } from './database.ts'
import type { Synchronous } from './synchronous.ts'

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

export function createSealedReader(database: Database): Synchronous<SealedReader> {
  return {
    readSealed: (recordId) =>
      database.prepare<SealedRow>(`${SELECT} WHERE record_id = ?`).all(recordId).map(sealedRecord)[0],
    listSealed: (purpose) =>
      database
        .prepare<SealedRow>(`${SELECT} WHERE purpose = ? ORDER BY created_at DESC, record_id DESC`)
        .all(purpose)
        .map(sealedRecord),
  }
}

export function createSealedWriter(database: Database): Synchronous<SealedWriter> {
  return {
    putSealed: ({ recordId, purpose, sealed, createdAt, resourceId }) => {
      database
        .prepare(
          `INSERT INTO sealed_records (record_id, purpose, sealed, created_at, resource_key) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (record_id) DO UPDATE SET purpose = excluded.purpose, sealed = excluded.sealed,
             created_at = excluded.created_at, resource_key = excluded.resource_key`,
        )
        .run(recordId, purpose, sealed, createdAt, resourceId === undefined ? null : (scopeKey(resourceId) ?? null))
    },
    deleteSealed: (recordId) => {
      database.prepare('DELETE FROM sealed_records WHERE record_id = ?').run(recordId)
    },
  }
}
