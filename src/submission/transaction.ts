// One mail transaction from MAIL to its 250: the sender's right, the recipients, the content, the enqueue. Each step gives a reply;
// the connection loop only carries octets and replies. RFC 5321 §3.3, RFC 6409 §6.

import type { ContentRef } from '../content/content.ts'
import type { Mailbox, MailParameters, RcptParameters } from '../smtp/events.ts'
import { formatMailbox } from '../smtp/format-mailbox.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import type { EnqueueOutcome, QueueId, SpooledEnvelope, SpooledRecipient } from '../spool/spool.ts'
import { traceRefusal } from './authenticate.ts'
import { authorizeReversePath, authorizeSender, defaultAuthor, type SenderDecision } from './authorize-sender.ts'
import type { ContentHook } from './content-hook.ts'
import type { DecisionTrace } from './decision-trace.ts'
import { markUse } from './mark-use.ts'
import { ContentReceiver, type ReceivedContent } from './receive-content.ts'
import { withReference } from './reference.ts'
import { type Relay, type RelayRefusal, replyToRelay, traceRelay } from './relay.ts'
import { replaceVerdict, type Sender } from './sender.ts'
import type { SubmissionService } from './submission.ts'
import {
  suggestForCheckedContent,
  suggestForContent,
  suggestForMissingCheck,
  suggestForOutage,
  suggestForSender,
} from './transaction-suggestions.ts'
import { type Refusal, renewVerdict } from './verdict.ts'

/** How often the enqueue is tried when the tenant keeps changing under it. */
const ENQUEUE_TRIES = 5

export type MailTransaction = {
  readonly sender: Sender
  readonly queueId: QueueId
  readonly reversePath: Mailbox
  /** Its domain in canonical form. */
  readonly senderDomain: string
  readonly parameters: MailParameters
  readonly recipients: SpooledRecipient[]
  receiver?: ContentReceiver
}

type Refused = SenderDecision & { type: 'refused' }
type Received = ReceivedContent & { type: 'received' }

/** `lost` means that the right to send is gone and the session must end. */
export type MailOutcome =
  | { readonly type: 'begun'; readonly transaction: MailTransaction; readonly reply: Reply }
  | { readonly type: 'refused'; readonly reply: Reply }
  | { readonly type: 'lost'; readonly reply: Reply }

export async function beginTransaction(
  service: SubmissionService,
  sender: Sender,
  reversePath: Mailbox | undefined,
  parameters: MailParameters,
): Promise<MailOutcome> {
  const renewed = await renewVerdict(service, sender.verdict, { clientSecret: sender.clientSecret, isAtMail: true })
  if (renewed.type !== 'granted') {
    if (renewed.type === 'unavailable')
      return { type: 'refused', reply: recordOutage(service, sender, 'MAIL', replies.storeUnavailable) }
    return { type: 'lost', reply: await recordLoss(service, sender, renewed, 'MAIL') }
  }
  replaceVerdict(sender, renewed.verdict)
  markUse(service, sender.peer, renewed.verdict)
  const decision = await ask(() => authorizeReversePath(service.resources, sender.verdict, reversePath))
  if (decision === undefined)
    return { type: 'refused', reply: recordOutage(service, sender, 'MAIL', replies.storeUnavailable) }
  if (decision.type === 'refused')
    return { type: 'refused', reply: await recordSender(service, sender, decision, 'MAIL', decision.reversePath) }
  const transaction = {
    sender,
    queueId: service.nextQueueId(),
    reversePath: decision.reversePath,
    senderDomain: decision.domain,
    parameters,
    recipients: [],
  }
  return { type: 'begun', transaction, reply: replies.senderOk }
}

export function addRecipient(transaction: MailTransaction, forwardPath: Mailbox, parameters: RcptParameters): Reply {
  transaction.recipients.push({ forwardPath: formatMailbox(forwardPath), parameters })
  return replies.recipientOk
}

export function beginContent(service: SubmissionService, transaction: MailTransaction): ContentReceiver {
  const { sender, recipients, parameters } = transaction
  const only = recipients.length === 1 ? recipients[0]?.forwardPath : undefined
  const receiver = new ContentReceiver(service.content, {
    queueId: transaction.queueId,
    hostname: service.options.hostname,
    receivedAt: service.clock.now(),
    client: { name: sender.clientName, address: sender.peer.address },
    protocol: parameters.smtputf8 === true ? 'UTF8SMTPSA' : 'ESMTPSA',
    smtputf8: parameters.smtputf8 === true,
    messageIdDomain: transaction.senderDomain,
    receivedLimit: service.options.limits.received,
    ...(only === undefined ? {} : { forRecipient: only }),
    ...defaultAuthor(service.resources, sender.verdict),
  })
  transaction.receiver = receiver
  return receiver
}

