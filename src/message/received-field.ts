// The trace field a submission is given: from whom, by whom, how and when it came. What the client chose (its name, a recipient) is
// reduced to what the field's grammar can hold, so nothing in it can end a line, a comment or the field. RFC 5321 §4.4, RFC 3848,
// RFC 6531 §4.3.

import { formatDateTime } from './date-time.ts'

export type Reception = {
  readonly queueId: string
  readonly hostname: string
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
  /** EHLO name and IP address. */
  readonly client: { readonly name: string; readonly address: string }
  // Deviates: RFC 5321 §4.4 wants a registered name, and of what came by no SMTP there is none; this is what others write.
  readonly protocol: 'ESMTPSA' | 'UTF8SMTPSA' | 'HTTP'
  /** Only when there is exactly one: a recipient must not learn of the others. */
  readonly forRecipient?: string
  readonly smtputf8: boolean
}

const CLIENT_NAME_LIMIT = 255
const NOT_IN_CLIENT_NAME = /[^A-Za-z0-9._:[\]-]+/g
const NOT_IN_ADDRESS = /[^0-9A-Fa-f.:]+/g

/** Plain addresses within one short line; others (quoted local parts with specials in them) go without the clause. */
const PLAIN_RECIPIENT = /^[^\s<>()[\]\\",:;@]{1,64}@[^\s<>()\\",;@]{1,255}$/
const ASCII = /^[ -~]*$/
const INVISIBLE = /[\p{C}\p{Z}]/u

/** The whole field, folded, with its final CRLF. */
export function receivedField(reception: Reception): string {
  const { client, hostname, protocol, queueId, receivedAt } = reception
  return (
    `Received: from ${clientName(client.name)} (${addressLiteral(client.address)})\r\n` +
    `\tby ${hostname} with ${protocol} id ${queueId}${forClause(reception)};\r\n` +
    `\t${formatDateTime(receivedAt)}\r\n`
  )
}

function clientName(name: string): string {
  return name.slice(0, CLIENT_NAME_LIMIT).replaceAll(NOT_IN_CLIENT_NAME, '-') || 'unknown'
}

/** RFC 5321 §4.1.3. A dual-stack socket shows an IPv4 client as `::ffff:192.0.2.1`. */
function addressLiteral(address: string): string {
  const octets = address
    .replace(/%.*/s, '')
    .replace(/^::ffff:(?=[\d.]+$)/i, '')
    .replaceAll(NOT_IN_ADDRESS, '')
  return octets.includes(':') ? `[IPv6:${octets}]` : `[${octets}]`
}

function forClause({ forRecipient, smtputf8 }: Reception): string {
  if (forRecipient === undefined || !PLAIN_RECIPIENT.test(forRecipient)) return ''
  if (!ASCII.test(forRecipient) && (!smtputf8 || INVISIBLE.test(forRecipient))) return ''
  return `\r\n\tfor <${forRecipient}>`
}
