// What every change of directory, resources or roles does besides its own work, in the same transaction: the tenant's epoch moves,
// so that verdicts judged under the old one are judged again, and the audit log gains a line.

import type { Change } from '../storage.ts'
import type { Database } from './database.ts'

/** Throws when there is no such tenant: nothing may be changed outside of one. */
export function recordChange(
  database: Database,
  change: Change,
  tenantId: string,
  operation: string,
  target: string,
): void {
  const bumped = database.prepare('UPDATE tenants SET epoch = epoch + 1 WHERE tenant_id = ?').run(tenantId)
  if (bumped.changes !== 1) throw new Error(`a change names a tenant that does not exist: ${tenantId}`)
  database
    .prepare(
      `INSERT INTO audit (tenant_id, at, ordinal, principal_id, request_id, operation, target)
       SELECT ?, ?, COALESCE(MAX(ordinal), -1) + 1, ?, ?, ?, ? FROM audit WHERE tenant_id = ? AND at = ?`,
    )
    .run(tenantId, change.at, change.principalId, change.requestId, operation, target, tenantId, change.at)
}
