// A request's message on the walk that every message takes: sender, recipients, content, queue. The same right, the same repairs, the same
// check of the content, the same quotas and the same queue as by SMTP; here it is only composed before it is received.

import { createHash } from 'node:crypto'
import type { ComposedEmail } from '../../message/compose-email.ts'
import type { EmailRequest } from '../../storage/email-operations.ts'
import type { Sender } from '../../submission/sender.ts'
import type { SubmissionService } from '../../submission/submission.ts'
import {
  addRecipient,
  beginContent,
  beginTransaction,
  endTransaction,
  type MailTransaction,
} from '../../submission/transaction.ts'
import type { Answer } from '../../submission/transaction-refusals.ts'
import { badRequest, type Refusal, refused } from '../refusal.ts'
import type { Email } from './read-email.ts'

export type SubmitEmail = {
  readonly submission: SubmissionService
  readonly random: (count: number) => Uint8Array
}

export async function submitEmail(
  { submission, random }: SubmitEmail,
  sender: Sender,
  email: Email,
  request?: EmailRequest,
): Promise<Answer | Refusal> {
  const begun = await beginTransaction(submission, sender, email.sender, {}, request)
  if (begun.type !== 'begun') return begun.reply
  const { transaction } = begun
  for (const recipient of email.recipients)
    if (addRecipient(transaction, recipient, {}).code !== 250) return tooManyRecipients(transaction.recipients.length)
  // Loaded with the first message: its library takes more memory than all else here.
  const { composeEmail } = await import('../../message/compose-email.ts')
  const composed = composeEmail({
    ...email.parts,
    messageId: email.custom.messageId ?? messageIdOf(submission, transaction, request),
    date: submission.clock.now(),
    boundary: Buffer.from(random(12)).toString('hex'),
  })
  if (composed.type === 'header too long')
    return badRequest(
      'BadRequest',
      'The subject, the addresses and the headers are together longer than a header may be.',
    )
  if (composed.type === 'line too long')
    return badRequest(
      'BadRequest',
      `The header '${composed.field}' holds a word, or blanks in a row, that no line can hold.`,
    )
  return receive(submission, transaction, composed)
}

/** Where an upstream is asked on behalf, the same for the same request: it knows by it what it was asked before, whatever got lost since. */
function messageIdOf({ relay }: SubmissionService, transaction: MailTransaction, request?: EmailRequest): string {
  const { sender, senderDomain, queueId } = transaction
  if (relay === undefined || request === undefined) return `${queueId}@${senderDomain}`
  const digest = createHash('sha256')
    .update(`${sender.verdict.service.id}\n${request.operation.requestKey}`)
    .digest('hex')
  return `${digest.slice(0, 32)}@${senderDomain}`
}

export const tooManyRecipients = (limit: number): Refusal =>
  badRequest('TooManyRecipients', `A message may have ${limit} recipients at most.`)

async function receive(
  submission: SubmissionService,
  transaction: MailTransaction,
  { octets }: ComposedEmail & { type: 'composed' },
): Promise<Answer | Refusal> {
  const { size: limit } = submission.options.limits
  const receiver = beginContent(submission, transaction)
  let size = 0
  for await (const piece of octets) {
    size += piece.length
    if (size > limit) {
      receiver.drop()
      return refused(413, 'RequestTooLarge', `The message is larger than ${limit} octets.`)
    }
    await receiver.append([piece])
  }
  const answer = await endTransaction(submission, transaction)
  if (answer.code !== 250 || answer.repeated !== undefined) receiver.drop()
  return answer
}
