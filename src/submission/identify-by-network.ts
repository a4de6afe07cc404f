// Who sends without having signed in, where the operator has said that a network stands for one SMTP user name. The same walk as a login,
// but for the proof: the application must be alive and hold the right to send, and everything after it is judged as ever.

import { type Reply, replies } from '../smtp/reply.ts'
import { traceRefusal } from './authenticate.ts'
import type { Door, NetworkIdentity } from './door.ts'
import { withReference } from './reference.ts'
import type { SubmissionService } from './submission.ts'
import type { Sender } from './sender.ts'
import { evaluateNetwork } from './verdict.ts'

export type NetworkOutcome =
  | { readonly type: 'identified'; readonly sender: Sender }
  | { readonly type: 'refused'; readonly reply: Reply }

/** Who signed in, where somebody did. */
export async function findSender(
  service: SubmissionService,
  sender: Sender | undefined,
  door: Door,
  context: Pick<Sender, 'peer' | 'clientName'>,
): Promise<NetworkOutcome> {
  if (sender !== undefined) return { type: 'identified', sender }
  const identity = door.identityOf?.(context.peer.address)
  if (identity === undefined) throw new Error('MAIL before authentication reached the connection loop')
  return identifyByNetwork(service, context, identity)
}

async function identifyByNetwork(
  service: SubmissionService,
  { peer, clientName }: Pick<Sender, 'peer' | 'clientName'>,
  identity: NetworkIdentity,
): Promise<NetworkOutcome> {
  const at = service.clock.now()
  const evaluation = await evaluateNetwork(service, identity, at)
  if (evaluation.type === 'granted') {
    service.counters.authentication('authenticated', '')
    return { type: 'identified', sender: { peer, clientName, verdict: evaluation.verdict } }
  }
  const isOutage = evaluation.type === 'unavailable'
  service.counters.authentication(evaluation.type, isOutage ? '' : evaluation.reason)
  const reply = isOutage ? replies.storeUnavailable : replies.networkMayNotSend
  const shown = [reply.code, reply.enhancedStatusCode].join(' ')
  const trace = traceRefusal('MAIL', evaluation, peer, clientName, shown, at)
  return { type: 'refused', reply: withReference(reply, await service.decisions.record(trace)) }
}
