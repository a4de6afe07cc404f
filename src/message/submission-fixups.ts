// What a submission service may mend in a message and what it must refuse. Only the header is rewritten: fields that stay are copied
// octet for octet in their order, the body is never looked at, so signatures and encryption survive. Who the authors may be, and the
// words of the reply, are decided elsewhere. RFC 6409 §8, RFC 5322 §3.6, RFC 5321 §4.4, RFC 8601 §5.
//
// Deviates: RFC 5322 §3.6.6 has Resent-From and the like; they name authors and recipients that no envelope check covers, so a
// submission must not carry them.

import { isAscii, isUtf8 } from 'node:buffer'
import type { Mailbox } from '../smtp/events.ts'
import { formatMailbox } from '../smtp/format-mailbox.ts'
import { formatDateTime, isDateTime } from './date-time.ts'
import { type HeaderField, type HeaderScan, scanHeaderSection } from './header-section.ts'
import { parseMailboxList } from './mailbox-list.ts'
import { parseMessageId } from './message-id.ts'
import { type Reception, receivedField } from './received-field.ts'

/**
 * `messageIdDomain` is an A-label: the right side of a Message-ID made by us. A message with `receivedLimit` Received fields has come by
 * so many hosts that it is going round in circles, RFC 5321 §6.3.
 */
export type FixupContext = Reception & {
  readonly messageIdDomain: string
  readonly receivedLimit: number
  /** Takes the place of From and Sender, whatever those are; whoever they named gets the answers. */
  readonly author?: Mailbox
}

export type PreparedHeader =
  | {
      readonly type: 'prepared'
      /** The whole new section with its empty line. May share its memory with other small Buffers. */
      readonly header: Uint8Array
      readonly bodyStart: number
      /** Every mailbox of the From field. */
      readonly authors: readonly Mailbox[]
      /** The Sender field's. */
      readonly sender: Mailbox | undefined
      /** Without angle brackets. */
      readonly internetMessageId: string
      /** Unfolded, not decoded, at most 998 characters. */
      readonly subject: string
      /** Unfolded, not decoded, at most 998 characters. */
      readonly fromField: string
    }
  /** `detail` is for the client and holds none of its octets. */
  | { readonly type: 'refused'; readonly reason: 'malformed' | 'loop'; readonly detail: string }

/** RFC 5322 §3.6: at most one of each, and readers differ in which of two they believe. RFC 2045 §4 for the last three. */
const SINGLETONS = new Map(
  [
    'Date From Sender Reply-To To Cc Bcc Message-ID In-Reply-To References Subject',
    'MIME-Version Content-Type Content-Transfer-Encoding',
  ]
    .flatMap((names) => names.split(' '))
    .map((name) => [name.toLowerCase(), name]),
)

const RESENT_ADDRESS_FIELDS = new Set([
  'resent-from',
  'resent-sender',
  'resent-reply-to',
  'resent-to',
  'resent-cc',
  'resent-bcc',
])

/** RFC 5322 §2.1.1, the longest line; enough of a text to recognise a message by. */
const EXCERPT_LIMIT = 998

/** The header as it came, sorted: `singletons` by name, and what will not be passed on. */
type Header = {
  readonly octets: Buffer
  readonly scan: HeaderScan & { readonly type: 'header' }
  readonly singletons: ReadonlyMap<string, HeaderField>
  readonly dropped: Set<HeaderField>
}

type Refusal = PreparedHeader & { readonly type: 'refused' }
type Authors = { readonly authors: readonly Mailbox[]; readonly sender: Mailbox | undefined }

/** `octets` begin with the header section, whole. */
export function prepareHeader(octets: Uint8Array, context: FixupContext): PreparedHeader {
  const header = readHeader(octets, context)
  if ('reason' in header) return header
  const added: string[] = []
  const authors = context.author === undefined ? readAuthors(header) : replaceAuthors(header, context.author, added)
  if ('reason' in authors) return authors
  if (!hasDate(header)) added.push(`Date: ${formatDateTime(context.receivedAt)}`)
  const ownMessageId = messageIdOf(header)
  const internetMessageId = ownMessageId ?? `${context.queueId}@${context.messageIdDomain}`
  if (ownMessageId === undefined) added.push(`Message-ID: <${internetMessageId}>`)
  if (!header.singletons.has('to') && !header.singletons.has('cc')) added.push('To: undisclosed-recipients:;')
  if (lacksMimeVersion(header)) added.push('MIME-Version: 1.0')
  return {
    type: 'prepared',
    header: compose(header, receivedField(context), added),
    bodyStart: header.scan.bodyStart,
    ...authors,
    internetMessageId,
    subject: excerpt(header, 'subject'),
    fromField: context.author === undefined ? excerpt(header, 'from') : formatMailbox(context.author),
  }
}

function readHeader(octets: Uint8Array, context: FixupContext): Header | Refusal {
  const scan = scanHeaderSection(octets)
  if (scan.type === 'malformed') return refused(scan.detail)
  const section = Buffer.from(octets.buffer, octets.byteOffset, scan.headerEnd)
  if (!context.smtputf8 && !isAscii(section))
    return refused('the header holds 8-bit octets and SMTPUTF8 was not asked for')
  if (context.smtputf8 && !isUtf8(section)) return refused('the header is not valid UTF-8')
  return sortFields(section, scan, context)
}

