// Holds as rows. A hold of one message marks it at once; any other is looked at with every claim, which parks what it selects. Undoing
// one lets its messages go in batches, the first one with the call and the others with the claims that follow, so that no transaction
// is as long as the queue is.

import { MAIL_ACTIONS } from '../../access/operations.ts'
import { canonicalSelection } from '../../spool/hold-matching.ts'
import type { HoldAtClaim } from '../../spool/lending.ts'
import { APPEND_TIMELINE } from '../../spool/append-timeline.ts'
import type { Hold, HoldReader, HoldSelection, HoldWithCount, HoldWriter } from '../holds.ts'
import { allInList } from './in-list.ts'
import { recordChange } from './record-change.ts'
import { allArrays, firstArray, type InSql, lock, lockTenant, run, snapshot, type Sql } from './sql.ts'

/** Messages that are let go in one transaction. */
const BATCH = 500
const COUNTED = 1000

type HoldKind = 'broad' | 'message' | 'revoked'

export const holdReader: InSql<HoldReader> = {
  listHolds: (query) => snapshot(listHolds(query)),
  *readHold(tenantId, holdId) {
    const row = yield* readInForce(tenantId, holdId)
    return row && holdOf(row)
  },
  *findHolds(queueIds) {
    const broad = yield* allArrays<HoldRow>(
      `SELECT ${COLUMNS} FROM holds WHERE at_claim = 1 AND hold_id > '' AND undone = 0`,
    )
    const single = yield* allInList<HoldRow>(
      `SELECT DISTINCT ${COLUMNS} FROM holds WHERE kind = 'message' AND queue_id IN (?…)`,
      queueIds,
    )
    return [...broad, ...single].map(holdOf)
  },
}

export const holdWriter: InSql<HoldWriter> = {
  *putHold(change, hold) {
    yield* lockTenant(hold.tenantId)
    const selection = canonicalSelection(hold.selection)
    const after = { ...hold, selection }
    const { queueId } = selection
    const isOfOne = queueId !== undefined && Object.keys(selection).length === 1
    const before = isOfOne ? yield* dropHoldOf(queueId, hold.tenantId) : undefined
    yield* insertHold(after, isOfOne ? 'message' : 'broad')
    if (isOfOne) yield* markMessage(after, queueId)
    yield* recordChange(change, hold.tenantId, MAIL_ACTIONS.holdQueue, targetOf(hold), { before, after })
  },
  *deleteHold(change, tenantId, holdId) {
    yield* lockTenant(tenantId)
    const row = yield* readInForce(tenantId, holdId)
    if (row === undefined) return false
    yield* run('UPDATE holds SET undone = 1, at_claim = 1 WHERE hold_id = ?', holdId)
    yield* letGo(holdId, change.at)
    const hold = holdOf(row)
    yield* recordChange(change, tenantId, MAIL_ACTIONS.releaseQueue, targetOf(hold), { before: hold })
    return true
  },
}

const readInForce = (tenantId: string, holdId: string): Sql<HoldRow | undefined> =>
  firstArray(`SELECT ${COLUMNS} FROM holds WHERE hold_id = ? AND tenant_id = ? AND undone = 0`, holdId, tenantId)

const targetOf = ({ holdId }: Pick<Hold, 'holdId'>): string => `/providers/Postern.Mail/holds/${holdId}`

const COLUMNS = 'hold_id, tenant_id, selection, reason, created_at, created_by'
type HoldRow = [
  holdId: string,
  tenantId: string,
  selection: string,
  reason: string,
  createdAt: number,
  createdBy: string,
]

const holdOf = ([holdId, tenantId, selection, reason, createdAt, createdBy]: HoldRow): Hold => ({
  holdId,
  tenantId,
  selection: JSON.parse(selection) as HoldSelection,
  reason,
  createdAt,
  createdBy,
})

/** Above every id. */
const LAST = 'g'

function* listHolds({
  tenantId,
  limit,
  before = LAST,
}: Parameters<HoldReader['listHolds']>[0]): Sql<readonly HoldWithCount[]> {
  const rows = yield* allArrays<HoldRow>(
    `SELECT ${COLUMNS} FROM holds WHERE tenant_id = ? AND hold_id < ? AND undone = 0 ORDER BY hold_id DESC LIMIT ?`,
    tenantId,
    before,
    limit,
  )
  const holds: HoldWithCount[] = []
  for (const row of rows) {
    const counted = yield* firstArray<[number]>(
      `SELECT count(*) FROM (SELECT 1 FROM messages WHERE hold_id = ? LIMIT ${COUNTED}) AS parked`,
      row[0],
    )
    holds.push({ ...holdOf(row), parked: counted?.[0] ?? 0 })
  }
  return holds
}

