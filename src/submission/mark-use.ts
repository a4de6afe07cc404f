// Says that a credential is in use, at a login and at each MAIL: a device may keep one session for a whole day.

import { sourceNetwork } from '../identity/source-network.ts'
import type { Peer, SubmissionService } from './submission.ts'
import type { Verdict } from './verdict.ts'

export function markUse({ uses, clock }: SubmissionService, peer: Peer, { credential, username }: Verdict): void {
  // Where no secret is sent, it was used when the token was obtained.
  if (peer.protocol !== undefined) return
  const { tenantId, applicationId } = credential.principal
  const network = sourceNetwork(peer.address)
  uses.mark({ tenantId, applicationId, keyId: credential.keyId, at: clock.now(), network, door: 'smtp', username })
}