/** The end of the data: the reply to it. 250 only once the message is on stable storage. */
export async function endTransaction(service: SubmissionService, transaction: MailTransaction): Promise<Reply> {
  const received = (await transaction.receiver?.finish()) ?? { type: 'store failed', full: false }
  switch (received.type) {
    case 'store failed':
      return recordOutage(
        service,
        transaction.sender,
        'DATA',
        received.full ? replies.insufficientStorage : replies.storeUnavailable,
      )
    case 'refused':
      return recordContent(service, transaction, received)
    case 'received':
      return submit(service, transaction, received)
  }
}

async function submit(service: SubmissionService, transaction: MailTransaction, received: Received): Promise<Reply> {
  const unfit = service.contentHook && (await checkContent(service, transaction, received, service.contentHook))
  if (unfit !== undefined) return unfit
  const envelope = composeEnvelope(service, transaction, received)
  const answered = service.relay && (await relay(service, transaction, received, envelope, service.relay))
  if (answered !== undefined) return answered
  for (let tries = 0; tries < ENQUEUE_TRIES; tries++) {
    const refusal = await authorizeAgain(service, transaction, received, tries > 0)
    if (refusal !== undefined) return refusal
    const outcome = await service.spool.enqueue({
      envelope,
      content: received.content,
      epoch: transaction.sender.verdict.epoch,
    })
    if (outcome.type !== 'stale') return replyToEnqueue(service, transaction, received.content, outcome)
  }
  return recordOutage(service, transaction.sender, 'DATA', replies.storeUnavailable)
}

/**
 * The operator's own check, asked once and only about mail that we would take. It may be slow, so everything else is looked at again
 * behind it.
 */
async function checkContent(
  service: SubmissionService,
  transaction: MailTransaction,
  received: Received,
  hook: ContentHook,
): Promise<Reply | undefined> {
  const refusal = await authorizeAgain(service, transaction, received, false)
  if (refusal !== undefined) return refusal
  const { sender, queueId, reversePath, recipients } = transaction
  const finding = await hook.check({
    queueId,
    reversePath: formatMailbox(reversePath),
    recipients: recipients.map(({ forwardPath }) => forwardPath),
    client: { address: sender.peer.address, name: sender.clientName },
    username: sender.verdict.username,
    size: received.content.size,
    open: () => service.content.open(received.content),
  })
  if (finding.type === 'accepted' || (finding.type === 'unavailable' && hook.onFailure === 'accept')) return undefined
  return recordFinding(service, transaction, finding.type, finding.detail)
}

/** Undefined when it goes to the queue like any other. What somebody else has by now is stored whatever has changed meanwhile. */
async function relay(
  service: SubmissionService,
  transaction: MailTransaction,
  received: Received,
  envelope: SpooledEnvelope,
  { relay }: Relay,
): Promise<Reply | undefined> {
  const refusal = await authorizeAgain(service, transaction, received, true)
  if (refusal !== undefined) return refusal
  const { content } = received
  const token = transaction.sender.verdict.credential.accessToken
  const outcome = await relay({ envelope, size: content.size, open: () => service.content.open(content), token })
  if (outcome.type === 'to be queued') return undefined
  if (outcome.type !== 'relayed') return recordRelay(service, transaction, outcome)
  const stored = await service.spool.enqueue({ envelope, content })
  if (stored.type === 'stale') throw new Error('the epoch of a message that has none was compared')
  return replyToEnqueue(service, transaction, content, stored)
}

/**
 * The checks before a 250. The first time the verdict of MAIL stands, since the enqueue transaction compares its epoch, and only the
 * authors are new; after a change everything is asked again, the reverse-path included.
 */
async function authorizeAgain(
  service: SubmissionService,
  transaction: MailTransaction,
  received: Received,
  changed: boolean,
): Promise<Reply | undefined> {
  const { sender } = transaction
  if (changed || service.clock.now() >= sender.verdict.credential.notAfter) {
    const renewed = await renewVerdict(service, sender.verdict, { clientSecret: sender.clientSecret })
    if (renewed.type !== 'granted')
      return renewed.type === 'unavailable'
        ? recordOutage(service, sender, 'DATA', replies.storeUnavailable)
        : recordLoss(service, sender, renewed, 'DATA')
    replaceVerdict(sender, renewed.verdict)
  }
  const { authors, sender: senderField } = received.header
  const asked = [
    ...(changed ? [{ address: transaction.reversePath, role: 'reverse-path' }] : []),
    ...authors.map((address) => ({ address, role: 'From' })),
    ...(senderField === undefined ? [] : [{ address: senderField, role: 'Sender' }]),
  ]
  for (const { address, role } of asked) {
    const decision = await ask(() => authorizeSender(service.resources, sender.verdict, address, role))
    if (decision === undefined) return recordOutage(service, sender, 'DATA', replies.storeUnavailable)
    if (decision.type === 'refused') return recordSender(service, sender, decision, 'DATA', address)
  }
  return undefined
}

