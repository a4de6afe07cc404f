// A message as lists show it, from its row.

import { readProgress, type RecipientProgress } from './recipient-progress.ts'
import type { MessageSummary, RecipientSummary, SpooledEnvelope } from './spool.ts'
import { ENVELOPE_COLUMNS, type EnvelopeRow, readEnvelope } from './stored-message.ts'

export const MESSAGE_COLUMNS = `${ENVELOPE_COLUMNS}, size, status, progress`

export type MessageRow = [...EnvelopeRow, size: number, status: MessageSummary['status'], progress: string | null]
export type Message = { readonly summary: MessageSummary; readonly envelope: SpooledEnvelope }

/** `row` may have more columns behind. */
export function messageOf(row: readonly [...MessageRow, ...unknown[]]): Message {
  const envelope = readEnvelope(row)
  const [size, status, text] = row.slice(6) as [number, MessageSummary['status'], string | null]
  const { queueId, resourceId, tenantId, applicationId, reversePath, receivedAt, subject, internetMessageId } = envelope
  const progress = readProgress(text, envelope.recipients.length, receivedAt)
  const recipients = envelope.recipients.map(({ forwardPath }, index) => recipientOf(forwardPath, progress[index]))
  const metadata = { queueId, resourceId, tenantId, applicationId, reversePath, receivedAt, subject, internetMessageId }
  return { summary: { ...metadata, recipients, size, status }, envelope }
}

function recipientOf(forwardPath: string, progress: RecipientProgress | undefined): RecipientSummary {
  const { status = 'queued', attempts = 0, due, lastReply } = progress ?? {}
  return {
    forwardPath,
    status,
    attempts,
    ...(due === undefined ? {} : { nextAttemptAt: due }),
    ...(lastReply === undefined ? {} : { lastReply }),
  }
}
