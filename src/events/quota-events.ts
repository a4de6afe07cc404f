// That a sending quota was used up, as an event that can be sent on: once for each limit and window, however often it is run into and by
// however many nodes.

import type { NewEvent } from '../storage/events.ts'

export type QuotaNotice = {
  readonly tenantId: string
  /** The communication service that was sent through; an ARM id. */
  readonly resourceId: string
  /** Whose limit it is, in a word of ours, and which one: an application id, a resource id, a domain. */
  readonly scope: { readonly kind: string; readonly key: string }
  /** What is limited, such as `messages per hour`. */
  readonly limitName: string
  readonly limit: number
  /** When there is room again. */
  readonly resetsAt: number
}

/** Marks are kept a while longer than their window, for nodes whose clocks differ. */
const KEPT = 3_600_000

export function quotaExceededEvent(
  { tenantId, resourceId, scope, limitName, limit, resetsAt }: QuotaNotice,
  { eventId, at }: { readonly eventId: string; readonly at: number },
): NewEvent {
  return {
    eventId,
    tenantId,
    source: resourceId,
    subject: `quotas/${scope.kind}/${scope.key}`,
    type: 'Postern.Mail.QuotaExceeded',
    at,
    data: { ...scope, limitName, limit, resetsAt: new Date(resetsAt).toISOString() },
    once: { mark: `quota ${scope.kind} ${scope.key} ${limitName} ${resetsAt}`, until: resetsAt + KEPT },
  }
}
