// Settles claims on PostgreSQL: a whole batch in a fixed number of statements. A claim is fenced by its number, as on SQLite.

import { arrayLiteral } from '../storage/postgres/array-literal.ts'
import { releaseContents } from '../storage/postgres/release-content.ts'
import { allArrays, run, type Sql } from '../storage/sql/sql.ts'
import { partsOf } from './claim-row.ts'
import { applyOutcomes, messageStatus, nextDue, readProgress, writeProgress } from './recipient-progress.ts'
import type { SettleOutcome, Settlement } from './spool.ts'

const CLAIMED = `
  SELECT queue_id, claims, recipient_count, progress, received_at FROM messages
  WHERE queue_id = ANY(CAST(? AS TEXT[])) AND lease_until IS NOT NULL
  ORDER BY queue_id FOR UPDATE`

type ClaimedRow = [queueId: string, claims: number, recipientCount: number, progress: string | null, receivedAt: number]

const INSERT_EVENTS = `
  INSERT INTO message_events (queue_id, claim, at, outcomes)
  SELECT * FROM unnest(CAST(? AS TEXT[]), CAST(? AS BIGINT[]), CAST(? AS BIGINT[]), CAST(? AS TEXT[]))`

const UPDATE_MESSAGES = `
  UPDATE messages SET progress = given.progress, status = given.status, next_due = given.next_due, lease_until = NULL
  FROM unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS BIGINT[]))
    AS given (queue_id, progress, status, next_due)
  WHERE messages.queue_id = given.queue_id`

/** What a settlement makes of its message. */
type Settled = {
  readonly queueId: string
  readonly claim: number
  readonly at: number
  readonly outcomes: string
  readonly progress: string
  readonly status: string
  readonly due: number | null
}

export function* settle(settlements: readonly Settlement[]): Sql<readonly SettleOutcome[]> {
  const ids = arrayLiteral(settlements.map(({ queueId }) => queueId))
  const claimed = new Map((yield* allArrays<ClaimedRow>(CLAIMED, ids)).map((row) => [row[0], row]))
  const settled: Settled[] = []
  const outcomes = settlements.map((settlement): SettleOutcome => {
    const row = claimed.get(settlement.queueId)
    if (row === undefined || !isHeld(settlement, row)) return { type: 'fenced' }
    // Whoever settles one claim twice is fenced the second time.
    claimed.delete(settlement.queueId)
    settled.push(settledOf(settlement, row))
    return { type: 'settled' }
  })
  if (settled.length > 0) yield* write(settled)
  return outcomes
}

function isHeld({ queueId, token }: Settlement, [, claims]: ClaimedRow): boolean {
  const [claimedId, claim] = partsOf(token)
  return claimedId === queueId && claim === claims
}

function settledOf({ queueId, at, outcomes }: Settlement, [, claim, count, text, receivedAt]: ClaimedRow): Settled {
  const progress = applyOutcomes(readProgress(text, count, receivedAt), outcomes, at)
  return {
    queueId,
    claim,
    at,
    outcomes: JSON.stringify(outcomes),
    progress: writeProgress(progress),
    status: messageStatus(progress),
    due: nextDue(progress) ?? null,
  }
}

function* write(settled: readonly Settled[]): Sql<void> {
  const column = (name: keyof Settled) => arrayLiteral(settled.map((one) => one[name]))
  const ids = column('queueId')
  yield* run(INSERT_EVENTS, ids, column('claim'), column('at'), column('outcomes'))
  yield* run(UPDATE_MESSAGES, ids, column('progress'), column('status'), column('due'))
  const final = settled.filter(({ due }) => due === null).map(({ queueId }) => queueId)
  if (final.length > 0) yield* releaseContents(final)
}
