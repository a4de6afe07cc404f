// A message as the API tells of it: never what is in it, only what it is and what became of it.

import type { Query } from '../../api/api.ts'

export const MESSAGES = '/providers/Postern.Mail/messages'

export const MESSAGE_STATUSES = ['queued', 'delivered', 'failed', 'partial'] as const
export type MessageStatus = (typeof MESSAGE_STATUSES)[number]
export type RecipientStatus = 'queued' | 'delivered' | 'deferred' | 'failed' | 'suppressed'

export type Recipient = {
  readonly forwardPath: string
  readonly status: RecipientStatus
  readonly attempts: number
  readonly nextAttemptAt?: string
  readonly lastReply?: string
}

export type Message = {
  readonly id: string
  readonly resource: string
  readonly applicationId: string
  readonly reversePath: string
  readonly recipients: readonly Recipient[]
  readonly subject: string
  readonly internetMessageId: string
  readonly receivedAt: string
  readonly size: number
  readonly status: MessageStatus
}

export type MessageDetail = Message & {
  readonly fromField: string
  readonly principalId: string
  readonly client: { readonly address: string; readonly name: string }
}

export type EntryKind =
  | 'login'
  | 'decision'
  | 'policy'
  | 'queued'
  | 'attempt'
  | 'final'
  | 'hold'
  | 'report'
  | 'event'
  | 'note'
  | 'refused'

export type TimelineEntry = {
  readonly at: string
  readonly kind: EntryKind
  readonly recipient?: string
  readonly status?: string
  readonly detail: string
  /** Of the hold, of the event, or the queue id of the report. */
  readonly id?: string
  readonly transport?: string
  readonly enhancedStatusCode?: string
  readonly remote?: {
    readonly host: string
    readonly address?: string
    readonly tls?: string
    readonly reply?: string
  }
}

export type Life = {
  readonly message?: MessageDetail
  /** Of the refusal, where a reference was asked for. */
  readonly decision?: { readonly reference: string; readonly trace: { readonly reason: string } }
  readonly timeline: readonly TimelineEntry[]
}

/** `id`: a queue id, a Message-ID, or the reference of a refusal. */
export const addressOfMessage = (id: string): string => `/messages/${encodeURIComponent(id)}`

/** As it is written in headers and replies: with angle brackets or brackets around it, or blanks. */
export const readId = (typed: string): string => typed.trim().replace(/^[<[]([^]*)[>\]]$/, '$1')

export const messagesQuery = (search: URLSearchParams, period: Query): Query => {
  const names = ['sender', 'recipient', 'messageId', 'status', 'applicationId']
  return { limit: 50, ...Object.fromEntries(names.map((name) => [name, search.get(name) ?? ''])), ...period }
}