function* insertHold({ holdId, tenantId, selection, reason, createdAt, createdBy }: Hold, kind: HoldKind): Sql<void> {
  yield* run(
    `INSERT INTO holds (hold_id, tenant_id, kind, queue_id, application_id, selection, reason, created_at, created_by, at_claim,
       undone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
    holdId,
    tenantId,
    kind,
    selection.queueId ?? null,
    selection.applicationId ?? null,
    JSON.stringify(selection),
    reason,
    createdAt,
    createdBy,
    kind === 'broad' ? 1 : 0,
  )
}

/** Whoever has the message keeps it for as long as their lease lasts, and parks it with their settlement. */
const markMessage = ({ holdId, tenantId }: Hold, queueId: string): Sql<number> =>
  run(
    `UPDATE messages SET hold_id = ?, next_due = CASE WHEN lease_until IS NULL THEN NULL ELSE next_due END
     WHERE queue_id = ? AND tenant_id = ? AND status = 'queued'`,
    holdId,
    queueId,
    tenantId,
  )

function* dropHoldOf(queueId: string, tenantId: string): Sql<Hold | undefined> {
  const row = yield* firstArray<HoldRow>(
    `SELECT ${COLUMNS} FROM holds WHERE kind = 'message' AND queue_id = ? AND tenant_id = ?`,
    queueId,
    tenantId,
  )
  if (row === undefined) return undefined
  yield* run('DELETE FROM holds WHERE hold_id = ?', row[0])
  return holdOf(row)
}

/** What a claim has to look at. */
export function* readHoldsAtClaim(): Sql<readonly HoldAtClaim[]> {
  const rows = yield* allArrays<[...HoldRow, undone: number]>(
    `SELECT ${COLUMNS}, undone FROM holds WHERE at_claim = 1 AND hold_id > '' ORDER BY hold_id`,
  )
  return rows.map((row) => {
    const { holdId, tenantId, selection } = holdOf(row.slice(0, 6) as HoldRow)
    return { holdId, tenantId, selection, isUndone: row[6] === 1 }
  })
}

/** Of these, the ones that are still in force; nobody undoes one of them until the transaction is over. */
export function* lockHolds(holdIds: readonly string[]): Sql<ReadonlySet<string>> {
  const inForce = new Set<string>()
  for (const holdId of [...new Set(holdIds)].sort()) {
    yield* lock('SELECT 1 FROM holds WHERE hold_id = ?', holdId)
    const row = yield* firstArray<[number]>('SELECT undone FROM holds WHERE hold_id = ?', holdId)
    if (row?.[0] === 0) inForce.add(holdId)
  }
  return inForce
}

/** One batch of what an undone hold had stopped; with the last of it the hold is gone. */
export function* letGo(holdId: string, at: number): Sql<void> {
  yield* lock('SELECT 1 FROM holds WHERE hold_id = ?', holdId)
  const kind = yield* firstArray<[HoldKind]>('SELECT kind FROM holds WHERE hold_id = ?', holdId)
  yield* noteReleased(holdId, at)
  const gone = yield* run(
    `UPDATE messages SET hold_id = NULL, next_due = CASE WHEN lease_until IS NULL THEN received_at ELSE next_due END,
       released = CASE WHEN ? = 1 THEN 1 ELSE released END
     WHERE hold_id = ? AND queue_id IN (SELECT queue_id FROM messages WHERE hold_id = ? ORDER BY queue_id LIMIT ${BATCH})`,
    kind?.[0] === 'revoked' ? 1 : 0,
    holdId,
    holdId,
  )
  if (gone < BATCH) yield* run('DELETE FROM holds WHERE hold_id = ? AND undone = 1', holdId)
}

/** What was parked is told that it was, and why, when it is let go: while it is parked, its hold tells. */
function* noteReleased(holdId: string, at: number): Sql<void> {
  const hold = yield* firstArray<HoldRow>(`SELECT ${COLUMNS} FROM holds WHERE hold_id = ?`, holdId)
  if (hold === undefined) return
  const { reason, createdAt, createdBy } = holdOf(hold)
  const why = reason === '' ? '' : `: ${reason}`
  const note = `let go; held since ${new Date(createdAt).toISOString()} by ${createdBy}${why}`
  yield* run(
    `INSERT INTO message_events (queue_id, claim, at, outcomes)
     SELECT queue_id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT) FROM messages
     WHERE hold_id = ? AND queue_id IN (SELECT queue_id FROM messages WHERE hold_id = ? ORDER BY queue_id LIMIT ${BATCH})
     ${APPEND_TIMELINE}`,
    -at,
    at,
    JSON.stringify([{ note, hold: holdId, at }]),
    holdId,
    holdId,
  )
}

/**
 * The hold that mail of an application is parked under because its sender may not send any more. It is nobody's change: what may be
 * sent has changed before, and the epoch with it. Undefined when it is being undone at this very moment.
 */
export function* holdOfRevoked(
  of: { readonly tenantId: string; readonly applicationId: string },
  made: { readonly holdId: string; readonly reason: string; readonly at: number },
): Sql<string | undefined> {
  yield* run(
    `INSERT INTO holds (hold_id, tenant_id, kind, application_id, selection, reason, created_at, created_by, at_claim, undone)
     SELECT ?, ?, 'revoked', ?, ?, ?, ?, 'postern', 0, 0
     WHERE NOT EXISTS (SELECT 1 FROM holds WHERE tenant_id = ? AND application_id = ? AND kind = 'revoked' AND undone = 0)
     ON CONFLICT DO NOTHING`,
    made.holdId,
    of.tenantId,
    of.applicationId.toLowerCase(),
    JSON.stringify({ applicationId: of.applicationId.toLowerCase() }),
    made.reason,
    made.at,
    of.tenantId,
    of.applicationId.toLowerCase(),
  )
  const row = yield* firstArray<[string]>(
    `SELECT hold_id FROM holds WHERE tenant_id = ? AND application_id = ? AND kind = 'revoked' AND undone = 0`,
    of.tenantId,
    of.applicationId.toLowerCase(),
  )
  const inForce = yield* lockHolds(row ?? [])
  return [...inForce][0]
}
