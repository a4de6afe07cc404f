// The refusals of a mail transaction: the reply to each, and the trace that its reference leads to. What is refused is decided by the
// transaction; the words of the replies are in the one table of them.

import { describeOverQuota, limitName, type OverQuota, secondsUntil } from '../quota/quota.ts'
import type { Mailbox } from '../smtp/events.ts'
import { formatMailbox } from '../smtp/format-mailbox.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import type { EmailOperation } from '../storage/email-operations.ts'
import { traceRefusal } from './authenticate.ts'
import type { SenderDecision } from './authorize-sender.ts'
import type { DecisionTrace } from './decision-trace.ts'
import { clearFault, faultStep } from './faults.ts'
import type { ReceivedContent } from './receive-content.ts'
import { withReference } from './reference.ts'
import { type RelayRefusal, replyToRelay, traceRelay } from './relay.ts'
import type { Sender } from './sender.ts'
import type { SubmissionService } from './submission.ts'
import type { MailTransaction } from './transaction.ts'
import {
  suggestForCheckedContent,
  suggestForContent,
  suggestForMissingCheck,
  suggestForOutage,
  suggestForQuota,
  suggestForSender,
} from './transaction-suggestions.ts'
import type { Refusal } from './verdict.ts'

/**
 * The reply to a step of a transaction. A door that speaks no SMTP goes by `refusal`: `reason` is that of the trace, for a quota
 * `quota-` with the name of the limit behind; `retryAt` is when it is over.
 */
export type Answer = Reply & {
  readonly refusal?: { readonly reason: string; readonly reference: string; readonly retryAt?: number }
  /** The request was answered before: nothing new was queued. */
  readonly repeated?: EmailOperation
}

type Refused = SenderDecision & { type: 'refused' }

const shown = (reply: Reply): string => [reply.code, reply.enhancedStatusCode, reply.lines[0]].join(' ')

async function refuseWith(service: SubmissionService, reply: Reply, trace: DecisionTrace): Promise<Answer> {
  service.counters.refused(reply.code, reply.enhancedStatusCode ?? '')
  return answerOf(reply, trace.reason, await service.decisions.record(trace))
}

const answerOf = (reply: Reply, reason: string, reference: string): Answer => ({
  ...withReference(reply, reference),
  refusal: { reason, reference },
})

export function recordLoss(
  service: SubmissionService,
  sender: Sender,
  refusal: Refusal,
  stage: 'MAIL' | 'DATA',
): Promise<Answer> {
  const reply = LOSSES[refusal.reason === 'expired-token' ? 'token' : stage]
  const trace = traceRefusal(stage, refusal, sender.peer, sender.clientName, shown(reply), service.clock.now())
  return refuseWith(service, reply, trace)
}

/** With a new token the same message may be sent at once, also where the old one ended in the middle of it; hence no 5yz. */
const LOSSES = {
  token: replies.tokenExpired,
  MAIL: replies.credentialsNoLongerValid,
  DATA: replies.accessRevoked,
} as const

/** What every trace of an authenticated sender says about it. */
function identifySender(sender: Sender, stage: 'MAIL' | 'DATA', reply: Reply, at: number) {
  const { principal } = sender.verdict.credential
  return {
    stage,
    at,
    outcome: 'rejected' as const,
    reply: shown(reply),
    client: { address: sender.peer.address, name: sender.clientName },
    listener: sender.peer.listener,
    username: sender.verdict.username,
    tenantId: principal.tenantId,
    resourceId: sender.verdict.service.id,
    applicationId: principal.applicationId,
    principalId: principal.principalId,
  }
}

/** Nobody waits for its trace: it may be the store that is out. */
export function recordOutage(service: SubmissionService, sender: Sender, stage: 'MAIL' | 'DATA', reply: Reply): Answer {
  service.counters.refused(reply.code, reply.enhancedStatusCode ?? '')
  const reason = reply === replies.insufficientStorage ? 'storage-full' : 'unavailable'
  const { reference } = service.decisions.begin({
    ...identifySender(sender, stage, reply, service.clock.now()),
    outcome: 'unavailable',
    reason,
    steps: [{ step: 'store', passed: false, detail: reply.lines[0] ?? '' }],
    suggestions: suggestForOutage,
  })
  return answerOf(reply, reason, reference)
}

