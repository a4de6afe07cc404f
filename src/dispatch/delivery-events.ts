// What somebody may want to hear of the end of a message, for each recipient, as events. Azure: data-plane reference §4.1, whose names the
// members of a delivery report keep. `Expanded` and `Quarantined` are never told: no remote server says so in a way that can be relied on.

import { aboutMessage, messageIdOf, type Occasion } from '../events/message-events.ts'
import type { RecipientOutcome, SpooledEnvelope } from '../spool/spool.ts'
import type { NewEvent } from '../storage/events.ts'
import { isHardBounce } from './hard-bounce.ts'

export function deliveryReportEvent(
  envelope: SpooledEnvelope,
  outcome: RecipientOutcome,
  occasion: Occasion,
): NewEvent {
  const { at } = occasion
  const { enhancedStatusCode, diagnostic, remote } = outcome
  return {
    ...aboutMessage(envelope, occasion),
    type: 'Microsoft.Communication.EmailDeliveryReportReceived',
    data: {
      sender: envelope.reversePath,
      recipient: envelope.recipients[outcome.index]?.forwardPath ?? '',
      messageId: messageIdOf(envelope),
      internetMessageId: envelope.internetMessageId,
      status: statusOf(outcome),
      deliveryStatusDetails: {
        statusMessage: `${enhancedStatusCode} ${remote?.reply ?? diagnostic}`,
        ...(remote && { recipientMailServerHostName: remote.host }),
      },
      deliveryAttemptTimeStamp: new Date(at).toISOString(),
    },
  }
}

const SPAM = /\b(?:spam|junk|bulk|unsolicited|block ?list(?:ed)?|blacklist(?:ed)?|reputation)\b/i

/** Final outcomes only. Azure: data-plane reference §4.1. */
export function statusOf(outcome: RecipientOutcome): string {
  const { status, enhancedStatusCode, remote } = outcome
  if (status === 'delivered') return 'Delivered'
  if (status === 'suppressed') return 'Suppressed'
  if (isHardBounce(outcome)) return 'Bounced'
  return enhancedStatusCode.startsWith('5.7.') && SPAM.test(remote?.reply ?? '') ? 'FilteredSpam' : 'Failed'
}

/** Somebody was to be told that mail did not arrive, or will be late, and nobody can be. */
export function unsentReportEvent(
  envelope: SpooledEnvelope,
  report: { readonly kind: string; readonly recipients: readonly string[]; readonly reason: string },
  occasion: Occasion,
): NewEvent {
  return {
    ...aboutMessage(envelope, occasion),
    type: 'Postern.Mail.DeliveryReportNotSent',
    data: {
      sender: envelope.reversePath,
      messageId: messageIdOf(envelope),
      internetMessageId: envelope.internetMessageId,
      ...report,
    },
  }
}
