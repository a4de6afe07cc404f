// Composes the report on a message: a person's part, a machine's part, and what comes back of the message itself. It decides the form
// and nothing else: who is owed a report, and of what, is settled before. Servers, senders and recipients chose most of the words in it,
// so every part is bounded, and none of them can end a line, a field or a part.
// RFC 6522, RFC 3464, RFC 6533, RFC 3461 §6, RFC 3834 §2.
//
// It is from the postmaster of the sender's own domain, the one domain that is known to be ours to sign for: a report from our host name
// would leave without a signature, and strict receivers take an unsigned one for backscatter.

import { isAscii as isAsciiOctets } from 'node:buffer'
import { canonicalDomain } from '../resources/domain-name.ts'
import { localPartOf } from '../resources/mail-address.ts'
import type { MailParameters, RcptParameters } from '../smtp/events.ts'
import { isAscii } from '../smtp/grammar.ts'
import { formatDateTime } from './date-time.ts'
import { findHeaderEnd } from './header-section.ts'
import { parseMessageId } from './message-id.ts'
import { foldField, toPrintable, typedAddress } from './report-fields.ts'
import { composeText, subjectOf } from './report-text.ts'

export type ReportKind = 'failed' | 'delayed' | 'delivered'

/** What became of one recipient. `relayed`: handed to a server that will not report success. RFC 3464 §2.3.3. */
export type ReportedRecipient = {
  readonly forwardPath: string
  readonly parameters: RcptParameters
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed'
  readonly enhancedStatusCode: string
  readonly diagnostic: string
  readonly remote?: { readonly host: string; readonly reply?: string }
  /** Delayed only: milliseconds since the epoch. */
  readonly willRetryUntil?: number
}

/** Of the message reported on; a spooled envelope has all of it. */
export type ReportedMessage = {
  readonly queueId: string
  /** The report goes here; never empty. */
  readonly reversePath: string
  readonly parameters: MailParameters
  readonly receivedAt: number
  readonly internetMessageId: string
  readonly subject: string
}

/** What comes back of it: nothing, its header section, or all its octets. Lines end with CRLF and have at most 998 octets. */
export type ReturnedContent = { readonly header: Uint8Array } | { readonly message: Uint8Array } | undefined

export type Report = {
  readonly kind: ReportKind
  /** Queue id of the report itself. */
  readonly queueId: string
  /** Our host name. */
  readonly reportingMta: string
  readonly now: number
  readonly original: ReportedMessage
  readonly recipients: readonly ReportedRecipient[]
  readonly returned: ReturnedContent
}

/** The message, and what belongs into its envelope. */
export type ComposedReport = {
  readonly octets: Uint8Array
  readonly forwardPath: string
  readonly parameters: MailParameters
  readonly internetMessageId: string
  readonly subject: string
  readonly fromField: string
}

/** `encoding`: as it stands in the octets; `base64` is done already. */
type Part = { readonly type: string; readonly encoding: '7bit' | '8bit' | 'base64'; readonly octets: Buffer }

/** Octets of a header that come back; the rest is left out at the end of a field. */
const HEADER_RETURNED = 32 * 1024

export function composeDsn(report: Report): ComposedReport {
  const forwardPath = withoutInternationalDomain(report.original.reversePath)
  const utf8 = !isAscii(forwardPath)
  const domain = canonicalDomain(forwardPath.slice(localPartOf(forwardPath).length + 1)) ?? report.reportingMta
  const message = {
    subject: subjectOf(report.kind),
    fromField: `Mail Delivery System <postmaster@${domain}>`,
    internetMessageId: `${report.queueId}@${domain}`,
  }
  const parts = [textPart(composeText(report)), statusPart(report, utf8), ...returnedPart(report, utf8)]
  const has8bit = parts.some(({ encoding }) => encoding === '8bit')
  const boundary = findBoundary(report.queueId, parts)
  const header =
    `From: ${message.fromField}\r\nTo: <${forwardPath}>\r\nSubject: ${message.subject}\r\n` +
    `Date: ${formatDateTime(report.now)}\r\nMessage-ID: <${message.internetMessageId}>\r\n` +
    `${correlationFields(report.original.internetMessageId, utf8)}Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n` +
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"\r\n` +
    `Content-Transfer-Encoding: ${has8bit ? '8bit' : '7bit'}\r\n\r\n`
  return {
    ...message,
    octets: Buffer.concat([Buffer.from(header, 'utf8'), ...joinParts(parts, boundary)]),
    forwardPath,
    parameters: { ...(has8bit && { body: '8BITMIME' }), ...(utf8 && { smtputf8: true }) },
  }
}

/** Where only the domain is beyond ASCII, its A-labels say the same and every server takes them. RFC 5890 §2.3.2.1. */
function withoutInternationalDomain(address: string): string {
  const localPart = localPartOf(address)
  if (isAscii(address) || !isAscii(localPart)) return address
  const domain = canonicalDomain(address.slice(localPart.length + 1))
  return domain === undefined ? address : `${localPart}@${domain}`
}

function correlationFields(internetMessageId: string, utf8: boolean): string {
  const messageId = parseMessageId(`<${internetMessageId}>`)
  if (messageId === undefined || Buffer.byteLength(messageId) > 900 || (!utf8 && !isAscii(messageId))) return ''
  return `In-Reply-To: <${messageId}>\r\nReferences: <${messageId}>\r\n`
}

