// The spool on SQLite, run by the store thread inside its group transaction: many enqueues, claims and settlements share one sync.
// It stores, lends and settles; when to try again is decided elsewhere. What is due is found by two partial indexes, of all
// and by lane, whose last key says when a message may be claimed next: for a claimed one that is the end of its lease, so a lapsed
// claim needs no clearing up. A claim is fenced by its number: each claim of a message has a higher one, and
// only the latest may renew, release or settle.

import type { ContentRef } from '../content/content.ts'
import type { Database } from '../storage/sqlite/database.ts'
import { runSql } from '../storage/sqlite/run-sql.ts'
import { addOperation, findRepeatedOperation } from '../storage/sql/email-operations.ts'
import { voidDeliveryClaims } from '../storage/sql/event-deliveries.ts'
import { letGo, readHoldsAtClaim } from '../storage/sql/holds.ts'
import type { Synchronous } from '../storage/sqlite/synchronous.ts'
import { Rotation } from './fair-choice.ts'
import { laneOf } from './lane.ts'
import { CLAIMED_COLUMNS, type ClaimRow, type HoldAtClaim, inOrder, lend, type Parked, partsOf } from './lending.ts'
import { messageIdRuns } from './message-id-runs.ts'
import type { KeptCounters } from './sqlite-counting.ts'
import { findDue } from './sqlite-due.ts'
import { APPEND_TIMELINE } from './append-timeline.ts'
import { hasEffects, settledMessage, storeEffects, timelineText } from './settlement.ts'
import type { Claim, EnqueueOutcome, NewMessage, SettleOutcome, Settlement, Spool } from './spool.ts'
import { ENVELOPE_COLUMNS, resourceKey, writeEnvelope } from './stored-message.ts'

/** `database` is the connection that writes; what `counters` keeps is written with the group. */
export function createSqliteSpool(database: Database, counters: KeptCounters): Synchronous<Spool> {
  const enqueue = prepareEnqueue(database, counters)
  const claim = prepareClaim(database)
  const settle = prepareSettle(database)
  return {
    enqueue,
    claim,
    renew: (tokens, leaseUntil) => tokens.filter((token) => renew(database, token, leaseUntil)),
    release: (tokens) => {
      for (const token of tokens) release(database, token)
    },
    settle: (settlements) => settlements.map(settle),
    voidClaims: () => voidClaims(database),
  }
}

/** Selecting from `tenants` compares the epoch in the statement that inserts. */
const INSERT_MESSAGE = `
  INSERT INTO messages (queue_id, tenant_id, application_id, internet_message_id, received_at, envelope,
    resource_key, message_id_run, lane, size, status, next_due, claims, recipient_count)
  SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, 0, ? FROM tenants WHERE tenant_id = ? AND epoch = COALESCE(?, epoch)`

function prepareEnqueue(database: Database, counters: KeptCounters): (message: NewMessage) => EnqueueOutcome {
  const insertMessage = database.prepareArrays(INSERT_MESSAGE)
  const insertContent = prepareInsertContent(database)
  const nextRun = messageIdRuns()
  return (message) => {
    const { envelope, content, epoch, operation } = message
    if (content.kind === 'segment' && !isSegmentKept(database, content.segment))
      return { type: 'unavailable', detail: `content segment ${content.segment} is gone` }
    const repeated = operation && runSql(database, findRepeatedOperation(envelope.resourceId, operation))
    if (repeated !== undefined) return { type: 'repeated', operation: repeated }
    const { queueId, tenantId, applicationId, internetMessageId, receivedAt } = envelope
    const planned = message.terms && counters.plan(message)
    if (planned?.outcome.type === 'over quota') return isStale(database, message) ? { type: 'stale' } : planned.outcome
    const { changes } = insertMessage.run(
      queueId,
      tenantId,
      applicationId,
      internetMessageId,
      receivedAt,
      writeEnvelope(envelope),
      resourceKey(envelope.resourceId),
      nextRun(receivedAt),
      laneOf(envelope),
      content.size,
      receivedAt,
      envelope.recipients.length,
      tenantId,
      epoch ?? null,
    )
    if (changes === 0) return { type: 'stale' }
    insertContent(queueId, content)
    if (operation !== undefined) runSql(database, addOperation(operation, envelope))
    planned?.count()
    return { type: 'queued' }
  }
}

