// What a refusal that the SMTP engine decides by itself means to an operator: which step failed, and what to set on the device or to do
// here. One row for each reply; how the reply is spelt is the engine's.

import { type Reply, replies } from '../smtp/reply.ts'
import { posternCommand } from './copyable-command.ts'
import type { Suggestion, TraceStepName } from './decision-trace.ts'

/** What is known when the engine refuses. `username` and `sender` once they are. */
export type RefusalPlace = {
  readonly hostname: string
  readonly port: number | undefined
  readonly recipientLimit: number
  /** In octets. */
  readonly sizeLimit: number
  /** That are offered; PLAIN is suggested unless it is not among them. */
  readonly mechanisms?: readonly string[]
  readonly username?: string
  readonly serviceId?: string
  readonly sender?: string
}

export type EngineRefusal = {
  readonly reason: string
  readonly step: TraceStepName
  readonly suggestions: readonly Suggestion[]
}

type Row = {
  readonly reason: string
  readonly step: TraceStepName
  readonly suggest: (place: RefusalPlace) => readonly Suggestion[]
}

/** Undefined for a reply with nothing behind it that is worth keeping. */
export function explainEngineRefusal(reply: Reply, place: RefusalPlace): EngineRefusal | undefined {
  if (reply === replies.authenticationCancelled) return undefined
  const { reason, step, suggest } = ROWS.get(reply) ?? OTHERWISE
  const isPlainOffered = place.mechanisms?.includes('PLAIN') !== false
  return { reason, step, suggestions: isPlainOffered ? suggest(place) : suggest(place).map(withLogin) }
}

const withLogin = (suggestion: Suggestion): Suggestion =>
  suggestion.setting?.name === 'mechanism'
    ? {
        ...suggestion,
        text: suggestion.text.replace('PLAIN or LOGIN', 'LOGIN'),
        setting: { name: 'mechanism', value: 'LOGIN' },
      }
    : suggestion

const checkSetUp = ({ hostname, port, username, sender }: RefusalPlace): string =>
  posternCommand(['doctor'], {
    '--server': hostname,
    '--port': port?.toString(),
    '--username': username,
    '--from': sender,
  })

const sendRight = ({ hostname, port, username, sender }: RefusalPlace): string =>
  posternCommand(['send'], { '--host': hostname, '--port': port?.toString(), '--username': username, '--from': sender })

const settings = ({ serviceId }: RefusalPlace): string =>
  posternCommand(['communication', 'settings'], { '--name': serviceId })

const client = (reason: string, step: TraceStepName, text: string, setting?: Suggestion['setting']): Row => ({
  reason,
  step,
  suggest: (place) => [{ text, command: checkSetUp(place), ...(setting && { setting }) }],
})

const tlsRequired = client(
  'tls-required',
  'command',
  'Switch on TLS in the device: STARTTLS on this port (or TLS from the start on the port for that).',
  { name: 'tls', value: 'starttls' },
)
const malformedLogin = client(
  'malformed-response',
  'response',
  'The client does not speak its login mechanism rightly: choose PLAIN or LOGIN.',
  { name: 'mechanism', value: 'PLAIN' },
)
const outOfOrder = client(
  'command-out-of-order',
  'command',
  'The sending program says its commands in an order that SMTP does not know: update it, or use another one.',
)

const tooLarge: Row = {
  reason: 'limit-size',
  step: 'content',
  suggest: (place) => [
    {
      text: `Send messages of at most ${place.sizeLimit} octets, header and encoding included, or raise limits.size in the configuration.`,
      command: posternCommand(['config', 'describe']),
      setting: { name: 'messageSize', value: String(place.sizeLimit) },
    },
  ],
}
const tooManyRecipients: Row = {
  reason: 'limit-recipients',
  step: 'recipient',
  suggest: (place) => [
    {
      text: `Send to at most ${place.recipientLimit} recipients at once, or raise limits.recipients in the configuration.`,
      command: posternCommand(['config', 'describe']),
      setting: { name: 'recipientsPerMessage', value: String(place.recipientLimit) },
    },
  ],
}
const wrongContent = (reason: string, text: string, setting?: Suggestion['setting']): Row => ({
  reason,
  step: 'content',
  suggest: (place) => [
    { text: `${text} A message that is right passes:`, command: sendRight(place), ...(setting && { setting }) },
  ],
})
const wrongSender: Row = {
  reason: 'sender-malformed',
  step: 'sender',
  suggest: (place) => [{ text: 'Give the device a sender such as someone@example.com.', command: settings(place) }],
}
const wrongRecipient: Row = {
  reason: 'recipient-malformed',
  step: 'recipient',
  suggest: (place) => [
    { text: 'Give recipients as someone@example.com: no name, no comma, no space.', command: sendRight(place) },
  ],
}

const OTHERWISE = client(
  'command-malformed',
  'command',
  'The sending program gave a command or parameter that is not understood: update it, or use another one.',
)

const ROWS: ReadonlyMap<Reply, Row> = new Map<Reply, Row>([
  [replies.encryptionRequired, tlsRequired],
  [replies.startTlsFirst, tlsRequired],
  [
    replies.authenticationRequired,
    client(
      'not-authenticated',
      'command',
      'Switch on authentication in the device: it tried to send without signing in.',
      { name: 'mechanism', value: 'PLAIN' },
    ),
  ],
  [
    replies.unknownMechanism,
    client('unknown-mechanism', 'response', 'Choose the login mechanism PLAIN or LOGIN.', {
      name: 'mechanism',
      value: 'PLAIN',
    }),
  ],
  [replies.badBase64, malformedLogin],
  [replies.authenticationLineTooLong, malformedLogin],
  [replies.alreadyAuthenticated, outOfOrder],
  [replies.helloFirst, outOfOrder],
  [replies.badSequence, outOfOrder],
  [replies.badReversePath, wrongSender],
  [replies.badForwardPath, wrongRecipient],
  [replies.smtputf8Required, wrongRecipient],
  [replies.noValidRecipients, { ...wrongRecipient, reason: 'recipient-none' }],
  [replies.tooManyRecipients, tooManyRecipients],
  [replies.messageTooLarge, tooLarge],
  [
    replies.badLineEnd,
    wrongContent('content-line-ends', 'The program must end lines with CR LF, and send no NUL.', {
      name: 'lineEnds',
      value: 'CRLF',
    }),
  ],
  [
    replies.contentLineTooLong,
    wrongContent('content-line-too-long', 'The program must break or encode lines beyond 998 octets.'),
  ],
])
