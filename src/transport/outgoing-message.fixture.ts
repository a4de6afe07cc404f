// Messages to send in tests, and what came of them on one line per recipient.

import type { MailParameters } from '../smtp/events.ts'
import type { PendingRecipient } from '../spool/spool.ts'
import type { ConnectionPatience, OutgoingMessage, RecipientReply } from './smtp-connection.ts'
import type { OutgoingContent, Shipment } from './transport.ts'

/** Enough for a loaded machine, and no more than a test that hangs may take. */
export const UNHURRIED: ConnectionPatience = {
  connect: 10_000,
  greeting: 10_000,
  command: 10_000,
  dataInitiation: 10_000,
  dataBlock: 10_000,
  dataTermination: 10_000,
}

/** What a server that stays silent is given. */
export const BRIEF = 60

export const TEXT = 'Subject: greetings\r\n\r\n.hello\r\n'

export const recipientsOf = (...paths: readonly string[]): readonly PendingRecipient[] =>
  paths.map((forwardPath, index) => ({ index, forwardPath, parameters: {}, attempts: 0, delayReported: false }))

export function contentOf(text: string, flags: Partial<OutgoingContent> = {}): OutgoingContent {
  const octets = Buffer.from(text, 'utf8')
  async function* pieces() {
    await Promise.resolve()
    yield octets
  }
  return { size: octets.length, header8bit: false, body8bit: false, octets: pieces(), ...flags }
}

/** Of a message that can be written in 7 bits, or of one that cannot. */
export function eightBitShipment(shipment: Shipment, isConvertible: boolean): Shipment {
  return {
    ...shipment,
    open: async (form) =>
      form?.sevenBit === true && isConvertible
        ? contentOf('Subject: a\r\n\r\nin 7 bits\r\n')
        : contentOf('Subject: a\r\n\r\nü\r\n', { body8bit: true }),
  }
}

type MessageParts = {
  readonly reversePath?: string
  readonly parameters?: MailParameters
  readonly to?: readonly string[]
  readonly content?: OutgoingContent
}

export const messageOf = ({ reversePath, parameters, to, content }: MessageParts = {}): OutgoingMessage => ({
  reversePath: reversePath ?? 'a@example.test',
  parameters: parameters ?? {},
  recipients: recipientsOf(...(to ?? ['b@example.test', 'c@example.test'])),
  content: content ?? contentOf(TEXT),
})

export function summarise(reply: RecipientReply): string {
  if (reply.type === 'accepted') return `accepted ${reply.reply.code}`
  if (reply.type === 'refused') return `refused at ${reply.stage} ${reply.reply.code}`
  if (reply.type === 'unfit') return `unfit ${reply.enhancedStatusCode}`
  const said = reply.reply === undefined ? '' : ` ${reply.reply.code}`
  return `failed at ${reply.stage}${said}${reply.ambiguous === true ? ', ambiguous' : ''}: ${reply.detail}`
}
