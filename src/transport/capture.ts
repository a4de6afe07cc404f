// The way out that goes nowhere: messages are kept for a person or a test to look at. Stored once per message id and recipient, so
// that a kill between delivery and settlement makes no copy; content is shared with the spool, not copied.

import type { Claim, RecipientOutcome } from '../spool/spool.ts'
import type { CaptureWriter } from '../storage/storage.ts'
import { StoreError } from '../storage/store-error.ts'
import type { Shipment, Transport } from './transport.ts'

export function createCaptureTransport(captures: CaptureWriter): Transport {
  return {
    name: 'capture',
    signs: false,
    async deliver({ claim, recipients }) {
      try {
        await captures.addCapture(describe(claim, recipients), claim.content)
        const kept = outcomes(recipients, 'delivered', '2.0.0', 'kept in the capture inbox')
        return kept.map((outcome) => ({ ...outcome, takenBy: 'mailbox' }))
      } catch (error) {
        const deferred = outcomes(recipients, 'deferred', '4.3.0', 'the capture inbox could not be written')
        if (!(error instanceof StoreError) || error.code === 'internal') return deferred
        // The store itself is away, so there is nobody whom a long wait would spare.
        return deferred.map((outcome) => ({ ...outcome, nextAttemptAt: claim.leaseUntil }))
      }
    },
  }
}

function describe({ envelope, content }: Claim, recipients: Shipment['recipients']) {
  return {
    id: envelope.queueId,
    tenantId: envelope.tenantId,
    resourceId: envelope.resourceId,
    reversePath: envelope.reversePath,
    recipients: recipients.map((recipient) => recipient.forwardPath),
    subject: envelope.subject,
    receivedAt: envelope.receivedAt,
    size: content.size,
  }
}

function outcomes(
  recipients: Shipment['recipients'],
  status: RecipientOutcome['status'],
  enhancedStatusCode: string,
  diagnostic: string,
): RecipientOutcome[] {
  return recipients.map(({ index }) => ({ index, status, enhancedStatusCode, diagnostic, transport: 'capture' }))
}
