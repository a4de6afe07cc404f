// What every event about a message has: whose it is, and what whoever sent the message knows it by.

import type { SpooledEnvelope } from '../spool/spool.ts'
import type { NewEvent } from '../storage/events.ts'

/** `eventId` is new, `at` when it happened. */
export type Occasion = { readonly eventId: string; readonly at: number }

/** Azure: the operation id. */
export const messageIdOf = ({ operationId, queueId }: SpooledEnvelope): string => operationId ?? queueId

export const aboutMessage = (
  envelope: SpooledEnvelope,
  { eventId, at }: Occasion,
): Pick<NewEvent, 'eventId' | 'tenantId' | 'source' | 'subject' | 'at'> => ({
  eventId,
  tenantId: envelope.tenantId,
  source: envelope.resourceId,
  subject: `sender/${envelope.reversePath}/message/${messageIdOf(envelope)}`,
  at,
})
