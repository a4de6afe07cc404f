// A shipment as the server at hand can take it: in 7 bits where it has no 8BITMIME, with the signatures of that form. Content is opened
// when the connection is there, and once for it; what does not fit even so is told by `fit-message.ts`. RFC 6152 §3.

import type { PendingRecipient } from '../spool/spool.ts'
import type { Prepare } from './connection-pool.ts'
import type { Shipment } from './transport.ts'

export function prepareFor(shipment: Shipment, recipients: readonly PendingRecipient[]): Prepare {
  const { reversePath, parameters } = shipment.claim.envelope
  return async ({ extensions }) => {
    const content = await shipment.open({ sevenBit: !extensions.has('8BITMIME') })
    return { reversePath, parameters, recipients, content }
  }
}
