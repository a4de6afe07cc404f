// Operations at upstreams. Whoever begins one holds the row of its pace first, so that two who have the same message at hand, one of them
// after its lease, agree on its ids. What is submitted again shares the operation of the first, and each keeps a row of its own.

import type {
  OperationRequest,
  UpstreamOperation,
  UpstreamOperationReader,
  UpstreamOperationWriter,
  UpstreamStanding,
} from '../upstream-operations.ts'
import { all, first, type InSql, lock, run, type Sql } from './sql.ts'

/** The longest interval between two requests; further ahead nothing is booked unless a clock was set back. */
const MOST_AHEAD = 60_000

export const upstreamReader: InSql<UpstreamOperationReader> = {
  listOperations: (transport, queueId) => operationsOf(transport, queueId),
}

export const upstreamWriter: InSql<UpstreamOperationWriter> = {
  *beginOperations(request) {
    yield* lockPace(request.transport)
    yield* shareOperations(request)
    const wanted = new Set(request.recipients)
    const known = yield* operationsOf(request.transport, request.queueId)
    const concerned = known.filter(({ recipients }) => recipients.some((index) => wanted.has(index)))
    for (const { operationId, standing } of concerned)
      if (standing === 'refused')
        yield* run(`UPDATE upstream_operations SET standing = 'begun' WHERE operation_id = ?`, operationId)
    const covered = new Set(concerned.flatMap(({ recipients }) => recipients))
    const left = request.recipients.filter((index) => !covered.has(index))
    return [...concerned, ...(yield* addOperations(request, left))]
  },
  *recordOperation({ operationId, standing, at, resume = '' }) {
    yield* run(
      `UPDATE upstream_operations SET standing = ?, since = ?, resume = ?
       WHERE operation_id = ? AND standing <> 'accepted'`,
      standing,
      at,
      resume,
      operationId,
    )
  },
  *takeRequests({ transport, at, wanted, interval }) {
    yield* lockPace(transport)
    const { nextAt, pausedUntil } = yield* paceOf(transport)
    if (pausedUntil > at) return { granted: 0, askAgainAt: pausedUntil, paused: true }
    const free = Math.min(nextAt, at + MOST_AHEAD)
    if (free > at) return { granted: 0, askAgainAt: free, paused: false }
    const askAgainAt = at + Math.ceil(wanted * interval)
    yield* run('UPDATE upstream_paces SET next_at = ? WHERE transport = ?', askAgainAt, transport)
    return { granted: wanted, askAgainAt, paused: false }
  },
  *pauseRequests(transport, until) {
    yield* lockPace(transport)
    yield* run(
      'UPDATE upstream_paces SET paused_until = ? WHERE transport = ? AND paused_until < ?',
      until,
      transport,
      until,
    )
  },
}

function* lockPace(transport: string): Sql<void> {
  yield* run(
    `INSERT INTO upstream_paces (transport, next_at, paused_until) VALUES (?, 0, 0) ON CONFLICT (transport) DO NOTHING`,
    transport,
  )
  yield* lock('SELECT 1 FROM upstream_paces WHERE transport = ?', transport)
}

function* paceOf(transport: string): Sql<{ readonly nextAt: number; readonly pausedUntil: number }> {
  const row = yield* first<{ next_at: number; paused_until: number }>(
    'SELECT next_at, paused_until FROM upstream_paces WHERE transport = ?',
    transport,
  )
  if (row === undefined) throw new Error('the pace of an upstream is gone while it is locked')
  return { nextAt: row.next_at, pausedUntil: row.paused_until }
}

type OperationRow = {
  operation_id: string
  recipients: string
  standing: UpstreamStanding
  since: number
  resume: string
}

function* operationsOf(transport: string, queueId: string): Sql<readonly UpstreamOperation[]> {
  const rows = yield* all<OperationRow>(
    `SELECT operation_id, recipients, standing, since, resume FROM upstream_operations
     WHERE queue_id = ? AND transport = ? ORDER BY created_at, operation_id`,
    queueId,
    transport,
  )
  return rows.map((row) => ({
    operationId: row.operation_id,
    recipients: JSON.parse(row.recipients) as number[],
    standing: row.standing,
    since: row.since,
    resume: row.resume,
  }))
}

/** The places in the envelope are the same: the fingerprint covers it. */
function* shareOperations({ transport, tenantId, queueId, again }: OperationRequest): Sql<void> {
  if (again === undefined) return
  yield* run(
    `INSERT INTO upstream_operations
       (operation_id, transport, tenant_id, queue_id, fingerprint, recipients, standing, created_at, since, resume)
     SELECT DISTINCT operation_id, transport, tenant_id, ?, fingerprint, recipients, standing, created_at, since, resume
     FROM upstream_operations
     WHERE fingerprint = ? AND created_at > ? AND transport = ? AND tenant_id = ? AND queue_id <> ?
     ON CONFLICT (operation_id, queue_id) DO NOTHING`,
    queueId,
    again.fingerprint,
    again.since,
    transport,
    tenantId,
    queueId,
  )
}

function* addOperations(request: OperationRequest, recipients: readonly number[]): Sql<readonly UpstreamOperation[]> {
  const { transport, tenantId, queueId, again, at, most, operationIds } = request
  const added: UpstreamOperation[] = []
  for (let from = 0; from < recipients.length; from += most) {
    const operationId = operationIds[added.length]
    if (operationId === undefined) throw new Error('too few ids for the operations of a message')
    const some = recipients.slice(from, from + most)
    yield* run(
      `INSERT INTO upstream_operations
         (operation_id, transport, tenant_id, queue_id, fingerprint, recipients, standing, created_at, since, resume)
       VALUES (?, ?, ?, ?, ?, ?, 'begun', ?, ?, '')`,
      operationId,
      transport,
      tenantId,
      queueId,
      again?.fingerprint ?? '',
      JSON.stringify(some),
      at,
      at,
    )
    added.push({ operationId, recipients: some, standing: 'new', since: at, resume: '' })
  }
  return added
}

/** Those of messages that are not queued any more, at most `batch`. */
export function* sweepOperations(before: number, batch: number): Sql<number> {
  return yield* run(
    `DELETE FROM upstream_operations WHERE (operation_id, queue_id) IN
       (SELECT operation_id, queue_id FROM upstream_operations
        WHERE created_at < ? AND NOT EXISTS
          (SELECT 1 FROM messages WHERE messages.queue_id = upstream_operations.queue_id AND status = 'queued')
        ORDER BY created_at LIMIT ?)`,
    before,
    batch,
  )
}
