// One mail transaction from MAIL to its 250: the sender's right, the recipients, the content, the enqueue. Each step gives a reply;
// the connection loop only carries octets and replies. RFC 5321 §3.3, RFC 6409 §6.

import type { ContentRef } from '../content/content.ts'
import { packTerms } from '../quota/packed-terms.ts'
import { mostRecipients, type OverQuota, type QuotaTerm } from '../quota/quota.ts'
import type { Mailbox, MailParameters, RcptParameters } from '../smtp/events.ts'
import { formatMailbox } from '../smtp/format-mailbox.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import type { EmailRequest } from '../storage/email-operations.ts'
import type { EnqueueOutcome, QueueId, SpooledEnvelope, SpooledRecipient } from '../spool/spool.ts'
import { acceptanceOf } from './acceptance.ts'
import { authorizeReversePath, authorizeSender, defaultAuthor } from './authorize-sender.ts'
import type { ContentHook, HookFinding } from './content-hook.ts'
import { faultOf, slowly } from './faults.ts'
import { markUse } from './mark-use.ts'
import { findExceeded, quotaTerms } from './quota-check.ts'
import { ContentReceiver, type ReceivedContent } from './receive-content.ts'
import type { Relay } from './relay.ts'
import { replaceVerdict, type Sender } from './sender.ts'
import type { SubmissionService } from './submission.ts'
import {
  type Answer,
  recordContent,
  recordFinding,
  recordLoss,
  recordOutage,
  recordOverQuota,
  recordRelay,
  recordSender,
} from './transaction-refusals.ts'
import { renewVerdict } from './verdict.ts'

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
  /** What MAIL named, if `reversePath` is another. */
  readonly named: Mailbox | undefined
  finding?: HookFinding
  /** What was asked for besides the mail, where somebody could. */
  readonly request: EmailRequest | undefined
  /** What quotas allow one message, whenever it comes. */
  readonly recipientLimit: number
}

type Received = ReceivedContent & { type: 'received' }

/** `lost` means that the right to send is gone and the session must end. */
export type MailOutcome =
  | { readonly type: 'begun'; readonly transaction: MailTransaction; readonly reply: Answer }
  | { readonly type: 'refused'; readonly reply: Answer }
  | { readonly type: 'lost'; readonly reply: Answer }

export async function beginTransaction(
  service: SubmissionService,
  sender: Sender,
  reversePath: Mailbox | undefined,
  parameters: MailParameters,
  request?: EmailRequest,
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
  const quota = await checkQuota(service, sender, decision.domain)
  if (quota === undefined)
    return { type: 'refused', reply: recordOutage(service, sender, 'MAIL', replies.storeUnavailable) }
  if (quota.over !== undefined)
    return { type: 'refused', reply: await recordOverQuota(service, sender, 'MAIL', quota.over, decision) }
  const transaction = {
    sender,
    queueId: service.nextQueueId(),
    reversePath: decision.reversePath,
    senderDomain: decision.domain,
    parameters,
    recipients: [],
    named: reversePath,
    request,
    recipientLimit: quota.terms === undefined ? Infinity : mostRecipients(quota.terms),
  }
  return { type: 'begun', transaction, reply: replies.senderOk }
}

export function addRecipient(transaction: MailTransaction, forwardPath: Mailbox, parameters: RcptParameters): Reply {
  if (transaction.recipients.length >= transaction.recipientLimit) return replies.tooManyRecipients
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
    protocol: sender.peer.protocol ?? (parameters.smtputf8 === true ? 'UTF8SMTPSA' : 'ESMTPSA'),
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
export async function endTransaction(service: SubmissionService, transaction: MailTransaction): Promise<Answer> {
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
      return slowly(service.clock, transaction.sender.verdict.faults, submit(service, transaction, received))
  }
}

