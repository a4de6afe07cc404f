// Faults on request as rows, found by what they are of: an application id or the id of a resource, in lower case.

import { MAIL_ACTIONS } from '../../access/operations.ts'
import type { Fault, FaultReader, FaultTarget, FaultWriter } from '../faults.ts'
import { recordChange } from './record-change.ts'
import { allArrays, firstArray, type InSql, lockTenant, run, type Sql } from './sql.ts'

const COLUMNS = 'fault_id, tenant_id, target, kind, delay, retry_after, ends_at, created_at, created_by'
type FaultRow = [
  faultId: string,
  tenantId: string,
  target: string,
  kind: Fault['kind'],
  delay: number | null,
  retryAfter: number | null,
  endsAt: number,
  createdAt: number,
  createdBy: string,
]

export const faultReader: InSql<FaultReader> = {
  *findFaults({ tenantId, applicationId, resourceId = applicationId, at }) {
    const rows = yield* allArrays<FaultRow>(
      `SELECT ${COLUMNS} FROM faults WHERE tenant_id = ? AND target IN (?, ?) AND ends_at > ? ORDER BY fault_id`,
      tenantId,
      applicationId.toLowerCase(),
      resourceId.toLowerCase(),
      at,
    )
    return rows.map(faultOf)
  },
  *listFaults({ tenantId, at, limit }) {
    const rows = yield* allArrays<FaultRow>(
      `SELECT ${COLUMNS} FROM faults WHERE tenant_id = ? AND ends_at > ? ORDER BY fault_id LIMIT ?`,
      tenantId,
      at,
      limit,
    )
    return rows.map(faultOf)
  },
  readFault,
}

export const faultWriter: InSql<FaultWriter> = {
  *putFault(change, fault) {
    const { faultId, tenantId, kind, delay, retryAfter, endsAt, createdAt, createdBy } = fault
    yield* lockTenant(tenantId)
    yield* run('DELETE FROM faults WHERE tenant_id = ? AND ends_at <= ?', tenantId, change.at)
    const key = keyOf(fault.target)
    const before = yield* firstArray<FaultRow>(
      `SELECT ${COLUMNS} FROM faults WHERE tenant_id = ? AND target = ? AND kind = ?`,
      tenantId,
      key,
      kind,
    )
    yield* run('DELETE FROM faults WHERE tenant_id = ? AND target = ? AND kind = ?', tenantId, key, kind)
    yield* run(
      `INSERT INTO faults (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      faultId,
      tenantId,
      key,
      kind,
      delay ?? null,
      retryAfter ?? null,
      endsAt,
      createdAt,
      createdBy,
    )
    const states = { before: before && faultOf(before), after: fault }
    yield* recordChange(change, tenantId, MAIL_ACTIONS.writeFaults, targetOf(faultId), states)
  },
  *deleteFault(change, tenantId, faultId) {
    yield* lockTenant(tenantId)
    const before = yield* readFault(tenantId, faultId)
    if (before === undefined) return false
    yield* run('DELETE FROM faults WHERE tenant_id = ? AND fault_id = ?', tenantId, faultId)
    yield* recordChange(change, tenantId, MAIL_ACTIONS.writeFaults, targetOf(faultId), { before })
    return true
  },
}

const targetOf = (faultId: string): string => `/providers/Postern.Mail/faults/${faultId}`

const keyOf = (target: FaultTarget): string =>
  ('applicationId' in target ? target.applicationId : target.resourceId).toLowerCase()

function* readFault(tenantId: string, faultId: string): Sql<Fault | undefined> {
  const row = yield* firstArray<FaultRow>(
    `SELECT ${COLUMNS} FROM faults WHERE tenant_id = ? AND fault_id = ?`,
    tenantId,
    faultId,
  )
  return row && faultOf(row)
}

function faultOf(row: FaultRow): Fault {
  const [faultId, tenantId, target, kind, delay, retryAfter, endsAt, createdAt, createdBy] = row
  return {
    faultId,
    tenantId,
    target: target.startsWith('/') ? { resourceId: target } : { applicationId: target },
    kind,
    ...(delay === null ? {} : { delay }),
    ...(retryAfter === null ? {} : { retryAfter }),
    endsAt,
    createdAt,
    createdBy,
  }
}
