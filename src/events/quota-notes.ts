// Tells of a quota that was used up, once for each window, from the thread that refused because of it. However many are refused in the
// window, one row is written by each thread at most, and one is kept; nothing waits for it, and what cannot be stored is given up.

import type { Clock } from '../config/clock.ts'
import { limitName, type OverQuota, subjectText } from '../quota/quota.ts'
import type { EventWriter } from '../storage/events.ts'
import { quotaExceededEvent } from './quota-events.ts'

export type QuotaNotesService = {
  readonly events: EventWriter
  readonly clock: Clock
  /** UUIDv7. */
  readonly nextEventId: () => string
  readonly onFailure: (error: unknown) => void
}

export type QuotaSender = { readonly tenantId: string; readonly resourceId: string }

export interface QuotaNotes {
  note(over: OverQuota, sender: QuotaSender): void
  /** When everything is stored that was noted. */
  settled(): Promise<void>
}

/** Limits remembered at once, so that whoever is refused again and again costs one look in memory. */
const REMEMBERED = 10_000

export function createQuotaNotes({ events, clock, nextEventId, onFailure }: QuotaNotesService): QuotaNotes {
  const noted = new Map<string, number>()
  let storing: Promise<unknown> = Promise.resolve()
  return {
    note({ limit, retryAt }, { tenantId, resourceId }) {
      const key = `${tenantId} ${subjectText(limit.subject)} ${limitName(limit)}`
      if (noted.get(key) === retryAt) return
      if (noted.size >= REMEMBERED) noted.clear()
      noted.set(key, retryAt)
      const name = `${limit.unit} per ${limit.window}`
      const notice = {
        tenantId,
        resourceId,
        scope: limit.subject,
        limitName: name,
        limit: limit.limit,
        resetsAt: retryAt,
      }
      const event = quotaExceededEvent(notice, { eventId: nextEventId(), at: clock.now() })
      storing = Promise.all([storing, events.appendEvents([event]).catch(onFailure)])
    },
    async settled() {
      await storing
    },
  }
}
