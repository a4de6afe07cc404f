// Which queues are measured, and the statement that fills one at once: the same SQL on both engines, where a message at a time would
// take hours. What it writes is what enqueue, claim and settle would have left behind.

import { A } from '../../src/storage/two-tenants.fixture.ts'
import { SERVICE } from '../../src/storage/mail-store.fixture.ts'
import { laneOf } from '../../src/spool/lane.ts'
import { writeEnvelope } from '../../src/spool/stored-message.ts'
import type { SpooledEnvelope } from '../../src/spool/spool.ts'

export type Shape = {
  readonly name: string
  readonly what: string
  readonly applications: number
  readonly destinations: number
  /** All that waits was tried once and is due again in hours; only what is measured is due. */
  readonly deferred: boolean
}

export const SHAPES: readonly Shape[] = [
  { name: 'one', what: 'one application, one destination', applications: 1, destinations: 1, deferred: false },
  {
    name: 'many',
    what: '1,000 applications × 10 destinations',
    applications: 1_000,
    destinations: 10,
    deferred: false,
  },
  { name: 'deferred', what: 'all deferred, then one due', applications: 1_000, destinations: 10, deferred: true },
]

/** Never a claim of the fixtures' mail: the ids begin in another age. */
const QUEUE_ID = `'01900000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT)`
const applicationOf = (index: number): string => `00000000-0000-4000-8000-${100_000_000_000 + index}`
const destinationOf = (index: number): string => `d${index}.example`

const HOUR = 3_600_000

/** Message number `index` as an edge would hand it over. */
export function envelopeOf(shape: Shape, index: number, queueId: string, at: number): SpooledEnvelope {
  const destination = destinationOf(Math.floor(index / shape.applications) % shape.destinations)
  return envelope(applicationOf(index % shape.applications), destination, queueId, at)
}

function envelope(applicationId: string, destination: string, queueId: string, at: number): SpooledEnvelope {
  return {
    queueId,
    tenantId: A.tenantId,
    resourceId: SERVICE,
    principalId: A.principalId,
    applicationId,
    reversePath: 'DoNotReply@contoso.example',
    parameters: { body: '8BITMIME' },
    recipients: [{ forwardPath: `somebody@${destination}`, parameters: {} }],
    receivedAt: at,
    internetMessageId: `${queueId}@contoso.example`,
    subject: 'The printer on the third floor is out of paper',
    fromField: 'DoNotReply@contoso.example',
    client: { address: '192.0.2.1', name: 'printer.example' },
  }
}

/** Statements that make a queue of `depth`. `octets` is an expression for `size` octets of content. */
export function fillStatements(
  shape: Shape,
  depth: number,
  now: number,
  size: number,
  octets: string,
): readonly string[] {
  const series = `series (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM series WHERE i < ${depth - 1})`
  const received = `${now - HOUR} + i * ${HOUR} / ${depth}`
  const retryAt = `${now + HOUR} + i * ${4 * HOUR} / ${depth}`
  const [due, claims, progress] = shape.deferred
    ? [retryAt, '1', `'[["deferred",1,' || CAST(${retryAt} AS TEXT) || ']]'`]
    : [received, '0', 'CAST(NULL AS TEXT)']
  return [
    `WITH RECURSIVE ${series}, lanes (n, application_id, lane, envelope) AS (VALUES ${lanesOf(shape)})
     INSERT INTO messages (queue_id, tenant_id, resource_key, application_id, internet_message_id, message_id_run,
       received_at, size, status, next_due, claims, recipient_count, progress, envelope, lane)
     SELECT ${QUEUE_ID}, '${A.tenantId}', '${SERVICE.toLowerCase()}', application_id,
       CAST(i * 7919 % ${depth} AS TEXT) || '@contoso.example', i / 256, ${received}, ${size}, 'queued', ${due}, ${claims}, 1,
       ${progress}, envelope, lane
     FROM series JOIN lanes ON n = i % ${shape.applications * shape.destinations} ORDER BY i`,
    `WITH RECURSIVE ${series}
     INSERT INTO contents (content_id, size, octets) SELECT ${QUEUE_ID}, ${size}, ${octets} FROM series ORDER BY i`,
  ]
}

/** What messages of one lane have in common, a row for each lane. */
function lanesOf(shape: Shape): string {
  const rows = Array.from({ length: shape.applications * shape.destinations }, (_, n) => {
    const envelope = envelopeOf(shape, n, '', 0)
    return `(${n}, '${envelope.applicationId}', ${laneOf(envelope)}, '${writeEnvelope(envelope).replaceAll(`'`, `''`)}')`
  })
  return rows.join(',')
}