function textPart(text: string): Part {
  if (isAscii(text)) return { type: 'text/plain', encoding: '7bit', octets: Buffer.from(text) }
  const encoded = Buffer.from(text)
    .toString('base64')
    .replaceAll(/.{76}(?=.)/g, '$&\r\n')
  return { type: 'text/plain; charset=utf-8', encoding: 'base64', octets: Buffer.from(`${encoded}\r\n`) }
}

/** RFC 3464 §2; RFC 6533 §4 where the reader of an address has to know its own script anyway. */
function statusPart(report: Report, utf8: boolean): Part {
  const text = [perMessageFields(report), ...report.recipients.map((one) => perRecipientFields(one, utf8))].join('\r\n')
  const isGlobal = utf8 && !isAscii(text)
  return {
    type: isGlobal ? 'message/global-delivery-status' : 'message/delivery-status',
    encoding: isGlobal ? '8bit' : '7bit',
    octets: Buffer.from(text, 'utf8'),
  }
}

function perMessageFields({ reportingMta, original }: Report): string {
  const { envid } = original.parameters
  return [
    foldField('Reporting-MTA', `dns; ${toPrintable(reportingMta)}`),
    ...(envid === undefined ? [] : [`Original-Envelope-Id: ${toPrintable(envid)}\r\n`]),
    foldField('Arrival-Date', formatDateTime(original.receivedAt)),
    foldField('X-Postern-Queue-Id', original.queueId),
  ].join('')
}

function perRecipientFields(recipient: ReportedRecipient, utf8: boolean): string {
  const { remote, willRetryUntil } = recipient
  return [
    ...originalRecipient(recipient.parameters.orcpt),
    `Final-Recipient: ${typedAddress(recipient.forwardPath, utf8)}\r\n`,
    foldField('Action', recipient.action),
    foldField('Status', statusOf(recipient)),
    ...(remote === undefined ? [] : [foldField('Remote-MTA', `dns; ${toPrintable(remote.host)}`)]),
    foldField('Diagnostic-Code', diagnosticOf(recipient)),
    ...(willRetryUntil === undefined ? [] : [foldField('Will-Retry-Until', formatDateTime(willRetryUntil))]),
  ].join('')
}

/** A server may have said anything where its code should be. RFC 3464 §2.3.4. */
function statusOf({ action, enhancedStatusCode }: ReportedRecipient): string {
  if (/^[245]\.\d{1,3}\.\d{1,3}$/.test(enhancedStatusCode)) return enhancedStatusCode
  return { failed: '5.0.0', delayed: '4.0.0', delivered: '2.0.0', relayed: '2.0.0' }[action]
}

/** As it was given, `type;address`. RFC 3461 §4.2. */
function originalRecipient(orcpt: string | undefined): readonly string[] {
  if (orcpt === undefined) return []
  const address = toPrintable(orcpt)
  const at = address.indexOf(';') + 1
  return [`Original-Recipient: ${address.slice(0, at)} ${address.slice(at)}\r\n`]
}

function diagnosticOf({ remote, diagnostic }: ReportedRecipient): string {
  return remote?.reply === undefined ? `x-postern; ${toPrintable(diagnostic)}` : `smtp; ${toPrintable(remote.reply)}`
}

/**
 * A whole message comes back only as it is: RFC 2046 §5.2.1 leaves it no other encoding. Where that would need SMTPUTF8, or 8BITMIME and
 * nobody asked for it, its header must do.
 */
function returnedPart({ returned, original }: Report, utf8: boolean): readonly Part[] {
  if (returned === undefined) return []
  const octets = Buffer.from('header' in returned ? returned.header : returned.message)
  const headerEnd = findHeaderEnd(octets, 0)
  const header = headerEnd < 0 ? octets : octets.subarray(0, headerEnd)
  if ('message' in returned) {
    const type = isAsciiOctets(header) ? 'message/rfc822' : 'message/global'
    if (isAsciiOctets(octets)) return [{ type, encoding: '7bit', octets }]
    if (type === 'message/global' ? utf8 : original.parameters.ret === 'FULL')
      return [{ type, encoding: '8bit', octets }]
  }
  return [headerPart(boundHeader(header))]
}

/** RFC 6533 §6. Base64 would be allowed too, but parsers look into it as if it were the fields themselves. */
function headerPart(octets: Buffer): Part {
  return isAsciiOctets(octets)
    ? { type: 'text/rfc822-headers', encoding: '7bit', octets }
    : { type: 'message/global-headers', encoding: '8bit', octets }
}

/** Whole fields, without the empty line behind them. */
function boundHeader(header: Buffer): Buffer {
  if (header.length <= HEADER_RETURNED) return header.at(-3) === 0x0a ? header.subarray(0, -2) : header
  const text = header.toString('latin1', 0, HEADER_RETURNED)
  const ends = [...text.matchAll(/\r\n(?![ \t])/g)].filter(({ index }) => index + 2 < HEADER_RETURNED)
  return header.subarray(0, (ends.at(-1)?.index ?? -2) + 2)
}

/** One that no part holds; the queue id is new, so nobody can have put it there but by accident. RFC 2046 §5.1.1. */
function findBoundary(queueId: string, parts: readonly Part[]): string {
  for (let boundary = `report-${queueId}`; ; boundary += '-') {
    if (!parts.some(({ octets }) => octets.includes(`--${boundary}`))) return boundary
  }
}

function joinParts(parts: readonly Part[], boundary: string): readonly Buffer[] {
  return [
    ...parts.flatMap(({ type, encoding, octets }) => [
      Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`),
      octets,
    ]),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]
}
