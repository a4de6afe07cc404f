// Operations that were done at once and are polled all the same. A row lives for a day, far longer than any client polls.

import type { AsyncOperation, ResourceWriter } from '../storage.ts'
import type { Database } from './database.ts'
import type { Synchronous } from './synchronous.ts'

const LIFETIME = 24 * 60 * 60 * 1000

export function createAsyncOperationWriter(
  database: Database,
): Pick<Synchronous<ResourceWriter>, 'createAsyncOperation' | 'pollAsyncOperation'> {
  return {
    createAsyncOperation: (operation) => createAsyncOperation(database, operation),
    pollAsyncOperation: (tenantId, operationId) => pollAsyncOperation(database, tenantId, operationId),
  }
}

function createAsyncOperation(database: Database, operation: AsyncOperation): void {
  const { operationId, tenantId, subscriptionId, principalId, resourceId, verb, startedAt } = operation
  database.prepare('DELETE FROM async_operations WHERE started_at < ?').run(startedAt - LIFETIME)
  database
    .prepare(
      `INSERT INTO async_operations (operation_id, tenant_id, subscription_id, principal_id, resource_id, verb,
         started_at, polls)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
    )
    .run(operationId, tenantId, subscriptionId, principalId, resourceId, verb, startedAt)
}

type AsyncOperationRow = {
  subscription_id: string
  principal_id: string
  resource_id: string
  verb: AsyncOperation['verb']
  started_at: number
  polls: number
}

function pollAsyncOperation(
  database: Database,
  tenantId: string,
  operationId: string,
): (AsyncOperation & { polls: number }) | undefined {
  const polled = database
    .prepare('UPDATE async_operations SET polls = polls + 1 WHERE tenant_id = ? AND operation_id = ?')
    .run(tenantId, operationId)
  if (polled.changes !== 1) return undefined
  const row = database
    .prepare<AsyncOperationRow>(
      `SELECT subscription_id, principal_id, resource_id, verb, started_at, polls
       FROM async_operations WHERE tenant_id = ? AND operation_id = ?`,
    )
    .get(tenantId, operationId)
  return (
    row && {
      operationId,
      tenantId,
      subscriptionId: row.subscription_id,
      principalId: row.principal_id,
      resourceId: row.resource_id,
      verb: row.verb,
      startedAt: row.started_at,
      polls: row.polls,
    }
  )
}
