// Operations of the data plane. Two that bring the same request at the same time meet in the keys of the table: on PostgreSQL the later
// one is run again and finds the first.

import { COMMUNICATION_SERVICES } from '../../resources/resource-types.ts'
import type { EmailOperation, EmailOperationReader, NewEmailOperation } from '../email-operations.ts'
import { allArrays, first, type InSql, run, type Sql } from './sql.ts'

export const emailOperationReader: InSql<EmailOperationReader> = {
  *findOperation(resourceId, operationId) {
    return readRow(
      yield* first<Row>(`${SELECT} WHERE resource_key = ? AND operation_id = ?`, keyOf(resourceId), operationId),
    )
  },
  *listByOperation(tenantId, operationId) {
    const rows = yield* allArrays<[queueId: string]>(BY_OPERATION, operationId, tenantId, COMMUNICATION_SERVICE)
    return rows.map(([queueId]) => queueId)
  },
  findRepeated: (resourceId, operation) => findRepeatedOperation(resourceId, operation),
}

/** A look into the key of the table for each service of the tenant: an index by the id alone would cost every message. */
const BY_OPERATION = `
  SELECT queue_id FROM email_operations WHERE operation_id = ?
    AND resource_key IN (SELECT id_key FROM resources WHERE tenant_id = ? AND type_key = ?)
  ORDER BY queue_id DESC LIMIT 20`
const COMMUNICATION_SERVICE = COMMUNICATION_SERVICES.toLowerCase()

const SELECT = 'SELECT operation_id, queue_id, fingerprint, created_at FROM email_operations'

type Row = { operation_id: string; queue_id: string; fingerprint: string; created_at: number }

const readRow = (row: Row | undefined): EmailOperation | undefined =>
  row && {
    operationId: row.operation_id,
    queueId: row.queue_id,
    fingerprint: row.fingerprint,
    createdAt: row.created_at,
  }

const keyOf = (resourceId: string): string => resourceId.toLowerCase()

export function* findRepeatedOperation(
  resourceId: string,
  { operationId, requestKey, repeatsSince }: NewEmailOperation,
): Sql<EmailOperation | undefined> {
  const row = yield* first<Row>(
    `${SELECT} WHERE resource_key = ? AND (operation_id = ? OR (request_key = ? AND created_at > ?))`,
    keyOf(resourceId),
    operationId,
    requestKey,
    repeatsSince,
  )
  return readRow(row)
}

/** To be called where there is no such operation yet. */
export function* addOperation(
  operation: NewEmailOperation,
  {
    tenantId,
    resourceId,
    queueId,
    receivedAt,
  }: {
    readonly tenantId: string
    readonly resourceId: string
    readonly queueId: string
    readonly receivedAt: number
  },
): Sql<void> {
  const { operationId, requestKey, fingerprint, repeatsSince } = operation
  // A request of long ago gives its key away; its operation stays. One of just now, which others may have stored since, does not.
  yield* run(
    'UPDATE email_operations SET request_key = operation_id WHERE resource_key = ? AND request_key = ? AND created_at <= ?',
    keyOf(resourceId),
    requestKey,
    repeatsSince,
  )
  yield* run(
    `INSERT INTO email_operations
       (resource_key, operation_id, tenant_id, request_key, fingerprint, queue_id, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    keyOf(resourceId),
    operationId,
    tenantId,
    requestKey,
    fingerprint,
    queueId,
    receivedAt,
  )
}

/** Those of messages that are gone, at most `batch`. */
export function* sweepEmailOperations(before: number, batch: number): Sql<number> {
  return yield* run(
    `DELETE FROM email_operations WHERE (resource_key, operation_id) IN
       (SELECT resource_key, operation_id FROM email_operations
        WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.queue_id = email_operations.queue_id)
        ORDER BY created_at LIMIT ?)`,
    before,
    batch,
  )
}
