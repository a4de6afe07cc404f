// What an operation has come to, read from the message itself: it runs until somebody has tried to hand the message on, has succeeded once
// the message is on its way, and has failed when nobody will ever get it and nobody was ever tried twice. What has been told as the end
// stays so, whatever becomes of the message later: its events tell that. Azure: data-plane reference §2.3.

import type { MessageSummary, RecipientSummary } from '../../spool/spool.ts'
import type { EmailOperationForm } from './email-schemas.ts'

type State = Omit<EmailOperationForm, 'id'>

export function stateOf({ status, recipients }: Pick<MessageSummary, 'status' | 'recipients'>): State {
  if (recipients.some(isOnItsWay)) return { status: 'Succeeded' }
  return status === 'queued' ? { status: 'Running' } : { status: 'Failed', error: errorOf(recipients) }
}

/** Taken by somebody, or put off by them: the second look at it is on its way, too. */
const isOnItsWay = ({ status, attempts }: RecipientSummary): boolean =>
  status === 'delivered' || status === 'deferred' || attempts > 1

function errorOf(recipients: readonly RecipientSummary[]): { readonly code: string; readonly message: string } {
  if (recipients.every(({ status }) => status === 'suppressed'))
    return {
      code: 'EmailDroppedAllRecipientsSuppressed',
      message: 'The message was dropped because all of its recipients are suppressed.',
    }
  const said = recipients.find(({ lastReply }) => lastReply !== undefined)?.lastReply
  const cause = said === undefined ? '' : ` ${said.replaceAll(/[^ -~]/g, '?').slice(0, 300)}`
  return { code: 'EmailDropped', message: `The message was dropped: none of its recipients can be reached.${cause}` }
}