export const recordSender = (
  service: SubmissionService,
  sender: Sender,
  decision: Refused,
  stage: 'MAIL' | 'DATA',
  address: Mailbox | undefined,
): Promise<Answer> =>
  refuseWith(service, decision.reply, {
    ...identifySender(sender, stage, decision.reply, service.clock.now()),
    reason: decision.reason,
    ...(address && { sender: formatMailbox(address) }),
    steps: [decision.step],
    suggestions: decision.fault ? [clearFault(decision.fault)] : suggestForSender(decision.suggestion, sender.verdict),
  })

export function recordContent(
  service: SubmissionService,
  { sender, reversePath }: MailTransaction,
  received: ReceivedContent & { type: 'refused' },
): Promise<Answer> {
  const reply = received.reason === 'loop' ? replies.mailLoop : replies.messageMalformed(received.detail)
  return refuseWith(service, reply, {
    ...identifySender(sender, 'DATA', reply, service.clock.now()),
    reason: `content-${received.reason}`,
    steps: [{ step: 'content', passed: false, detail: received.detail }],
    suggestions: suggestForContent(service.options.hostname, formatMailbox(reversePath), sender.verdict),
  })
}

export async function recordOverQuota(
  service: SubmissionService,
  sender: Sender,
  stage: 'MAIL' | 'DATA',
  over: OverQuota,
  at: { readonly reversePath: Mailbox },
): Promise<Answer> {
  const now = service.clock.now()
  const { limit, retryAt } = over
  const wait = `try again in ${secondsUntil(retryAt, now)} seconds`
  const { principal } = sender.verdict.credential
  if (over.fault === undefined)
    service.onOverQuota?.(over, { tenantId: principal.tenantId, resourceId: sender.verdict.service.id })
  const reply = replies.overQuota(`${limit.limit} ${limit.unit} per ${limit.window}; ${wait}`)
  const answer = await refuseWith(service, reply, {
    ...identifySender(sender, stage, reply, now),
    reason: `quota-${limitName(limit)}`,
    sender: formatMailbox(at.reversePath),
    steps: [over.fault ? faultStep(over.fault) : { step: 'quota', passed: false, detail: describeOverQuota(over) }],
    suggestions: over.fault ? [clearFault(over.fault)] : suggestForQuota(over),
  })
  return answer.refusal === undefined ? answer : { ...answer, refusal: { ...answer.refusal, retryAt } }
}

const FINDINGS = {
  refused: { reply: replies.contentRefused, reason: 'content-refused', suggestions: suggestForCheckedContent },
  deferred: { reply: replies.contentDeferred, reason: 'content-deferred', suggestions: suggestForCheckedContent },
  unavailable: { reply: replies.contentNotChecked, reason: 'content-unchecked', suggestions: suggestForMissingCheck },
} as const

export function recordFinding(
  service: SubmissionService,
  { sender, reversePath, queueId }: MailTransaction,
  type: keyof typeof FINDINGS,
  detail: string,
): Promise<Answer> {
  const { reply, reason, suggestions } = FINDINGS[type]
  return refuseWith(service, reply, {
    ...identifySender(sender, 'DATA', reply, service.clock.now()),
    ...(type === 'unavailable' && { outcome: 'unavailable' }),
    reason,
    sender: formatMailbox(reversePath),
    queueId,
    steps: [{ step: 'content', passed: false, detail: `the content check of ${queueId}: ${detail}` }],
    suggestions,
  })
}

export function recordRelay(
  service: SubmissionService,
  { sender, reversePath, senderDomain, queueId }: MailTransaction,
  refusal: RelayRefusal,
): Promise<Answer> {
  const reply = replyToRelay(refusal, senderDomain)
  return refuseWith(service, reply, {
    ...identifySender(sender, 'DATA', reply, service.clock.now()),
    ...(refusal.type !== 'refused' && { outcome: 'unavailable' }),
    sender: formatMailbox(reversePath),
    queueId,
    ...traceRelay(refusal),
  })
}
