// Many enqueues in one statement. Messages that arrive while a statement is on its way gather for the next one, so under load the
// price of a commit is shared and an idle edge waits for nobody. One statement inserts messages and contents together, and compares
// each tenant's epoch: what is durable is whole, and judged under the epoch it says. Sizes are fixed, so that texts stay few.

import type { ContentRef } from '../content/content.ts'
import { allArrays, type Sql, type Value } from '../storage/sql/sql.ts'
import { StoreError } from '../storage/store-error.ts'
import { laneOf } from './lane.ts'
import type { EnqueueOutcome, NewMessage } from './spool.ts'
import { resourceKey, writeEnvelope } from './stored-message.ts'

const SIZES = [32, 16, 8, 4, 2, 1] as const
type Size = (typeof SIZES)[number]

/** Columns of a message to be queued, with the types that its placeholders have. */
const GIVEN = [
  ['queue_id', 'TEXT'],
  ['tenant_id', 'TEXT'],
  ['epoch', 'BIGINT'],
  ['application_id', 'TEXT'],
  ['internet_message_id', 'TEXT'],
  ['message_id_run', 'BIGINT'],
  ['received_at', 'BIGINT'],
  ['envelope', 'TEXT'],
  ['resource_key', 'TEXT'],
  ['lane', 'BIGINT'],
  ['size', 'BIGINT'],
  ['recipient_count', 'BIGINT'],
  ['octets', 'BYTEA'],
  ['upload_id', 'TEXT'],
] as const

/** An upload that is not there any more, or was swept, fails the foreign key of its content. */
function enqueueText(size: Size): string {
  const row = `(${GIVEN.map(([, type]) => `CAST(? AS ${type})`).join(', ')})`
  return `
    WITH given (${GIVEN.map(([name]) => name).join(', ')}) AS (VALUES ${Array.from({ length: size }, () => row).join(', ')}),
    queued AS (
      INSERT INTO messages (queue_id, tenant_id, application_id, internet_message_id, message_id_run, received_at, envelope,
        resource_key, lane, size, status, next_due, claims, recipient_count)
      SELECT g.queue_id, g.tenant_id, g.application_id, g.internet_message_id, g.message_id_run, g.received_at, g.envelope,
        g.resource_key, g.lane, g.size, 'queued', g.received_at, 0, g.recipient_count
      FROM given g JOIN tenants t ON t.tenant_id = g.tenant_id AND t.epoch = COALESCE(g.epoch, t.epoch)
      RETURNING queue_id
    ),
    stored AS (
      INSERT INTO contents (content_id, size, octets, upload_id)
      SELECT g.queue_id, g.size, g.octets, g.upload_id FROM given g JOIN queued q ON q.queue_id = g.queue_id
    ),
    kept AS (
      UPDATE uploads SET kept = true
      WHERE NOT kept AND upload_id IN (SELECT g.upload_id FROM given g JOIN queued q ON q.queue_id = g.queue_id)
    )
    SELECT queue_id FROM queued`
}

const TEXTS = new Map(SIZES.map((size) => [size, enqueueText(size)]))

/** Content that a statement can insert as it is. */
export type NewContent = Extract<ContentRef, { kind: 'inline' | 'upload' }>
export type EnqueueRow = { readonly message: NewMessage; readonly content: NewContent; readonly messageIdRun: number }

/** Gives an outcome for each row, in order. As many rows as one of SIZES. */
export function* enqueueRows(rows: readonly EnqueueRow[]): Sql<readonly EnqueueOutcome[]> {
  const text = TEXTS.get(rows.length as Size)
  if (text === undefined) throw new RangeError(`no statement enqueues ${rows.length} messages`)
  const queued = new Set((yield* allArrays<[string]>(text, ...rows.flatMap(valuesOf))).map(([id]) => id))
  return rows.map(({ message }) => ({ type: queued.has(message.envelope.queueId) ? 'queued' : 'stale' }))
}

function valuesOf({ message: { envelope, epoch }, content, messageIdRun }: EnqueueRow): Value[] {
  return [
    envelope.queueId,
    envelope.tenantId,
    epoch ?? null,
    envelope.applicationId,
    envelope.internetMessageId,
    messageIdRun,
    envelope.receivedAt,
    writeEnvelope(envelope),
    resourceKey(envelope.resourceId),
    laneOf(envelope),
    content.size,
    envelope.recipients.length,
    content.kind === 'inline' ? content.octets : null,
    content.kind === 'upload' ? content.uploadId : null,
  ]
}

type Waiting = {
  readonly row: EnqueueRow
  readonly resolve: (outcome: EnqueueOutcome) => void
  readonly reject: (error: unknown) => void
}

/** Statements on their way at once. */
const LANES = 2

/** `enqueue` takes as many rows as one of SIZES and is all or nothing. */
export function createEnqueueGroups(
  enqueue: (rows: readonly EnqueueRow[]) => Promise<readonly EnqueueOutcome[]>,
): (row: EnqueueRow) => Promise<EnqueueOutcome> {
  let gathering: Waiting[] = []
  let underWay = 0

  async function send(): Promise<void> {
    underWay += 1
    while (gathering.length > 0) {
      const size = SIZES.find((one) => one <= gathering.length) ?? 1
      await settleGroup(enqueue, gathering.splice(0, size))
    }
    underWay -= 1
  }

  return (row) =>
    new Promise((resolve, reject) => {
      gathering.push({ row, resolve, reject })
      // After the poll phase: what all sockets of this turn brought goes in one statement.
      if (gathering.length === 1 && underWay < LANES) setImmediate(() => void send())
    })
}

/**
 * A message that the database refuses must not take others with it: each goes by itself then. A database that cannot do its work now
 * would keep them waiting, one time limit after the other, and may have committed them: all are told at once.
 */
async function settleGroup(
  enqueue: (rows: readonly EnqueueRow[]) => Promise<readonly EnqueueOutcome[]>,
  group: readonly Waiting[],
): Promise<void> {
  try {
    const outcomes = await enqueue(group.map(({ row }) => row))
    for (const [index, { resolve }] of group.entries()) resolve(outcomes[index] as EnqueueOutcome)
  } catch (error) {
    if (group.length === 1 || error instanceof StoreError) for (const { reject } of group) reject(error)
    else for (const one of group) await settleGroup(enqueue, [one])
  }
}
