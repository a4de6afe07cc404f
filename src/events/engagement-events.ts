// That a recipient opened a message or followed a link of it, as an event. Azure: data-plane reference §4.1, whose names and members it
// keeps. Who it was is told only where the message went to one recipient: all have the same links.

import type { SpooledEnvelope } from '../spool/spool.ts'
import type { NewEvent } from '../storage/events.ts'
import { aboutMessage, messageIdOf, type Occasion } from './message-events.ts'

export type SeenEngagement = {
  readonly kind: 'view' | 'click'
  /** The address that was followed; empty for a view. */
  readonly context: string
  /** As the program of the recipient calls itself: anything at all. */
  readonly userAgent: string
}

const USER_AGENT_LIMIT = 300

export function engagementEvent(
  envelope: SpooledEnvelope,
  { kind, context, userAgent }: SeenEngagement,
  occasion: Occasion,
): NewEvent {
  const [recipient, ...others] = envelope.recipients
  return {
    ...aboutMessage(envelope, occasion),
    type: 'Microsoft.Communication.EmailEngagementTrackingReportReceived',
    data: {
      sender: envelope.reversePath,
      recipient: others.length === 0 ? (recipient?.forwardPath ?? '') : '',
      messageId: messageIdOf(envelope),
      userActionTimeStamp: new Date(occasion.at).toISOString(),
      engagementContext: context,
      userAgent: userAgent.replaceAll(/[^ -~]/g, '').slice(0, USER_AGENT_LIMIT),
      engagementType: kind,
    },
  }
}
