// The refusals of one session that the SMTP engine decides by itself, each with a reference as the others have: the trace is begun when
// the engine refuses, and the reply waits until it is kept. The same refusal again in the same transaction has the same reference, so
// that a list of a thousand recipients beyond the limit is one trace.

import type { Command } from '../smtp/commands.ts'
import { formatMailbox } from '../smtp/format-mailbox.ts'
import type { Reply } from '../smtp/reply.ts'
import type { DecisionTrace } from './decision-trace.ts'
import { explainEngineRefusal, type RefusalPlace } from './engine-refusals.ts'
import { withReference } from './reference.ts'
import type { Peer, SubmissionService } from './submission.ts'
import type { Sender } from './sender.ts'
import type { MailTransaction } from './transaction.ts'

const STAGES: Partial<Record<Command, DecisionTrace['stage']>> = {
  AUTH: 'AUTH',
  MAIL: 'MAIL',
  RCPT: 'RCPT',
  DATA: 'DATA',
  BDAT: 'DATA',
}

/** Where the session stands when the engine refuses. */
export type SessionMoment = {
  readonly clientName: string | undefined
  readonly sender: Sender | undefined
  readonly transaction: MailTransaction | undefined
}

export class SessionRefusals {
  readonly #service: SubmissionService
  readonly #peer: Peer
  #kept: Promise<void> | undefined
  #last: { readonly key: string; readonly transaction: unknown; readonly reference: string } | undefined

  constructor(service: SubmissionService, peer: Peer) {
    this.#service = service
    this.#peer = peer
  }

  /** For `SessionOptions.refer`. */
  refer(command: Command, reply: Reply, moment: SessionMoment): Reply {
    const stage = STAGES[command]
    const trace = stage === undefined ? undefined : this.#trace(stage, reply, moment)
    if (trace === undefined) return reply
    const key = `${trace.stage} ${trace.reply}`
    const { transaction } = moment
    if (this.#last?.key === key && this.#last.transaction === transaction)
      return withReference(reply, this.#last.reference)
    this.#service.counters.refused(reply.code, reply.enhancedStatusCode ?? '')
    const { reference, kept } = this.#service.decisions.begin(trace)
    this.#last = { key, transaction, reference }
    const before = this.#kept
    this.#kept = before === undefined ? kept : before.then(() => kept)
    return withReference(reply, reference)
  }

  /** What the replies in hand wait for, once. */
  takeKept(): Promise<void> | undefined {
    const kept = this.#kept
    this.#kept = undefined
    return kept
  }

  #trace(stage: DecisionTrace['stage'], reply: Reply, moment: SessionMoment): DecisionTrace | undefined {
    const refusal = explainEngineRefusal(reply, this.#place(moment))
    if (refusal === undefined) return undefined
    const { reason, step, suggestions } = refusal
    const detail = reply.lines[0] ?? ''
    return {
      stage,
      at: this.#service.clock.now(),
      outcome: 'rejected',
      reason,
      reply: [reply.code, reply.enhancedStatusCode, detail].join(' '),
      client: { address: this.#peer.address, name: moment.clientName ?? '' },
      listener: this.#peer.listener,
      ...identify(moment.sender),
      steps: [{ step, passed: false, detail }],
      suggestions,
    }
  }

  #place({ sender, transaction }: SessionMoment): RefusalPlace {
    const { hostname, limits, mechanisms } = this.#service.options
    return {
      hostname,
      port: this.#peer.port,
      recipientLimit: limits.recipients,
      sizeLimit: limits.size,
      mechanisms,
      ...(sender && { username: sender.verdict.username, serviceId: sender.verdict.service.id }),
      ...(transaction && { sender: formatMailbox(transaction.reversePath) }),
    }
  }
}

function identify(sender: Sender | undefined): Partial<DecisionTrace> {
  if (sender === undefined) return {}
  const { username, service, credential } = sender.verdict
  const { tenantId, applicationId, principalId } = credential.principal
  return { username, tenantId, resourceId: service.id, applicationId, principalId }
}
