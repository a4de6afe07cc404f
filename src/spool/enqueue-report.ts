// Stores a message of our own, a report, in the transaction of what it tells of. Its content is inline: reports are small.

import { run, type Sql } from '../storage/sql/sql.ts'
import { laneOf } from './lane.ts'
import type { NewMessage } from './spool.ts'
import { resourceKey, writeEnvelope } from './stored-message.ts'

/** The runs of the Message-ID index are few: reports of one stretch of time, in milliseconds, share one. */
const RUN = 60_000

const INSERT = `
  INSERT INTO messages (queue_id, tenant_id, application_id, internet_message_id, received_at, envelope,
    resource_key, message_id_run, lane, size, status, next_due, claims, recipient_count)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, 0, ?)`

export function* enqueueReport({ envelope, content }: NewMessage): Sql<void> {
  if (content.kind !== 'inline') throw new Error('the content of a report is inline')
  const { queueId, tenantId, applicationId, internetMessageId, receivedAt } = envelope
  yield* run(
    INSERT,
    queueId,
    tenantId,
    applicationId,
    internetMessageId,
    receivedAt,
    writeEnvelope(envelope),
    resourceKey(envelope.resourceId),
    Math.floor(receivedAt / RUN) * RUN,
    laneOf(envelope),
    content.size,
    receivedAt,
    envelope.recipients.length,
  )
  yield* run('INSERT INTO contents (content_id, size, octets) VALUES (?, ?, ?)', queueId, content.size, content.octets)
}
