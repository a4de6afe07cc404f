// What somebody may want to hear of mail that did not arrive, as events. Azure: data-plane reference §4.1, whose names the members of a
// delivery report keep. There is none for what was delivered: the timeline tells of it, and a row for each message would cost as much
// as the message.

import type { RecipientOutcome, SpooledEnvelope } from '../spool/spool.ts'
import type { NewEvent } from '../storage/events.ts'
import { isHardBounce } from './hard-bounce.ts'

/** `eventId` is new, `at` when it happened. */
type Occasion = { readonly eventId: string; readonly at: number }

export function deliveryReportEvent(
  envelope: SpooledEnvelope,
  outcome: RecipientOutcome,
  { eventId, at }: Occasion,
): NewEvent {
  const { enhancedStatusCode, diagnostic, remote } = outcome
  return {
    ...aboutMessage(envelope, { eventId, at }),
    type: 'Microsoft.Communication.EmailDeliveryReportReceived',
    data: {
      sender: envelope.reversePath,
      recipient: envelope.recipients[outcome.index]?.forwardPath ?? '',
      messageId: envelope.queueId,
      internetMessageId: envelope.internetMessageId,
      status: outcome.status === 'suppressed' ? 'Suppressed' : isHardBounce(outcome) ? 'Bounced' : 'Failed',
      deliveryStatusDetails: {
        statusMessage: `${enhancedStatusCode} ${remote?.reply ?? diagnostic}`,
        ...(remote && { recipientMailServerHostName: remote.host }),
      },
      deliveryAttemptTimeStamp: new Date(at).toISOString(),
    },
  }
}

/** Somebody was to be told that mail did not arrive, or will be late, and nobody can be. */
export function unsentReportEvent(
  envelope: SpooledEnvelope,
  report: { readonly kind: string; readonly recipients: readonly string[]; readonly reason: string },
  { eventId, at }: Occasion,
): NewEvent {
  return {
    ...aboutMessage(envelope, { eventId, at }),
    type: 'Postern.Mail.DeliveryReportNotSent',
    data: {
      sender: envelope.reversePath,
      messageId: envelope.queueId,
      internetMessageId: envelope.internetMessageId,
      ...report,
    },
  }
}

const aboutMessage = ({ tenantId, resourceId, reversePath, queueId }: SpooledEnvelope, { eventId, at }: Occasion) => ({
  eventId,
  tenantId,
  source: resourceId,
  subject: `sender/${reversePath}/message/${queueId}`,
  at,
})
