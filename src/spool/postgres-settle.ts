// Settles claims on PostgreSQL: a whole batch in a fixed number of statements, but for what is rare. A claim is fenced by its number, as
// on SQLite.

import { arrayLiteral } from '../storage/postgres/array-literal.ts'
import { releaseContents } from '../storage/postgres/release-content.ts'
import { allArrays, run, type Sql } from '../storage/sql/sql.ts'
import { APPEND_TIMELINE } from './append-timeline.ts'
import { partsOf } from './lending.ts'
import {
  type ClaimedMessage,
  hasEffects,
  type SettledMessage,
  settledMessage,
  storeEffects,
  timelineText,
} from './settlement.ts'
import type { SettleOutcome, Settlement } from './spool.ts'

const CLAIMED = `
  SELECT queue_id, claims, tenant_id, application_id, recipient_count, progress, received_at, lease_until, hold_id
  FROM messages WHERE queue_id = ANY(CAST(? AS TEXT[])) AND lease_until IS NOT NULL
  ORDER BY queue_id FOR UPDATE`

type ClaimedRow = [
  queueId: string,
  claims: number,
  tenantId: string,
  applicationId: string,
  recipientCount: number,
  progress: string | null,
  receivedAt: number,
  leaseUntil: number,
  holdId: string | null,
]

const INSERT_EVENTS = `
  INSERT INTO message_events (queue_id, claim, at, outcomes)
  SELECT * FROM unnest(CAST(? AS TEXT[]), CAST(? AS BIGINT[]), CAST(? AS BIGINT[]), CAST(? AS TEXT[]))
  ${APPEND_TIMELINE}`

const UPDATE_MESSAGES = `
  UPDATE messages SET progress = given.progress, status = given.status, next_due = given.next_due,
    lease_until = given.lease_until, hold_id = given.hold_id
  FROM unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS BIGINT[]), CAST(? AS BIGINT[]),
    CAST(? AS TEXT[])) AS given (queue_id, progress, status, next_due, lease_until, hold_id)
  WHERE messages.queue_id = given.queue_id`

/** What a settlement makes of its message. */
type Settled = SettledMessage & {
  readonly queueId: string
  readonly claim: number
  readonly at: number
  readonly outcomes: string
}

export function* settle(settlements: readonly Settlement[]): Sql<readonly SettleOutcome[]> {
  const ids = arrayLiteral(settlements.map(({ queueId }) => queueId))
  const claimed = new Map((yield* allArrays<ClaimedRow>(CLAIMED, ids)).map((row) => [row[0], row]))
  const outcomes: SettleOutcome[] = []
  for (const wave of waves(settlements)) {
    const settled: Settled[] = []
    for (const settlement of wave) {
      const row = claimed.get(settlement.queueId)
      if (row === undefined || !isHeld(settlement, row)) {
        outcomes[settlements.indexOf(settlement)] = { type: 'fenced' }
        continue
      }
      const next = yield* settledOf(settlement, row)
      settled.push(next)
      // Whoever settles the end of a claim twice is fenced the second time.
      if (next.leaseUntil === null) claimed.delete(settlement.queueId)
      else claimed.set(settlement.queueId, after(row, next))
      outcomes[settlements.indexOf(settlement)] = { type: 'settled' }
    }
    if (settled.length > 0) yield* write(settled)
  }
  return outcomes
}

/** Parts of one claim, each in a wave of its own: a statement may change a row once. */
function waves(settlements: readonly Settlement[]): readonly (readonly Settlement[])[] {
  const result: Settlement[][] = []
  const seen = new Map<string, number>()
  for (const settlement of settlements) {
    const wave = seen.get(settlement.queueId) ?? 0
    seen.set(settlement.queueId, wave + 1)
    result[wave] = [...(result[wave] ?? []), settlement]
  }
  return result
}

function isHeld({ queueId, token }: Settlement, [, claims]: ClaimedRow): boolean {
  const [claimedId, claim] = partsOf(token)
  return claimedId === queueId && claim === claims
}

function after(row: ClaimedRow, { progress, holdId }: SettledMessage): ClaimedRow {
  const [queueId, claims, tenantId, applicationId, recipientCount, , receivedAt, leaseUntil] = row
  return [queueId, claims, tenantId, applicationId, recipientCount, progress, receivedAt, leaseUntil, holdId]
}

function* settledOf(settlement: Settlement, row: ClaimedRow): Sql<Settled> {
  const [queueId, claim, tenantId, applicationId, recipientCount, progress, receivedAt, leaseUntil, holdId] = row
  const message: ClaimedMessage = {
    tenantId,
    applicationId,
    recipientCount,
    progress,
    receivedAt,
    leaseUntil,
    holdId,
  }
  const settled = yield* settledMessage(settlement, message)
  if (hasEffects(settlement)) yield* storeEffects(message, settlement)
  return { ...settled, queueId, claim, at: settlement.at, outcomes: timelineText(settlement) ?? '' }
}

function* write(settled: readonly Settled[]): Sql<void> {
  const column = (name: Exclude<keyof Settled, 'isFinal'>, of = settled) => arrayLiteral(of.map((one) => one[name]))
  const told = settled.filter(({ outcomes }) => outcomes !== '')
  if (told.length > 0)
    yield* run(
      INSERT_EVENTS,
      column('queueId', told),
      column('claim', told),
      column('at', told),
      column('outcomes', told),
    )
  yield* run(
    UPDATE_MESSAGES,
    column('queueId'),
    column('progress'),
    column('status'),
    column('due'),
    column('leaseUntil'),
    column('holdId'),
  )
  const final = settled.filter(({ isFinal }) => isFinal).map(({ queueId }) => queueId)
  if (final.length > 0) yield* releaseContents(final)
}