/** Under limits that are not any more nobody is refused. */
const isStale = (database: Database, { envelope: { tenantId }, epoch }: NewMessage): boolean =>
  database.prepareArrays<[number]>('SELECT epoch FROM tenants WHERE tenant_id = ?').get(tenantId)?.[0] !== epoch

/** Sealed content of a segment that is about to be removed was kept too long before its enqueue: it must not be accepted. */
function isSegmentKept(database: Database, segment: string): boolean {
  return (
    database.prepareArrays(`SELECT 1 FROM segments WHERE segment = ? AND state <> 'doomed'`).get(segment) !== undefined
  )
}

function prepareInsertContent(database: Database): (contentId: string, content: ContentRef) => void {
  const insertOctets = database.prepareArrays('INSERT INTO contents (content_id, size, octets) VALUES (?, ?, ?)')
  const insertExtents = database.prepareArrays(
    'INSERT INTO contents (content_id, size, segment, extents) VALUES (?, ?, ?, ?)',
  )
  // Each message has a content row of its own; octets in a segment are shared.
  const insertCopy = database.prepareArrays(
    `INSERT INTO contents (content_id, size, octets, segment, extents)
     SELECT ?, size, octets, segment, extents FROM contents WHERE content_id = ?`,
  )
  return (contentId, content) => {
    switch (content.kind) {
      case 'inline':
        insertOctets.run(contentId, content.size, content.octets)
        break
      case 'segment':
        insertExtents.run(contentId, content.size, content.segment, JSON.stringify(content.extents))
        break
      case 'upload':
        throw new Error('no upload is on SQLite')
      case 'stored':
        if (insertCopy.run(contentId, content.contentId).changes === 0)
          throw new Error(`there is no content ${content.contentId}`)
    }
  }
}

const CLAIM = `
  UPDATE messages SET next_due = ?, lease_until = ?, claims = claims + 1 WHERE queue_id = ?
  RETURNING ${ENVELOPE_COLUMNS}, ${CLAIMED_COLUMNS}`

/** Looks of one claim, where holds take what it found. */
const ROUNDS = 10

function prepareClaim(database: Database): Synchronous<Spool>['claim'] {
  const rotation = new Rotation()
  const claim = database.prepareArrays<ClaimRow>(CLAIM)
  const park = preparePark(database)
  return ({ at, limit, leaseUntil }) => {
    const holds = runSql(database, readHoldsAtClaim())
    for (const { holdId, isUndone } of holds) if (isUndone) runSql(database, letGo(holdId, at))
    const claims: Claim[] = []
    for (let round = 0; round < ROUNDS && claims.length < limit; round += 1) {
      const due = runSql(database, findDue(rotation, at, limit - claims.length))
      const rows = [...due].flatMap((id) => claim.all(leaseUntil, leaseUntil, id))
      const parked = takeRows(inOrder(rows), { at, leaseUntil, holds, claims, unmark: park.unmark })
      for (const one of parked) park.park(one)
      if (parked.length === 0) break
    }
    return claims
  }
}

/** Adds to `claims` what is lent and gives the rest. */
function takeRows(
  rows: readonly ClaimRow[],
  into: {
    readonly at: number
    readonly leaseUntil: number
    readonly holds: readonly HoldAtClaim[]
    readonly claims: Claim[]
    readonly unmark: (queueId: string) => void
  },
): readonly Parked[] {
  return rows.flatMap((row) => {
    const lending = lend(row, into.holds, into.at, into.leaseUntil)
    if (lending.type === 'parked') return lending
    into.claims.push(lending.claim)
    if (lending.mark !== null) into.unmark(lending.claim.envelope.queueId)
    return []
  })
}

