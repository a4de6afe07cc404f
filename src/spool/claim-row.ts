// A claimed message between its row and its shape, and the token that fences it.

import { readProgress } from './recipient-progress.ts'
import type { Claim, PendingRecipient } from './spool.ts'
import { type EnvelopeRow, readEnvelope } from './stored-message.ts'

/** ENVELOPE_COLUMNS, size, claims, progress. */
export type ClaimRow = [...EnvelopeRow, size: number, claims: number, progress: string | null]

export function claimOf(row: ClaimRow, at: number, leaseUntil: number): Claim {
  const envelope = readEnvelope(row)
  const { queueId } = envelope
  const [size, claims, progress] = row.slice(6) as [number, number, string | null]
  return {
    token: `${queueId}/${claims}`,
    leaseUntil,
    envelope,
    content: { kind: 'stored', size, contentId: queueId },
    recipients: pendingRecipients(envelope, progress, at),
  }
}

function pendingRecipients(envelope: Claim['envelope'], text: string | null, at: number): readonly PendingRecipient[] {
  const { recipients, receivedAt } = envelope
  const progress = readProgress(text, recipients.length, receivedAt)
  return recipients.flatMap((recipient, index) => {
    const { attempts, due } = progress[index] ?? { attempts: 0, due: undefined }
    return due !== undefined && due <= at ? { ...recipient, index, attempts } : []
  })
}

/** RETURNING promises no order; queue ids sort by age. */
export const inOrder = (rows: ClaimRow[]): ClaimRow[] => rows.sort((one, other) => (one[0] < other[0] ? -1 : 1))

export function partsOf(token: string): [queueId: string, claims: number] {
  const [queueId, claims] = token.split('/')
  return [queueId ?? '', Number(claims)]
}
