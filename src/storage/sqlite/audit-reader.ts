// Reads the audit log. It is written by record-change.ts, together with what it records.

import type { AuditEntry, AuditReader } from '../storage.ts'
import type { Database } from './database.ts'
import type { Synchronous } from './synchronous.ts'

type AuditRow = {
  tenant_id: string
  at: number
  principal_id: string
  request_id: string
  operation: string
  target: string
}

export function createAuditReader(database: Database): Synchronous<AuditReader> {
  return {
    listAudit: (tenantId, limit) =>
      database
        .prepare<AuditRow>(
          `SELECT tenant_id, at, principal_id, request_id, operation, target FROM audit
           WHERE tenant_id = ? ORDER BY at DESC, ordinal DESC LIMIT ?`,
        )
        .all(tenantId, limit)
        .map(auditEntry),
  }
}

function auditEntry(row: AuditRow): AuditEntry {
  return {
    at: row.at,
    tenantId: row.tenant_id,
    principalId: row.principal_id,
    requestId: row.request_id,
    operation: row.operation,
    target: row.target,
  }
}
