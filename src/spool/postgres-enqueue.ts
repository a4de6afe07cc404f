// Many enqueues in one statement. Messages that arrive while a statement is on its way gather for the next one, so under load the
// price of a commit is shared and an idle edge waits for nobody. One statement inserts messages and contents together, and compares
// each tenant's epoch: what is durable is whole, and judged under the epoch it says. Sizes are fixed, so that texts stay few.

import type { ContentRef } from '../content/content.ts'
import { allArrays, type Sql, type Value } from '../storage/sql/sql.ts'
import { addOperation, findRepeatedOperation } from '../storage/sql/email-operations.ts'
import { StoreError } from '../storage/store-error.ts'
import { laneOf } from './lane.ts'
import type { EnqueueOutcome, NewMessage } from './spool.ts'
import { resourceKey, writeEnvelope } from './stored-message.ts'

export const SIZES = [32, 16, 8, 4, 2, 1] as const
export type Size = (typeof SIZES)[number]

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

const JUDGED = 'given g JOIN tenants t ON t.tenant_id = g.tenant_id AND t.epoch = COALESCE(g.epoch, t.epoch)'

/**
 * An upload that is not there any more, or was swept, fails the foreign key of its content. `ahead`: tables of the caller's, which stand
 * between those that are given and those that are changed; `from`: those messages `g` that are to be queued.
 */
export function enqueueText(size: Size, ahead = '', from = JUDGED): string {
  const row = `(${GIVEN.map(([, type]) => `CAST(? AS ${type})`).join(', ')})`
  return `
    WITH given (${GIVEN.map(([name]) => name).join(', ')}) AS (VALUES ${Array.from({ length: size }, () => row).join(', ')}),${ahead}
    queued AS (
      INSERT INTO messages (queue_id, tenant_id, application_id, internet_message_id, message_id_run, received_at, envelope,
        resource_key, lane, size, status, next_due, claims, recipient_count)
      SELECT g.queue_id, g.tenant_id, g.application_id, g.internet_message_id, g.message_id_run, g.received_at, g.envelope,
        g.resource_key, g.lane, g.size, 'queued', g.received_at, 0, g.recipient_count
      FROM ${from}
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

/** Gives an outcome for each row, in order. As many rows as one of SIZES. One statement, unless there is an operation among them. */
export function* enqueueRows(rows: readonly EnqueueRow[]): Sql<readonly EnqueueOutcome[]> {
  if (rows.every(({ message }) => message.operation === undefined)) return yield* insertRows(rows)
  const outcomes: EnqueueOutcome[] = []
  for (const row of rows) outcomes.push(yield* enqueueOnce(row))
  return outcomes
}

/** Where two bring the same operation at the same time, the key of the later one is taken, and its transaction begins again. */
function* enqueueOnce(row: EnqueueRow): Sql<EnqueueOutcome> {
  const { envelope, operation } = row.message
  const repeated = operation && (yield* findRepeatedOperation(envelope.resourceId, operation))
  if (repeated !== undefined) return { type: 'repeated', operation: repeated }
  const [outcome = { type: 'stale' }] = yield* insertRows([row])
  if (operation !== undefined && outcome.type === 'queued') yield* addOperation(operation, envelope)
  return outcome
}

function* insertRows(rows: readonly EnqueueRow[]): Sql<readonly EnqueueOutcome[]> {
  const text = TEXTS.get(rows.length as Size)
  if (text === undefined) throw new RangeError(`no statement enqueues ${rows.length} messages`)
  const queued = new Set((yield* allArrays<[string]>(text, ...rows.flatMap(valuesOf))).map(([id]) => id))
  return rows.map(({ message }) => ({ type: queued.has(message.envelope.queueId) ? 'queued' : 'stale' }))
}

/** Of the columns that are given. */
export function valuesOf({ message: { envelope, epoch }, content, messageIdRun }: EnqueueRow): Value[] {
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

type Waiting<Outcome> = {
  readonly row: EnqueueRow
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

/** Statements on their way at once. */
const LANES = 2

/** `enqueue` takes as many rows as one of SIZES and is all or nothing. */
export function createEnqueueGroups<Outcome = EnqueueOutcome>(
  enqueue: (rows: readonly EnqueueRow[]) => Promise<readonly Outcome[]>,
  lanes = LANES,
): (row: EnqueueRow) => Promise<Outcome> {
  let gathering: Waiting<Outcome>[] = []
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
      if (gathering.length === 1 && underWay < lanes) setImmediate(() => void send())
    })
}

/**
 * A message that the database refuses must not take others with it: each goes by itself then. A database that cannot do its work now
 * would keep them waiting, one time limit after the other, and may have committed them: all are told at once.
 */
async function settleGroup<Outcome>(
  enqueue: (rows: readonly EnqueueRow[]) => Promise<readonly Outcome[]>,
  group: readonly Waiting<Outcome>[],
): Promise<void> {
  try {
    const outcomes = await enqueue(group.map(({ row }) => row))
    for (const [index, { resolve }] of group.entries()) resolve(outcomes[index] as Outcome)
  } catch (error) {
    if (group.length === 1 || error instanceof StoreError) for (const { reject } of group) reject(error)
    else for (const one of group) await settleGroup(enqueue, [one])
  }
}