function preparePark(database: Database) {
  const park = database.prepareArrays(
    'UPDATE messages SET next_due = ?, hold_id = ?, lease_until = NULL WHERE queue_id = ?',
  )
  const unmark = database.prepareArrays('UPDATE messages SET hold_id = NULL WHERE queue_id = ?')
  return {
    park: ({ queueId, due, holdId }: Parked) => void park.run(due, holdId, queueId),
    unmark: (queueId: string) => void unmark.run(queueId),
  }
}

function renew(database: Database, token: string, leaseUntil: number): boolean {
  const renewal = database.prepareArrays(
    `UPDATE messages SET next_due = ?, lease_until = ?
     WHERE queue_id = ? AND claims = ? AND lease_until IS NOT NULL`,
  )
  return renewal.run(leaseUntil, leaseUntil, ...partsOf(token)).changes !== 0
}

function release(database: Database, token: string): void {
  database
    .prepareArrays(
      `UPDATE messages SET next_due = received_at, lease_until = NULL
       WHERE queue_id = ? AND claims = ? AND lease_until IS NOT NULL`,
    )
    .run(...partsOf(token))
}

type ClaimedRow = [
  tenantId: string,
  applicationId: string,
  recipientCount: number,
  progress: string | null,
  receivedAt: number,
  leaseUntil: number,
  holdId: string | null,
]

function prepareSettle(database: Database): (settlement: Settlement) => SettleOutcome {
  const readClaimed = database.prepareArrays<ClaimedRow>(
    `SELECT tenant_id, application_id, recipient_count, progress, received_at, lease_until, hold_id FROM messages
     WHERE queue_id = ? AND claims = ? AND lease_until IS NOT NULL`,
  )
  const insertEvent = database.prepareArrays(
    `INSERT INTO message_events (queue_id, claim, at, outcomes) VALUES (?, ?, ?, ?) ${APPEND_TIMELINE}`,
  )
  const update = database.prepareArrays(
    'UPDATE messages SET progress = ?, status = ?, next_due = ?, lease_until = ?, hold_id = ? WHERE queue_id = ?',
  )
  const releaseContent = database.prepareArrays(
    `DELETE FROM contents WHERE content_id = ? AND NOT EXISTS (SELECT 1 FROM captures WHERE capture_id = ?)`,
  )
  return (settlement) => {
    const { queueId, token, at } = settlement
    const [claimedId, claims] = partsOf(token)
    const row = claimedId === queueId ? readClaimed.get(queueId, claims) : undefined
    if (row === undefined) return { type: 'fenced' }
    const [tenantId, applicationId, recipientCount, progress, receivedAt, leaseUntil, holdId] = row
    const message = { tenantId, applicationId, recipientCount, progress, receivedAt, leaseUntil, holdId }
    const settled = runSql(database, settledMessage(settlement, message))
    const told = timelineText(settlement)
    if (told !== undefined) insertEvent.run(queueId, claims, at, told)
    update.run(settled.progress, settled.status, settled.due, settled.leaseUntil, settled.holdId, queueId)
    if (hasEffects(settlement)) runSql(database, storeEffects(message, settlement))
    if (settled.isFinal) releaseContent.run(queueId, queueId)
    return { type: 'settled' }
  }
}

/** Without a lease nobody holds the claim; the next claim has a higher number. What the dead may use of a destination is free again. */
function voidClaims(database: Database): void {
  database
    .prepareArrays(
      `UPDATE messages SET next_due = received_at, lease_until = NULL
       WHERE next_due IS NOT NULL AND lease_until IS NOT NULL`,
    )
    .run()
  database.prepareArrays('DELETE FROM destination_permits').run()
  runSql(database, voidDeliveryClaims())
}
