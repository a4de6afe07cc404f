// Operations that were done at once and are polled all the same. A row lives for a day, far longer than any client polls.

import type { AsyncOperation, ResourceWriter } from '../storage.ts'
import { first, type InSql, run, type Sql } from './sql.ts'

const LIFETIME = 24 * 60 * 60 * 1000

export const asyncOperationWriter: Pick<InSql<ResourceWriter>, 'createAsyncOperation' | 'pollAsyncOperation'> = {
  createAsyncOperation,
  pollAsyncOperation,
}

function* createAsyncOperation(operation: AsyncOperation): Sql<void> {
  const { operationId, tenantId, subscriptionId, principalId, resourceId, verb, startedAt } = operation
  yield* run('DELETE FROM async_operations WHERE started_at < ?', startedAt - LIFETIME)
  yield* run(
    `INSERT INTO async_operations (operation_id, tenant_id, subscription_id, principal_id, resource_id, verb,
       started_at, polls)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
    operationId,
    tenantId,
    subscriptionId,
    principalId,
    resourceId,
    verb,
    startedAt,
  )
}

type AsyncOperationRow = {
  subscription_id: string
  principal_id: string
  resource_id: string
  verb: AsyncOperation['verb']
  started_at: number
  polls: number
}

function* pollAsyncOperation(
  tenantId: string,
  operationId: string,
): Sql<(AsyncOperation & { polls: number }) | undefined> {
  const row = yield* first<AsyncOperationRow>(
    `UPDATE async_operations SET polls = polls + 1 WHERE tenant_id = ? AND operation_id = ?
     RETURNING subscription_id, principal_id, resource_id, verb, started_at, polls`,
    tenantId,
    operationId,
  )
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
