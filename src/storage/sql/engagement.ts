// Engagement as a count in the row of its message, which goes with it. The row is locked by counting, so of any number at once no more
// are counted than may be.

import { noteOnTimeline } from '../../spool/settlement.ts'
import { ENVELOPE_COLUMNS, type EnvelopeRow, readEnvelope } from '../../spool/stored-message.ts'
import type { EngagementReader, EngagementWriter } from '../engagement.ts'
import { appendEvents } from './events.ts'
import { firstArray, type InSql, run } from './sql.ts'

export const engagementReader: InSql<EngagementReader> = {
  *findEngaged(queueId) {
    const row = yield* firstArray<[...EnvelopeRow, counted: number]>(
      `SELECT ${ENVELOPE_COLUMNS}, engagements FROM messages WHERE queue_id = ?`,
      queueId,
    )
    return row && { envelope: readEnvelope(row), counted: row[6] }
  },
}

export const engagementWriter: InSql<EngagementWriter> = {
  *recordEngagement({ queueId, most, event }) {
    const counted = yield* run(
      'UPDATE messages SET engagements = engagements + 1 WHERE queue_id = ? AND engagements < ?',
      queueId,
      most,
    )
    if (counted === 0) return false
    const events = yield* appendEvents([event])
    yield* noteOnTimeline(queueId, event.at, { events })
    return true
  },
}