function composeEnvelope(
  service: SubmissionService,
  transaction: MailTransaction,
  received: Received,
): SpooledEnvelope {
  const { sender, parameters, recipients, queueId } = transaction
  const { principal, keyId, groupIds = [] } = sender.verdict.credential
  return {
    queueId,
    tenantId: principal.tenantId,
    resourceId: sender.verdict.service.id,
    principalId: principal.principalId,
    applicationId: principal.applicationId,
    reversePath: formatMailbox(transaction.reversePath),
    parameters,
    recipients,
    receivedAt: service.clock.now(),
    internetMessageId: received.header.internetMessageId,
    subject: received.header.subject,
    fromField: received.header.fromField,
    proof: { keyId, ...(groupIds.length > 0 && { groupIds }) },
    client: { address: sender.peer.address, name: sender.clientName },
  }
}

function replyToEnqueue(
  service: SubmissionService,
  { sender, queueId }: MailTransaction,
  content: ContentRef,
  outcome: Exclude<EnqueueOutcome, { type: 'stale' }>,
): Reply {
  switch (outcome.type) {
    case 'queued':
      service.counters.accepted(content.size)
      return replies.queued(queueId)
    case 'full':
      return recordOutage(service, sender, 'DATA', replies.insufficientStorage)
    case 'unavailable':
      return recordOutage(service, sender, 'DATA', replies.storeUnavailable)
  }
}

/** A store that does not answer is an outage, not a refusal: undefined. */
async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question()
  } catch {
    return undefined
  }
}

const shown = (reply: Reply): string => [reply.code, reply.enhancedStatusCode, reply.lines[0]].join(' ')

async function refuseWith(service: SubmissionService, reply: Reply, trace: DecisionTrace): Promise<Reply> {
  service.counters.refused(reply.code, reply.enhancedStatusCode ?? '')
  return withReference(reply, await service.decisions.record(trace))
}

function recordLoss(
  service: SubmissionService,
  sender: Sender,
  refusal: Refusal,
  stage: 'MAIL' | 'DATA',
): Promise<Reply> {
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

/** Nobody waits for the trace of an outage: it may be the store that is out. */
function recordOutage(service: SubmissionService, sender: Sender, stage: 'MAIL' | 'DATA', reply: Reply): Reply {
  service.counters.refused(reply.code, reply.enhancedStatusCode ?? '')
  const { reference } = service.decisions.begin({
    ...identifySender(sender, stage, reply, service.clock.now()),
    outcome: 'unavailable',
    reason: reply === replies.insufficientStorage ? 'storage-full' : 'unavailable',
    steps: [{ step: 'store', passed: false, detail: reply.lines[0] ?? '' }],
    suggestions: suggestForOutage,
  })
  return withReference(reply, reference)
}

const recordSender = (
  service: SubmissionService,
  sender: Sender,
  decision: Refused,
  stage: 'MAIL' | 'DATA',
  address: Mailbox | undefined,
): Promise<Reply> =>
  refuseWith(service, decision.reply, {
    ...identifySender(sender, stage, decision.reply, service.clock.now()),
    reason: decision.reason,
    ...(address && { sender: formatMailbox(address) }),
    steps: [decision.step],
    suggestions: suggestForSender(decision.suggestion, sender.verdict),
  })

function recordContent(
  service: SubmissionService,
  { sender, reversePath }: MailTransaction,
  received: ReceivedContent & { type: 'refused' },
): Promise<Reply> {
  const reply = received.reason === 'loop' ? replies.mailLoop : replies.messageMalformed(received.detail)
  return refuseWith(service, reply, {
    ...identifySender(sender, 'DATA', reply, service.clock.now()),
    reason: `content-${received.reason}`,
    steps: [{ step: 'content', passed: false, detail: received.detail }],
    suggestions: suggestForContent(service.options.hostname, formatMailbox(reversePath), sender.verdict),
  })
}

const FINDINGS = {
  refused: { reply: replies.contentRefused, reason: 'content-refused', suggestions: suggestForCheckedContent },
  deferred: { reply: replies.contentDeferred, reason: 'content-deferred', suggestions: suggestForCheckedContent },
  unavailable: { reply: replies.contentNotChecked, reason: 'content-unchecked', suggestions: suggestForMissingCheck },
} as const

function recordFinding(
  service: SubmissionService,
  { sender, reversePath, queueId }: MailTransaction,
  type: keyof typeof FINDINGS,
  detail: string,
): Promise<Reply> {
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

function recordRelay(
  service: SubmissionService,
  { sender, reversePath, senderDomain, queueId }: MailTransaction,
  refusal: RelayRefusal,
): Promise<Reply> {
  const reply = replyToRelay(refusal, senderDomain)
  return refuseWith(service, reply, {
    ...identifySender(sender, 'DATA', reply, service.clock.now()),
    ...(refusal.type !== 'refused' && { outcome: 'unavailable' }),
    sender: formatMailbox(reversePath),
    queueId,
    ...traceRelay(refusal),
  })
}