function sortFields(octets: Buffer, scan: Header['scan'], { hostname, receivedLimit }: FixupContext): Header | Refusal {
  const singletons = new Map<string, HeaderField>()
  const dropped = new Set<HeaderField>()
  let received = 0
  for (const field of scan.fields) {
    const { name } = field
    const title = SINGLETONS.get(name)
    if (title !== undefined) {
      if (singletons.has(name)) return refused(`more than one ${title} field`)
      singletons.set(name, field)
      if (name === 'bcc') dropped.add(field)
    } else if (name === 'received') {
      if (++received === receivedLimit)
        return { type: 'refused', reason: 'loop', detail: `${receivedLimit} Received fields` }
    } else if (RESENT_ADDRESS_FIELDS.has(name)) {
      return refused('Resent address fields are not accepted')
    } else if (isForged(octets, field, hostname)) {
      dropped.add(field)
    }
  }
  return { octets, scan, singletons, dropped }
}

/** Fields that only a server after us, or we ourselves, may write. */
function isForged(octets: Buffer, field: HeaderField, hostname: string): boolean {
  if (field.name === 'return-path' || field.name.startsWith('x-postern-')) return true
  if (field.name !== 'authentication-results') return false
  // The identifier may come behind comments and in quotes; no other word of such a field is a bare host name of ours.
  const words = valueOf(octets, field)
    .replaceAll('\\', '')
    .toLowerCase()
    .split(/[\s"();]+/)
  return words.includes(hostname.toLowerCase())
}

function readAuthors(header: Header): Authors | Refusal {
  const fromField = header.singletons.get('from')
  if (fromField === undefined) return refused('the From field is missing')
  const from = parseMailboxList(valueOf(header.octets, fromField))
  if (from.type === 'malformed') return refused(`malformed From field: ${from.detail}`)
  const senderField = header.singletons.get('sender')
  if (senderField === undefined) {
    if (from.mailboxes.length > 1) return refused('several authors need a Sender field')
    return { authors: from.mailboxes, sender: undefined }
  }
  const sender = parseMailboxList(valueOf(header.octets, senderField))
  if (sender.type === 'malformed') return refused(`malformed Sender field: ${sender.detail}`)
  if (sender.mailboxes.length > 1) return refused('malformed Sender field: more than one address')
  return { authors: from.mailboxes, sender: sender.mailboxes[0] }
}

/** What cannot be read as addresses, or is not there, has nobody to answer to. RFC 5322 §3.6.2. */
function replaceAuthors(header: Header, author: Mailbox, added: string[]): Authors {
  const { octets, singletons, dropped } = header
  const [from, sender] = [singletons.get('from'), singletons.get('sender')]
  for (const field of [from, sender]) if (field !== undefined) dropped.add(field)
  added.push(`From: ${formatMailbox(author)}`)
  const named = from === undefined ? undefined : parseMailboxList(valueOf(octets, from))
  if (named?.type === 'mailboxes' && !singletons.has('reply-to'))
    added.push(`Reply-To: ${named.mailboxes.map(formatMailbox).join(',\r\n ')}`)
  return { authors: [author], sender: undefined }
}

/** A date nobody can read is dropped, to be replaced. */
function hasDate(header: Header): boolean {
  const field = header.singletons.get('date')
  if (field === undefined) return false
  if (isDateTime(valueOf(header.octets, field))) return true
  header.dropped.add(field)
  return false
}

/** An invalid identifier is dropped, to be replaced. */
function messageIdOf(header: Header): string | undefined {
  const field = header.singletons.get('message-id')
  if (field === undefined) return undefined
  const messageId = parseMessageId(valueOf(header.octets, field))
  if (messageId === undefined) header.dropped.add(field)
  return messageId
}

function lacksMimeVersion({ singletons }: Header): boolean {
  return (
    !singletons.has('mime-version') && (singletons.has('content-type') || singletons.has('content-transfer-encoding'))
  )
}

/** The trace field, what stays, what was added, and the empty line. */
function compose(header: Header, trace: string, added: readonly string[]): Uint8Array {
  const kept = keptRuns(header)
  const tail = `${added.map((line) => `${line}\r\n`).join('')}\r\n`
  let size = Buffer.byteLength(trace) + Buffer.byteLength(tail)
  for (const run of kept) size += run.length
  const out = Buffer.allocUnsafe(size)
  let at = out.write(trace)
  for (const run of kept) at += run.copy(out, at)
  out.write(tail, at)
  return out
}

/** Views of what lies between the dropped fields. */
function keptRuns({ octets, scan, dropped }: Header): readonly Buffer[] {
  const runs: Buffer[] = []
  let start = 0
  for (const field of scan.fields) {
    if (!dropped.has(field)) continue
    runs.push(octets.subarray(start, field.start))
    start = field.end
  }
  runs.push(octets.subarray(start))
  return runs
}

/** Unfolded. The section is ASCII or valid UTF-8 by now. */
function valueOf(octets: Buffer, field: HeaderField): string {
  return octets.toString('utf8', field.valueStart, field.end).replaceAll('\r\n', '')
}

function excerpt({ octets, singletons }: Header, name: string): string {
  const field = singletons.get(name)
  if (field === undefined) return ''
  // The cut may have left half a character.
  return valueOf(octets, field).trim().slice(0, EXCERPT_LIMIT).toWellFormed()
}

function refused(detail: string): Refusal {
  return { type: 'refused', reason: 'malformed', detail }
}
