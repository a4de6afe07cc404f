// What a server said, in the form that leaves this room: printable, short, and with the stage at which it was said.

import type { ReceivedReply } from '../smtp/reply-reader.ts'
import type { ConnectionFailure, ServerReply } from './smtp-connection.ts'
import type { Answer } from './smtp-wire.ts'

const TEXT_LIMIT = 500

export const toServerReply = ({ code, enhancedStatusCode, lines }: ReceivedReply): ServerReply => ({
  code,
  enhancedStatusCode,
  text: lines.join(' ').slice(0, TEXT_LIMIT),
})

/** The codes and the text, as it was said. */
export const formatReply = ({ code, enhancedStatusCode, text }: ServerReply): string =>
  [code, enhancedStatusCode, text]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
    .slice(0, TEXT_LIMIT)

/** An answer that is none, or not the one that is needed. */
export function failureAt(stage: ConnectionFailure['stage'], answer: Answer): ConnectionFailure {
  const reply = answer.type === 'reply' ? answer : answer.reply
  const detail =
    answer.type === 'fault' ? answer.detail : isRefusal(answer) ? 'it refused' : 'it gave an answer that does not fit'
  return { type: 'failed', stage, detail, ...(reply && { reply: toServerReply(reply) }) }
}

export const isRefusal = ({ code }: { readonly code: number }): boolean => code >= 400