async function submit(service: SubmissionService, transaction: MailTransaction, received: Received): Promise<Answer> {
  const unfit = service.contentHook && (await checkContent(service, transaction, received, service.contentHook))
  if (unfit !== undefined) return unfit
  const envelope = composeEnvelope(service, transaction, received)
  const answered = service.relay && (await relay(service, transaction, received, envelope, service.relay))
  if (answered !== undefined) return answered
  for (let tries = 0; tries < ENQUEUE_TRIES; tries++) {
    const refusal = await authorizeAgain(service, transaction, received, tries > 0)
    if (refusal !== undefined) return refusal
    const terms = await termsNow(service, transaction)
    if (terms === 'unavailable') return recordOutage(service, transaction.sender, 'DATA', replies.storeUnavailable)
    const outcome = await service.spool.enqueue({
      envelope,
      content: received.content,
      epoch: transaction.sender.verdict.epoch,
      ...operationOf(transaction),
      ...terms,
    })
    if (outcome.type !== 'stale') return replyToEnqueue(service, transaction, received.content, outcome)
  }
  return recordOutage(service, transaction.sender, 'DATA', replies.storeUnavailable)
}

/** The operator's own check, asked once and only about mail that we would take. It may be slow: all else is looked at again then. */
async function checkContent(
  service: SubmissionService,
  transaction: MailTransaction,
  received: Received,
  hook: ContentHook,
): Promise<Answer | undefined> {
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
  transaction.finding = finding
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
): Promise<Answer | undefined> {
  const refusal = await authorizeAgain(service, transaction, received, true)
  if (refusal !== undefined) return refusal
  const quota = await checkQuota(service, transaction.sender, transaction.senderDomain, envelope.recipients.length)
  if (quota === undefined) return recordOutage(service, transaction.sender, 'DATA', replies.storeUnavailable)
  if (quota.over !== undefined) return recordOverQuota(service, transaction.sender, 'DATA', quota.over, transaction)
  const { content } = received
  const token = transaction.sender.verdict.credential.accessToken
  const fault = faultOf(transaction.sender.verdict.faults, 'recipients')
  const outcome = await relay({ envelope, size: content.size, open: () => service.content.open(content), token, fault })
  if (outcome.type === 'to be queued') return undefined
  if (outcome.type !== 'relayed') return recordRelay(service, transaction, outcome)
  const counted = quota.terms && { terms: packTerms(quota.terms) }
  const stored = await service.spool.enqueue({ envelope, content, ...operationOf(transaction), ...counted })
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
): Promise<Answer | undefined> {
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
  const { sender, parameters, recipients, queueId, request } = transaction
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
    acceptance: acceptanceOf(sender, transaction),
    ...(request && { operationId: request.operation.operationId }),
    ...(request?.engagementTrackingDisabled && { engagementTrackingDisabled: true }),
  }
}

const operationOf = ({ request }: MailTransaction) => request && { operation: request.operation }

function replyToEnqueue(
  service: SubmissionService,
  transaction: MailTransaction,
  content: ContentRef,
  outcome: Exclude<EnqueueOutcome, { type: 'stale' }>,
): Answer | Promise<Answer> {
  const { sender, queueId } = transaction
  switch (outcome.type) {
    case 'queued':
      service.counters.accepted(content.size)
      return replies.queued(queueId)
    case 'repeated':
      return { ...replies.queued(outcome.operation.queueId), repeated: outcome.operation }
    case 'over quota':
      return recordOverQuota(service, sender, 'DATA', outcome.over, transaction)
    case 'full':
      return recordOutage(service, sender, 'DATA', replies.insufficientStorage)
    case 'unavailable':
      return recordOutage(service, sender, 'DATA', replies.storeUnavailable)
  }
}

type QuotaCheck = { readonly terms: readonly QuotaTerm[] | undefined; readonly over: OverQuota | undefined }

/** Undefined when the store does not answer. */
const checkQuota = (
  service: SubmissionService,
  { verdict }: Sender,
  domain: string,
  recipients = 1,
): Promise<QuotaCheck | undefined> =>
  ask(async () => {
    const terms = await quotaTerms(service, verdict, domain)
    return { terms, over: await findExceeded(service, verdict, terms, { messages: 1, recipients }) }
  })

/** Under the verdict as it is now. */
async function termsNow(service: SubmissionService, { sender, senderDomain }: MailTransaction) {
  const found = await ask(async () => ({ terms: await quotaTerms(service, sender.verdict, senderDomain) }))
  if (found === undefined) return 'unavailable'
  return found.terms && { terms: packTerms(found.terms) }
}

/** A store that does not answer is an outage, not a refusal: undefined. */
async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question()
  } catch {
    return undefined
  }
}
