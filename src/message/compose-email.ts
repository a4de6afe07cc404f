// Composes a message from its parts: addressees, texts, headers of the sender's own and files. It decides how they are laid out and
// encoded, so that the result is seven-bit text of short lines whatever is in them; what may be in them is checked before.
// RFC 5322, RFC 2045-2049, RFC 2231, RFC 2392.
//
// Deviates: a file that is itself a message goes as octets of no known kind. RFC 2046 §5.2.1 forbids encoding a message within a message,
// and the octets of this one may be anything.

import MailComposer from 'nodemailer/lib/mail-composer/index.js'
import { HEADER_SECTION_LIMIT } from './header-section.ts'

export type EmailAddress = { readonly address: string; readonly displayName: string }

/** With a `contentId` it stands beside the HTML, which refers to it by `cid:`. */
export type EmailFile = {
  readonly name: string
  readonly contentType: string
  readonly octets: Uint8Array
  readonly contentId?: string
}

/** Addresses are ASCII. No text holds a control character, but for the line ends of the two contents. */
export type EmailParts = {
  readonly from: string
  readonly to: readonly EmailAddress[]
  readonly cc: readonly EmailAddress[]
  readonly replyTo: readonly EmailAddress[]
  readonly subject: string
  readonly plainText: string | undefined
  readonly html: string | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly files: readonly EmailFile[]
  /** Without angle brackets. */
  readonly messageId: string
  /** Milliseconds since the epoch. */
  readonly date: number
  /** Random letters and digits: what parts are told apart by. */
  readonly boundary: string
}

export type ComposedEmail =
  | { readonly type: 'composed'; readonly octets: AsyncIterable<Uint8Array> }
  /** There is no way to break the line. */
  | { readonly type: 'line too long'; readonly field: string }
  /** More than any message may have. */
  | { readonly type: 'header too long' }

/** RFC 5322 §2.1.1, in octets. */
const LONGEST_LINE = 998
const PLAIN = /^[\t -~]*$/

export function composeEmail(parts: EmailParts): ComposedEmail {
  // Before it is laid out: that takes a second for every few megabytes, and in the end nobody would take it.
  if (headerLength(parts) > HEADER_SECTION_LIMIT) return { type: 'header too long' }
  const node = new MailComposer(optionsOf(parts)).compile()
  // A value that needs no encoding stays as it was written: JSON in it, say, which readers of such headers take as it is.
  const plain = new Set(parts.headers.filter(([, value]) => PLAIN.test(value)).map(([name]) => name.toLowerCase()))
  const encode = node.encodeHeaderValue.bind(node)
  node.encodeHeaderValue = (name, value) =>
    typeof value === 'string' && plain.has(name.toLowerCase()) ? value : encode(name, value)
  const field = findLongLine(node.buildHeaders())
  if (field !== undefined) return { type: 'line too long', field }
  return { type: 'composed', octets: node.createReadStream() }
}

/** Of the texts in it; encoded they are longer. */
function headerLength({ to, cc, replyTo, subject, headers }: EmailParts): number {
  const addressees = [...to, ...cc, ...replyTo].flatMap(({ address, displayName }) => [address, displayName])
  return [subject, ...addressees, ...headers.flat()].reduce((length, text) => length + text.length, 0)
}

/** The name of the field that it is in. */
function findLongLine(header: string): string | undefined {
  let field = ''
  for (const line of header.split('\r\n')) {
    if (!/^[ \t]/.test(line)) field = line.split(':')[0] ?? ''
    // RFC 5322 §3.2.2: a line of nothing but blanks is not to be made; some take it for the end of the header.
    if (Buffer.byteLength(line) > LONGEST_LINE || /^[ \t]+$/.test(line)) return field
  }
  return undefined
}

function optionsOf(parts: EmailParts) {
  const { from, to, cc, replyTo, subject, plainText, html, headers, files, messageId, date, boundary } = parts
  const written = new Map(headers.map(([name]) => [name.toLowerCase(), name]))
  return {
    from: { name: '', address: from },
    ...(to.length > 0 && { to: to.map(namedAddress) }),
    ...(cc.length > 0 && { cc: cc.map(namedAddress) }),
    ...(replyTo.length > 0 && { replyTo: replyTo.map(namedAddress) }),
    subject,
    ...(plainText !== undefined && { text: withLineEnds(plainText) }),
    ...(html !== undefined && { html: withLineEnds(html) }),
    headers: headers.map(([key, value]) => ({ key, value })),
    attachments: files.map(attachmentOf),
    messageId: `<${messageId}>`,
    date: new Date(date),
    newline: 'windows',
    baseBoundary: boundary,
    // A name of the sender's own stays as it was written.
    normalizeHeaderKey: (name: string) => written.get(name.toLowerCase()) ?? name,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

const namedAddress = ({ address, displayName }: EmailAddress) => ({ name: displayName, address })

/** A single CR or LF ends a line too. */
const withLineEnds = (text: string): string => text.replaceAll(/\r\n?|\n/g, '\r\n')

const attachmentOf = ({ name, contentType, octets, contentId }: EmailFile) => ({
  filename: name,
  contentType: /^message\//i.test(contentType) ? 'application/octet-stream' : contentType,
  content: Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength),
  contentTransferEncoding: 'base64' as const,
  ...(contentId === undefined
    ? { contentDisposition: 'attachment' as const }
    : { cid: contentId, contentDisposition: 'inline' as const }),
})
