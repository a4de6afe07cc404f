// How a message, and each of its recipients, stands.

import { StateBadge } from '../../parts/state-badge.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { MessageStatus, RecipientStatus } from './message.ts'
import { messagesTexts } from './texts.ts'

const MESSAGE_LOOKS = { queued: 'none', delivered: 'good', failed: 'bad', partial: 'warning' } as const
const RECIPIENT_LOOKS = {
  queued: 'none',
  delivered: 'good',
  deferred: 'warning',
  failed: 'bad',
  suppressed: 'bad',
} as const

export function MessageState({ status }: { readonly status: MessageStatus }) {
  return <StateBadge look={MESSAGE_LOOKS[status]} text={useTexts(messagesTexts).statuses[status]} />
}

export function RecipientState({ status }: { readonly status: RecipientStatus }) {
  return <StateBadge look={RECIPIENT_LOOKS[status]} text={useTexts(messagesTexts).recipientStatuses[status]} />
}
