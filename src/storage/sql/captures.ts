// The capture inbox. A capture has the id of its message and refers to the content of that id, so nothing is copied and the
// content stays as long as either of them needs it.

import { MAIL_DATA_ACTIONS } from '../../access/operations.ts'
import { resourceKey } from '../../spool/stored-message.ts'
import type { CapturedMessage, CaptureReader, CaptureWriter } from '../storage.ts'
import { appendAudit } from './record-change.ts'
import type { ReleaseContent } from './release-content.ts'
import { newestIds, type PageQuery } from './newest-first.ts'
import { allArrays, first, type InSql, lockTenant, run, snapshot, type Sql } from './sql.ts'

export const captureReader: InSql<CaptureReader> = {
  listCaptures: (query) => snapshot(listCaptures(query)),
  *readCapture(id) {
    const capture = yield* readRow(id)
    return capture && { ...capture, content: { kind: 'stored', size: capture.size, contentId: id } }
  },
}

/** `release` drops the content of a capture that was deleted. */
export function createCaptureWriter(release: ReleaseContent): InSql<CaptureWriter> {
  return {
    *addCapture(message, content) {
      if (content.kind !== 'stored' || content.contentId !== message.id)
        throw new Error('a capture refers to the stored content of its own message')
      if (!(yield* insert(message))) yield* addRecipients(message)
    },
    *deleteCaptures(change, tenantId, resourceIds) {
      yield* lockTenant(tenantId)
      let count = 0
      for (const scope of resourceIds ?? ['']) {
        const deleted = yield* deleteAt(release, tenantId, scope)
        const target = `${scope}/providers/Postern.Mail/captures`
        if (deleted > 0)
          yield* appendAudit(change, tenantId, MAIL_DATA_ACTIONS.deleteCaptures, target, { before: { count: deleted } })
        count += deleted
      }
      return count
    },
  }
}

function* listCaptures(query: PageQuery): Sql<readonly CapturedMessage[]> {
  const captures: CapturedMessage[] = []
  for (const id of yield* newestIds({ table: 'captures', id: 'capture_id' }, query)) {
    const capture = yield* readRow(id)
    if (capture !== undefined) captures.push(capture)
  }
  return captures
}

type CaptureRow = {
  capture_id: string
  tenant_id: string
  resource_id: string
  reverse_path: string
  recipients: string
  subject: string
  received_at: number
  size: number
}

function* readRow(id: string): Sql<CapturedMessage | undefined> {
  const row = yield* first<CaptureRow>(
    `SELECT capture_id, tenant_id, resource_id, reverse_path, recipients, subject, received_at, size
     FROM captures WHERE capture_id = ?`,
    id,
  )
  if (row === undefined) return undefined
  return {
    id: row.capture_id,
    tenantId: row.tenant_id,
    resourceId: row.resource_id,
    reversePath: row.reverse_path,
    recipients: JSON.parse(row.recipients) as string[],
    subject: row.subject,
    receivedAt: row.received_at,
    size: row.size,
  }
}

/** Gives false when nothing was inserted: the message was captured before, or its content is gone. */
function* insert(message: CapturedMessage): Sql<boolean> {
  const { id, tenantId, resourceId, reversePath, subject, receivedAt, size, recipients } = message
  const inserted = yield* run(
    `INSERT INTO captures (tenant_id, resource_key, resource_id, reverse_path, subject, received_at, size, recipients, capture_id)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, content_id FROM contents WHERE content_id = ?
     ON CONFLICT (capture_id) DO NOTHING`,
    tenantId,
    resourceKey(resourceId),
    resourceId,
    reversePath,
    subject,
    receivedAt,
    size,
    JSON.stringify([...new Set(recipients)]),
    id,
  )
  return inserted !== 0
}

/** A message is captured again when some of its recipients were deferred, or when a kill came before the settlement. */
function* addRecipients({ id, recipients }: CapturedMessage): Sql<void> {
  const known = (yield* readRow(id))?.recipients
  if (known === undefined) throw new Error(`there is no content ${id}`)
  const every = new Set([...known, ...recipients])
  if (every.size === known.length) return
  yield* run('UPDATE captures SET recipients = ? WHERE capture_id = ?', JSON.stringify([...every]), id)
}

/** `scope` is a resource, or empty for every one of the tenant. */
const deleteAt = (release: ReleaseContent, tenantId: string, scope: string): Sql<number> =>
  scope === ''
    ? deleteWhere(release, 'tenant_id = ?', tenantId)
    : deleteWhere(release, 'tenant_id = ? AND resource_key = ?', tenantId, resourceKey(scope))

function* deleteWhere(release: ReleaseContent, condition: string, ...values: string[]): Sql<number> {
  const sql = `DELETE FROM captures WHERE ${condition} RETURNING capture_id`
  const gone = yield* allArrays<[string]>(sql, ...values)
  for (const [id] of gone) yield* release(id)
  return gone.length
}
