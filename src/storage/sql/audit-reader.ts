// Reads the audit log, newest first: out of an index that holds all that is asked for, so that only the rows of the page are read. It is
// written by record-change.ts, together with what it records.

import { scopeKey } from '../../resources/resource-id.ts'
import type { AuditEntry, AuditQuery, AuditReader } from '../storage.ts'
import { atOrBelow, conditionAtOrBelow } from './resource-row.ts'
import { all, type InSql, type Sql, type Value } from './sql.ts'

type AuditRow = {
  tenant_id: string
  at: number
  ordinal: number
  principal_id: string
  request_id: string
  correlation_id: string | null
  operation: string
  target: string
  state_before: string | null
  state_after: string | null
}

export const auditReader: InSql<AuditReader> = { listAudit }

function* listAudit(tenantId: string, limit: number, query: AuditQuery = {}): Sql<readonly AuditEntry[]> {
  const conditions = conditionsOf(query)
  if (conditions === undefined) return []
  const texts = ['tenant_id = ?', ...conditions.map(([text]) => text)]
  const rows = yield* all<AuditRow>(
    `SELECT a.tenant_id, a.at, a.ordinal, a.principal_id, a.request_id, a.correlation_id, a.operation, a.target, a.state_before,
       a.state_after
     FROM (SELECT tenant_id, at, ordinal FROM audit WHERE ${texts.join(' AND ')} ORDER BY at DESC, ordinal DESC LIMIT ?) found
     CROSS JOIN audit a
     WHERE a.tenant_id = found.tenant_id AND a.at = found.at AND a.ordinal = found.ordinal
     ORDER BY a.at DESC, a.ordinal DESC`,
    tenantId,
    ...conditions.flatMap(([, values]) => values),
    limit,
  )
  return rows.map(auditEntry)
}

type Condition = readonly [text: string, values: readonly Value[]]

/** Of constant texts only. Undefined for a scope that is none. */
function conditionsOf({
  scope = '/',
  target,
  principalId,
  operation,
  from,
  to,
  before,
}: AuditQuery): Condition[] | undefined {
  const key = scopeKey(scope)
  if (key === undefined) return undefined
  const conditions: Condition[] = []
  if (key !== '/') conditions.push([conditionAtOrBelow('target_key'), atOrBelow(key)])
  if (target !== undefined) conditions.push([conditionAtOrBelow('target_key'), atOrBelow(target.toLowerCase())])
  if (principalId !== undefined) conditions.push(['principal_id = ?', [principalId]])
  if (operation !== undefined) conditions.push(['lower(operation) = ?', [operation.toLowerCase()]])
  if (from !== undefined) conditions.push(['at >= ?', [from]])
  if (to !== undefined) conditions.push(['at < ?', [to]])
  if (before !== undefined) conditions.push(['(at, ordinal) < (?, ?)', [before.at, before.ordinal]])
  return conditions
}

function auditEntry(row: AuditRow): AuditEntry {
  return {
    at: row.at,
    ordinal: row.ordinal,
    tenantId: row.tenant_id,
    principalId: row.principal_id,
    requestId: row.request_id,
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
    operation: row.operation,
    target: row.target,
    ...(row.state_before === null ? {} : { before: JSON.parse(row.state_before) as object }),
    ...(row.state_after === null ? {} : { after: JSON.parse(row.state_after) as object }),
  }
}
