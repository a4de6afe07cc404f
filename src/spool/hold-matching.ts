// Which recipients of which messages a hold stops. One rule for whoever lends and for whoever has what was lent already.

import { canonicalAddress, domainOf } from '../resources/mail-address.ts'
import type { Hold, HoldSelection } from '../storage/holds.ts'
import type { SpooledEnvelope } from './spool.ts'

/** The form that `isHeld` compares with. */
export function canonicalSelection({ queueId, applicationId, sender, destination }: HoldSelection): HoldSelection {
  return {
    ...(queueId === undefined ? {} : { queueId: queueId.toLowerCase() }),
    ...(applicationId === undefined ? {} : { applicationId: applicationId.toLowerCase() }),
    ...(sender === undefined ? {} : { sender: canonicalAddress(sender) }),
    ...(destination === undefined ? {} : { destination: domainOf(destination) }),
  }
}

/** The selection is in canonical form. */
export function isHeld(
  { tenantId, selection }: Pick<Hold, 'tenantId' | 'selection'>,
  envelope: SpooledEnvelope,
  forwardPath: string,
): boolean {
  const { queueId, applicationId, sender, destination } = selection
  return (
    tenantId === envelope.tenantId &&
    (queueId === undefined || queueId === envelope.queueId) &&
    (applicationId === undefined || applicationId === envelope.applicationId.toLowerCase()) &&
    (sender === undefined || sender === canonicalAddress(envelope.reversePath)) &&
    (destination === undefined || destination === domainOf(forwardPath))
  )
}
