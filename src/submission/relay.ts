// The port to a way out that is asked while the client waits, on behalf of the session and with its token; and what its answer means for
// the client. A message that was relayed is enqueued all the same, so that it is in the log with all others.

import type { AccessToken } from '../identity/identity.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import type { SpooledEnvelope } from '../spool/spool.ts'
import type { AskedFault } from '../storage/faults.ts'
import type { DecisionTrace } from './decision-trace.ts'

export type MessageToRelay = {
  readonly envelope: SpooledEnvelope
  /** In octets. */
  readonly size: number
  open(): AsyncIterable<Uint8Array>
  /** Undefined where the session has none. */
  readonly token: AccessToken | undefined
  /** By which some recipients fare as they are called: nobody is asked about those. */
  readonly fault?: AskedFault | undefined
}

/** `detail` is for the operator, in printable ASCII. */
export type RelayOutcome =
  /** Nobody was asked, or the next way takes it: as any other message. */
  | { readonly type: 'to be queued' }
  /** Somebody has it: from now on nothing keeps it from being so. */
  | { readonly type: 'relayed' }
  | { readonly type: 'refused'; readonly enhancedStatusCode: string; readonly detail: string }
  | { readonly type: 'throttled' | 'unavailable' | 'token over'; readonly detail: string }

export type RelayRefusal = Exclude<RelayOutcome, { type: 'to be queued' | 'relayed' }>

export interface Relay {
  /** Never rejects but for bugs. */
  relay(message: MessageToRelay): Promise<RelayOutcome>
}

/** The exact reply to each outcome that ends the transaction. */
export function replyToRelay(refusal: RelayRefusal, senderDomain: string): Reply {
  switch (refusal.type) {
    case 'throttled':
      return replies.upstreamBusy
    case 'unavailable':
      return replies.upstreamUnavailable
    case 'token over':
      return replies.tokenExpired
    case 'refused':
      return refusalOf(refusal.enhancedStatusCode, senderDomain)
  }
}

function refusalOf(enhancedStatusCode: string, senderDomain: string): Reply {
  switch (enhancedStatusCode) {
    case '5.1.7':
      return replies.senderDomainNotLinked(senderDomain)
    case '5.7.1':
      return replies.senderNotAllowed(senderDomain)
    case '5.7.0':
      return replies.upstreamDeniesAccess
    case '5.3.4':
      return replies.messageTooLarge
    case '5.6.5':
      return replies.upstreamCannotCarry
    case '5.1.3':
      return replies.upstreamRefusesRecipient
    default:
      return replies.upstreamRefuses
  }
}

/** What the operator is told of it. */
export const traceRelay = (refusal: RelayRefusal): Pick<DecisionTrace, 'reason' | 'steps' | 'suggestions'> => ({
  reason: `upstream-${refusal.type}`,
  steps: [{ step: 'upstream', passed: false, detail: refusal.detail }],
  suggestions: [
    {
      text: 'The way out that `delivery.routes` names first acts on behalf of the session, and the step above has the upstream’s own answer. What it cannot carry goes the next way of the route, where there is one.',
    },
  ],
})
