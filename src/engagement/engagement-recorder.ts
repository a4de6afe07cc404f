// Tells of engagement that was seen, without anybody waiting for it. Whoever has a link can call it as often as they like, so what is
// told of is bounded: per message, at once, and in a second; what is beyond that, and what cannot be stored, is given up. Of a message
// that is not kept any more nothing is told.

import type { Clock } from '../config/clock.ts'
import { engagementEvent, type SeenEngagement } from '../events/engagement-events.ts'
import type { QueueId } from '../spool/spool.ts'
import type { EngagementReader, EngagementWriter } from '../storage/engagement.ts'

export interface EngagementRecorder {
  note(queueId: QueueId, seen: SeenEngagement): void
  /** When everything is stored that was noted. */
  settled(): Promise<void>
}

export type RecorderService = {
  readonly engagement: EngagementReader & EngagementWriter
  readonly clock: Pick<Clock, 'now'>
  /** UUIDv7. */
  readonly nextEventId: () => string
  readonly onFailure: (error: unknown) => void
}

/** Events of one message. */
export const ENGAGEMENTS_OF_MESSAGE = 1000
const AT_ONCE = 16
const AT_ONCE_OF_MESSAGE = 4
const PER_SECOND = 200
/** Messages remembered as having no more room, so that a link that is called for ever costs one look in memory. */
const REMEMBERED = 10_000

export function createEngagementRecorder(service: RecorderService): EngagementRecorder {
  const { clock, onFailure } = service
  const underWay = new Map<Promise<void>, QueueId>()
  const ended = new Set<QueueId>()
  let second = { begin: 0, noted: 0 }

  function hasRoom(queueId: QueueId): boolean {
    if (ended.has(queueId) || underWay.size >= AT_ONCE) return false
    if ([...underWay.values()].filter((other) => other === queueId).length >= AT_ONCE_OF_MESSAGE) return false
    const now = clock.now()
    if (Math.abs(now - second.begin) >= 1000) second = { begin: now, noted: 0 }
    second.noted += 1
    return second.noted <= PER_SECOND
  }

  async function record(queueId: QueueId, seen: SeenEngagement): Promise<void> {
    if (await isRecorded(service, queueId, seen)) return
    if (ended.size >= REMEMBERED) ended.clear()
    ended.add(queueId)
  }

  return {
    note(queueId, seen) {
      if (!hasRoom(queueId)) return
      const recording = record(queueId, seen).catch(onFailure)
      underWay.set(recording, queueId)
      void recording.finally(() => underWay.delete(recording))
    },
    async settled() {
      await Promise.all(underWay.keys())
    },
  }
}

async function isRecorded(
  { engagement, clock, nextEventId }: RecorderService,
  queueId: QueueId,
  seen: SeenEngagement,
): Promise<boolean> {
  const found = await engagement.findEngaged(queueId)
  if (found === undefined || found.counted >= ENGAGEMENTS_OF_MESSAGE) return false
  const event = engagementEvent(found.envelope, seen, { eventId: nextEventId(), at: clock.now() })
  return engagement.recordEngagement({ queueId, most: ENGAGEMENTS_OF_MESSAGE, event })
}
