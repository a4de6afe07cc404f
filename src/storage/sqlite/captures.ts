// The capture inbox on SQLite. A capture has the id of its message and refers to the content of that id, so nothing is copied and the
// content stays as long as either of them needs it.

import { resourceKey } from '../../spool/stored-message.ts'
import type { CapturedMessage, CaptureReader, CaptureWriter } from '../storage.ts'
import type { Database } from './database.ts'
import { newestIds } from './newest-first.ts'
import { asynchronous, type Synchronous } from './synchronous.ts'

export function createCaptureReader(database: Database): CaptureReader {
  return asynchronous<CaptureReader>({
    listCaptures: (query) =>
      database.snapshot(() =>
        newestIds(database, { table: 'captures', id: 'capture_id' }, query).flatMap(
          (id) => readRow(database, id) ?? [],
        ),
      ),
    readCapture: (id) => {
      const capture = readRow(database, id)
      return capture && { ...capture, content: { kind: 'stored', size: capture.size, contentId: id } }
    },
  })
}

/** Runs inside the store thread's transaction. */
export function createCaptureWriter(database: Database): Synchronous<CaptureWriter> {
  const insert = prepareInsert(database)
  return {
    addCapture: (message, content) => {
      if (content.kind !== 'stored' || content.contentId !== message.id)
        throw new Error('a capture refers to the stored content of its own message')
      if (!insert(message)) addRecipients(database, message)
    },
    deleteCaptures: (tenantId, resourceIds) =>
      resourceIds === undefined
        ? deleteWhere(database, 'tenant_id = ?', tenantId)
        : resourceIds.reduce(
            (count, id) =>
              count + deleteWhere(database, 'tenant_id = ? AND resource_key = ?', tenantId, resourceKey(id)),
            0,
          ),
  }
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

function readRow(database: Database, id: string): CapturedMessage | undefined {
  const row = database
    .prepare<CaptureRow>(
      `SELECT capture_id, tenant_id, resource_id, reverse_path, recipients, subject, received_at, size
       FROM captures WHERE capture_id = ?`,
    )
    .get(id)
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
function prepareInsert(database: Database): (message: CapturedMessage) => boolean {
  const insert = database.prepareArrays(
    `INSERT INTO captures (tenant_id, resource_key, resource_id, reverse_path, subject, received_at, size, recipients, capture_id)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, content_id FROM contents WHERE content_id = ?
     ON CONFLICT (capture_id) DO NOTHING`,
  )
  return ({ id, tenantId, resourceId, reversePath, subject, receivedAt, size, recipients }) => {
    const key = resourceKey(resourceId)
    const json = JSON.stringify([...new Set(recipients)])
    return insert.run(tenantId, key, resourceId, reversePath, subject, receivedAt, size, json, id).changes !== 0
  }
}

/** A message is captured again when some of its recipients were deferred, or when a kill came before the settlement. */
function addRecipients(database: Database, { id, recipients }: CapturedMessage): void {
  const known = readRow(database, id)?.recipients
  if (known === undefined) throw new Error(`there is no content ${id}`)
  const all = new Set([...known, ...recipients])
  if (all.size === known.length) return
  database.prepareArrays('UPDATE captures SET recipients = ? WHERE capture_id = ?').run(JSON.stringify([...all]), id)
}

function deleteWhere(database: Database, condition: string, ...values: string[]): number {
  const gone = database
    .prepareArrays<[string]>(`DELETE FROM captures WHERE ${condition} RETURNING capture_id`)
    .all(...values)
  for (const [id] of gone) releaseCapturedContent(database, id)
  return gone.length
}

/** To be called after the capture is deleted: drops its content unless the message still needs it. */
export function releaseCapturedContent(database: Database, id: string): void {
  database
    .prepareArrays(
      `DELETE FROM contents WHERE content_id = ?
       AND NOT EXISTS (SELECT 1 FROM messages WHERE queue_id = ? AND status = 'queued')`,
    )
    .run(id, id)
}
