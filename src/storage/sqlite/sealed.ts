// Records that are sealed under the installation key before they come here. They belong to the installation, not to a tenant.

import type { SealedReader, SealedRecord, SealedWriter } from '../storage.ts'
import type { Database } from './database.ts'
import type { Synchronous } from './synchronous.ts'

const SELECT = 'SELECT record_id, purpose, sealed, created_at FROM sealed_records'

type SealedRow = { record_id: string; purpose: string; sealed: Uint8Array; created_at: number }

function sealedRecord(row: SealedRow): SealedRecord {
  return { recordId: row.record_id, purpose: row.purpose, sealed: row.sealed, createdAt: row.created_at }
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
    putSealed: ({ recordId, purpose, sealed, createdAt }) => {
      database
        .prepare(
          `INSERT INTO sealed_records (record_id, purpose, sealed, created_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (record_id) DO UPDATE SET purpose = excluded.purpose, sealed = excluded.sealed,
             created_at = excluded.created_at`,
        )
        .run(recordId, purpose, sealed, createdAt)
    },
    deleteSealed: (recordId) => {
      database.prepare('DELETE FROM sealed_records WHERE record_id = ?').run(recordId)
    },
  }
}
