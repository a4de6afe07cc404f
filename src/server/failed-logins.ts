// Lets whoever listens to events hear of refused logins: what is kept of each for the operator is looked at on its way to the store.

import { createFailedLoginEvents, type FailedLoginEvents } from '../events/failed-login-events.ts'
import type { DecisionRecorder } from '../submission/decision-recorder.ts'
import type { DecisionTrace } from '../submission/decision-trace.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ThreadStore } from './thread-store.ts'

export function openFailedLoginEvents({ storage, clock, nextQueueId }: ThreadStore, logger: Logger): FailedLoginEvents {
  return createFailedLoginEvents({
    events: storage.write.events,
    clock,
    nextEventId: nextQueueId,
    onFailure: (error) => logger.warn({ err: error }, 'events of failed logins cannot be stored now'),
  })
}

export function noteFailedLogins(recorder: DecisionRecorder, failedLogins: FailedLoginEvents): DecisionRecorder {
  const note = (trace: DecisionTrace, reference: string) => {
    const { stage, outcome, tenantId, resourceId, applicationId, username, reason, listener, client } = trace
    if (stage !== 'AUTH' || outcome !== 'rejected' || tenantId === undefined || resourceId === undefined) return
    failedLogins.note({
      tenantId,
      resourceId,
      ...(applicationId === undefined ? {} : { applicationId }),
      ...(username === undefined ? {} : { username }),
      reason,
      listener,
      clientAddress: client.address,
      reference,
    })
  }
  return {
    begin(trace) {
      const begun = recorder.begin(trace)
      note(trace, begun.reference)
      return begun
    },
    async record(trace) {
      const reference = await recorder.record(trace)
      note(trace, reference)
      return reference
    },
  }
}
